//! Steps under way: they go on while their actor does anything else, and end with it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;

use crate::model::{Slot, StepId};
use crate::runtime::executor::Running;
use crate::state::{Draft, Step};

/// The steps that an actor has under way. They are part of its own future, not tasks: whatever drops the actor drops
/// them, so that nothing of it is left behind.
pub(super) struct InFlight {
    futures: FuturesUnordered<BoxFuture<'static, (Step, Draft)>>,
    steps: UnderWay,
    ended: Vec<(Step, Draft)>,
}

/// Which steps of a group are under way, for everybody who asks. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct UnderWay(Arc<Mutex<BTreeMap<StepId, Step>>>);

impl UnderWay {
    fn known(&self) -> MutexGuard<'_, BTreeMap<StepId, Step>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The steps, in the order of their numbers.
    pub(super) fn steps(&self) -> Vec<Step> {
        self.known().values().cloned().collect()
    }

    /// Their slots.
    pub(super) fn slots(&self) -> BTreeSet<Slot> {
        self.known().values().filter_map(Step::slot).collect()
    }
}

impl fmt::Debug for InFlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InFlight").field("steps", &self.steps).finish_non_exhaustive()
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.steps.known().clear();
    }
}

impl InFlight {
    /// None yet; `steps` tells others which there are.
    pub(super) fn new(steps: UnderWay) -> Self {
        Self { futures: FuturesUnordered::new(), steps, ended: Vec::new() }
    }

    /// Adds a step.
    pub(super) fn start(&mut self, Running { id, step, future }: Running) {
        self.steps.known().insert(id, step);
        self.futures.push(future);
    }

    /// Does `work` while the steps go on.
    pub(super) async fn beside<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        poll_fn(|cx| {
            while let Poll::Ready(Some(ended)) = self.futures.poll_next_unpin(cx) {
                self.ended.push(ended);
            }
            work.as_mut().poll(cx)
        })
        .await
    }

    /// Does `work` until a step lands; none where one did.
    pub(super) async fn until_ended<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        poll_fn(|cx| {
            while let Poll::Ready(Some(ended)) = self.futures.poll_next_unpin(cx) {
                self.ended.push(ended);
            }
            if !self.ended.is_empty() {
                return Poll::Ready(None);
            }
            work.as_mut().poll(cx).map(Some)
        })
        .await
    }

    /// Waits for the next step to land; at once where one did or none is under way.
    pub(super) async fn next_end(&mut self) {
        if self.ended.is_empty()
            && let Some(ended) = self.futures.next().await
        {
            self.ended.push(ended);
        }
    }

    /// Takes the outcomes that arrived, in the order in which they did, each with its step.
    pub(super) fn take_ended(&mut self) -> Vec<(Step, Draft)> {
        let ended = std::mem::take(&mut self.ended);
        for id in ended.iter().filter_map(|(_, entry)| entry.step) {
            self.steps.known().remove(&id);
        }
        ended
    }

    /// Slots with a call under way.
    pub(super) fn slots(&self) -> BTreeSet<Slot> {
        self.steps.slots()
    }

    /// Whether nothing is under way and nothing ended.
    pub(super) fn is_empty(&self) -> bool {
        self.steps.known().is_empty()
    }
}
