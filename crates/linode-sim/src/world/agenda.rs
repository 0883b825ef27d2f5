//! What will happen by itself.

use crate::snapshot::NodeStatus;

/// Something that happens when its time comes, unless its epoch has passed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Due {
    /// The next step in an instance's life.
    Power { instance: u64, epoch: u64, step: Step },
    /// A guest's service begins or ceases to answer.
    Health { instance: u64, epoch: u64, healthy: bool },
    /// A NodeBalancer takes up a node's mode.
    Mode { node: u64, epoch: u64 },
    /// Health checks have come to a result.
    Check { node: u64, epoch: u64, status: NodeStatus },
    /// A scheduled event starts.
    Started { event: u64 },
}

/// A step in an instance's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Provisioning is over.
    Provisioned,
    /// The boot is over.
    Up,
    /// The guest's service has come up.
    Serving,
    /// The shutdown is over; boot again if it was a reboot.
    Down { again: bool },
    /// Lassie boots a guest that powered itself off.
    Lassie,
    /// The deletion is over.
    Gone,
}
