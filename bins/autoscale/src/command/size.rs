//! `apply`, `up`, `down`.

use autoscale_api::SetDesired;
use scaler_core::model::Amount;

use super::{Context, named, waited};
use crate::args::{ApplyArgs, ByArgs, SizeArgs};
use crate::backend::Waiting;
use crate::exit::{Exit, Failure};
use crate::limit::Limit;

pub(super) async fn apply(context: &Context<'_>, args: &ApplyArgs) -> Result<Exit, Failure> {
    ask(context, &args.group, SetDesired::to(args.desired), &args.size).await
}

pub(super) async fn by(
    context: &Context<'_>,
    args: &ByArgs,
    step: fn(Amount) -> SetDesired,
) -> Result<Exit, Failure> {
    let group = named(&args.group, &args.named)?;
    if matches!(args.by, Amount::Count(0) | Amount::Percent(0)) {
        return Err(Failure::new(Exit::Usage, "--by 0 changes nothing: give at least 1, or a percentage"));
    }
    ask(context, group, step(args.by), &args.size).await
}

async fn ask(
    context: &Context<'_>,
    group: &str,
    mut ask: SetDesired,
    args: &SizeArgs,
) -> Result<Exit, Failure> {
    ask.reason.clone_from(&args.operator.reason);
    ask.who = Some(args.operator.who());
    ask.generation = args.generation;
    ask.request_id.clone_from(&args.request_id);
    ask.floor_for = args.floor_for;
    ask.over_budget = args.over_budget;
    // Signals are heard from here on, so that none falls between the request and the waiting.
    let mut limit = Limit::new(args.wait.timeout.map(|timeout| timeout.0))?;
    let backend = limit.within(context.backend()).await?;
    if args.dry_run {
        let plan = limit.within(backend.plan(group, Some(&ask))).await?;
        context.output.result(&plan, &plan)?;
        return Ok(Exit::Ok);
    }
    let request = limit.within(backend.request(group, ask)).await?;
    let asked = Some(request.desired);
    if args.wait.no_wait {
        return waited::tell(context, &*backend, group, asked, None).await;
    }
    let progress = context.progress();
    let end = backend.follow(request, &mut Waiting { progress: &progress, limit }).await?;
    drop(progress);
    waited::tell(context, &*backend, group, asked, Some(end)).await
}
