//! Commands on the table of alerts.

use clap::{Args, Subcommand};

use super::OperatorArgs;

/// `alerts`.
#[derive(Debug, Args)]
#[command(after_help = "\
An alert is unknown while nobody confirms that it still fires: then nothing is
removed that its policies have a say in.

Examples:
  autoscale alerts
  autoscale alerts --output json | jq '.alerts[] | select(.standing == \"unconfirmed\")'
  autoscale alerts forget 58b2a7f1c0d3e4a9 --reason 'its end was lost'")]
pub(crate) struct AlertsArgs {
    #[command(subcommand)]
    pub(crate) command: Option<AlertsCommand>,
}

/// What is done with alerts.
#[derive(Debug, Subcommand)]
pub(crate) enum AlertsCommand {
    /// Drop alerts whose end was lost. One that its sender tells of again is back.
    Forget(ForgetArgs),
}

/// `alerts forget`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  autoscale alerts forget 58b2a7f1c0d3e4a9 --reason 'its end was lost'
  autoscale alerts forget 58b2a7f1c0d3e4a9 --dry-run")]
pub(crate) struct ForgetArgs {
    /// Their fingerprints, as `autoscale alerts` shows them.
    #[arg(required = true, value_name = "FINGERPRINT")]
    pub(crate) fingerprints: Vec<String>,

    #[command(flatten)]
    pub(crate) operator: OperatorArgs,

    /// Only say what would be dropped.
    #[arg(long)]
    pub(crate) dry_run: bool,
}
