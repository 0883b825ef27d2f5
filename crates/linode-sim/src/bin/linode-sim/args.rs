//! What the command line says.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use jiff::Timestamp;
use linode_sim::live::Unhealthy;
use linode_sim::{Fault, Timings};

const EXAMPLES: &str = "\
Examples:
  linode-sim --listen 127.0.0.1:8080
      The API at http://127.0.0.1:8080/v4, at the real cloud's pace.
  linode-sim --speed 20 --token test --no-guests
      Twenty times as fast, one token, and only the API.
  linode-sim --timings quick --fault 'create:lost=408%20' --fault 'boot:slow=120s*1'
      Creates that succeed and answer 408 one time in five, and one slow boot.
  LINODE_URL=http://127.0.0.1:8080 prometheus --config.file=prometheus.yml
      A Prometheus whose linode_sd discovers the simulator's instances.

The first line on stdout is {\"address\":\"127.0.0.1:PORT\",\"url\":\"http://127.0.0.1:PORT\"}. SIGTERM and Ctrl-C end it.";

/// A simulated Linode API whose instances and NodeBalancers are real servers on loopback addresses.
#[derive(Debug, Parser)]
#[command(name = "linode-sim", version, after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Where the API listens; port 0 takes a free one. Loopback only: the simulator guards nothing.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", value_parser = loopback)]
    pub(crate) listen: SocketAddr,

    /// What the account holds at the start, as JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) seed_file: Option<PathBuf>,

    /// Seed of everything that is drawn by chance.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) seed: u64,

    /// How many times faster than real time the simulated cloud's clock goes.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = speed)]
    pub(crate) speed: f64,

    /// When the simulated clock begins, such as 2026-01-05T08:00:00Z; now, if not given.
    #[arg(long, value_name = "TIME")]
    pub(crate) start: Option<Timestamp>,

    /// How long things take.
    #[arg(long, value_enum, default_value_t = Pace::Realistic)]
    pub(crate) timings: Pace,

    /// A fault, TARGET:EFFECT with *COUNT, %PERCENT, ^SKIP, +AFTER, ~FOR. May be repeated.
    #[arg(long = "fault", value_name = "FAULT")]
    pub(crate) faults: Vec<Fault>,

    /// The one token that is accepted; without it, any is.
    #[arg(long, value_name = "TOKEN")]
    pub(crate) token: Option<String>,

    /// Serve only the API: instances and NodeBalancers open no ports.
    #[arg(long)]
    pub(crate) no_guests: bool,

    /// Refuse nobody for asking too often.
    #[arg(long)]
    pub(crate) no_rate_limits: bool,

    /// Port of each instance's page.
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    pub(crate) web_port: u16,

    /// Port of each instance's node_exporter metrics.
    #[arg(long, value_name = "PORT", default_value_t = 9100)]
    pub(crate) metrics_port: u16,

    /// Work of one core that a page costs, in milliseconds.
    #[arg(long, value_name = "MS", default_value = "20", value_parser = millis)]
    pub(crate) request_cost: Duration,

    /// What the service of an unhealthy instance does.
    #[arg(long, value_enum, default_value_t = Illness::Refuse)]
    pub(crate) unhealthy: Illness,

    /// Second number of the addresses 127.N.x.y of instances and NodeBalancers; one for each simulator on a machine.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u8).range(1..))]
    pub(crate) network: u8,
}

/// Named sets of durations.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Pace {
    /// As recorded: minutes from creation to a running instance.
    Realistic,
    /// Seconds.
    Quick,
    /// No time at all.
    Instant,
}

impl From<Pace> for Timings {
    fn from(pace: Pace) -> Self {
        match pace {
            Pace::Realistic => Self::realistic(),
            Pace::Quick => Self::quick(),
            Pace::Instant => Self::instant(),
        }
    }
}

/// How ill health shows.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Illness {
    /// Nothing listens on its port.
    Refuse,
    /// Every request is answered 500.
    Answer500,
}

impl From<Illness> for Unhealthy {
    fn from(illness: Illness) -> Self {
        match illness {
            Illness::Refuse => Self::Refuses,
            Illness::Answer500 => Self::Answers500,
        }
    }
}

fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address = match text.strip_prefix("localhost:") {
        Some(port) => port.parse().ok().map(|port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port))),
        None => text.parse().ok(),
    };
    let address = address.ok_or("an address and a port are wanted, such as 127.0.0.1:8080")?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err(format!("{} is reachable from elsewhere; use a loopback address such as 127.0.0.1", address.ip()))
    }
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if speed.is_finite() && speed > 0.0 => Ok(speed),
        _ => Err("a number above 0 is wanted, such as 20 or 0.5".to_owned()),
    }
}

fn millis(text: &str) -> Result<Duration, String> {
    text.parse()
        .map(Duration::from_millis)
        .map_err(|_| "a number of milliseconds is wanted, such as 20".to_owned())
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
    fn an_address_that_others_reach_is_refused() {
        for reachable in ["0.0.0.0:80", "192.168.1.1:80", "[::]:80"] {
            let refusal = Args::try_parse_from(["linode-sim", "--listen", reachable]).unwrap_err();
            assert!(refusal.to_string().contains("loopback"), "{refusal}");
        }
        for local in ["127.0.0.1:0", "127.9.9.9:80", "[::1]:0", "localhost:8080"] {
            assert!(Args::try_parse_from(["linode-sim", "--listen", local]).is_ok(), "{local}");
        }
    }

    #[test]
    fn faults_are_read_and_a_wrong_one_says_what_would_be_right() {
        let args = Args::try_parse_from(["linode-sim", "--fault", "create:lost*2", "--fault", "boot:never"])
            .unwrap();
        assert_eq!(args.faults.len(), 2);
        let refusal = Args::try_parse_from(["linode-sim", "--fault", "create"]).unwrap_err();
        assert!(refusal.to_string().contains(':'), "{refusal}");
        assert!(Args::try_parse_from(["linode-sim", "--speed", "0"]).is_err());
    }
}
