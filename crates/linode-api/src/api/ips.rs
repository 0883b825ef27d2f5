//! Addresses.

use std::net::IpAddr;

use super::target::Target;
use crate::call::Call;
use crate::client::Client;
use crate::list::{Identified, List};
use crate::models::IpAddress;
use crate::operation::Operation;

/// Addresses of the account: `/networking/ips`.
#[derive(Debug, Clone)]
pub struct Ips(Target);

/// One address: `/networking/ips/{address}`.
#[derive(Debug, Clone)]
pub struct IpHandle(Target);

impl Client {
    /// Addresses of the account.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let addresses = client.ips().list().await?;
    /// println!("{} addresses", addresses.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn ips(&self) -> Ips {
        Ips(Target::new(self, "addresses"))
    }

    /// One address.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, address: std::net::IpAddr) -> Result<(), linode_api::Error> {
    /// let address = client.ip(address).get().await?;
    /// println!("{:?}", address.linode_id);
    /// # Ok(())
    /// # }
    /// ```
    pub fn ip(&self, address: IpAddr) -> IpHandle {
        IpHandle(self.ips().0.child(address, format!("address {address}")))
    }
}

impl Ips {
    /// All addresses of the account. An address that was freed may belong to another instance tomorrow: it does not identify
    /// an instance.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// for address in client.ips().list().await? {
    ///     println!("{}: instance {:?}", address.address, address.linode_id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> List<IpAddress> {
        self.0.list(Operation::ListIps, &self.0)
    }
}

impl IpHandle {
    /// The address, with the instance that has it.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, address: std::net::IpAddr) -> Result<(), linode_api::Error> {
    /// let address = client.ip(address).get().await?;
    /// println!("instance {:?} in {}", address.linode_id, address.region);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self) -> Call<IpAddress> {
        self.0.json(Operation::GetIp, format!("getting {}", self.0))
    }
}

impl Identified for IpAddress {
    type Id = IpAddr;

    fn identity(&self) -> IpAddr {
        self.address
    }
}
