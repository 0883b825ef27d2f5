//! Commands that ask for a size.

use autoscale_api::{MemberRequest, Span};
use clap::Args;
use scaler_core::model::Amount;

/// `apply`.
#[derive(Debug, Args)]
#[command(after_help = "\
A pipeline that was told a generation passes it on: where something newer was
decided meanwhile it is refused (6), and where something newer is decided while
it waits it ends with 4. Asked again with the same --request-id, nothing happens
twice.

Examples:
  autoscale apply --group web --desired 5
  autoscale apply --group web --desired 5 --generation 17 --timeout 20m
  autoscale apply --group web --desired 5 --request-id $BUILD_TAG
  autoscale apply --group web --desired 5 --dry-run")]
pub(crate) struct ApplyArgs {
    /// The group.
    #[arg(short, long)]
    pub(crate) group: String,

    /// The size that it is to have.
    #[arg(short, long, value_name = "NUMBER")]
    pub(crate) desired: u32,

    #[command(flatten)]
    pub(crate) size: SizeArgs,
}

/// `up` and `down`.
#[derive(Debug, Args)]
pub(crate) struct ByArgs {
    /// The group.
    #[arg(required_unless_present = "named")]
    pub(crate) group: Option<String>,

    /// The same, as an option.
    #[arg(short = 'g', long = "group", value_name = "GROUP", conflicts_with = "group")]
    pub(crate) named: Option<String>,

    /// How many, as a number or a percentage of the desired size.
    #[arg(short, long, value_name = "AMOUNT", default_value = "1")]
    pub(crate) by: Amount,

    #[command(flatten)]
    pub(crate) size: SizeArgs,
}

/// What belongs to every request for a size.
#[derive(Debug, Args)]
pub(crate) struct SizeArgs {
    /// Refused unless this is the current generation of the desired size.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) generation: Option<u64>,

    /// The size is a floor for so long; without it, it is set once and policies go on from it.
    #[arg(long = "for", value_name = "DURATION", value_parser = super::lasting)]
    pub(crate) floor_for: Option<Span>,

    /// Removals may go over the removal budget.
    #[arg(long)]
    pub(crate) over_budget: bool,

    /// Your id of this request: asked again with the same one, nothing happens twice.
    #[arg(long, value_name = "ID")]
    pub(crate) request_id: Option<String>,

    #[command(flatten)]
    pub(crate) operator: OperatorArgs,

    #[command(flatten)]
    pub(crate) wait: WaitArgs,

    /// Only show what would be done: no request, no change.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Who asks, and why.
#[derive(Debug, Args)]
pub(crate) struct OperatorArgs {
    /// Why, for the log.
    #[arg(short, long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub(crate) reason: String,

    /// Who asks, for the log; you, if not given.
    #[arg(long, value_name = "NAME", env = "AUTOSCALE_WHO", hide_env_values = true)]
    pub(crate) who: Option<String>,
}

impl OperatorArgs {
    /// Who asks.
    pub(crate) fn who(&self) -> String {
        let named = |name| std::env::var(name).ok().filter(|who| !who.is_empty());
        let who = self.who.clone().or_else(|| named("USER")).or_else(|| named("LOGNAME"));
        who.unwrap_or_else(|| "autoscale".to_owned())
    }

    /// What is asked of one member, by whom and why.
    pub(crate) fn member(&self) -> MemberRequest {
        MemberRequest::new(self.who(), &self.reason)
    }
}

/// How long it waits.
#[derive(Debug, Args)]
pub(crate) struct WaitArgs {
    /// Wait so long at most; then end with 5. What was begun goes on by a daemon, or when the next actor comes.
    #[arg(short, long, value_name = "DURATION")]
    pub(crate) timeout: Option<Span>,

    /// Only ask, and don't wait. Without a daemon nothing is done until somebody acts.
    #[arg(long, conflicts_with = "timeout")]
    pub(crate) no_wait: bool,
}
