//! The one place that lets a member be drained.

use std::fmt;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::model::{GroupName, Position, Slot, after, elapsed};
use crate::ports::{Clock, LogName, Store, StoreError};
use crate::runtime::clock_watch::ClockWatch;
use crate::runtime::journal::CHUNK;
use crate::state::{Draft, DrawnPermit, Entry, Fact, GroupState, LAPSE, installation_left};

/// Draws older than this (seconds) no longer matter to any window.
const WINDOW: u64 = 3_600;

/// Permits the drain of one member. Nobody but the budget can make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Permit {
    slot: Slot,
    over: bool,
    /// When it was drawn; none where the drain was seen since, or needs no permit.
    drawn: Option<Timestamp>,
}

impl Permit {
    /// The member that may be drained.
    pub(super) const fn slot(&self) -> Slot {
        self.slot
    }

    /// It was allowed over the removal budget.
    pub(super) const fn over(&self) -> bool {
        self.over
    }

    /// A drain that was decided at `now` is worth nothing after that: its permit has lapsed.
    pub(super) fn lapses(&self, now: Timestamp) -> Option<Timestamp> {
        self.drawn.map(|drawn| after(drawn.min(now), LAPSE))
    }

    /// The permit that a member has by what the log says: its drain was drawn before, or it never served.
    pub(super) fn standing(state: &GroupState, slot: Slot) -> Option<Self> {
        let member = state.members.get(&slot)?;
        let never_served = member.failed && member.served.is_none();
        let drain = member.drain.filter(|drain| drain.drawn);
        let drawn = drain.filter(|drain| drain.seen.is_none()).map(|drain| drain.at);
        (drain.is_some() || never_served).then_some(Self { slot, over: false, drawn })
    }
}

/// Who draws a permit, and what its own budget allows.
#[derive(Debug)]
pub(super) struct PermitRequest<'a> {
    pub(super) group: &'a GroupName,
    /// An operator allowed it over the removal budget.
    pub(super) may_exceed: bool,
    /// The group's own budget has something left.
    pub(super) group_has_left: bool,
    /// Members of the whole installation that may be serving.
    pub(super) serving: u32,
}

/// The installation's removal budget: what all groups drew, as its log tells.
pub(super) struct RemovalBudget {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    permit_log: tokio::sync::Mutex<PermitLog>,
}

#[derive(Debug)]
struct PermitLog {
    position: Position,
    permits: Vec<DrawnPermit>,
    watch: ClockWatch,
}

impl fmt::Debug for RemovalBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemovalBudget").finish_non_exhaustive()
    }
}

impl RemovalBudget {
    pub(super) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        let watch = ClockWatch::new(&*clock);
        let permit_log = PermitLog { position: Position::START, permits: Vec::new(), watch };
        Self { store, clock, permit_log: tokio::sync::Mutex::new(permit_log) }
    }

    /// Draws a removal of `slot` by compare-and-append to the installation's log; none where nothing is left.
    /// `stamp` makes the entry.
    pub(super) async fn draw(
        &self,
        request: &PermitRequest<'_>,
        slot: Slot,
        stamp: impl Fn(Timestamp, Fact) -> Draft + Send,
    ) -> Result<Option<Permit>, StoreError> {
        let mut permit_log = self.permit_log.lock().await;
        permit_log.keep_time(&*self.clock);
        loop {
            self.read_on(&mut permit_log).await?;
            let now = self.clock.now();
            let within =
                request.group_has_left && installation_left(request.serving, &permit_log.permits, now) > 0;
            if !within && !request.may_exceed {
                return Ok(None);
            }
            let over = !within;
            let draft = stamp(now, Fact::PermitDrawn { group: request.group.clone(), slot, over });
            match self
                .store
                .append(&LogName::Installation, permit_log.position, std::slice::from_ref(&draft))
                .await
            {
                Ok(_) => {
                    let position = permit_log.position.next();
                    permit_log.take(&Entry { position, draft });
                    return Ok(Some(Permit { slot, over, drawn: Some(now) }));
                }
                Err(StoreError::Conflict { .. }) => {}
                Err(broken) => {
                    let read = self.read_on(&mut permit_log).await?;
                    if read.contains(&draft) {
                        return Ok(Some(Permit { slot, over, drawn: Some(now) }));
                    }
                    return Err(broken);
                }
            }
        }
    }

    /// Gives a permit back that was of no use, as `draft` says. Where that can't be written down, it stays drawn until its time
    /// is over.
    pub(super) async fn give_back(&self, draft: Draft) -> Result<(), StoreError> {
        let mut permit_log = self.permit_log.lock().await;
        loop {
            self.read_on(&mut permit_log).await?;
            let drafts = std::slice::from_ref(&draft);
            match self.store.append(&LogName::Installation, permit_log.position, drafts).await {
                Ok(_) => {
                    let position = permit_log.position.next();
                    permit_log.take(&Entry { position, draft });
                    return Ok(());
                }
                Err(StoreError::Conflict { .. }) => {}
                Err(broken) => return Err(broken),
            }
        }
    }

    /// Removals that the installation's budget leaves; none where its log can't be read. Other processes may have drawn since
    /// it was read: the draw finds out.
    pub(super) async fn left(&self, serving: u32) -> Option<u32> {
        let mut permit_log = self.permit_log.lock().await;
        permit_log.keep_time(&*self.clock);
        let known = |log: &PermitLog, now| installation_left(serving, &log.permits, now);
        if permit_log.position == Position::START || known(&permit_log, self.clock.now()) == 0 {
            self.read_on(&mut permit_log).await.ok()?;
        }
        Some(known(&permit_log, self.clock.now()))
    }

    async fn read_on(&self, permit_log: &mut PermitLog) -> Result<Vec<Draft>, StoreError> {
        let mut read = Vec::new();
        loop {
            let entries = self.store.read(&LogName::Installation, permit_log.position, CHUNK).await?;
            let last = entries.len() < CHUNK;
            for entry in entries {
                permit_log.take(&entry);
                read.push(entry.draft);
            }
            if last {
                permit_log.forget(self.clock.now());
                return Ok(read);
            }
        }
    }
}

impl PermitLog {
    /// Permits were drawn as long ago as before where the wall clock was set.
    fn keep_time(&mut self, clock: &dyn Clock) {
        let (now, set_by) = self.watch.look(clock);
        self.watch = now;
        if let Some(by) = set_by.map(SignedDuration::from_secs) {
            for permit in &mut self.permits {
                permit.at = permit.at.checked_add(by).unwrap_or(permit.at);
            }
        }
    }

    fn take(&mut self, entry: &Entry) {
        self.position = entry.position;
        if let Fact::PermitDrawn { group, slot, over } = &entry.draft.fact {
            self.permits.push(DrawnPermit {
                at: entry.draft.at,
                group: group.clone(),
                slot: *slot,
                over: *over,
            });
        } else if let Fact::PermitReturned { group, slot } = &entry.draft.fact {
            let drawn = self.permits.iter().rposition(|draw| draw.group == *group && draw.slot == *slot);
            drawn.map(|drawn| self.permits.remove(drawn));
        }
    }

    fn forget(&mut self, now: Timestamp) {
        self.permits.retain(|draw| elapsed(draw.at, now).as_secs() < WINDOW);
    }
}
