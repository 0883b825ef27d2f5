//! What a command that waited says at its end.

use std::fmt;

use scaler_core::state::{FailureReason, Outcome as Ended};
use scaler_core::view::Status;
use serde::Serialize;
use tokio::time::timeout;

use super::Context;
use crate::backend::{Backend, End};
use crate::exit::{Exit, Failure};
use crate::limit::{Cut, LAST_WORD};

/// How it ended, and how the group stands then.
#[derive(Debug, Serialize)]
pub(super) struct Waited {
    group: String,
    outcome: Outcome,
    /// The size that was asked for; none for a replacement.
    #[serde(skip_serializing_if = "Option::is_none")]
    asked: Option<u32>,
    /// The desired size now.
    desired: Option<u32>,
    /// Its generation.
    generation: u64,
    in_service: u32,
    /// The generation that took its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    superseded_by: Option<u64>,
    /// Why it failed, what is still under way, or what keeps it from the size that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    /// It stands in the log, and nobody waited.
    Accepted,
    Reached,
    Superseded,
    Failed,
    /// The group's mode lets nothing be carried out.
    Refused,
    TimedOut,
    Interrupted,
}

impl Outcome {
    const fn exit(self) -> Exit {
        match self {
            Self::Accepted | Self::Reached => Exit::Ok,
            Self::Superseded => Exit::Superseded,
            Self::Failed => Exit::Failed,
            Self::Refused => Exit::Refused,
            Self::TimedOut => Exit::TimedOut,
            Self::Interrupted => Exit::Interrupted,
        }
    }
}

/// Tells the end; without one nobody waited.
pub(super) async fn tell(
    context: &Context<'_>,
    backend: &dyn Backend,
    group: &str,
    asked: Option<u32>,
    end: Option<End>,
) -> Result<Exit, Failure> {
    let status = match end {
        Some(End::Cut(cut)) => {
            timeout(LAST_WORD, backend.group(group)).await.map_err(|_| cut.unanswered())??
        }
        _ => backend.group(group).await?,
    };
    let (mut superseded_by, mut why) = (None, None);
    let outcome = match end {
        None => {
            let cut = asked.and_then(|asked| cut(asked, &status, None)).map(|cut| format!("{cut}; "));
            why = Some(cut.unwrap_or_default() + backend.who_goes_on());
            Outcome::Accepted
        }
        Some(End::Ended(Ended::Reached)) => {
            why = asked.and_then(|asked| cut(asked, &status, status.desired));
            Outcome::Reached
        }
        Some(End::Ended(Ended::Superseded { by })) => {
            superseded_by = Some(by);
            Outcome::Superseded
        }
        Some(End::Ended(Ended::Failed { why: reason })) => {
            why = Some(reason.to_string());
            match reason {
                FailureReason::DeadlinePassed => Outcome::TimedOut,
                FailureReason::Mode { .. } => Outcome::Refused,
                _ => Outcome::Failed,
            }
        }
        Some(End::Ended(_)) => Outcome::Failed,
        Some(End::Cut(cut)) => {
            let waits = status.waits.iter().map(|wait| format!("waiting for {wait}"));
            let steps = status.in_flight.iter().map(|step| format!("in flight: {step}"));
            let holds = status.holds.iter().map(ToString::to_string);
            let mut left: Vec<String> = steps.chain(waits).chain(holds).collect();
            left.push(backend.who_goes_on().to_owned());
            why = Some(left.join("; "));
            match cut {
                Cut::TimedOut => Outcome::TimedOut,
                Cut::Interrupted => Outcome::Interrupted,
            }
        }
    };
    let waited = Waited {
        group: group.to_owned(),
        outcome,
        asked,
        desired: status.desired,
        generation: status.generation,
        in_service: status.in_service,
        superseded_by,
        why,
    };
    context.output.result(&waited, &waited)?;
    Ok(outcome.exit())
}

/// What keeps the group from the size that was asked for, if something does; by what was `decided`, once it was.
fn cut(asked: u32, status: &Status, decided: Option<u32>) -> Option<String> {
    match decided {
        _ if asked > status.max => Some(format!("{asked} were asked for, size.max is {}", status.max)),
        _ if asked < status.min => Some(format!("{asked} were asked for, size.min is {}", status.min)),
        Some(desired) if desired != asked => {
            Some(format!("{asked} were asked for, limits and policies allow {desired}"))
        }
        _ => None,
    }
}

impl fmt::Display for Waited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.group)?;
        match (self.outcome, self.asked) {
            (Outcome::Accepted, Some(asked)) => write!(f, "{asked} asked for")?,
            (Outcome::Accepted, None) => f.write_str("asked for")?,
            (Outcome::Reached, _) => f.write_str("reached")?,
            (Outcome::Superseded, _) => f.write_str("superseded")?,
            (Outcome::Failed, _) => f.write_str("failed")?,
            (Outcome::Refused, _) => f.write_str("not carried out")?,
            (Outcome::TimedOut, _) => f.write_str("not reached in time")?,
            (Outcome::Interrupted, _) => f.write_str("interrupted")?,
        }
        if let Some(by) = self.superseded_by {
            write!(f, " by generation {by}")?;
        }
        if self.outcome != Outcome::Accepted {
            write!(f, ", {} in service", self.in_service)?;
            if let Some(desired) = self.desired {
                write!(f, " of {desired} desired")?;
            }
            write!(f, " (generation {})", self.generation)?;
        }
        self.why.as_ref().map_or(Ok(()), |why| write!(f, ": {why}"))
    }
}
