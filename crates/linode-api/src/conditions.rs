//! What a [`InstanceWait`](crate::InstanceWait) waits for.
//!
//! Conditions compose with [`and`](Condition::and), [`or`](Condition::or) and [`not`](Condition::not), and a closure is one
//! too; its parameter needs its type:
//!
//! ```no_run
//! use linode_api::models::Instance;
//! use linode_api::{Client, Condition, InstanceId, WaitError, conditions};
//!
//! # async fn run(client: Client, id: InstanceId) -> Result<(), WaitError> {
//! let reachable = conditions::running().and(|instance: &Instance| instance.private_ipv4().is_some());
//! client.instance(id).wait().until(reachable).await?;
//! # Ok(())
//! # }
//! ```

use crate::models::{Instance, InstanceStatus};

/// Something that is true of an instance, or not yet.
pub trait Condition: Send + Sync {
    /// Whether it is true of the instance.
    fn is_met(&self, instance: &Instance) -> bool;

    /// This and the other.
    fn and<C: Condition>(self, other: C) -> And<Self, C>
    where
        Self: Sized,
    {
        And(self, other)
    }

    /// This or the other, or both.
    fn or<C: Condition>(self, other: C) -> Or<Self, C>
    where
        Self: Sized,
    {
        Or(self, other)
    }

    /// The opposite of this.
    fn not(self) -> Not<Self>
    where
        Self: Sized,
    {
        Not(self)
    }
}

impl<F: Fn(&Instance) -> bool + Send + Sync> Condition for F {
    fn is_met(&self, instance: &Instance) -> bool {
        self(instance)
    }
}

/// Both conditions: see [`Condition::and`].
#[derive(Debug, Clone, Copy)]
pub struct And<A, B>(A, B);

impl<A: Condition, B: Condition> Condition for And<A, B> {
    fn is_met(&self, instance: &Instance) -> bool {
        self.0.is_met(instance) && self.1.is_met(instance)
    }
}

/// One of two conditions: see [`Condition::or`].
#[derive(Debug, Clone, Copy)]
pub struct Or<A, B>(A, B);

impl<A: Condition, B: Condition> Condition for Or<A, B> {
    fn is_met(&self, instance: &Instance) -> bool {
        self.0.is_met(instance) || self.1.is_met(instance)
    }
}

/// The opposite of a condition: see [`Condition::not`].
#[derive(Debug, Clone, Copy)]
pub struct Not<A>(A);

impl<A: Condition> Condition for Not<A> {
    fn is_met(&self, instance: &Instance) -> bool {
        !self.0.is_met(instance)
    }
}

/// The instance is in this status.
///
/// ```no_run
/// use linode_api::conditions;
/// use linode_api::models::InstanceStatus;
///
/// # async fn run(client: linode_api::Client, instance: linode_api::InstanceId) -> Result<(), linode_api::WaitError> {
/// client.instance(instance).wait().until(conditions::status(InstanceStatus::Stopped)).await?;
/// # Ok(())
/// # }
/// ```
pub fn status(status: InstanceStatus) -> impl Condition {
    move |instance: &Instance| instance.status == status
}

/// The instance runs. The guest may still be starting its services.
///
/// ```no_run
/// use linode_api::conditions;
///
/// # async fn run(client: linode_api::Client, instance: linode_api::InstanceId) -> Result<(), linode_api::WaitError> {
/// client.instance(instance).wait().until(conditions::running()).await?;
/// # Ok(())
/// # }
/// ```
pub fn running() -> impl Condition {
    status(InstanceStatus::Running)
}

/// The instance is powered off.
///
/// ```no_run
/// use linode_api::conditions;
///
/// # async fn run(client: linode_api::Client, instance: linode_api::InstanceId) -> Result<(), linode_api::WaitError> {
/// client.instance(instance).wait().until(conditions::offline()).await?;
/// # Ok(())
/// # }
/// ```
pub fn offline() -> impl Condition {
    status(InstanceStatus::Offline)
}
