//! What every cloud must do, as a suite that any pair of [`Compute`] and [`Balancer`] can be put through.
//!
//! An author of a cloud implements [`CloudFixture`] over a fake or a simulator of it, one that can lose an answer and be out of
//! order, and has [`check`] run over it in a test. Each rule begins with a cloud in which nothing of ours exists; the first
//! one that is broken is told with what was found.

mod compute;
mod nodes;
mod troubles;

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use scaler_core::model::{ConfigId, GroupName, Instance, InstanceId, InstanceType};
use scaler_core::ports::{Balancer, Compute, NewInstance};

use crate::{Violation, Wrong, rules};

/// A cloud in which nothing of ours exists, and what its ports know.
#[derive(Clone)]
pub struct Cloud {
    /// Its instances.
    pub compute: Arc<dyn Compute>,
    /// Its configs.
    pub balancer: Arc<dyn Balancer>,
    /// Two groups that `compute` has a template of.
    pub groups: [GroupName; 2],
    /// A type that can be had.
    pub kind: InstanceType,
    /// Two configs that `balancer` knows, both without nodes. An instance of the first group can be a node of each.
    pub configs: [ConfigId; 2],
}

impl fmt::Debug for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { groups, kind, configs, .. } = self;
        f.debug_struct("Cloud")
            .field("groups", groups)
            .field("kind", kind)
            .field("configs", configs)
            .finish_non_exhaustive()
    }
}

/// What befalls a cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trouble {
    /// The next call that makes an instance or a node is carried out, and its answer is lost.
    LostAnswer,
    /// From now on every call is answered as by a server that is out of order, and nothing is carried out.
    OutOfOrder,
}

/// Makes clouds of one kind, and gets at them from the other side.
#[async_trait]
pub trait CloudFixture: Send + Sync {
    /// A cloud apart from all others. The methods below are about the last one.
    ///
    /// # Errors
    /// When none can be made: the suite ends.
    async fn empty(&self) -> Result<Cloud, Box<dyn Error + Send + Sync>>;

    /// Waits until lists show all that was written, and new instances have their address.
    ///
    /// # Errors
    /// When it can't be done: the suite ends.
    async fn settle(&self) -> Result<(), Box<dyn Error + Send + Sync>>;

    /// Somebody else makes an instance with this label, which carries none of our tags.
    ///
    /// # Errors
    /// When it can't be done: the suite ends.
    async fn stranger(&self, label: &str) -> Result<InstanceId, Box<dyn Error + Send + Sync>>;

    /// The cloud gets into trouble.
    ///
    /// # Errors
    /// When it can't be done: the suite ends.
    async fn trouble(&self, trouble: Trouble) -> Result<(), Box<dyn Error + Send + Sync>>;
}

/// Puts a kind of cloud through every rule, and returns the rules that were kept.
///
/// # Errors
/// The first rule that is broken.
pub async fn check(fixture: &dyn CloudFixture) -> Result<Vec<&'static str>, Violation> {
    rules! { fixture:
        "a cloud without anything of ours lists nothing" => compute::nothing,
        "a created instance is found by its id, by its label and in the listing, with its group" => compute::created,
        "a label exists once" => compute::label_once,
        "what others own is not listed, and is found by its label without a group" => compute::stranger,
        "a label that others use is taken, and theirs stays theirs" => compute::label_taken,
        "marking adds our tags for a group and takes them away" => compute::marked,
        "a deleted instance is gone, and can be deleted again" => compute::deleted,
        "prices are those of the types asked for" => compute::prices,
        "a registered node takes traffic, and is found by its id and in its config" => nodes::registered,
        "a node belongs to its config alone" => nodes::apart,
        "nodes that are counted are those that are listed" => nodes::counts,
        "a mode is what was asked for, and leaves address and label alone" => nodes::mode,
        "a removed node is gone, and can be removed again" => nodes::deregistered,
        "a create whose answer is lost may have happened, and is not sent twice" => troubles::lost_create,
        "a registration whose answer is lost may have happened, and is not sent twice" => troubles::lost_register,
        "what can't be read is a failure, neither absent nor empty" => troubles::unreadable,
    }
}

fn new(cloud: &Cloud, label: &str) -> NewInstance {
    NewInstance::new(cloud.groups[0].clone(), label, cloud.kind.clone())
}

/// An instance of the first group, as everybody sees it.
async fn member(fixture: &dyn CloudFixture, cloud: &Cloud, label: &str) -> Result<Instance, Wrong> {
    let made = cloud.compute.create(&new(cloud, label)).await?;
    fixture.settle().await?;
    let (instance, _) = found("by its id", cloud.compute.get(made.id).await?)?;
    Ok(instance)
}

fn found<T>(how: &str, answer: Option<T>) -> Result<T, Wrong> {
    answer.ok_or_else(|| Wrong::new(format!("what exists was not found {how}")))
}
