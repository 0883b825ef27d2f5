//! Who may call the cloud when: groups take turns with the creates that the account's rate allows, removals have a share of their
//! own, and a refusal of the account holds back every group's creates.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::model::{GroupName, after, elapsed};
use crate::reconcile::AccountRefusal;
use crate::state::Step;

/// Creates under way at once, of all groups: as many as the documented rate lets begin at once.
const CREATES: usize = 20;
/// Removals under way at once, of all groups.
const REMOVALS: usize = 4;
/// A group that did not ask for so long waits for no create any more.
const FORGOTTEN: Duration = Duration::from_secs(30);
/// Who waits for other groups asks again after so long.
const ASK_AGAIN: Duration = Duration::from_secs(2);
/// One create is tried so long after a refusal of the account; after each further refusal, twice as long.
const FIRST: Duration = Duration::from_secs(60);
/// The longest pause between two such tries: each costs one call.
const LONGEST: Duration = Duration::from_secs(300);
/// A create that is a try has so long for its answer before another one may be.
const PROBE: Duration = Duration::from_secs(60);

/// Limits what all groups of a scaler ask of the account.
#[derive(Debug)]
pub(super) struct Limiter {
    creates: Arc<Semaphore>,
    removals: Arc<Semaphore>,
    /// Groups that wait for creates, the first in line first, and when each asked last.
    waiting: Mutex<Vec<(GroupName, Timestamp)>>,
    /// Each grant that was not used yet has a share in it.
    unsent: Arc<()>,
    backoff: Arc<Mutex<Backoff>>,
}

#[derive(Debug, Default)]
struct Backoff {
    refusal: Option<AccountRefusal>,
    pause: Duration,
    /// One create was let through to see whether the account still refuses.
    probing: bool,
}

/// The account's rate lets one create be sent.
#[derive(Debug)]
pub(super) struct Grant {
    unsent: Option<Arc<()>>,
    /// It finds out whether the account still refuses creates.
    pub(super) probe: bool,
    backoff: Arc<Mutex<Backoff>>,
    _under_way: OwnedSemaphorePermit,
}

impl Grant {
    /// It is being sent: from here on whoever counts the account's calls counts it.
    pub(super) fn sent(&mut self) {
        self.unsent = None;
    }
}

impl Drop for Grant {
    fn drop(&mut self) {
        // A try that was never sent tells nothing: another one may be.
        if self.probe && self.unsent.is_some() {
            let mut backoff = self.backoff.lock().unwrap_or_else(PoisonError::into_inner);
            backoff.probing = false;
            if let Some(refusal) = &mut backoff.refusal {
                refusal.until = Timestamp::MIN;
            }
        }
    }
}

impl Default for Limiter {
    fn default() -> Self {
        Self {
            creates: Arc::new(Semaphore::new(CREATES)),
            removals: Arc::new(Semaphore::new(REMOVALS)),
            waiting: Mutex::default(),
            unsent: Arc::default(),
            backoff: Arc::default(),
        }
    }
}

impl Limiter {
    /// How many creates may be sent now, where the account's rate leaves `left`: one where the account refused the last.
    pub(super) fn room(&self, left: Result<u32, Duration>, now: Timestamp) -> usize {
        let most = match &self.backoff().refusal {
            Some(refusal) if refusal.until > now => 0,
            Some(_) => 1,
            None => usize::MAX,
        };
        let left = left.map_or(0, |left| usize::try_from(left).unwrap_or(usize::MAX));
        left.saturating_sub(self.unsent()).min(self.creates.available_permits()).min(most)
    }

    /// Creates that were granted and are not sent yet.
    pub(super) fn unsent(&self) -> usize {
        Arc::strong_count(&self.unsent).saturating_sub(1)
    }

    /// Lets `group` send as many of `wanted` creates as are its share of what the account's rate leaves: one for each group that
    /// waits, in turn, and what is over for who asks. Where it gets fewer it waits in line: then also when to ask again.
    pub(super) fn grant(
        &self,
        group: &GroupName,
        wanted: usize,
        left: Result<u32, Duration>,
        now: Timestamp,
    ) -> (Vec<Grant>, Option<Timestamp>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|(of, at)| of == group || elapsed(*at, now) < FORGOTTEN);
        let ahead = waiting.iter().position(|(of, _)| of == group).unwrap_or(waiting.len());
        waiting.retain(|(of, _)| of != group);
        let room = self.room(left, now);
        let share = if room > ahead { room.saturating_sub(waiting.len()).max(1) } else { 0 };
        let permits =
            (0..wanted.min(share)).map_while(|_| Arc::clone(&self.creates).try_acquire_owned().ok());
        let permits: Vec<OwnedSemaphorePermit> = permits.collect();
        let probe = !permits.is_empty() && self.begin_probe(now);
        let granted = |_under_way| Grant {
            unsent: Some(Arc::clone(&self.unsent)),
            probe,
            backoff: Arc::clone(&self.backoff),
            _under_way,
        };
        let grants: Vec<Grant> = permits.into_iter().map(granted).collect();
        if grants.len() == wanted {
            return (grants, None);
        }
        let place = if grants.is_empty() { ahead } else { waiting.len() };
        waiting.insert(place, (group.clone(), now));
        (grants, Some(after(now, left.err().unwrap_or_default().max(ASK_AGAIN))))
    }

    /// Waits for `step`'s turn. What is returned is held while it is carried out.
    pub(super) async fn enter(&self, step: &Step) -> Option<OwnedSemaphorePermit> {
        // The semaphore is never closed, and a turn that could not be had would only lose fairness.
        if removes(step) { Arc::clone(&self.removals).acquire_owned().await.ok() } else { None }
    }

    fn backoff(&self) -> MutexGuard<'_, Backoff> {
        self.backoff.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a create that is sent now is one that tries the account: then the others wait for what comes of it.
    fn begin_probe(&self, now: Timestamp) -> bool {
        let mut backoff = self.backoff();
        let Some(refusal) = &mut backoff.refusal else { return false };
        refusal.until = after(now, PROBE);
        backoff.probing = true;
        true
    }

    /// Why no group may create now, and until when.
    pub(super) fn refusal(&self, now: Timestamp) -> Option<AccountRefusal> {
        let refusal = self.backoff().refusal.clone()?;
        // A clock that was put back makes no pause longer.
        let until = refusal.until.min(after(now, LONGEST));
        (refusal.until > now).then_some(AccountRefusal { until, ..refusal })
    }

    /// The account refused a create.
    pub(super) fn refused(&self, said: &str, now: Timestamp) {
        let mut backoff = self.backoff();
        // Creates that were in flight together are refused together: that is one refusal.
        if !backoff.probing && backoff.refusal.as_ref().is_some_and(|refusal| refusal.until > now) {
            return;
        }
        backoff.probing = false;
        backoff.pause = (backoff.pause * 2).clamp(FIRST, LONGEST);
        backoff.refusal = Some(AccountRefusal { until: after(now, backoff.pause), said: said.to_owned() });
    }

    /// The account let a create through.
    pub(super) fn accepted(&self) {
        *self.backoff() = Backoff::default();
    }
}

/// Whether `step` takes something away.
pub(super) const fn removes(step: &Step) -> bool {
    use crate::model::Mode;
    match step {
        Step::Deregister { .. } | Step::Delete { .. } | Step::Sweep { .. } => true,
        Step::SetMode { mode, .. } => matches!(mode, Mode::Drain | Mode::Reject),
        Step::Create { .. } | Step::LookUp { .. } | Step::Register { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_try_of_the_account_that_was_never_sent_held_all_creates_for_a_minute() {
        let (limiter, web) = (Limiter::default(), "web".parse().unwrap());
        let began = Timestamp::UNIX_EPOCH;
        limiter.refused("the account limit is reached", began);
        let granted = |n| limiter.grant(&web, 1, Ok(20), after(began, Duration::from_secs(n))).0;
        assert!(granted(30).is_empty(), "the account's pause");
        let unsent = granted(61);
        assert_eq!(
            (unsent.len(), granted(62).len()),
            (1, 0),
            "one tries, the others wait for what comes of it"
        );
        drop(unsent);
        let mut sent = granted(63);
        assert_eq!(sent.len(), 1);
        sent.iter_mut().for_each(Grant::sent);
        drop(sent);
        assert!(granted(64).is_empty(), "one that was sent is waited for");
    }
}
