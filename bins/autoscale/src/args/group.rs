//! Commands on groups as a whole.

use std::num::NonZeroUsize;

use autoscale_api::Span;
use clap::{Args, ValueEnum};
use scaler_core::state::GroupMode;

use super::OperatorArgs;

/// `status`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  autoscale status                      all groups, a line each
  autoscale status web                  one group with its members
  autoscale status --output json | jq '.groups[] | {group, desired, in_service}'")]
pub(crate) struct StatusArgs {
    /// The group; all without it.
    pub(crate) group: Option<String>,

    /// The same, as an option.
    #[arg(short = 'g', long = "group", value_name = "GROUP", conflicts_with = "group")]
    pub(crate) named: Option<String>,
}

/// `plan`.
#[derive(Debug, Args)]
#[command(after_help = "\
Nothing is changed, and nothing is written down.

Examples:
  autoscale plan web
  autoscale plan                        the only group
  autoscale plan web --output json | jq '.steps[].text'")]
pub(crate) struct PlanArgs {
    /// The group; may be left out where there is only one.
    pub(crate) group: Option<String>,

    /// The same, as an option.
    #[arg(short = 'g', long = "group", value_name = "GROUP", conflicts_with = "group")]
    pub(crate) named: Option<String>,
}

/// `history`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  autoscale history web
  autoscale history web --limit 1 --steps
  autoscale history web --output json | jq '.activities[] | {began, desired, reason}'")]
pub(crate) struct HistoryArgs {
    /// The group; may be left out where there is only one.
    pub(crate) group: Option<String>,

    /// The same, as an option.
    #[arg(short = 'g', long = "group", value_name = "GROUP", conflicts_with = "group")]
    pub(crate) named: Option<String>,

    /// At most so many operations, the latest first.
    #[arg(short = 'n', long, value_name = "NUMBER", default_value = "20")]
    pub(crate) limit: NonZeroUsize,

    /// Show the steps of each.
    #[arg(long)]
    pub(crate) steps: bool,
}

/// `mode`.
#[derive(Debug, Args)]
#[command(
    allow_missing_positional = true,
    after_help = "\
The mode stands in the group's log: it holds across restarts, until it is set
again or --for is over.

Examples:
  autoscale mode web add_only --for 2h --reason 'migration'
  autoscale mode web paused
  autoscale mode web on
  autoscale mode --all add_only --reason 'bad hour'"
)]
pub(crate) struct ModeArgs {
    /// The group.
    #[arg(required_unless_present_any = ["named", "all"])]
    pub(crate) group: Option<String>,

    /// The same, as an option.
    #[arg(short = 'g', long = "group", value_name = "GROUP", conflicts_with = "group")]
    pub(crate) named: Option<String>,

    /// Every group of the configuration.
    #[arg(long, conflicts_with_all = ["group", "named"])]
    pub(crate) all: bool,

    /// What its actor may do.
    #[arg(value_enum)]
    pub(crate) mode: Mode,

    /// It ends by itself after so long; then the mode that was set for good is back, `on` where none was.
    #[arg(long = "for", value_name = "DURATION", value_parser = super::lasting)]
    pub(crate) lasts: Option<Span>,

    #[command(flatten)]
    pub(crate) operator: OperatorArgs,

    /// Only say what would be set.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// A mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    /// Everything.
    On,
    /// Everything but removing.
    #[value(name = "add_only", alias = "add-only")]
    AddOnly,
    /// Decide and show, carry nothing out.
    Observe,
    /// Nothing, and no deadline passes.
    Paused,
}

impl From<Mode> for GroupMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::On => Self::On,
            Mode::AddOnly => Self::AddOnly,
            Mode::Observe => Self::Observe,
            Mode::Paused => Self::Paused,
        }
    }
}
