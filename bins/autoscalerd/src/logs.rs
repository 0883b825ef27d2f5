//! Logs, on stderr.

use std::io;

use autoscale_daemon::has_colours;
use scaler_core::model::printable;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::{EnvFilter, fmt};

use crate::args::LogFormat;

/// Logs from now on, what `RUST_LOG` says or else everything from info up. A record is one line, whatever a sender wrote.
pub(crate) fn begin(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let logs = fmt().with_env_filter(filter).with_ansi(has_colours()).with_writer(io::stderr);
    match format {
        LogFormat::Text => {
            let fields = fmt::format::debug_fn(|out, field, value| {
                let value = format!("{value:?}");
                match field.name() {
                    "message" => write!(out, "{}", printable(&value)),
                    name => write!(out, "{name}={}", printable(&value)),
                }
            });
            logs.fmt_fields(fields.delimited(" ")).init();
        }
        LogFormat::Json => logs.json().flatten_event(true).init(),
    }
}
