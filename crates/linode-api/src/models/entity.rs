//! References from one thing to another, as events, locks, addresses and firewalls have them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Extra;

/// The id of an entity: a number for most kinds, a word for some (a tag's label, an image's slug).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum EntityId {
    /// A number, as in the typed ids.
    Number(u64),
    /// A word.
    Text(String),
}

impl EntityId {
    /// The number, where the id is one.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(_) => None,
        }
    }
}

impl fmt::Display for EntityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

open_enum! {
    /// The kind of thing that an entity is.
    pub enum EntityType {
        /// An instance.
        Instance = "linode",
        /// A NodeBalancer.
        NodeBalancer = "nodebalancer",
        /// A disk of an instance.
        Disk = "disk",
        /// A network interface of an instance.
        Interface = "linode_interface",
        /// A firewall.
        Firewall = "firewall",
        /// An image.
        Image = "image",
        /// A volume.
        Volume = "volume",
        /// A tag.
        Tag = "tag",
        /// A StackScript.
        StackScript = "stackscript",
        /// A managed database.
        Database = "database",
        /// A domain.
        Domain = "domain",
        /// A VPC.
        Vpc = "vpc",
        /// A placement group.
        PlacementGroup = "placement_group",
        /// The account.
        Account = "account",
    }
}

/// A reference to a thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Entity {
    /// Its id; null for kinds that have none.
    pub id: Option<EntityId>,
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: EntityType,
    /// Its label; null where it has none.
    pub label: Option<String>,
    /// Its path in the API, such as `/v4/linode/instances/123`; null where it has none.
    pub url: Option<String>,
    /// What it is a part of: the instance of an interface. Only firewalls say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_entity: Option<Box<Self>>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}
