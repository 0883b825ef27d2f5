//! What the command line says.

use std::time::Duration;

use api_sim::program::CommonArgs;
use clap::{Parser, ValueEnum};
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
    #[command(flatten)]
    pub(crate) common: CommonArgs,

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
    fn faults_are_read_and_a_wrong_one_says_what_would_be_right() {
        let args = Args::try_parse_from(["linode-sim", "--fault", "create:lost*2", "--fault", "boot:never"])
            .unwrap();
        assert_eq!(args.faults.len(), 2);
        let refusal = Args::try_parse_from(["linode-sim", "--fault", "create"]).unwrap_err();
        assert!(refusal.to_string().contains(':'), "{refusal}");
    }
}
