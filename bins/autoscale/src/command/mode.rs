//! `mode`.

use std::fmt::Write as _;

use autoscale_api::{ModeSet, SetMode};
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

/// The same of every group.
#[derive(Debug, Serialize)]
struct AllDone {
    groups: Vec<ModeSet>,
    done: String,
    dry_run: bool,
}

pub(super) async fn run(context: &Context<'_>, args: &ModeArgs) -> Result<Exit, Failure> {
    let mut mode = SetMode::new(args.mode.into());
    mode.lasts = args.lasts;
    mode.reason.clone_from(&args.operator.reason);
    mode.who = Some(args.operator.who());
    let lasts = args.lasts.map(|lasts| format!(" for {lasts}")).unwrap_or_default();
    if args.all {
        return every(context, args, &mode, &lasts).await;
    }
    let group = named(&args.group, &args.named)?;
    let backend = context.backend().await?;
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

async fn every(context: &Context<'_>, args: &ModeArgs, mode: &SetMode, lasts: &str) -> Result<Exit, Failure> {
    let backend = context.backend().await?;
    let (groups, done) = if args.dry_run {
        let groups = backend.groups().await?.groups;
        let groups: Vec<ModeSet> = groups.into_iter().map(|group| ModeSet::new(group.group, None)).collect();
        (groups, format!("the mode would be set to {}{lasts}", mode.mode))
    } else {
        (backend.set_every_mode(mode).await?.groups, format!("the mode is {}{lasts}", mode.mode))
    };
    let failed = groups.iter().any(|set| set.error.is_some());
    let mut text = String::new();
    for ModeSet { group, error, .. } in &groups {
        // Writing to a String can't fail.
        let _ = match error {
            Some(error) => writeln!(text, "{group}: the mode is as before: {error}"),
            None => writeln!(text, "{group}: {done}"),
        };
    }
    context.output.result(&AllDone { groups, done, dry_run: args.dry_run }, text)?;
    Ok(if failed { Exit::Failed } else { Exit::Ok })
}
