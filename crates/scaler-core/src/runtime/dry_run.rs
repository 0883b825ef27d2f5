//! What would be done, without doing it.

use std::sync::Arc;

use crate::reconcile::{Observation, Turn, reconcile};
use crate::runtime::error::Error;
use crate::runtime::group_runtime::{GroupRuntime, Runtime};
use crate::runtime::observer::ObservationCache;
use crate::runtime::request::ScaleRequest;
use crate::runtime::turn::{hold_creates, hold_launches, observe};
use crate::state::{Cause, Fact, GroupState, Hold};

/// A turn on a copy of the state, with what it was made of. It changes nothing and appends nothing.
pub(super) async fn dry_run(
    runtime: &Runtime,
    group: &Arc<GroupRuntime>,
    request: Option<&ScaleRequest>,
) -> Result<(Turn, Observation), Error> {
    let state = state(runtime, group).await?;
    // As the actor's next observation, where it is one of this process.
    let report = group.report().filter(|report| report.turn.state.actor == state.actor);
    let mut cache = ObservationCache::shown_after(report.as_ref().map(|report| &report.observation));
    let observation = observe(runtime, group, &state, &mut cache, group.under_way.slots(), false).await;
    Ok((turn(runtime, group, &state, &observation, request), observation))
}

/// The same by the last observation of this process, so that it costs the cloud nothing; none where there is none.
pub(super) async fn as_seen(
    runtime: &Runtime,
    group: &Arc<GroupRuntime>,
) -> Result<Option<(Turn, Observation)>, Error> {
    let state = state(runtime, group).await?;
    let Some(report) = group.report() else { return Ok(None) };
    let mut observation = report.observation.clone();
    observation.in_flight = group.under_way.slots();
    observation.recent = group.recent().at(runtime.clock.now());
    Ok(Some((turn(runtime, group, &state, &observation, None), observation)))
}

async fn state(runtime: &Runtime, group: &Arc<GroupRuntime>) -> Result<Arc<GroupState>, Error> {
    let failed = |source| Error::Store { group: Some(group.name.clone()), source };
    runtime.board.load().await.map_err(failed)?;
    let mut journal = group.journal.lock().await;
    journal.catch_up().await?;
    Ok(journal.state())
}

fn turn(
    runtime: &Runtime,
    group: &Arc<GroupRuntime>,
    state: &GroupState,
    observation: &Observation,
    request: Option<&ScaleRequest>,
) -> Turn {
    let now = runtime.clock.now();
    let mut copy = GroupState::clone(state);
    if copy.incarnation.is_empty() {
        copy.apply_fact(now, Fact::Began { incarnation: "?????".to_owned() }, Cause::Converge);
    }
    let described = group.group();
    let signals = runtime.board.signals(&described, now);
    if let Some(request) = request {
        // A relative size counts from what is there, which a new log says only once it was noticed.
        let first = reconcile(&described, observation, &signals, &copy, now);
        for (fact, cause) in first.facts {
            copy.apply_fact(now, fact, cause);
        }
        let (floor_until, over_budget) = (request.floor_until, request.over_budget);
        let desired = request.wanted.of(described.size, &copy, first.decision.desired);
        let asked = Fact::SizeAsked { desired, floor_until, over_budget };
        copy.apply_fact(now, asked, request.cause.clone());
    }
    let mut turn = reconcile(&described, observation, &signals, &copy, now);
    hold_launches(runtime, &described, &mut turn);
    let room = runtime.limiter.room(runtime.compute.creates_left(), now);
    hold_creates(&mut turn, room, Hold::CreateRate);
    turn
}
