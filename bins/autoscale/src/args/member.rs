//! Commands on one member.

use clap::Args;

use super::{OperatorArgs, WaitArgs};

/// A member of a group.
#[derive(Debug, Args)]
#[command(allow_missing_positional = true)]
pub(crate) struct MemberArgs {
    /// The group.
    #[arg(required_unless_present = "named")]
    pub(crate) group: Option<String>,

    /// The same, as an option.
    #[arg(short = 'g', long = "group", value_name = "GROUP", conflicts_with = "group")]
    pub(crate) named: Option<String>,

    /// The Linode's number, or a member's label.
    pub(crate) instance: String,

    #[command(flatten)]
    pub(crate) operator: OperatorArgs,

    /// Only say what would be done.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `replace`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  autoscale replace web 61280012 --reason 'slow disk'
  autoscale replace web web-k3x9w-7 --timeout 30m")]
pub(crate) struct ReplaceArgs {
    #[command(flatten)]
    pub(crate) member: MemberArgs,

    #[command(flatten)]
    pub(crate) wait: WaitArgs,
}
