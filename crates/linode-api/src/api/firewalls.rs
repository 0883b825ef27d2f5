//! Firewalls.

use super::target::Target;
use crate::call::Call;
use crate::client::Client;
use crate::list::{Identified, List};
use crate::models::{Firewall, FirewallId};
use crate::operation::Operation;

/// Firewalls: `/networking/firewalls`.
#[derive(Debug, Clone)]
pub struct Firewalls(Target);

/// One firewall: `/networking/firewalls/{id}`.
#[derive(Debug, Clone)]
pub struct FirewallHandle(Target);

impl Client {
    /// Firewalls.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let firewalls = client.firewalls().list().await?;
    /// println!("{} firewalls", firewalls.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn firewalls(&self) -> Firewalls {
        Firewalls(Target::new(self, "firewalls"))
    }

    /// One firewall.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, firewall: linode_api::FirewallId) -> Result<(), linode_api::Error> {
    /// let firewall = client.firewall(firewall).get().await?;
    /// println!("{}", firewall.label);
    /// # Ok(())
    /// # }
    /// ```
    pub fn firewall(&self, id: FirewallId) -> FirewallHandle {
        FirewallHandle(self.firewalls().0.child(id, format!("firewall {id}")))
    }
}

impl Firewalls {
    /// All firewalls that the token sees.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// for firewall in client.firewalls().list().await? {
    ///     println!("{} is {}", firewall.label, firewall.status);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> List<Firewall> {
        self.0.list(Operation::ListFirewalls, &self.0)
    }
}

impl FirewallHandle {
    /// The firewall with its rules.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, firewall: linode_api::FirewallId) -> Result<(), linode_api::Error> {
    /// let firewall = client.firewall(firewall).get().await?;
    /// println!("{:?}", firewall.rules);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self) -> Call<Firewall> {
        self.0.json(Operation::GetFirewall, format!("getting {}", self.0))
    }
}

impl Identified for Firewall {
    type Id = FirewallId;

    fn identity(&self) -> FirewallId {
        self.id
    }
}
