//! Numeric ids, one type for each kind of thing, so that a node's id cannot stand where a config's belongs.

/// Text that is not a valid id of the expected kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a valid {kind}: expected a whole number above 0")]
pub struct ParseIdError {
    kind: &'static str,
    text: String,
}

impl ParseIdError {
    pub(super) fn new(kind: &'static str, text: &str) -> Self {
        Self { kind, text: text.to_owned() }
    }
}

ids! {
    /// The id of an instance (a Linode).
    InstanceId;
    /// The id of an instance's disk.
    DiskId;
    /// The id of an instance's configuration profile (what it boots with).
    InstanceConfigId;
    /// The id of a network interface, of a configuration profile or of an instance.
    InterfaceId;
    /// The id of a backup or snapshot of an instance.
    BackupId;
    /// The id of a NodeBalancer.
    NodeBalancerId;
    /// The id of a NodeBalancer's config (one port).
    NodeBalancerConfigId;
    /// The id of a node of a NodeBalancer's config.
    NodeBalancerNodeId;
    /// The id of a NodeBalancer's connection to a VPC.
    VpcConfigId;
    /// The id of a firewall.
    FirewallId;
    /// The id of a firewall's attachment to a service.
    FirewallDeviceId;
    /// The id of a VPC.
    VpcId;
    /// The id of a subnet of a VPC.
    SubnetId;
    /// The id of a placement group.
    PlacementGroupId;
    /// The id of a StackScript.
    StackScriptId;
    /// The id of an event.
    EventId;
    /// The id of a Kubernetes cluster.
    LkeClusterId;
    /// The id of a managed database.
    DatabaseId;
    /// The id of a Block Storage volume.
    VolumeId;
    /// The id of a resource lock.
    LockId;
    /// The id of a group that images are shared with.
    ShareGroupId;
}
