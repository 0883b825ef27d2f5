//! Commands on the store itself.

use clap::{Args, Subcommand};

use super::OperatorArgs;

/// `store`.
#[derive(Debug, Subcommand)]
pub(crate) enum StoreCommand {
    /// Give the store to another owner or account: without it, a daemon refuses a store that is another one's.
    Rebind(RebindArgs),
}

/// `store rebind`.
#[derive(Debug, Args)]
#[command(after_help = "\
A store remembers the owner and the account that it began with. Members that
carry the tag of another owner are not ours any more: after `--owner` they
count as without tags, and nothing is done until their tags are changed too,
or they are released. After `--account` members that do not exist there are
replaced.

Examples:
  autoscale store rebind --owner --dry-run
  autoscale store rebind --owner --reason 'configuration written anew'
  autoscale store rebind --account --reason 'moved to the new account'")]
pub(crate) struct RebindArgs {
    /// It belongs to the configuration's owner from now on.
    #[arg(long, required_unless_present = "account")]
    pub(crate) owner: bool,

    /// It belongs to the account of the configuration's token from now on.
    #[arg(long)]
    pub(crate) account: bool,

    #[command(flatten)]
    pub(crate) operator: OperatorArgs,

    /// Only say what would change.
    #[arg(long)]
    pub(crate) dry_run: bool,
}
