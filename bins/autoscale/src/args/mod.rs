//! What the command line says.

mod alerts;
mod group;
mod member;
mod size;
mod store;

use std::path::PathBuf;

use autoscale_api::Span;
use autoscale_api::client::{Url, address_of};
use clap::{Args, Parser, Subcommand, ValueHint};
use clap_complete::Shell;

use crate::output::Format;

pub(crate) use self::alerts::{AlertsArgs, AlertsCommand, ForgetArgs};
pub(crate) use self::group::{HistoryArgs, ModeArgs, PlanArgs, StatusArgs};
pub(crate) use self::member::{MemberArgs, ReplaceArgs};
pub(crate) use self::size::{ApplyArgs, ByArgs, OperatorArgs, SizeArgs, WaitArgs};
pub(crate) use self::store::{RebindArgs, StoreCommand};

/// How long something is to last.
fn lasting(text: &str) -> Result<Span, String> {
    match text.parse::<Span>() {
        Ok(span) if span.0.is_zero() => {
            Err("that is over at once: leave it out, or say for how long: 2h".to_owned())
        }
        Ok(span) => Ok(span),
        Err(error) => Err(error.to_string()),
    }
}

const AFTER: &str = "\
Examples:
  autoscale init && $EDITOR autoscale.yaml && autoscale check --online
  autoscale status
  autoscale plan web
  autoscale up web --by 50% --reason 'sale at noon'
  autoscale apply --group web --desired 5 --generation 17 --timeout 20m
  autoscale mode web add_only --for 2h

Where it acts:
  Where a daemon holds the store it speaks to the daemon, which has to prove
  by the key beside the store that it does; or to the one at --daemon. Else
  it takes the store's lock and is itself the actor, for as long as the
  command runs.

Exit codes:
  0    done, or the desired size is reached
  1    failed
  2    the command line or the configuration is wrong, or names what is not
       there
  3    the store is in use, or the daemon can't be reached
  4    superseded: a newer decision took its place
  5    not reached within --timeout; what was begun goes on
  6    refused as things are: another generation, a mode, a member that can't
       be adopted, a store of another owner
  130  a signal ended the waiting

Results go to stdout, progress and errors to stderr.";

/// Keeps groups of Linodes behind NodeBalancers at the size that they need.
#[derive(Debug, Parser)]
#[command(name = "autoscale", version, after_help = AFTER, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct GlobalArgs {
    /// The configuration.
    #[arg(short, long, global = true, value_name = "FILE", env = "AUTOSCALE_CONFIG", default_value = "autoscale.yaml", value_hint = ValueHint::FilePath)]
    pub(crate) config: PathBuf,

    /// The daemon's address, in place of the one beside the store. Its credential is AUTOSCALE_CREDENTIAL, or that of
    /// the configuration.
    #[arg(long, global = true, value_name = "URL", env = "AUTOSCALE_DAEMON", value_parser = address)]
    pub(crate) daemon: Option<Url>,

    /// Speak plain HTTP also to a --daemon on another machine: whoever is between can read the credential.
    #[arg(long, global = true, requires = "daemon")]
    pub(crate) insecure: bool,

    /// How results are written.
    #[arg(short, long, global = true, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) output: Format,

    /// Tell no progress.
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
}

/// What is to be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make an owner id, a commented configuration to begin with, and a credential of the webhook.
    Init(InitArgs),
    /// Show every mistake of the configuration, with its place and the fix.
    Check(CheckArgs),
    /// Show how the groups stand.
    Status(StatusArgs),
    /// Show what would be done now, without doing it.
    Plan(PlanArgs),
    /// Bring a group to a size, and wait until it is reached.
    Apply(ApplyArgs),
    /// Add members, and wait until they serve.
    #[command(after_help = UP)]
    Up(ByArgs),
    /// Remove members, drained and within the removal budget, and wait until they are gone.
    #[command(after_help = DOWN)]
    Down(ByArgs),
    /// Show what was done, when and why.
    History(HistoryArgs),
    /// Show the alerts that are held, and who goes by them; or drop some.
    Alerts(AlertsArgs),
    /// Set what a group's actor may do, or that of every group.
    Mode(ModeArgs),
    /// Make a Linode of yours a member.
    #[command(after_help = ADOPT)]
    Adopt(MemberArgs),
    /// Let a member go as it is: it keeps its nodes and loses the group's tags.
    #[command(after_help = RELEASE)]
    Release(MemberArgs),
    /// Have a member never removed.
    #[command(after_help = PROTECT)]
    Protect(MemberArgs),
    /// Take that protection away.
    #[command(after_help = UNPROTECT)]
    Unprotect(MemberArgs),
    /// Leave a member to you: it is not counted and not touched.
    #[command(after_help = STANDBY)]
    Standby(MemberArgs),
    /// Take a member back from standby.
    #[command(after_help = ACTIVATE)]
    Activate(MemberArgs),
    /// Launch another one in a member's place, and remove it once that serves.
    Replace(ReplaceArgs),
    /// See to the store itself, while no daemon holds it.
    #[command(subcommand, after_help = STORE)]
    Store(StoreCommand),
    /// Write a script that completes these commands in your shell.
    Completions(CompletionsArgs),
}

const UP: &str = "\
Examples:
  autoscale up web                      one more
  autoscale up web --by 50% --for 2h    half as many more, kept for two hours
  autoscale up web --by 4 --dry-run     what would be done";

const DOWN: &str = "\
Examples:
  autoscale down web --timeout 30m      one fewer, drained in full
  autoscale down web --by 2 --no-wait   asked for; the daemon does the rest
  autoscale down web --by 25% --dry-run";

const ADOPT: &str = "\
The Linode must be in the region of the group's NodeBalancers and have an
address of their kind. Its nodes stay, on whatever port; where it has none the
group's actor registers it.

Examples:
  autoscale adopt web 61280012
  autoscale adopt web 61280012 --dry-run";

const RELEASE: &str = "\
Examples:
  autoscale release web 61280012
  autoscale release web web-k3x9w-7     by its label";

const PROTECT: &str = "\
Examples:
  autoscale protect web 61280012 --reason 'being debugged'
  autoscale protect web web-k3x9w-7     by its label";

const UNPROTECT: &str = "\
Examples:
  autoscale unprotect web 61280012";

const STANDBY: &str = "\
Its nodes stay as they are: drain them yourself before you work on it.

Examples:
  autoscale standby web 61280012 --reason 'disk replaced'
  autoscale activate web 61280012";

const ACTIVATE: &str = "\
Examples:
  autoscale activate web 61280012";

const STORE: &str = "\
Examples:
  autoscale store rebind --owner --dry-run
  autoscale store rebind --account --reason 'moved to the new account'";

/// `init`.
#[derive(Debug, Args)]
#[command(after_help = "\
The configuration is written to --config, unless something is there already.

Examples:
  autoscale init
  autoscale init --config /etc/autoscale/autoscale.yaml
  autoscale init --print > autoscale.yaml")]
pub(crate) struct InitArgs {
    /// Write it to stdout, not to a file.
    #[arg(long, visible_alias = "dry-run")]
    pub(crate) print: bool,
}

/// `check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Ends with 2 where there is an error, with 0 where there are warnings only.

Examples:
  autoscale check
  autoscale check --no-secrets          where there are none, as in CI
  autoscale check --online              ask the Linode API as well
  autoscale check --output json | jq '.problems[] | .fix'")]
pub(crate) struct CheckArgs {
    /// Ask the Linode API too: token, account, regions, types, images, firewalls, NodeBalancers. Reads only.
    #[arg(long)]
    pub(crate) online: bool,

    /// Secrets that are not there are warnings.
    #[arg(long, conflicts_with = "online")]
    pub(crate) no_secrets: bool,

    /// Warnings are errors.
    #[arg(long)]
    pub(crate) strict: bool,
}

/// `completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  autoscale completions bash > /etc/bash_completion.d/autoscale
  autoscale completions zsh > ~/.zfunc/_autoscale")]
pub(crate) struct CompletionsArgs {
    /// The shell.
    pub(crate) shell: Shell,
}

fn address(text: &str) -> Result<Url, String> {
    address_of(text).ok_or_else(|| "give scheme, host and port, such as http://127.0.0.1:9480".to_owned())
}
