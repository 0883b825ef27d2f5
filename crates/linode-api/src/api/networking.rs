use std::net::IpAddr;

use api_transport::Request;

use crate::call::Call;
use crate::client::Linode;
use crate::list::{Identified, List};
use crate::models::{Firewall, FirewallId, IpAddress};

const IPS: &str = "networking/ips";
const FIREWALLS: &str = "networking/firewalls";

/// Addresses: `/networking/ips`.
#[derive(Debug, Clone)]
pub struct Ips(Linode);

/// Firewalls: `/networking/firewalls`.
#[derive(Debug, Clone)]
pub struct Firewalls(Linode);

impl Linode {
    /// Addresses.
    pub fn ips(&self) -> Ips {
        Ips(self.clone())
    }

    /// Firewalls.
    pub fn firewalls(&self) -> Firewalls {
        Firewalls(self.clone())
    }
}

impl Ips {
    /// All addresses of the account. One that was freed may belong to another instance tomorrow: an address is no identity.
    pub fn list(&self) -> List<IpAddress> {
        List::new(&self.0, self.0.at(Request::get("listing addresses").family(IPS), IPS))
    }

    /// One address.
    pub fn get(&self, address: IpAddr) -> Call<IpAddress> {
        Call::json(
            &self.0,
            self.0.at(Request::get(format!("getting address {address}")), IPS).segment(address),
        )
    }
}

impl Firewalls {
    /// All firewalls that the token sees.
    pub fn list(&self) -> List<Firewall> {
        List::new(&self.0, self.0.at(Request::get("listing firewalls").family(FIREWALLS), FIREWALLS))
    }

    /// One firewall with its rules.
    pub fn get(&self, id: FirewallId) -> Call<Firewall> {
        Call::json(&self.0, self.0.at(Request::get(format!("getting firewall {id}")), FIREWALLS).segment(id))
    }
}

impl Identified for IpAddress {
    fn identity(&self) -> String {
        self.address.to_string()
    }
}

impl Identified for Firewall {
    fn identity(&self) -> String {
        self.id.to_string()
    }
}
