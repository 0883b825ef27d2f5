//! Who may call the cloud when: creates share the account's rate round robin, removals have a share of their own, and a
//! refusal of the account holds back every group's creates.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::model::after;
use crate::reconcile::AccountRefusal;
use crate::state::Step;

/// Creates under way at once, of all groups.
const CREATES: usize = 8;
/// Removals under way at once, of all groups.
const REMOVALS: usize = 4;
/// The first hold after a refusal of the account; each further one is twice as long.
const FIRST: Duration = Duration::from_secs(300);
/// The longest hold.
const LONGEST: Duration = Duration::from_secs(1_800);

/// Limits what all groups of a scaler ask of the account.
#[derive(Debug)]
pub(super) struct Limiter {
    creates: Arc<Semaphore>,
    removals: Arc<Semaphore>,
    backoff: Mutex<Backoff>,
}

#[derive(Debug, Default)]
struct Backoff {
    refusal: Option<AccountRefusal>,
    pause: Duration,
}

/// A group's place in the queue for creates: one at a time, so that a group with many takes turns with the others.
#[derive(Clone, Debug)]
pub(super) struct FairQueue(Arc<Semaphore>);

impl Default for FairQueue {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }
}

impl Default for Limiter {
    fn default() -> Self {
        Self {
            creates: Arc::new(Semaphore::new(CREATES)),
            removals: Arc::new(Semaphore::new(REMOVALS)),
            backoff: Mutex::default(),
        }
    }
}

impl Limiter {
    /// Waits for `step`'s turn. What is returned is held while it is carried out.
    pub(super) async fn enter(&self, step: &Step, queue: &FairQueue) -> Option<OwnedSemaphorePermit> {
        // The semaphores are never closed, and a turn that could not be had would only lose fairness.
        if matches!(step, Step::Create { .. }) {
            let _turn = queue.0.acquire().await.ok();
            Arc::clone(&self.creates).acquire_owned().await.ok()
        } else if removes(step) {
            Arc::clone(&self.removals).acquire_owned().await.ok()
        } else {
            None
        }
    }

    /// Why no group may create now, and until when.
    pub(super) fn refusal(&self, now: Timestamp) -> Option<AccountRefusal> {
        let backoff = self.backoff.lock().unwrap_or_else(PoisonError::into_inner);
        backoff.refusal.clone().filter(|refusal| refusal.until > now)
    }

    /// The account refused a create.
    pub(super) fn refused(&self, said: &str, now: Timestamp) {
        let mut backoff = self.backoff.lock().unwrap_or_else(PoisonError::into_inner);
        // Creates that were in flight together are refused together: that is one refusal.
        if backoff.refusal.as_ref().is_some_and(|refusal| refusal.until > now) {
            return;
        }
        backoff.pause = (backoff.pause * 2).clamp(FIRST, LONGEST);
        backoff.refusal = Some(AccountRefusal { until: after(now, backoff.pause), said: said.to_owned() });
    }

    /// The account let a create through.
    pub(super) fn accepted(&self) {
        *self.backoff.lock().unwrap_or_else(PoisonError::into_inner) = Backoff::default();
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
