//! Mistakes about instances.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use scaler_core::model::{GroupName, Installation, Instance, InstanceId, InstanceType, Price};
use scaler_core::ports::{Compute, Failure, FailureKind, Listing, Marked, NewInstance};
use tokio::time::Instant;

type Found = Option<(Instance, Option<GroupName>)>;

/// What was read by id is told again for so long.
const OLD: Duration = Duration::from_secs(90);

/// What is done wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// Always creates one more.
    CreatesTwice,
    /// Creates another one when no answer came.
    CreatesAgain,
    /// Is sure that nothing happened when no answer came.
    IsSure,
    /// Tells a refusal for the rate of requests as any other.
    ForgetsRateLimits,
    /// Believes lists that were not whole.
    BelievesHalfLists,
    /// Takes what has a label like ours for ours.
    AdoptsByLabel,
    /// Takes what can't be read for absent.
    TakesErrorsForAbsence,
    /// Never reads again what was read once.
    NeverReadsAgain,
    /// Creates under the label of a create that was not answered.
    ReusesLabels,
    /// Shows the first list for ever.
    ListsOnce,
    /// Shows what answered 404 once as gone.
    BelievesOne404,
    /// Answers by id with what it was a while before.
    ReadsOld,
}

/// A compute that does it.
pub struct WrongCompute {
    inner: Arc<dyn Compute>,
    wrong: Wrong,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    listed: Option<Listing>,
    seen: BTreeMap<InstanceId, (Instance, GroupName)>,
    read: BTreeMap<InstanceId, (Instant, Found)>,
    gone: BTreeSet<InstanceId>,
    unanswered: Option<String>,
}

impl WrongCompute {
    pub fn new(inner: Arc<dyn Compute>, wrong: Wrong) -> Self {
        Self { inner, wrong, memory: Mutex::default() }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn other(new: &NewInstance) -> NewInstance {
        NewInstance::new(new.group.clone(), format!("{}9", new.label), new.kind.clone())
    }
}

#[async_trait]
impl Compute for WrongCompute {
    async fn list(&self) -> Result<Listing, Failure> {
        let first = self.memory().listed.clone().filter(|_| self.wrong == Wrong::ListsOnce);
        if let Some(first) = first {
            return Ok(first);
        }
        let mut listing = self.inner.list().await?;
        match self.wrong {
            Wrong::BelievesHalfLists => listing.inconsistent = false,
            Wrong::AdoptsByLabel => {
                for label in ["web-zzzzz-1", "web-zzzzz-2"] {
                    if let Some((instance, _)) = self.inner.find(label).await?
                        && let Ok(group) = "web".parse()
                    {
                        listing.instances.push(Marked::new(instance, group));
                    }
                }
            }
            Wrong::BelievesOne404 => {
                let memory = self.memory();
                listing.instances.retain(|marked| !memory.gone.contains(&marked.instance.id));
            }
            _ => {}
        }
        let mut memory = self.memory();
        for Marked { instance, group, .. } in &listing.instances {
            memory.seen.insert(instance.id, (instance.clone(), group.clone()));
        }
        memory.listed = Some(listing.clone());
        Ok(listing)
    }

    fn lists_left(&self) -> Option<u64> {
        self.inner.lists_left()
    }

    async fn get(&self, id: InstanceId) -> Result<Found, Failure> {
        let (seen, read, gone) = {
            let memory = self.memory();
            (memory.seen.get(&id).cloned(), memory.read.get(&id).cloned(), memory.gone.contains(&id))
        };
        match (self.wrong, seen) {
            (Wrong::BelievesOne404, _) if gone => Ok(None),
            (Wrong::BelievesOne404, _) => {
                let found = self.inner.get(id).await?;
                if found.is_none() {
                    self.memory().gone.insert(id);
                }
                Ok(found)
            }
            (Wrong::ReadsOld, _) => match read.filter(|(at, _)| at.elapsed() < OLD) {
                Some((_, found)) => Ok(found),
                None => {
                    let found = self.inner.get(id).await?;
                    self.memory().read.insert(id, (Instant::now(), found.clone()));
                    Ok(found)
                }
            },
            (Wrong::NeverReadsAgain, Some((instance, group))) => Ok(Some((instance, Some(group)))),
            (Wrong::TakesErrorsForAbsence, _) => Ok(self.inner.get(id).await.unwrap_or_default()),
            (Wrong::AdoptsByLabel, _) => {
                Ok(self.inner.get(id).await?.map(|(instance, _)| (instance, "web".parse().ok())))
            }
            _ => self.inner.get(id).await,
        }
    }

    async fn find(&self, label: &str) -> Result<Found, Failure> {
        self.inner.find(label).await
    }

    async fn create(&self, new: &NewInstance) -> Result<Instance, Failure> {
        let before = self.memory().unanswered.take().filter(|_| self.wrong == Wrong::ReusesLabels);
        if let Some(label) = before {
            return self.inner.create(&NewInstance::new(new.group.clone(), label, new.kind.clone())).await;
        }
        let created = self.inner.create(new).await;
        let unanswered = matches!(&created, Err(failure) if failure.kind == FailureKind::MayHaveHappened);
        self.memory().unanswered = unanswered.then(|| new.label.clone());
        match self.wrong {
            Wrong::CreatesTwice => {
                let _ = self.inner.create(&Self::other(new)).await;
                created
            }
            Wrong::CreatesAgain if unanswered => self.inner.create(&Self::other(new)).await,
            Wrong::IsSure if unanswered => {
                Err(Failure::new(FailureKind::Request, "it surely did not happen"))
            }
            Wrong::ForgetsRateLimits => created.map_err(|failure| match failure.kind {
                FailureKind::RateLimited => Failure::new(FailureKind::Request, failure.message),
                _ => failure,
            }),
            _ => created,
        }
    }

    fn creates_left(&self) -> Result<u32, Duration> {
        self.inner.creates_left()
    }

    async fn delete(&self, id: InstanceId) -> Result<(), Failure> {
        self.inner.delete(id).await
    }

    async fn mark(&self, id: InstanceId, group: &GroupName, ours: bool) -> Result<(), Failure> {
        self.inner.mark(id, group, ours).await
    }

    fn owner(&self) -> Option<&str> {
        self.inner.owner()
    }

    async fn account(&self, remembered: &Installation) -> Result<Installation, Failure> {
        self.inner.account(remembered).await
    }

    async fn prices(
        &self,
        group: &GroupName,
        kinds: &[InstanceType],
    ) -> Result<Vec<(InstanceType, Price)>, Failure> {
        self.inner.prices(group, kinds).await
    }
}
