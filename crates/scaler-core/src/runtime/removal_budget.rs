//! The one place that lets a member be drained.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use crate::model::{GroupName, Position, Slot, after, elapsed};
use crate::ports::{Clock, LogName, Store, StoreError};
use crate::runtime::Error;
use crate::runtime::journal::CHUNK;
use crate::state::{Draft, Draw, Entry, Fact, LAPSE, Memory, installation_left};

/// Draws older than this (seconds) no longer matter to any window.
const WINDOW: u64 = 3_600;

/// Permits the drain of one member. Nobody but the ration can make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ticket {
    slot: Slot,
    over: bool,
    /// When it was drawn; none where the drain was seen since, or needs no ration.
    drawn: Option<Timestamp>,
}

impl Ticket {
    /// The member that may be drained.
    pub(super) const fn slot(&self) -> Slot {
        self.slot
    }

    /// It was allowed over the ration.
    pub(super) const fn over(&self) -> bool {
        self.over
    }

    /// A drain that was decided at `now` is worth nothing after that: its ration has lapsed.
    pub(super) fn lapses(&self, now: Timestamp) -> Option<Timestamp> {
        self.drawn.map(|drawn| after(drawn.min(now), LAPSE))
    }

    /// The ticket that a member has by what the log says: its drain was drawn before, or it never served.
    pub(super) fn standing(memory: &Memory, slot: Slot) -> Option<Self> {
        let member = memory.members.get(&slot)?;
        let never_served = member.failed && member.served.is_none();
        let drain = member.drain.filter(|drain| drain.drawn);
        let drawn = drain.filter(|drain| drain.seen.is_none()).map(|drain| drain.at);
        (drain.is_some() || never_served).then_some(Self { slot, over: false, drawn })
    }
}

/// Who draws, and how much its own ration allows.
#[derive(Debug)]
pub(super) struct Drawer<'a> {
    pub(super) group: &'a GroupName,
    /// An operator allowed it over the ration.
    pub(super) may_go_over: bool,
    /// The group's own ration has something left.
    pub(super) group_has_left: bool,
    /// Members of the whole installation that may be serving.
    pub(super) serving: u32,
}

/// The installation's ration: what all groups drew, as its log tells.
pub(super) struct Ration {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    ledger: tokio::sync::Mutex<Ledger>,
}

#[derive(Debug)]
struct Ledger {
    position: Position,
    draws: Vec<Draw>,
}

impl fmt::Debug for Ration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ration").finish_non_exhaustive()
    }
}

impl Ration {
    pub(super) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        let ledger = Ledger { position: Position::START, draws: Vec::new() };
        Self { store, clock, ledger: tokio::sync::Mutex::new(ledger) }
    }

    /// Draws a removal of `slot` by compare-and-append to the installation's log; none where nothing is left.
    /// `stamp` makes the entry.
    pub(super) async fn draw(
        &self,
        drawer: &Drawer<'_>,
        slot: Slot,
        stamp: impl Fn(Timestamp, Fact) -> Draft + Send,
    ) -> Result<Option<Ticket>, Error> {
        let failed = |source| Error::Store { group: drawer.group.to_string(), source };
        let mut ledger = self.ledger.lock().await;
        loop {
            self.read_on(&mut ledger).await.map_err(failed)?;
            let now = self.clock.now();
            let within = drawer.group_has_left && installation_left(drawer.serving, &ledger.draws, now) > 0;
            if !within && !drawer.may_go_over {
                return Ok(None);
            }
            let over = !within;
            let draft = stamp(now, Fact::Drawn { group: drawer.group.clone(), slot, over });
            match self
                .store
                .append(&LogName::Installation, ledger.position, std::slice::from_ref(&draft))
                .await
            {
                Ok(_) => {
                    let position = ledger.position.next();
                    ledger.take(&Entry { position, draft });
                    return Ok(Some(Ticket { slot, over, drawn: Some(now) }));
                }
                Err(StoreError::Conflict { .. }) => {}
                Err(broken) => {
                    let read = self.read_on(&mut ledger).await.map_err(failed)?;
                    if read.contains(&draft) {
                        return Ok(Some(Ticket { slot, over, drawn: Some(now) }));
                    }
                    return Err(failed(broken));
                }
            }
        }
    }

    async fn read_on(&self, ledger: &mut Ledger) -> Result<Vec<Draft>, StoreError> {
        let mut read = Vec::new();
        loop {
            let entries = self.store.read(&LogName::Installation, ledger.position, CHUNK).await?;
            let last = entries.len() < CHUNK;
            for entry in entries {
                ledger.take(&entry);
                read.push(entry.draft);
            }
            if last {
                ledger.forget(self.clock.now());
                return Ok(read);
            }
        }
    }
}

impl Ledger {
    fn take(&mut self, entry: &Entry) {
        self.position = entry.position;
        if let Fact::Drawn { group, slot, over } = &entry.draft.fact {
            self.draws.push(Draw { at: entry.draft.at, group: group.clone(), slot: *slot, over: *over });
        }
    }

    fn forget(&mut self, now: Timestamp) {
        self.draws.retain(|draw| elapsed(draw.at, now).as_secs() < WINDOW);
    }
}
