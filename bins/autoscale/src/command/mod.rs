//! One file a group of commands.

mod alerts;
mod check;
mod history;
mod init;
mod member;
mod mode;
mod plan;
mod size;
mod status;
mod store;
mod waited;

use autoscale_api::{MemberAction, SetDesired};
use clap::CommandFactory as _;

use crate::args::{Cli, Command, GlobalArgs, StoreCommand};
use crate::backend::Backend;
use crate::exit::{Exit, Failure};
use crate::locate;
use crate::output::Output;
use crate::progress::Progress;

/// What every command has to do with.
#[derive(Debug)]
struct Context<'a> {
    global: &'a GlobalArgs,
    output: Output,
}

impl Context<'_> {
    async fn backend(&self) -> Result<Box<dyn Backend>, Failure> {
        locate::backend(self.global).await
    }

    fn progress(&self) -> Progress {
        Progress::new(self.global.quiet)
    }
}

/// Does what the command line says.
pub(crate) async fn run(cli: &Cli, output: Output) -> Result<Exit, Failure> {
    let context = &Context { global: &cli.global, output };
    match &cli.command {
        Command::Init(args) => init::run(context, args),
        Command::Check(args) => check::run(context, args).await,
        Command::Status(args) => status::run(context, args).await,
        Command::Plan(args) => plan::run(context, args).await,
        Command::Apply(args) => size::apply(context, args).await,
        Command::Up(args) => size::by(context, args, SetDesired::add).await,
        Command::Down(args) => size::by(context, args, SetDesired::remove).await,
        Command::History(args) => history::run(context, args).await,
        Command::Alerts(args) => alerts::run(context, args).await,
        Command::Mode(args) => mode::run(context, args).await,
        Command::Adopt(args) => member::run(context, args, MemberAction::Adopt).await,
        Command::Release(args) => member::run(context, args, MemberAction::Release).await,
        Command::Protect(args) => member::run(context, args, MemberAction::Protect).await,
        Command::Unprotect(args) => member::run(context, args, MemberAction::Unprotect).await,
        Command::Standby(args) => member::run(context, args, MemberAction::Standby).await,
        Command::Activate(args) => member::run(context, args, MemberAction::Activate).await,
        Command::Replace(args) => member::replace(context, args).await,
        Command::Store(StoreCommand::Rebind(args)) => store::rebind(context, args).await,
        Command::Completions(args) => {
            let mut script = Vec::new();
            clap_complete::generate(args.shell, &mut Cli::command(), "autoscale", &mut script);
            crate::output::print(&String::from_utf8_lossy(&script))?;
            Ok(Exit::Ok)
        }
    }
}

/// The group that is named once, as an argument or as an option; clap sees to it that there is one.
fn named<'a>(group: &'a Option<String>, option: &'a Option<String>) -> Result<&'a str, Failure> {
    group
        .as_deref()
        .or(option.as_deref())
        .ok_or_else(|| Failure::new(Exit::Usage, "no group is named: give its name"))
}

/// The group that is named, or the only one there is.
async fn named_or_only(
    backend: &dyn Backend,
    group: &Option<String>,
    option: &Option<String>,
) -> Result<String, Failure> {
    if let Some(group) = group.as_ref().or(option.as_ref()) {
        return Ok(group.clone());
    }
    let groups = backend.groups().await?.groups;
    match groups.as_slice() {
        [only] => Ok(only.group.clone()),
        groups => {
            let names: Vec<&str> = groups.iter().map(|group| group.group.as_str()).collect();
            let why = format!("which group is meant? name one of {}", names.join(", "));
            Err(Failure::new(Exit::Usage, why))
        }
    }
}
