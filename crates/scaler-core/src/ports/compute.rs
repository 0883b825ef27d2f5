//! Instances.

use std::time::Duration;

use async_trait::async_trait;

use crate::model::{GroupName, Installation, Instance, InstanceId, InstanceType};
use crate::ports::Failure;

/// An instance with the groups whose tag it carries beside the owner's: one, where all is well.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Marked {
    /// The instance.
    pub instance: Instance,
    /// The group whose tag it carries, compared exactly.
    pub group: GroupName,
}

impl Marked {
    /// `instance` with the tag of `group`.
    #[must_use]
    pub const fn new(instance: Instance, group: GroupName) -> Self {
        Self { instance, group }
    }
}

/// All instances with the owner's tag.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listing {
    /// The instances.
    pub instances: Vec<Marked>,
    /// It changed while it was read, page by page, so it can't be believed.
    pub inconsistent: bool,
    /// How many calls it took: what it costs of the account's rate.
    pub calls: u32,
}

impl Listing {
    /// A listing that did not change while it was read, by one call.
    #[must_use]
    pub const fn new(instances: Vec<Marked>) -> Self {
        Self { instances, inconsistent: false, calls: 1 }
    }
}

/// An instance to be created. Region, image and the like belong to the port, which knows each group's template.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewInstance {
    /// Its group, whose tag it gets beside the owner's in the same call.
    pub group: GroupName,
    /// Its label, which exists once on the account.
    pub label: String,
    /// Its type.
    pub kind: InstanceType,
}

impl NewInstance {
    /// An instance of `kind` for `group`.
    #[must_use]
    pub fn new(group: GroupName, label: impl Into<String>, kind: InstanceType) -> Self {
        Self { group, label: label.into(), kind }
    }
}

/// Makes, shows and deletes instances. An implementation is bound to one owner and knows the template of each group.
#[async_trait]
pub trait Compute: Send + Sync {
    /// All instances with the owner's tag, of all groups, in one listing.
    ///
    /// # Errors
    /// A [`Failure`]; nothing may be concluded from it.
    async fn list(&self) -> Result<Listing, Failure>;

    /// How many calls of [`list`](Self::list) the account's rate lets be sent now; `None` where no rate is known.
    fn lists_left(&self) -> Option<u64> {
        None
    }

    /// The instance with `id`, by id; `None` only where the cloud says that it does not exist (404).
    ///
    /// The group is `None` where it does not carry both our tags.
    ///
    /// # Errors
    /// A [`Failure`]; absence may not be concluded from it.
    async fn get(&self, id: InstanceId) -> Result<Option<(Instance, Option<GroupName>)>, Failure>;

    /// The instance with `label`, whatever its tags; `None` where there is none now (lists lag writes).
    ///
    /// # Errors
    /// A [`Failure`].
    async fn find(&self, label: &str) -> Result<Option<(Instance, Option<GroupName>)>, Failure>;

    /// Creates an instance, with label and tags in the one call. It is never sent twice by the implementation.
    ///
    /// # Errors
    /// [`FailureKind::MayHaveHappened`](crate::ports::FailureKind::MayHaveHappened) unless it surely did not.
    async fn create(&self, new: &NewInstance) -> Result<Instance, Failure>;

    /// How many creates the account's rate lets be sent now; where none, how long until one may be. Those that were sent before
    /// count as used. Unbounded where no rate is known.
    ///
    /// # Errors
    /// The wait, where none may be sent.
    fn creates_left(&self) -> Result<u32, Duration> {
        Ok(u32::MAX)
    }

    /// Deletes an instance by id. One that does not exist is deleted.
    ///
    /// # Errors
    /// A [`Failure`], [`FailureKind::Guarded`](crate::ports::FailureKind::Guarded) where the cloud's locks refuse it.
    async fn delete(&self, id: InstanceId) -> Result<(), Failure>;

    /// Gives an instance our tags for `group`, or takes them away. Other tags stay.
    ///
    /// # Errors
    /// A [`Failure`].
    async fn mark(&self, id: InstanceId, group: &GroupName, ours: bool) -> Result<(), Failure>;

    /// The owner that it is bound to, which a store remembers; none where it has none: then no account is verified either.
    fn owner(&self) -> Option<&str> {
        None
    }

    /// On which account its credential acts: the id, where that may be read, and else which of the landmarks that are
    /// `remembered` or known exist there.
    ///
    /// # Errors
    /// A [`Failure`]; nothing may be done to the account then.
    async fn account(&self, remembered: &Installation) -> Result<Installation, Failure> {
        Ok(Installation::new(&remembered.owner))
    }

    /// The hourly prices of `kinds`, where known.
    ///
    /// # Errors
    /// A [`Failure`].
    async fn prices(
        &self,
        group: &GroupName,
        kinds: &[InstanceType],
    ) -> Result<Vec<(InstanceType, crate::model::Price)>, Failure>;
}
