//! What is read of a group.

use crate::model::{GroupName, Position};
use crate::ports::{LogName, Store};
use crate::runtime::Error;
use crate::runtime::calls::Calls;
use crate::runtime::dry_run::dry_run;
use crate::runtime::journal::CHUNK;
use crate::runtime::request::ScaleRequest;
use crate::view::{Activity, HistoryBuilder, Live, Preview, Status};

impl Calls {
    /// What a turn would decide and plan now, or if `ask` were asked. Appends nothing, and needs no actor.
    pub(super) async fn plan(&self, ask: Option<&ScaleRequest>) -> Result<Preview, Error> {
        let (turn, observation) = dry_run(&self.runtime, &self.group, ask).await?;
        Ok(Preview::of(&self.group.name, &turn, &observation))
    }

    /// How the group stands by its log and by the last turn of this process. Reads the store only.
    pub(super) async fn status(&self) -> Result<Status, Error> {
        let group = &self.group;
        let turning = group.turning.try_lock().is_err();
        let state = {
            let mut journal = group.journal.lock().await;
            if !turning {
                journal.catch_up().await?;
            }
            journal.state()
        };
        let (now, last) = (self.runtime.clock.now(), group.report());
        let live = Live {
            turning,
            trouble: group.trouble(),
            in_flight: group.under_way.steps(),
            cost_per_hour: group.cost(&state),
        };
        Ok(Status::of(&group.group(), &state, now, last.as_deref(), live))
    }
}

/// The latest activities of a group, at most `limit`, the latest first.
pub(super) async fn history(
    store: &dyn Store,
    group: &GroupName,
    limit: usize,
) -> Result<Vec<Activity>, Error> {
    let log = LogName::Group(group.clone());
    let mut history = HistoryBuilder::new(limit);
    let mut from = Position::START;
    loop {
        let entries = store.read(&log, from, CHUNK).await;
        let entries = entries.map_err(|source| Error::Store { group: group.to_string(), source })?;
        for entry in &entries {
            from = entry.position;
            history.take(entry);
        }
        if entries.len() < CHUNK {
            return Ok(history.latest_first());
        }
    }
}
