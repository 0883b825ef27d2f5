//! `mode`.

use autoscale_api::SetMode;
use serde::Serialize;

use super::{Context, named};
use crate::args::ModeArgs;
use crate::exit::{Exit, Failure};

/// What was set, or would be.
#[derive(Debug, Serialize)]
struct Done {
    group: String,
    done: String,
    dry_run: bool,
}

pub(super) async fn run(context: &Context<'_>, args: &ModeArgs) -> Result<Exit, Failure> {
    let group = named(&args.group, &args.named)?;
    let backend = context.backend().await?;
    let mut mode = SetMode::new(args.mode.into());
    mode.lasts = args.lasts;
    mode.reason.clone_from(&args.operator.reason);
    mode.who = Some(args.operator.who());
    let lasts = args.lasts.map(|lasts| format!(" for {lasts}")).unwrap_or_default();
    let done = if args.dry_run {
        let before = backend.group(group).await?.mode;
        format!("the mode would be set from {before} to {}{lasts}", mode.mode)
    } else {
        backend.set_mode(group, &mode).await?;
        format!("the mode is {}{lasts}", mode.mode)
    };
    let text = format!("{group}: {done}");
    context.output.result(&Done { group: group.to_owned(), done, dry_run: args.dry_run }, text)?;
    Ok(Exit::Ok)
}
