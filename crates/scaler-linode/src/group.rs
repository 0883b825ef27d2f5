//! What the core does not know of a group: what its members are made of, and where their nodes are.

use std::net::{Ipv4Addr, Ipv6Addr};

use linode_api::models::{
    CreateInstance, Instance, InterfaceGeneration, NodeBalancerConfigId, NodeBalancerId,
};

use crate::OwnerTags;
use scaler_core::model::GroupName;
use scaler_core::ports::NewInstance;

/// A NodeBalancer config at which the members of a group are registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Backend {
    /// The NodeBalancer.
    pub nodebalancer: NodeBalancerId,
    /// The config.
    pub config: NodeBalancerConfigId,
    /// The port at which members serve.
    pub port: u16,
}

/// By which kind of address the NodeBalancers reach the members.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BackendAddress {
    /// The private IPv4 address, in 192.168.128.0/17.
    #[default]
    PrivateIpv4,
    /// The public IPv6 address.
    PublicIpv6,
}

impl BackendAddress {
    /// That address of a Linode, where it has one.
    pub(super) fn of(self, instance: &Instance) -> Option<String> {
        match self {
            Self::PrivateIpv4 => instance.private_ipv4().map(|address: Ipv4Addr| address.to_string()),
            Self::PublicIpv6 => {
                let written = instance.ipv6.as_deref()?;
                let address: Ipv6Addr = written.split('/').next()?.parse().ok()?;
                Some(address.to_string())
            }
        }
    }
}

/// A group as Linode needs to know it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LinodeGroup {
    /// Its name.
    pub name: GroupName,
    /// What its members are made of. Label, type, and the tags of owner and group are set for each; tags in here stay
    /// beside those.
    pub template: CreateInstance,
    /// By which kind of address the NodeBalancers reach the members. Default the private IPv4 one.
    pub address: BackendAddress,
    /// Where members are registered.
    pub backends: Vec<Backend>,
}

impl LinodeGroup {
    /// A group in `region` whose members are made from `image`.
    ///
    /// What the account's settings would otherwise decide is said in the template: members boot at once, have a private
    /// address, no paid backups, and interfaces of the configuration profile, for which private addresses and a firewall
    /// for the whole Linode exist.
    #[must_use]
    pub fn new(name: GroupName, region: impl Into<String>, image: impl Into<String>) -> Self {
        let template = CreateInstance::new(region, String::new())
            .image(image)
            .booted(true)
            .private_ip(true)
            .backups_enabled(false)
            .interface_generation(InterfaceGeneration::LegacyConfig);
        Self { name, template, address: BackendAddress::default(), backends: Vec::new() }
    }

    /// With another template.
    #[must_use]
    pub fn template(mut self, change: impl FnOnce(CreateInstance) -> CreateInstance) -> Self {
        self.template = change(self.template);
        self
    }

    /// Members are reached by another kind of address.
    #[must_use]
    pub const fn address(mut self, address: BackendAddress) -> Self {
        self.address = address;
        self
    }

    /// Members are registered there too.
    #[must_use]
    pub fn backend(mut self, backend: Backend) -> Self {
        self.backends.push(backend);
        self
    }

    /// The request that creates a member.
    pub(super) fn request(&self, owner: &OwnerTags, new: &NewInstance) -> CreateInstance {
        let mut request = self.template.clone().label(&new.label);
        request.instance_type.clone_from(&new.kind.0);
        let tags = request.tags.take().unwrap_or_default();
        request.tags(owner.put(&self.name, &tags))
    }
}
