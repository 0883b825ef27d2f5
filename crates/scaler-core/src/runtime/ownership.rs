//! Whose the store is: nothing is done to an account before it is known to be the store's.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::model::{ActorId, Installation, Position, elapsed};
use crate::ports::{Clock, Compute, LogName, Store, StoreError, chain};
use crate::runtime::journal::CHUNK;
use crate::runtime::{Error, within};
use crate::state::{Cause, Discarded, Draft, Fact, Refusal};

/// What could not be verified is looked at again after so long.
const AGAIN: Duration = Duration::from_secs(5);
/// A look that takes longer is given up.
const LIMIT: Duration = Duration::from_secs(30);

/// Verifies owner and account for all groups, once for each start: a process keeps the credential that it began with.
pub(super) struct Ownership {
    compute: Arc<dyn Compute>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    actor: ActorId,
    looked: tokio::sync::Mutex<Looked>,
}

#[derive(Default)]
enum Looked {
    #[default]
    NotYet,
    Refused(Timestamp, Discarded),
    Verified,
}

impl fmt::Debug for Ownership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ownership").field("owner", &self.compute.owner()).finish_non_exhaustive()
    }
}

impl Ownership {
    pub(super) fn new(
        compute: Arc<dyn Compute>,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        actor: ActorId,
    ) -> Self {
        Self { compute, store, clock, actor, looked: tokio::sync::Mutex::default() }
    }

    /// Why nothing may be done to the account yet, if so. Those who ask at once share one look. Whose the store is, is written
    /// down by whoever may act only.
    pub(super) async fn refusal(&self, may_act: bool) -> Option<Discarded> {
        let mut looked = self.looked.lock().await;
        match &*looked {
            Looked::Verified => return None,
            Looked::Refused(at, why) if elapsed(*at, self.clock.now()) < AGAIN => return Some(why.clone()),
            _ => {}
        }
        let verified = within(&*self.clock, LIMIT, self.verify(may_act)).await;
        match verified.unwrap_or(Err(Discarded::TimedOut { seconds: LIMIT.as_secs() })) {
            Ok(written) => {
                *looked = if written { Looked::Verified } else { Looked::NotYet };
                None
            }
            Err(why) => {
                *looked = Looked::Refused(self.clock.now(), why.clone());
                Some(why)
            }
        }
    }

    /// The same as an error, for a call that changes something.
    pub(super) async fn ensure(&self) -> Result<(), Error> {
        self.refusal(true).await.map_or(Ok(()), |why| Err(Error::Unverified { why }))
    }

    /// Refuses a store that is another owner's.
    pub(super) async fn check_owner(&self) -> Result<(), Error> {
        let Some(ours) = self.compute.owner() else { return Ok(()) };
        match self.remembered().await?.1 {
            Some(known) if known.owner != ours => Err(other_owner(known.owner, ours)),
            _ => Ok(()),
        }
    }

    /// Whether all is ours, and whether that stands in the store.
    async fn verify(&self, may_act: bool) -> Result<bool, Discarded> {
        let Some(ours) = self.compute.owner() else { return Ok(true) };
        loop {
            let (end, known) = self.remembered().await.map_err(discarded)?;
            let known = known.unwrap_or_else(|| Installation::new(ours));
            if known.owner != ours {
                return Err(Discarded::OtherOwner { store: known.owner, ours: ours.to_owned() });
            }
            let shown = self.compute.account(&known).await.map_err(|failure| failure.unread())?;
            match known.shares_account(&shown) {
                Some(true) => {
                    // NodeBalancers come and go: those that exist today tell the account the next time.
                    let mut to = known.clone();
                    to.landmarks
                        .extend(shown.landmarks.into_iter().filter(|one| !known.landmarks.contains(one)));
                    if !may_act
                        || to == known
                        || self.remember(end, to, Cause::Converge).await.map_err(discarded)?
                    {
                        return Ok(true);
                    }
                }
                Some(false) => {
                    return Err(Discarded::OtherAccount { store: told(&known), shown: told(&shown) });
                }
                None if known.has_account() || !shown.has_account() => return Err(Discarded::AccountUntold),
                // The store is new: it belongs to the account from now on.
                None if !may_act => return Ok(false),
                None => {
                    let to = Installation { owner: known.owner, ..shown };
                    if self.remember(end, to, Cause::Converge).await.map_err(discarded)? {
                        return Ok(true);
                    }
                }
            }
        }
    }

    /// Gives the store to our owner, to the account that is shown, or to both.
    pub(super) async fn rebind(
        &self,
        owner: bool,
        account: bool,
        cause: Cause,
        dry_run: bool,
    ) -> Result<(Installation, Installation), Error> {
        let ours = self.compute.owner().unwrap_or_default();
        loop {
            let (end, remembered) = self.remembered().await?;
            let unbound = remembered.is_none();
            let before = remembered.unwrap_or_default();
            let mut after = before.clone();
            if owner || unbound {
                ours.clone_into(&mut after.owner);
            }
            if after.owner != ours {
                return Err(other_owner(after.owner, ours));
            }
            if account {
                let shown = self.compute.account(&Installation::new(ours)).await.map_err(|source| {
                    Error::Cloud { attempted: "reading which account the token is of".to_owned(), source }
                })?;
                if !shown.has_account() {
                    return Err(Error::Unverified { why: Discarded::AccountUntold });
                }
                (after.account, after.landmarks) = (shown.account, shown.landmarks);
            }
            if dry_run || after == before || self.remember(end, after.clone(), cause.clone()).await? {
                return Ok((before, after));
            }
        }
    }

    /// Where the installation's log ends, and whose the store is by it.
    async fn remembered(&self) -> Result<(Position, Option<Installation>), Error> {
        let (mut end, mut known) = (Position::START, None);
        loop {
            let read =
                self.store.read(&LogName::Installation, end, CHUNK).await.map_err(Error::of_no_group)?;
            let last = read.len() < CHUNK;
            for entry in read {
                end = entry.position;
                if let Fact::Belongs { to } = entry.draft.fact {
                    known = Some(to);
                }
            }
            if last {
                return Ok((end, known));
            }
        }
    }

    /// Writes down whose the store is; false where somebody else wrote meanwhile.
    async fn remember(&self, end: Position, to: Installation, cause: Cause) -> Result<bool, Error> {
        let fact = Fact::Belongs { to };
        let draft = Draft::new(self.clock.now(), self.actor.clone(), Position::START, 0, cause, fact);
        match self.store.append(&LogName::Installation, end, &[draft]).await {
            Ok(_) => Ok(true),
            Err(StoreError::Conflict { .. }) => Ok(false),
            Err(error) => Err(Error::of_no_group(error)),
        }
    }
}

fn other_owner(store: String, ours: &str) -> Error {
    Error::Unverified { why: Discarded::OtherOwner { store, ours: ours.to_owned() } }
}

fn discarded(error: Error) -> Discarded {
    match error {
        Error::Unverified { why } => why,
        error => Discarded::Unread { refusal: Refusal::Transient, said: chain(&error) },
    }
}

/// An account in a sentence.
fn told(of: &Installation) -> String {
    of.account.clone().unwrap_or_else(|| of.landmarks.join(", "))
}
