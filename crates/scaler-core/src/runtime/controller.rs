//! Turning a group's loop: for ever, or until something is reached.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::model::after;
use crate::ports::{StoreError, chain};
use crate::runtime::goal::Goal;
use crate::runtime::group_runtime::{GroupRuntime, Runtime};
use crate::runtime::{Actor, Error};
use crate::state::{FailureReason, Outcome};

/// The longest pause between attempts while the store fails.
const LONGEST: Duration = Duration::from_secs(30);
/// The pause before a log that can't be read is looked at again: a person must cure it.
const UNREADABLE: Duration = Duration::from_secs(60);

/// How a call ends whose deadline passed.
const LATE: Outcome = Outcome::Failed { why: FailureReason::DeadlinePassed };

/// Why the loop of a group ended.
pub(super) enum Halt {
    /// The scaler stops.
    Stopped,
    /// What was waited for came about.
    Goal(Outcome),
    /// The caller's time is over.
    Late,
}

/// Turns the loop of one group until the scaler stops. Errors that may pass are waited out; an actor that was overtaken is
/// the end.
pub(super) async fn for_ever(shared: Arc<Runtime>, group_runtime: Arc<GroupRuntime>) -> Result<(), Error> {
    let mut stop = shared.stop.subscribe();
    let turning = tokio::select! {
        biased;
        _ = stop.wait_for(|stop| *stop) => return Ok(()),
        turning = Arc::clone(&group_runtime.turning).lock_owned() => turning,
    };
    let mut turning = Some(turning);
    let mut failures = 0;
    let mut actor = loop {
        let Some(guard) = turning.take() else { return Ok(()) };
        match Actor::begin(Arc::clone(&shared), Arc::clone(&group_runtime), guard).await {
            Ok(actor) => break actor,
            Err(error) => {
                group_runtime.troubled(&shared, &error).await;
                failures += 1;
                let until = after(shared.clock.now(), pause(&error, failures));
                tokio::select! {
                    biased;
                    _ = stop.wait_for(|stop| *stop) => return Ok(()),
                    () = shared.clock.sleep_until(until) => {}
                }
                turning = Some(Arc::clone(&group_runtime.turning).lock_owned().await);
            }
        }
    };
    work(&mut actor, None, None).await.map(drop)
}

/// Waits for `goal`: where an actor of this process turns the loop it watches, else it turns the loop itself.
pub(super) async fn follow(
    shared: Arc<Runtime>,
    group_runtime: Arc<GroupRuntime>,
    goal: Goal,
    until: Option<Timestamp>,
) -> Result<Outcome, Error> {
    let mut stop = shared.stop.subscribe();
    let turning = tokio::select! {
        biased;
        ending = watch(&shared, &group_runtime, goal) => return Ok(ending),
        _ = stop.wait_for(|stop| *stop) => return Err(Error::Stopping),
        turning = Arc::clone(&group_runtime.turning).lock_owned() => turning,
        () = deadline(&shared, until) => return Ok(LATE),
    };
    let mut actor = Actor::begin(Arc::clone(&shared), Arc::clone(&group_runtime), turning).await?;
    let polled = async {
        match (&shared.source, shared.board.poll_every()) {
            (Some(source), Some(every)) => shared.board.poll(&**source, every).await,
            _ => std::future::pending().await,
        }
    };
    let halted = tokio::select! {
        biased;
        halted = work(&mut actor, Some(goal), until) => halted?,
        () = polled => return Err(Error::Stopping),
    };
    Ok(match halted {
        Halt::Goal(ending) => ending,
        Halt::Late => LATE,
        Halt::Stopped => return Err(Error::Stopping),
    })
}

/// Turns and rests. The steps under way are waited for at the end, whatever it is.
async fn work(actor: &mut Actor, goal: Option<Goal>, until: Option<Timestamp>) -> Result<Halt, Error> {
    let (shared, group_runtime) =
        (Arc::clone(&actor.reconciler.runtime), Arc::clone(&actor.reconciler.group));
    let mut failures = 0;
    let halted = loop {
        if *actor.stop.borrow() {
            break Ok(Halt::Stopped);
        }
        let mut turned = actor.turn().await.map(drop);
        if let Some(goal) = goal {
            let now = shared.clock.now();
            if let Some(ending) = goal.ending(&*group_runtime.journal.lock().await, now) {
                break Ok(Halt::Goal(ending));
            }
            if until.is_some_and(|until| until <= now) {
                break Ok(Halt::Late);
            }
        }
        if turned.is_ok() {
            failures = 0;
            if let Some(until) = until {
                actor.reconciler.wake = actor.reconciler.wake.min(until);
            }
            turned = actor.rest().await;
        }
        match turned {
            Ok(()) => {}
            Err(error @ Error::Overtaken { .. }) => break Err(error),
            Err(error) => {
                group_runtime.troubled(&shared, &error).await;
                failures += 1;
                let again = after(shared.clock.now(), pause(&error, failures));
                let again = until.map_or(again, |until| again.min(until));
                let mut stop = shared.stop.subscribe();
                actor
                    .in_flight
                    .beside(async {
                        tokio::select! {
                            biased;
                            _ = stop.wait_for(|stop| *stop) => {}
                            () = shared.clock.sleep_until(again) => {}
                        }
                    })
                    .await;
            }
        }
    };
    match halted {
        Ok(halt) => {
            if let Err(error) = actor.finish().await {
                tracing::warn!(group = %group_runtime.name, "outcomes are missing in the log: {}", chain(&error));
            }
            Ok(halt)
        }
        Err(error) => {
            group_runtime.troubled(&shared, &error).await;
            group_runtime.journal.lock().await.retire(shared.new_actor());
            Err(error)
        }
    }
}

async fn watch(shared: &Runtime, group_runtime: &GroupRuntime, goal: Goal) -> Outcome {
    let mut progress = group_runtime.progress.clone();
    loop {
        progress.mark_unchanged();
        if let Some(ending) = goal.ending(&*group_runtime.journal.lock().await, shared.clock.now()) {
            return ending;
        }
        if progress.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

async fn deadline(shared: &Runtime, until: Option<Timestamp>) {
    match until {
        Some(until) => shared.clock.sleep_until(until).await,
        None => std::future::pending().await,
    }
}

fn pause(error: &Error, failures: u32) -> Duration {
    match error {
        Error::Store { source: StoreError::Log { .. }, .. } => UNREADABLE,
        _ => Duration::from_secs(1).saturating_mul(1 << failures.saturating_sub(1).min(5)).min(LONGEST),
    }
}
