//! What the command line says.

use autoscale_sandbox::{Options, Story};
use clap::{Parser, ValueEnum};

const EXAMPLES: &str = "\
Examples:
  sandbox
      The story in about two minutes: calm, spike, alert, scale-up, the load spreads, calm, drained scale-down, the bill.
  sandbox --prometheus
      The same, with the real Prometheus and Alertmanager found on PATH.
  sandbox --story spike-returns
      The spike comes back while a member drains: it is reinstated, and nothing is created.
  sandbox --keep
      Leaves everything running afterwards, and says where: try `autoscale --daemon URL status`.
  sandbox --plain --output json > report.json
      Plain lines on stderr, the report as JSON on stdout.

Everything runs in this process and on loopback addresses; nothing is left behind. Exit code 0: every check held; 1: one
did not, and the report says which; 2: the command line can't be read.";

/// Plays the whole system on one machine: a simulated Linode API with real instances and a real NodeBalancer on loopback, a
/// load generator, alerts, and the daemon.
#[derive(Clone, Debug, Parser)]
#[command(name = "sandbox", version, after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Which story is played.
    #[arg(long, value_enum, default_value_t = Tale::Spike)]
    pub(crate) story: Tale,

    /// How many times faster than real time the clock of cloud, daemon and rules goes. The load is always real.
    #[arg(long, value_name = "FACTOR", default_value_t = 10.0, value_parser = speed)]
    pub(crate) speed: f64,

    /// Let the real Prometheus and Alertmanager do the alerting; both must be on PATH.
    #[arg(long)]
    pub(crate) prometheus: bool,

    /// Plain lines, also on a terminal.
    #[arg(long)]
    pub(crate) plain: bool,

    /// How the report at the end is written.
    #[arg(long, value_enum, default_value_t = Output::Text)]
    pub(crate) output: Output,

    /// Leave everything running at the end, until Ctrl-C.
    #[arg(long)]
    pub(crate) keep: bool,

    /// Second number of the addresses 127.N.x.y of instances and NodeBalancer; one for each sandbox on a machine.
    #[arg(long, value_name = "N", default_value_t = 110, value_parser = clap::value_parser!(u8).range(1..))]
    pub(crate) network: u8,
}

/// The stories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tale {
    /// Calm, spike, scale-up, calm, scale-down.
    Spike,
    /// The spike comes back while a member drains.
    SpikeReturns,
}

/// Forms of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl Args {
    /// What the sandbox is to do.
    pub(crate) fn options(&self) -> Options {
        let mut options = Options::default();
        options.story = match self.story {
            Tale::Spike => Story::Spike,
            Tale::SpikeReturns => Story::SpikeReturns,
        };
        options.speed = self.speed;
        options.network = self.network;
        options.prometheus = self.prometheus;
        options.keep = self.keep;
        options.plain = self.plain;
        options.to_stderr = self.output == Output::Json;
        options
    }
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if (1.0..=Options::FASTEST).contains(&speed) => Ok(speed),
        _ => Err(format!("a number from 1 (the story takes 20 minutes) to {} is wanted", Options::FASTEST)),
    }
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
    fn a_speed_at_which_nothing_could_keep_up_is_refused() {
        for wrong in ["0", "0.5", "100", "fast", "NaN"] {
            assert!(Args::try_parse_from(["sandbox", "--speed", wrong]).is_err(), "{wrong}");
        }
        assert!((Args::try_parse_from(["sandbox", "--speed", "12.5"]).unwrap().speed - 12.5).abs() < 1e-9);
    }
}
