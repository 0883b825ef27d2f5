//! Logs, on stderr.

use std::io;

use tracing_subscriber::EnvFilter;

use crate::args::LogFormat;

/// Logs from now on, what `RUST_LOG` says or else everything from info up.
pub(crate) fn begin(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    match format {
        LogFormat::Text => logs.init(),
        LogFormat::Json => logs.json().flatten_event(true).init(),
    }
}
