//! What the command line says.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};

const MORE: &str = "\
Examples:
  autoscalerd --config /etc/autoscale.yaml
      Runs; the configuration says where it listens and where its store is.
  autoscalerd --config autoscale.yaml --check
      Says what is wrong with the configuration, with place and fix, and ends.
  autoscalerd --listen 127.0.0.1:0 --log-format json
      Takes a free port, and logs one JSON object a line on stderr.
  RUST_LOG=info,scaler=debug autoscalerd
      Tells more of one part.

Once it listens it prints one line on stdout: listening on http://127.0.0.1:9480. SIGTERM and Ctrl-C end it between two
steps; the next start goes on where it ended. SIGHUP reads nothing again yet: restart for that.

Exit codes: 0 it was told to end; 2 the configuration or the command line can't be used; 3 another process holds the
store; 1 anything else.";

/// Keeps groups of Linodes behind NodeBalancers at the size that their alerts ask for.
#[derive(Debug, Parser)]
#[command(name = "autoscalerd", version, after_help = MORE)]
pub(crate) struct Args {
    /// The configuration.
    #[arg(long, short, value_name = "FILE", env = "AUTOSCALE_CONFIG", default_value = "autoscale.yaml")]
    pub(crate) config: PathBuf,

    /// Where to listen, in place of the configuration's daemon.listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,

    /// How to log.
    #[arg(long, visible_alias = "log", value_enum, value_name = "FORMAT", default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,

    /// Only check the configuration.
    #[arg(long)]
    pub(crate) check: bool,
}

/// How logs look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn what_it_takes() {
        let args =
            Args::try_parse_from(["autoscalerd", "-c", "x.yaml", "--listen", "127.0.0.1:0", "--log", "json"]);
        let args = args.unwrap();
        assert_eq!((args.config.to_str(), args.log_format), (Some("x.yaml"), LogFormat::Json));
        assert!(args.listen.is_some_and(|address| address.ip().is_loopback()));
        assert!(Args::try_parse_from(["autoscalerd", "--listen", "9480"]).is_err());
    }
}
