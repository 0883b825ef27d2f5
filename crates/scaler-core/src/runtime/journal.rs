//! The one appender of a group's log in this process.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch;

use crate::model::{ActorId, GroupName, Position};
use crate::ports::{Clock, LogName, Store, StoreError};
use crate::runtime::Error;
use crate::runtime::hub::Hub;
use crate::state::{Cause, Draft, Entry, Fact, GroupState, Outcome};
use crate::view::Event;

/// Entries read at once.
pub(super) const CHUNK: usize = 1_000;
/// Attempts at an append that others keep coming between.
const ATTEMPTS: usize = 16;
/// Requests, answers and outcomes that are remembered for callers.
const REMEMBERED: usize = 1_000;

/// Whether an append took place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(super) enum Appended {
    /// It did.
    Yes,
    /// Somebody else appended instead, and the state is newer: think again.
    Changed,
}

/// What callers who wait want to know of the log.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// Where the request with this id stands, and the size that it asked for.
    pub(super) requests: BTreeMap<String, (Position, u32)>,
    /// The generation that answered the request at this place.
    pub(super) generations: BTreeMap<Position, u64>,
    /// How generations ended.
    pub(super) outcomes: BTreeMap<u64, Outcome>,
}

/// A group's log as this process knows it: its state is kept up entry by entry, never folded anew.
pub(super) struct Journal {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    hub: Arc<Hub>,
    log: LogName,
    group: GroupName,
    actor: ActorId,
    loaded: bool,
    began: bool,
    overtaken: Option<ActorId>,
    state: Arc<GroupState>,
    answers: Answers,
    /// Outcomes that are not in the log yet. They happened, so they go in before anything else.
    owed: Vec<Draft>,
    progress: watch::Sender<Position>,
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal")
            .field("log", &self.log)
            .field("actor", &self.actor)
            .field("position", &self.state.position)
            .finish_non_exhaustive()
    }
}

impl Journal {
    pub(super) fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        hub: Arc<Hub>,
        group: GroupName,
        actor: ActorId,
    ) -> Self {
        Self {
            store,
            clock,
            hub,
            log: LogName::Group(group.clone()),
            group,
            actor,
            loaded: false,
            began: false,
            overtaken: None,
            state: Arc::default(),
            answers: Answers::default(),
            owed: Vec::new(),
            progress: watch::Sender::new(Position::START),
        }
    }

    /// The fold of the log so far.
    pub(super) fn state(&self) -> Arc<GroupState> {
        Arc::clone(&self.state)
    }

    /// What callers who wait want to know.
    pub(super) const fn answers(&self) -> &Answers {
        &self.answers
    }

    /// Changes whenever the log grows.
    pub(super) fn progress(&self) -> watch::Receiver<Position> {
        self.progress.subscribe()
    }

    /// Reads everything and takes the group over as `actor`. `incarnation` is used where the log is empty.
    pub(super) async fn begin(&mut self, actor: ActorId, incarnation: &str) -> Result<(), Error> {
        self.overtaken = None;
        self.began = false;
        self.catch_up().await?;
        self.settle().await?;
        self.actor = actor;
        for _ in 0..ATTEMPTS {
            let incarnation = match self.state.incarnation.as_str() {
                "" => incarnation.to_owned(),
                known => known.to_owned(),
            };
            let began = self.draft(self.clock.now(), Fact::Began { incarnation }, Cause::Converge);
            if self.write(vec![began]).await? == Appended::Yes {
                self.began = true;
                return Ok(());
            }
        }
        Err(Error::Busy { group: self.group.clone() })
    }

    /// An entry in its envelope, with the operation and generation of now.
    pub(super) fn draft(&self, at: Timestamp, fact: Fact, cause: Cause) -> Draft {
        let (operation, generation) = self.state.envelope_of(&fact);
        Draft::new(at, self.actor.clone(), operation, generation, cause, fact)
    }

    /// Who appends.
    pub(super) const fn actor(&self) -> &ActorId {
        &self.actor
    }

    /// Takes outcomes over: from here on they are not lost while the process lives.
    pub(super) fn owe(&mut self, outcomes: impl IntoIterator<Item = Draft>) {
        self.owed.extend(outcomes);
    }

    /// Appends what is owed. An operator's entry in between changes nothing about what happened, so it is tried again.
    pub(super) async fn settle(&mut self) -> Result<(), Error> {
        for _ in 0..ATTEMPTS {
            if self.owed.is_empty() {
                return Ok(());
            }
            let owed = self.owed.clone();
            // Folding them takes them off the list.
            let _ = self.write(owed).await?;
        }
        if self.owed.is_empty() { Ok(()) } else { Err(Error::Busy { group: self.group.clone() }) }
    }

    /// Appends `drafts` all together, after what is owed.
    pub(super) async fn append(&mut self, drafts: Vec<Draft>) -> Result<Appended, Error> {
        let before = self.state.position;
        self.settle().await?;
        if self.state.position != before {
            return Ok(Appended::Changed);
        }
        self.write(drafts).await
    }

    /// Appends what `make` makes of the state, making it anew whenever somebody else appended; returns the place of
    /// the first one, or the end of the log where it made none.
    pub(super) async fn post(
        &mut self,
        mut make: impl FnMut(&Self, &GroupState) -> Result<Vec<Draft>, Error> + Send,
    ) -> Result<Position, Error> {
        for _ in 0..ATTEMPTS {
            self.catch_up().await?;
            self.settle().await?;
            let state = self.state();
            let drafts = make(self, &state)?;
            if drafts.is_empty() {
                return Ok(state.position);
            }
            if self.write(drafts).await? == Appended::Yes {
                return Ok(state.position.next());
            }
        }
        Err(Error::Busy { group: self.group.clone() })
    }

    /// Reads what others appended.
    pub(super) async fn catch_up(&mut self) -> Result<(), Error> {
        self.fence()?;
        self.read_on().await.map_err(|source| self.store_error(source))?;
        self.fence()
    }

    async fn write(&mut self, drafts: Vec<Draft>) -> Result<Appended, Error> {
        self.fence()?;
        if drafts.is_empty() {
            return Ok(Appended::Yes);
        }
        let failed = match self.store.append(&self.log, self.state.position, &drafts).await {
            Ok(_) => {
                for draft in drafts {
                    let position = self.state.position.next();
                    self.take(&Entry { position, draft });
                }
                return Ok(Appended::Yes);
            }
            Err(failed) => failed,
        };
        let before = self.state.position;
        let conflict = matches!(failed, StoreError::Conflict { .. });
        let read = match self.read_on().await {
            Ok(read) => read,
            // It may have landed, and only the log can tell: nothing is concluded until it can be read.
            Err(unread) => return Err(self.store_error(if conflict { unread } else { failed })),
        };
        if drafts.iter().all(|draft| read.contains(draft)) {
            return Ok(Appended::Yes);
        }
        self.fence()?;
        if conflict || self.state.position != before {
            Ok(Appended::Changed)
        } else {
            Err(self.store_error(failed))
        }
    }

    /// Reads to the end of the log and folds; returns what was read.
    async fn read_on(&mut self) -> Result<Vec<Draft>, StoreError> {
        let mut read = Vec::new();
        loop {
            let entries = self.store.read(&self.log, self.state.position, CHUNK).await?;
            let last = entries.len() < CHUNK;
            for entry in entries {
                self.take(&entry);
                // The first reading is of history: nobody asks what it contains.
                if self.loaded {
                    read.push(entry.draft);
                }
            }
            if last {
                self.loaded = true;
                return Ok(read);
            }
        }
    }

    fn take(&mut self, entry: &Entry) {
        let draft = &entry.draft;
        if matches!(draft.fact, Fact::Began { .. }) && self.began && draft.actor != self.actor {
            self.overtaken = Some(draft.actor.clone());
        }
        if !self.owed.is_empty() {
            self.owed.retain(|owed| owed != draft);
        }
        self.answers.take(entry);
        if self.loaded {
            self.hub.tell(&Event::logged(&self.group, entry, &self.state));
        }
        Arc::make_mut(&mut self.state).apply(entry);
        self.progress.send_replace(entry.position);
    }

    fn fence(&self) -> Result<(), Error> {
        match &self.overtaken {
            Some(by) => Err(Error::Overtaken { group: self.group.clone(), by: by.clone() }),
            None => Ok(()),
        }
    }

    /// Ends the life of an actor that was overtaken: whoever appends next does so under a name of its own, and what the
    /// old one owed stays unsaid (the new one looks it up).
    pub(super) fn retire(&mut self, next: ActorId) {
        if self.overtaken.take().is_some() {
            self.owed.clear();
            self.actor = next;
        }
        self.began = false;
    }

    fn store_error(&self, source: StoreError) -> Error {
        Error::Store { group: Some(self.group.clone()), source }
    }
}

impl Answers {
    fn take(&mut self, entry: &Entry) {
        let draft = &entry.draft;
        match &draft.fact {
            Fact::SizeAsked { desired, .. } => {
                if let Some(id) = &draft.request {
                    if self.requests.len() >= REMEMBERED
                        && let Some(oldest) =
                            self.requests.iter().min_by_key(|(_, (at, _))| *at).map(|(id, _)| id.clone())
                    {
                        self.requests.remove(&oldest);
                    }
                    self.requests.insert(id.clone(), (entry.position, *desired));
                }
            }
            Fact::Decided { asked: Some(asked), .. } => {
                self.generations.insert(*asked, draft.generation);
                if self.generations.len() > REMEMBERED {
                    self.generations.pop_first();
                }
            }
            Fact::Finished { outcome } => {
                self.outcomes.insert(draft.generation, outcome.clone());
                if self.outcomes.len() > REMEMBERED {
                    self.outcomes.pop_first();
                }
            }
            _ => {}
        }
    }
}
