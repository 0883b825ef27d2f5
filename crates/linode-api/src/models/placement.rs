//! Placement groups: which instances shall not share a host.

use serde::{Deserialize, Serialize};

use super::{Extra, InstanceId, PlacementGroupId};

open_enum! {
    /// How a placement group places instances.
    pub enum PlacementGroupType {
        /// On different hosts of a data centre.
        AntiAffinityLocal = "anti_affinity:local",
    }

    /// What happens when a placement group cannot be honoured.
    pub enum PlacementGroupPolicy {
        /// The instance is not placed.
        Strict = "strict",
        /// The instance is placed even so.
        Flexible = "flexible",
    }
}

/// A placement group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlacementGroup {
    /// Its id.
    pub id: PlacementGroupId,
    /// Its label.
    pub label: String,
    /// Its region.
    pub region: String,
    /// How it places instances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placement_group_type: Option<PlacementGroupType>,
    /// What happens when it cannot be honoured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placement_group_policy: Option<PlacementGroupPolicy>,
    /// Whether it is honoured now.
    pub is_compliant: bool,
    /// Its instances.
    pub members: Vec<PlacementGroupMember>,
    /// The migrations to and from it, as they come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migrations: Option<Extra>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An instance of a placement group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlacementGroupMember {
    /// Its id.
    pub linode_id: InstanceId,
    /// Whether it is placed as the group says.
    pub is_compliant: bool,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}
