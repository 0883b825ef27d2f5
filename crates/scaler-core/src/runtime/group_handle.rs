//! One group of a scaler: the calls that embedding programs, the daemon and the command line use.

use std::sync::Arc;

use jiff::Timestamp;

use crate::model::{Amount, Group, GroupName, InstanceId};
use crate::runtime::calls::Calls;
use crate::runtime::reads::history;
use crate::runtime::{
    Accepted, Actor, Error, Events, Run, ScaleCall, ScaleRequest, Scaler, TargetSize, actor,
};
use crate::state::{Cause, GroupMode, Mark};
use crate::view::{Activity, Preview, Status};

/// What the log says where the caller of a scale call gave no reason.
const NO_REASON: &str = "no reason given";

/// A group of a [`Scaler`]: its name was checked once, so no call of it can miss the group. Clones are cheap.
#[derive(Clone, Debug)]
pub struct GroupHandle {
    calls: Calls,
}

impl Scaler {
    /// The group with this name.
    ///
    /// # Errors
    /// [`Error::UnknownGroup`], which lists the groups that exist.
    pub fn group(&self, name: &str) -> Result<GroupHandle, Error> {
        let group = self.shared.group_runtime(name)?;
        Ok(GroupHandle { calls: Calls { runtime: Arc::clone(&self.shared), group } })
    }
}

impl GroupHandle {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &GroupName {
        &self.calls.group.name
    }

    /// What it is: limits, policies and times, with the prices that were learnt.
    #[must_use]
    pub fn settings(&self) -> Arc<Group> {
        self.calls.group.group()
    }

    /// Sets the desired size, and waits until it is reached.
    pub fn scale_to(&self, desired: u32) -> ScaleCall {
        self.wanted(TargetSize::Exactly(desired))
    }

    /// Adds members (`2`, or [`Amount::Percent`]) to those desired, and waits until they serve.
    pub fn scale_up(&self, by: impl Into<Amount>) -> ScaleCall {
        self.wanted(TargetSize::More(by.into()))
    }

    /// Removes members, drained first and within the removal budget, and waits until they are gone.
    pub fn scale_down(&self, by: impl Into<Amount>) -> ScaleCall {
        self.wanted(TargetSize::Fewer(by.into()))
    }

    fn wanted(&self, wanted: TargetSize) -> ScaleCall {
        self.ask(ScaleRequest::new(wanted, Cause::operator(NO_REASON)))
    }

    /// A request that is a value already.
    pub fn ask(&self, ask: ScaleRequest) -> ScaleCall {
        ScaleCall::new(self.calls.clone(), ask)
    }

    /// Waits for the end of a request that was accepted before.
    pub fn follow(&self, accepted: Accepted) -> Run {
        self.calls.follow(accepted)
    }

    /// Replaces a member: another one is launched, and it goes once that serves.
    pub fn replace(&self, instance: InstanceId, why: impl Into<Cause>) -> Run {
        self.calls.replace(instance, why.into())
    }

    /// Has a member [replaced](Self::replace) by whoever turns the loop, and waits for none of it. One that is being
    /// replaced stays so.
    ///
    /// # Errors
    /// [`Error::NoMember`]; [`Error::Refused`] with the fix where it is never removed; [`Error::Asleep`], [`Error::Store`].
    pub async fn begin_replacing(
        &self,
        instance: InstanceId,
        why: impl Into<Cause> + Send,
    ) -> Result<(), Error> {
        self.calls.begin_replacing(instance, why.into()).await
    }

    /// How it stands by its log and by the last turn of this process. Reads the store only.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn status(&self) -> Result<Status, Error> {
        self.calls.status().await
    }

    /// What a turn would decide and plan now: a dry run. Appends nothing, and needs no actor.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn plan(&self) -> Result<Preview, Error> {
        self.calls.plan(None).await
    }

    /// The same by what the actor of this process saw last, so that it costs the cloud nothing, however often it is asked;
    /// none where it has not seen anything yet.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn plan_as_seen(&self) -> Result<Option<Preview>, Error> {
        self.calls.plan_as_seen().await
    }

    /// The latest activities, at most `limit`, the latest first.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn history(&self, limit: usize) -> Result<Vec<Activity>, Error> {
        history(&*self.calls.runtime.store, self.name(), limit).await
    }

    /// Its events from now on, whatever causes them.
    #[must_use]
    pub fn subscribe(&self) -> Events {
        self.calls.runtime.hub.subscribe(Some(self.name().clone()))
    }

    /// Sets its mode, until a time or for good, and says who did it and why. It holds across restarts.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn set_mode(
        &self,
        mode: GroupMode,
        until: Option<Timestamp>,
        who: &str,
        why: &str,
    ) -> Result<(), Error> {
        self.calls.set_mode(mode, until, who, why).await
    }

    /// Has a member never removed.
    ///
    /// # Errors
    /// [`Error::NoMember`], [`Error::Store`].
    pub async fn protect(&self, instance: InstanceId, why: impl Into<Cause> + Send) -> Result<(), Error> {
        self.calls.mark(instance, Mark::Protected, why.into()).await.map(drop)
    }

    /// Takes the protection away.
    ///
    /// # Errors
    /// As [`protect`](Self::protect).
    pub async fn unprotect(&self, instance: InstanceId, why: impl Into<Cause> + Send) -> Result<(), Error> {
        self.calls.mark(instance, Mark::Unprotected, why.into()).await.map(drop)
    }

    /// Leaves a member to the operator: it is not counted and not touched.
    ///
    /// # Errors
    /// As [`protect`](Self::protect).
    pub async fn standby(&self, instance: InstanceId, why: impl Into<Cause> + Send) -> Result<(), Error> {
        self.calls.mark(instance, Mark::Standby, why.into()).await.map(drop)
    }

    /// Takes a member back from standby, also one that is there because somebody set its nodes to another mode: they are let
    /// accept.
    ///
    /// # Errors
    /// As [`protect`](Self::protect).
    pub async fn activate(&self, instance: InstanceId, why: impl Into<Cause> + Send) -> Result<(), Error> {
        self.calls.mark(instance, Mark::Active, why.into()).await.map(drop)
    }

    /// Makes an instance of the operator's a member: it gets the group's tags, and keeps its nodes whatever their port.
    ///
    /// # Errors
    /// [`Error::Refused`] with the fix where it can't be one; [`Error::Cloud`], [`Error::Store`].
    pub async fn adopt(&self, instance: InstanceId, why: impl Into<Cause> + Send) -> Result<(), Error> {
        self.calls.adopt(instance, why.into()).await
    }

    /// Takes a member out of the group and leaves it as it is: its nodes stay, and it loses the group's tags.
    ///
    /// # Errors
    /// [`Error::NoMember`]; [`Error::Cloud`] if the tags could not be taken away: then it is on standby, and releasing it
    /// again goes on; [`Error::Store`].
    pub async fn release(&self, instance: InstanceId, why: impl Into<Cause> + Send) -> Result<(), Error> {
        self.calls.release(instance, why.into()).await
    }

    /// Its actor, to be turned by hand. It waits while another one of this process turns the group, and takes over from one
    /// of another process.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Overtaken`] if it was overtaken at once.
    pub async fn actor(&self) -> Result<Actor, Error> {
        let Calls { runtime, group } = &self.calls;
        let turning = Arc::clone(&group.turning).lock_owned().await;
        Actor::begin(Arc::clone(runtime), Arc::clone(group), turning).await
    }

    /// Turns its loop until [`Scaler::stop`]. All of it is part of this future: dropping it is as a crash would be.
    ///
    /// # Errors
    /// [`Error::Overtaken`] if another process took the group over. A store that fails is waited out.
    pub async fn turn(&self) -> Result<(), Error> {
        let Calls { runtime, group } = &self.calls;
        actor::for_ever(Arc::clone(runtime), Arc::clone(group)).await
    }
}
