//! `adopt`, `release`, `protect`, `unprotect`, `standby`, `activate`, `replace`.

use autoscale_api::MemberAction;
use scaler_core::model::InstanceId;
use serde::Serialize;

use super::{Context, named, waited};
use crate::args::{MemberArgs, ReplaceArgs};
use crate::backend::{Backend, OfMember, Waiting};
use crate::exit::{Exit, Failure};
use crate::limit::Limit;

/// What was done with a member, or would be.
#[derive(Debug, Serialize)]
struct Done {
    group: String,
    instance: InstanceId,
    done: String,
    dry_run: bool,
}

pub(super) async fn run(
    context: &Context<'_>,
    args: &MemberArgs,
    action: MemberAction,
) -> Result<Exit, Failure> {
    let group = named(&args.group, &args.named)?;
    let backend = context.backend().await?;
    let instance = find(&*backend, group, &args.instance, action).await?;
    if !args.dry_run {
        backend.member(&OfMember { group, instance, ask: args.operator.member() }, action).await?;
    }
    say(context, group, instance, action, args.dry_run)
}

pub(super) async fn replace(context: &Context<'_>, args: &ReplaceArgs) -> Result<Exit, Failure> {
    let member = &args.member;
    let mut limit = Limit::new(args.wait.timeout.map(|timeout| timeout.0))?;
    if member.dry_run || args.wait.no_wait {
        return limit.within(run(context, member, MemberAction::Replace)).await;
    }
    let group = named(&member.group, &member.named)?;
    let backend = limit.within(context.backend()).await?;
    let instance = limit.within(find(&*backend, group, &member.instance, MemberAction::Replace)).await?;
    let progress = context.progress();
    let mut waiting = Waiting { progress: &progress, limit };
    let of = OfMember { group, instance, ask: member.operator.member() };
    let end = backend.replace(&of, &mut waiting).await?;
    drop(progress);
    waited::tell(context, &*backend, group, None, Some(end)).await
}

/// The instance that is meant: by its number, or by the label of a member.
async fn find(
    backend: &dyn Backend,
    group: &str,
    named: &str,
    action: MemberAction,
) -> Result<InstanceId, Failure> {
    let status = backend.group(group).await?;
    let number = named.parse().ok().map(InstanceId);
    let member = status
        .members
        .iter()
        .find(|member| (number.is_some() && member.instance == number) || member.label == named);
    let usage = |why: String| Err(Failure::new(Exit::Usage, why));
    match (member.map(|member| member.instance), number, action) {
        (Some(Some(instance)), ..) | (None, Some(instance), MemberAction::Adopt) => Ok(instance),
        (Some(None), ..) => usage(format!("{named} has no Linode yet: wait until it is created")),
        (None, None, MemberAction::Adopt) => {
            usage(format!("{named:?} is not a Linode's number: name the Linode to adopt by its number"))
        }
        (None, ..) => usage(format!(
            "{named} is not a member of group {group}: `autoscale status {group}` lists the members, `autoscale adopt` makes it one"
        )),
    }
}

fn say(
    context: &Context<'_>,
    group: &str,
    instance: InstanceId,
    action: MemberAction,
    dry_run: bool,
) -> Result<Exit, Failure> {
    let (is, would) = match action {
        MemberAction::Adopt => ("is a member", "would become a member"),
        MemberAction::Release => ("is released, and left as it is", "would be released, and left as it is"),
        MemberAction::Protect => ("is protected", "would be protected"),
        MemberAction::Unprotect => ("is no longer protected", "would no longer be protected"),
        MemberAction::Standby => ("is on standby", "would be on standby"),
        MemberAction::Activate => ("comes back from standby", "would come back from standby"),
        MemberAction::Replace => ("is being replaced", "would be replaced"),
    };
    let done = format!("instance {instance} {}", if dry_run { would } else { is });
    let text = format!("{group}: {done}");
    context.output.result(&Done { group: group.to_owned(), instance, done, dry_run }, text)?;
    Ok(Exit::Ok)
}
