//! `history`.

use std::fmt::Write as _;

use jiff::Timestamp;
use scaler_core::view::Activity;

use super::{Context, named_or_only};
use crate::args::HistoryArgs;
use crate::exit::{Exit, Failure};
use crate::output::{ago, or_dash, table, time};

pub(super) async fn run(context: &Context<'_>, args: &HistoryArgs) -> Result<Exit, Failure> {
    let backend = context.backend().await?;
    let group = named_or_only(&*backend, &args.group, &args.named).await?;
    let history = backend.history(&group, args.limit.get()).await?;
    let text = match history.activities.as_slice() {
        [] => format!("{group}: nothing was decided yet"),
        activities if args.steps => activities.iter().map(whole).collect::<Vec<_>>().join("\n\n"),
        activities => overview(activities),
    };
    context.output.result(&history, text)?;
    Ok(Exit::Ok)
}

fn overview(activities: &[Activity]) -> String {
    let header = ["GENERATION", "BEGAN", "SIZE", "TOOK", "OUTCOME", "WHY"];
    table(
        header,
        activities.iter().map(|activity| {
            [
                activity.generation.to_string(),
                time(activity.began),
                size(activity),
                or_dash(activity.ended.as_ref().map(|ended| ago(activity.began, ended.at))),
                outcome(activity),
                why(activity),
            ]
        }),
    )
}

fn whole(activity: &Activity) -> String {
    let mut text = format!(
        "generation {}: {} since {}, {}: {}",
        activity.generation,
        size(activity),
        time(activity.began),
        outcome(activity),
        why(activity)
    );
    for hold in &activity.holds {
        // Writing to a String can't fail.
        let _ = write!(text, "\n  held back: {hold}");
    }
    for step in &activity.steps {
        let end = match (&step.outcome, step.done) {
            (Some(outcome), Some(done)) => format!("{outcome} after {}", ago(step.intended, done)),
            _ => "no outcome yet".to_owned(),
        };
        let _ = write!(text, "\n  {} {}: {end}", time_of_day(step.intended), step.text);
    }
    text
}

fn time_of_day(at: Timestamp) -> String {
    at.strftime("%H:%M:%SZ").to_string()
}

fn size(activity: &Activity) -> String {
    match activity.previous {
        Some(previous) if previous != activity.desired => format!("{previous} → {}", activity.desired),
        _ => activity.desired.to_string(),
    }
}

fn outcome(activity: &Activity) -> String {
    match &activity.ended {
        None => "under way".to_owned(),
        Some(ended) => ended.outcome.to_string(),
    }
}

fn why(activity: &Activity) -> String {
    match &activity.reason {
        None => activity.cause.to_string(),
        Some(reason) => format!("{} ({reason})", activity.cause),
    }
}
