//! Types of instances.

use super::target::Target;
use crate::call::Call;
use crate::client::Client;
use crate::list::{Identified, List};
use crate::models::InstanceType;
use crate::operation::Operation;

/// Types (plans) of instances: `/linode/types`. The API asks for no token here.
#[derive(Debug, Clone)]
pub struct InstanceTypes(Target);

/// One type: `/linode/types/{id}`.
#[derive(Debug, Clone)]
pub struct InstanceTypeHandle(Target);

impl Client {
    /// Types of instances.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let types = client.instance_types().list().await?;
    /// println!("{} types", types.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn instance_types(&self) -> InstanceTypes {
        InstanceTypes(Target::new(self, "types"))
    }

    /// One type of instances, such as `g6-nanode-1`.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let nanode = client.instance_type("g6-nanode-1").get().await?;
    /// println!("{} MB of memory", nanode.memory);
    /// # Ok(())
    /// # }
    /// ```
    pub fn instance_type(&self, id: &str) -> InstanceTypeHandle {
        InstanceTypeHandle(self.instance_types().0.child(id, format!("type {id}")))
    }
}

impl InstanceTypes {
    /// All types, with their prices.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// for kind in client.instance_types().list().await? {
    ///     println!("{}: {:?} US dollars an hour", kind.id, kind.price_in("nl-ams").hourly);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> List<InstanceType> {
        self.0.list(Operation::ListInstanceTypes, &self.0)
    }
}

impl InstanceTypeHandle {
    /// The type, with its prices.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let nanode = client.instance_type("g6-nanode-1").get().await?;
    /// println!("{:?} US dollars an hour in São Paulo", nanode.price_in("br-gru").hourly);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self) -> Call<InstanceType> {
        self.0.json(Operation::GetInstanceType, format!("getting {}", self.0))
    }
}

impl Identified for InstanceType {
    type Id = String;

    fn identity(&self) -> String {
        self.id.clone()
    }
}
