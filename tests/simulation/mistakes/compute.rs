//! Mistakes about instances.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use scaler_core::model::{GroupName, Instance, InstanceId, InstanceType, Price};
use scaler_core::ports::{Compute, Failure, FailureKind, Listing, Marked, NewInstance};

type Found = Option<(Instance, Option<GroupName>)>;

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
}

/// A compute that does it.
pub struct WrongCompute {
    inner: Arc<dyn Compute>,
    wrong: Wrong,
    seen: Mutex<BTreeMap<InstanceId, (Instance, GroupName)>>,
}

impl WrongCompute {
    pub fn new(inner: Arc<dyn Compute>, wrong: Wrong) -> Self {
        Self { inner, wrong, seen: Mutex::default() }
    }

    fn other(new: &NewInstance) -> NewInstance {
        NewInstance::new(new.group.clone(), format!("{}9", new.label), new.kind.clone())
    }
}

#[async_trait]
impl Compute for WrongCompute {
    async fn list(&self) -> Result<Listing, Failure> {
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
            _ => {}
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for Marked { instance, group, .. } in &listing.instances {
            seen.insert(instance.id, (instance.clone(), group.clone()));
        }
        Ok(listing)
    }

    async fn get(&self, id: InstanceId) -> Result<Found, Failure> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        match (self.wrong, seen) {
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
        let created = self.inner.create(new).await;
        let unanswered = matches!(&created, Err(failure) if failure.kind == FailureKind::MayHaveHappened);
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

    async fn delete(&self, id: InstanceId) -> Result<(), Failure> {
        self.inner.delete(id).await
    }

    async fn mark(&self, id: InstanceId, group: &GroupName, ours: bool) -> Result<(), Failure> {
        self.inner.mark(id, group, ours).await
    }

    async fn prices(
        &self,
        group: &GroupName,
        kinds: &[InstanceType],
    ) -> Result<Vec<(InstanceType, Price)>, Failure> {
        self.inner.prices(group, kinds).await
    }
}
