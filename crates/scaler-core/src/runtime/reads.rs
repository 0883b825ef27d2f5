//! What is read of a group.

use crate::model::{GroupName, Position};
use crate::ports::{LogName, Store};
use crate::runtime::Error;
use crate::runtime::calls::Calls;
use crate::runtime::dry_run::{as_seen, dry_run};
use crate::runtime::journal::CHUNK;
use crate::runtime::request::ScaleRequest;
use crate::state::{Entry, Fact};
use crate::view::{Activity, HistoryBuilder, Live, Preview, Status};

impl Calls {
    /// What a turn would decide and plan now, or if `ask` were asked. Appends nothing, and needs no actor.
    pub(super) async fn plan(&self, ask: Option<&ScaleRequest>) -> Result<Preview, Error> {
        let (turn, observation) = dry_run(&self.runtime, &self.group, ask).await?;
        Ok(Preview::of(&self.group.name, &turn, &observation))
    }

    /// The same by what the actor of this process saw last; none where it has not seen anything.
    pub(super) async fn plan_as_seen(&self) -> Result<Option<Preview>, Error> {
        let found = as_seen(&self.runtime, &self.group).await?;
        Ok(found.map(|(turn, observation)| Preview::of(&self.group.name, &turn, &observation)))
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
            broke_off: group.breaks(),
            in_flight: group.under_way.steps(),
            cost_per_hour: group.cost(&state),
        };
        Ok(Status::of(&group.group(), &state, now, last.as_deref(), live))
    }
}

/// The latest activities of a group, at most `limit`, the latest first. It reads from the end of the log as far back as
/// they reach.
pub(super) async fn history(
    store: &dyn Store,
    group: &GroupName,
    limit: usize,
) -> Result<Vec<Activity>, Error> {
    let pages = Pages { store, log: LogName::Group(group.clone()), group };
    let mut first = pages.end().await?;
    let (mut read, mut decisions) = (Vec::new(), 0);
    while first > 0 && decisions < limit {
        let from = first.saturating_sub(CHUNK as u64);
        let page = pages.behind(from, usize::try_from(first - from).unwrap_or(CHUNK)).await?;
        decisions += page.iter().filter(|entry| matches!(entry.draft.fact, Fact::Decided { .. })).count();
        read.push(page);
        first = from;
    }
    let mut history = HistoryBuilder::new(limit);
    read.iter().rev().flatten().for_each(|entry| history.take(entry));
    Ok(history.latest_first())
}

/// The log of a group, page by page.
struct Pages<'a> {
    store: &'a dyn Store,
    log: LogName,
    group: &'a GroupName,
}

impl Pages<'_> {
    async fn behind(&self, from: u64, limit: usize) -> Result<Vec<Entry>, Error> {
        let entries = self.store.read(&self.log, Position(from), limit).await;
        entries.map_err(|source| Error::Store { group: Some(self.group.clone()), source })
    }

    /// Its last position. Positions have no gaps, so that it is found in a few steps, however long the log is.
    async fn end(&self) -> Result<u64, Error> {
        let mut beyond = 1;
        while !self.behind(beyond, 1).await?.is_empty() {
            beyond *= 2;
        }
        let (mut low, mut high) = (0, beyond);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.behind(middle, 1).await?.is_empty() {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Ok(low)
    }
}
