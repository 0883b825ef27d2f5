//! Tags. One exists from its first use on, and stays when nothing uses it any more.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_with::skip_serializing_none;

use super::{Extra, Instance, InstanceId, NodeBalancer, NodeBalancerId};

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tag {
    /// Its text, 3 to 50 characters.
    pub label: String,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A thing that carries a tag.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TaggedObject {
    /// An instance.
    Instance(Box<Instance>),
    /// A NodeBalancer.
    NodeBalancer(Box<NodeBalancer>),
    /// A thing of another kind, as it came.
    Other {
        /// Its kind, such as `volume`.
        kind: String,
        /// The thing.
        data: Value,
    },
}

#[derive(Serialize, Deserialize)]
struct Tagged<T> {
    #[serde(rename = "type")]
    kind: String,
    data: T,
}

impl Serialize for TaggedObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Instance(data) => Tagged { kind: "linode".to_owned(), data }.serialize(serializer),
            Self::NodeBalancer(data) => {
                Tagged { kind: "nodebalancer".to_owned(), data }.serialize(serializer)
            }
            Self::Other { kind, data } => Tagged { kind: kind.clone(), data }.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for TaggedObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Tagged { kind, data } = Tagged::<Value>::deserialize(deserializer)?;
        match kind.as_str() {
            "linode" => {
                Instance::deserialize(data).map(Box::new).map(Self::Instance).map_err(D::Error::custom)
            }
            "nodebalancer" => NodeBalancer::deserialize(data)
                .map(Box::new)
                .map(Self::NodeBalancer)
                .map_err(D::Error::custom),
            _ => Ok(Self::Other { kind, data }),
        }
    }
}

/// What `POST /tags` takes: a tag, and what shall carry it.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateTag {
    /// Its text, 3 to 50 characters.
    pub label: String,
    /// The instances that shall carry it.
    pub linodes: Option<Vec<InstanceId>>,
    /// The NodeBalancers that shall carry it.
    pub nodebalancers: Option<Vec<NodeBalancerId>>,
    /// Fields that this version has no name for, as the caller wants them sent.
    #[serde(flatten)]
    pub extra: Extra,
}

impl CreateTag {
    /// A tag that nothing carries yet.
    #[must_use]
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }

    /// Sets the instances that shall carry it.
    #[must_use]
    pub fn linodes(mut self, linodes: Vec<InstanceId>) -> Self {
        self.linodes = Some(linodes);
        self
    }

    /// Sets the NodeBalancers that shall carry it.
    #[must_use]
    pub fn nodebalancers(mut self, nodebalancers: Vec<NodeBalancerId>) -> Self {
        self.nodebalancers = Some(nodebalancers);
        self
    }
}
