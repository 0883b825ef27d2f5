//! Waiting until what was asked is so.

use std::time::Duration;

use scaler_core::model::{InstanceId, Phase};
use scaler_core::state::{FailureReason, GroupMode, Outcome};
use scaler_core::view::Status;
use tokio::time::{Instant, sleep};

use super::{Client, Error, LONGEST_WAIT, request_id};
use crate::request::SetDesired;
use crate::span::Span;

/// A daemon that was restarted is back within this.
const PATIENCE: Duration = Duration::from_secs(60);
/// The pause before it is asked again.
const PAUSE: Duration = Duration::from_secs(1);
/// How often a member that is being replaced is looked at.
const LOOK: Duration = Duration::from_secs(5);

impl Client {
    /// Waits until what `ask` asks for has ended. It is asked again with the same `request_id`, so nothing happens twice.
    ///
    /// A daemon that is restarted meanwhile is asked again for 60 s; `lost` is told once each time that it is lost.
    ///
    /// # Errors
    /// [`Error`] where the daemon refuses, or stays away.
    pub async fn follow(
        &self,
        group: &str,
        ask: &SetDesired,
        lost: impl FnMut(&Error) + Send,
    ) -> Result<Outcome, Error> {
        let mut ask = SetDesired { wait: Some(Span(LONGEST_WAIT)), ..ask.clone() };
        ask.request_id.get_or_insert_with(request_id);
        let mut patience = Patience { since: None, lost };
        loop {
            let asked = Instant::now();
            match self.set_desired(group, &ask).await {
                Ok(accepted) => match accepted.ending {
                    Some(outcome) => return Ok(outcome),
                    None => patience.since = None,
                },
                Err(error) => patience.endure(error)?,
            }
            if asked.elapsed() < PAUSE {
                sleep(PAUSE).await;
            }
        }
    }

    /// Waits until a member whose replacement was asked for is gone and its group is whole again.
    ///
    /// A daemon that is restarted meanwhile is asked again for 60 s; `lost` is told once each time that it is lost.
    ///
    /// # Errors
    /// [`Error`] where the daemon refuses, or stays away.
    pub async fn follow_replacement(
        &self,
        group: &str,
        instance: InstanceId,
        lost: impl FnMut(&Error) + Send,
    ) -> Result<Outcome, Error> {
        let mut patience = Patience { since: None, lost };
        loop {
            match self.group(group).await {
                Ok(status) => match replaced(&status, instance) {
                    Some(outcome) => return Ok(outcome),
                    None => patience.since = None,
                },
                Err(error) => patience.endure(error)?,
            }
            sleep(LOOK).await;
        }
    }
}

/// A daemon that is being restarted is asked again; what it refuses, and one that is gone for long, is the end.
struct Patience<F> {
    since: Option<Instant>,
    lost: F,
}

impl<F: FnMut(&Error)> Patience<F> {
    fn endure(&mut self, error: Error) -> Result<(), Error> {
        match self.since {
            _ if !error.is_retryable() => Err(error),
            Some(since) if since.elapsed() >= PATIENCE => Err(error),
            Some(_) => Ok(()),
            None => {
                (self.lost)(&error);
                self.since = Some(Instant::now());
                Ok(())
            }
        }
    }
}

/// How a replacement ended, if it did.
fn replaced(status: &Status, instance: InstanceId) -> Option<Outcome> {
    let member = status.members.iter().find(|member| member.instance == Some(instance));
    match member {
        None => status.desired.is_none_or(|desired| desired <= status.in_service).then_some(Outcome::Reached),
        Some(member) if !member.replacing && member.draining.is_none() && member.phase != Phase::Deleting => {
            Some(Outcome::Failed { why: FailureReason::ReplacementFailed { member: member.label.clone() } })
        }
        Some(_) => match status.mode.known() {
            Some(&mode @ (GroupMode::Observe | GroupMode::Paused)) => {
                Some(Outcome::Failed { why: FailureReason::Mode { mode } })
            }
            _ => None,
        },
    }
}
