//! `status`.

use std::fmt::Write as _;

use autoscale_api::Groups;
use scaler_core::model::printable;
use scaler_core::view::{MemberStatus, Status};

use super::Context;
use crate::args::StatusArgs;
use crate::exit::{Exit, Failure};
use crate::output::{ago, or_dash, table, time};

pub(super) async fn run(context: &Context<'_>, args: &StatusArgs) -> Result<Exit, Failure> {
    let backend = context.backend().await?;
    let groups = match args.group.as_ref().or(args.named.as_ref()) {
        Some(group) => Groups::new(vec![backend.group(group).await?], Vec::new()),
        None => backend.groups().await?,
    };
    let text = match groups.groups.as_slice() {
        [group] => whole(group),
        several => overview(several),
    };
    let unmanaged = match groups.unmanaged.as_slice() {
        [] => String::new(),
        names => format!("\nnot in the configuration any more, kept and not touched: {}", names.join(", ")),
    };
    context.output.result(&groups, text + &unmanaged)?;
    Ok(Exit::Ok)
}

fn overview(groups: &[Status]) -> String {
    let header = [
        "GROUP",
        "MODE",
        "DESIRED",
        "IN SERVICE",
        "ON THEIR WAY",
        "UNHEALTHY",
        "LEAVING",
        "MIN",
        "MAX",
        "SIGNAL",
        "STATE",
    ];
    table(
        header,
        groups.iter().map(|group| {
            [
                group.group.clone(),
                group.mode.to_string(),
                or_dash(group.desired),
                group.in_service.to_string(),
                group.on_their_way.to_string(),
                group.unhealthy.to_string(),
                group.leaving.to_string(),
                group.min.to_string(),
                group.max.to_string(),
                or_dash(group.signal),
                state(group).to_owned(),
            ]
        }),
    )
}

/// A word for how a group fares.
fn state(group: &Status) -> &'static str {
    let done = group.operation.as_ref().is_none_or(|operation| operation.outcome.is_some());
    match group {
        Status { trouble: Some(_), .. } => "trouble",
        status if status.discarded().is_some() => "discarded",
        Status { turning: false, .. } => "not running",
        Status { holds, .. } if !holds.is_empty() => "held back",
        _ if done => "at rest",
        _ => "under way",
    }
}

fn whole(group: &Status) -> String {
    let mut text = group.to_string();
    let mut line = |name: &str, value: String| {
        // Writing to a String can't fail.
        let _ = write!(text, "\n  {name:<13} {}", printable(&value));
    };
    if let Some(until) = group.mode_until {
        line("mode until", time(until));
    }
    if let Some(operation) = &group.operation {
        let outcome = operation.outcome.as_ref().map_or_else(|| "under way".to_owned(), ToString::to_string);
        let (began, cause) = (time(operation.began), &operation.cause);
        line("generation", format!("{}, {outcome}; since {began}; {cause}", operation.generation));
    }
    if group.wished != group.desired
        && let Some(wished) = group.wished
    {
        line("wished", wished.to_string());
    }
    if let Some(signal) = group.signal {
        line("signal", signal.to_string());
    }
    for policy in &group.policies {
        line("policy", format!("{}: {}, {}", policy.policy, policy.signal, policy.why));
    }
    line("removal budget", format!("{} may be removed now", counted(group.budget_left, "member")));
    if let Some(cost) = group.cost_per_hour.filter(|cost| cost.0 > 0) {
        line("cost", cost.to_string());
    }
    for hold in &group.holds {
        line("held back", hold.to_string());
    }
    for wait in &group.waits {
        line("waiting for", format!("{wait} until {}", time(wait.until)));
    }
    for step in &group.in_flight {
        line("in flight", step.to_string());
    }
    if let Some(why) = &group.trouble {
        line("trouble", why.to_string());
    }
    if group.broke_off > 0 {
        let times = counted(group.broke_off, "time");
        line(
            "broke off",
            format!("its task panicked {times} since the daemon's start: look at the daemon's log"),
        );
    }
    if !group.turning {
        let look = format!("`autoscale plan {}` looks at the cloud", group.group);
        line("not running", format!("no daemon turns its loop: this is what its log says; {look}"));
    }
    if !group.members.is_empty() {
        text.push_str("\n\n");
        text.push_str(&members(group));
    }
    text
}

fn members(group: &Status) -> String {
    let header = ["MEMBER", "INSTANCE", "ADDRESS", "TYPE", "PHASE", "FOR", "REMARKS"];
    table(
        header,
        group.members.iter().map(|member| {
            [
                member.label.clone(),
                or_dash(member.instance),
                or_dash(member.address.as_ref()),
                member.kind.to_string(),
                if member.missing { "missing".to_owned() } else { member.phase.to_string() },
                ago(member.since, group.at),
                remarks(member),
            ]
        }),
    )
}

fn remarks(member: &MemberStatus) -> String {
    let remarks = [
        (member.protected, "protected"),
        (member.replacing, "being replaced"),
        (member.failed, "launch failed"),
        (member.older_template, "older template"),
    ];
    let remarks: Vec<&str> = remarks.into_iter().filter(|(so, _)| *so).map(|(_, what)| what).collect();
    remarks.join(", ")
}

fn counted(n: u32, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
