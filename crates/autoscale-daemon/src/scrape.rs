//! Where members can be scraped, when it is not where the NodeBalancers reach them.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use linode_api::{Client, Filter};
use scaler_core::model::InstanceId;
use scaler_core::ports::{Failure, FailureKind};

/// Tells the public addresses of instances, for a Prometheus that stands elsewhere than in the private network.
#[async_trait]
pub trait Addresses: Send + Sync {
    /// The public address of each instance of ours.
    ///
    /// # Errors
    /// A [`Failure`].
    async fn public(&self) -> Result<BTreeMap<InstanceId, IpAddr>, Failure>;
}

/// Asks the Linode API.
pub(crate) struct LinodeAddresses {
    linode: Client,
    owner_tag: String,
}

impl LinodeAddresses {
    pub(crate) const fn new(linode: Client, owner_tag: String) -> Self {
        Self { linode, owner_tag }
    }
}

#[async_trait]
impl Addresses for LinodeAddresses {
    async fn public(&self) -> Result<BTreeMap<InstanceId, IpAddr>, Failure> {
        let list = self.linode.instances().list().filter(Filter::tag(&self.owner_tag)).await;
        let list = list.map_err(|error| {
            Failure::new(FailureKind::Transient, "reading the public addresses of instances did not work")
                .with_source(Some(Box::new(error)))
        })?;
        Ok(list
            .items()
            .iter()
            .filter_map(|instance| {
                let public = instance.ipv4.iter().find(|address| !address.is_private())?;
                Some((InstanceId(instance.id.get()), IpAddr::V4(*public)))
            })
            .collect())
    }
}

/// Public addresses as far as they were asked for: an instance keeps its address for life.
pub(crate) struct Directory {
    source: Arc<dyn Addresses>,
    known: tokio::sync::Mutex<BTreeMap<InstanceId, IpAddr>>,
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Directory").finish_non_exhaustive()
    }
}

impl Directory {
    pub(crate) fn new(source: Arc<dyn Addresses>) -> Self {
        Self { source, known: tokio::sync::Mutex::default() }
    }

    /// The addresses of `instances`; asks only where one is not known yet.
    pub(crate) async fn of(&self, instances: &[InstanceId]) -> Result<BTreeMap<InstanceId, IpAddr>, Failure> {
        let mut known = self.known.lock().await;
        if instances.iter().any(|id| !known.contains_key(id)) {
            *known = self.source.public().await?;
        }
        Ok(instances.iter().filter_map(|id| Some((*id, *known.get(id)?))).collect())
    }
}
