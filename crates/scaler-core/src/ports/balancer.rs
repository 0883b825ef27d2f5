//! NodeBalancer configs and their nodes.

use async_trait::async_trait;

use crate::model::{ConfigId, Mode, Node, NodeId};
use crate::ports::Failure;

/// A node to be created, in mode accept. The port belongs to the implementation, which knows each config's.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewNode {
    /// The config.
    pub config: ConfigId,
    /// The member's address without the port.
    pub address: String,
    /// The member's label.
    pub label: String,
}

impl NewNode {
    /// A node at `address`, which has no port.
    #[must_use]
    pub fn new(config: ConfigId, address: impl Into<String>, label: impl Into<String>) -> Self {
        Self { config, address: address.into(), label: label.into() }
    }
}

/// How many nodes of a config are up, and how many are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NodeCounts {
    /// Up.
    pub up: u64,
    /// Down, or not checked yet.
    pub down: u64,
}

impl NodeCounts {
    /// So many are up, and so many are not.
    #[must_use]
    pub const fn new(up: u64, down: u64) -> Self {
        Self { up, down }
    }
}

/// Shows and changes the nodes of NodeBalancer configs. Never rebuilds a config.
#[async_trait]
pub trait Balancer: Send + Sync {
    /// Every node of a config, also of one that is in no group's description any more: members are led off it.
    ///
    /// # Errors
    /// A [`Failure`], [`FailureKind::NotFound`](crate::ports::FailureKind::NotFound) only where the config does not exist; nothing may
    /// be concluded from another one, also where the listing changed while it was read.
    async fn nodes(&self, config: ConfigId) -> Result<Vec<Node>, Failure>;

    /// One node by id; `None` only where the cloud says that it does not exist (404).
    ///
    /// # Errors
    /// A [`Failure`].
    async fn node(&self, config: ConfigId, id: NodeId) -> Result<Option<Node>, Failure>;

    /// How many nodes of a config are up, by one call that takes nothing from the rate of lists; `None` where the cloud can't tell.
    /// With many groups it shows sooner than their lists whether anything changed.
    ///
    /// # Errors
    /// A [`Failure`].
    async fn node_counts(&self, config: ConfigId) -> Result<Option<NodeCounts>, Failure> {
        let _ = config;
        Ok(None)
    }

    /// How many lists of nodes the account's rate lets be read now; `None` where no rate is known.
    fn lists_left(&self) -> Option<u64> {
        None
    }

    /// Registers a member. It is never sent twice by the implementation.
    ///
    /// # Errors
    /// [`FailureKind::MayHaveHappened`](crate::ports::FailureKind::MayHaveHappened) unless it surely did not.
    async fn register(&self, new: &NewNode) -> Result<NodeId, Failure>;

    /// Asks a node for a mode and leaves its other fields as they are.
    ///
    /// # Errors
    /// A [`Failure`].
    async fn set_mode(&self, config: ConfigId, id: NodeId, mode: Mode) -> Result<(), Failure>;

    /// Removes a node. One that does not exist is removed.
    ///
    /// # Errors
    /// A [`Failure`], [`FailureKind::Guarded`](crate::ports::FailureKind::Guarded) where the NodeBalancer's locks refuse it.
    async fn deregister(&self, config: ConfigId, id: NodeId) -> Result<(), Failure>;
}
