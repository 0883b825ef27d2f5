//! A group that lives on Linode, described once.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use linode_api::models::{
    CreateInstance, Instance, InterfaceGeneration, NodeBalancerConfigId, NodeBalancerId,
};
use scaler_core::model::{Group, GroupName, InstanceType, InvalidGroupName, Size, Template};
use scaler_core::runtime::BuildError;

use crate::template::hash;

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

/// A group of Linodes: how many, made of what, registered where, and by which policies and times.
///
/// ```
/// use std::time::Duration;
///
/// use scaler_linode::LinodeGroup;
///
/// let web = LinodeGroup::new("web", "nl-ams", "g6-standard-2", "linode/debian12")?
///     .size(2..=6)
///     .node_balancer(9042, 11873, 8080)
///     .template(|create| create.authorized_users(vec!["ops".to_owned()]))
///     .configure(|group| group.launch.warm_up = Duration::from_secs(60));
/// assert_eq!(web.to_group()?.size.max, 6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LinodeGroup {
    /// What its members are made of. Label, type, and the tags of owner and group are set for each; tags in here stay
    /// beside those.
    pub template: CreateInstance,
    /// By which kind of address the NodeBalancers reach the members. Default the private IPv4 one.
    pub address: BackendAddress,
    /// Where members are registered.
    pub backends: Vec<Backend>,
    group: Group,
    stackscript_secrets: BTreeSet<String>,
    mistake: Option<String>,
}

impl LinodeGroup {
    /// A group called `name` in `region`, whose members are of the type `kind` (`g6-standard-2`) and made from `image`
    /// (`linode/debian12`, `private/…`). It has exactly one member until [`size`](Self::size) says otherwise.
    ///
    /// What the account's settings would otherwise decide is said in the template: members boot at once, have a private
    /// address, no paid backups, and interfaces of the configuration profile, for which private addresses and a firewall
    /// for the whole Linode exist.
    ///
    /// # Errors
    /// [`InvalidGroupName`] where the name can't stand in a label.
    pub fn new(
        name: &str,
        region: impl Into<String>,
        kind: impl Into<InstanceType>,
        image: impl Into<String>,
    ) -> Result<Self, InvalidGroupName> {
        let template = Template::new("", [kind]);
        let group = Group::new(name.parse()?, Size::from(1..=1), Vec::new(), template);
        Ok(Self::of(group, region, image))
    }

    /// The same for a group whose name, types, size, policies and times are said already. Its balancers and its
    /// template's hash are replaced by those of this description.
    #[must_use]
    pub fn of(group: Group, region: impl Into<String>, image: impl Into<String>) -> Self {
        let kind = group.template.types.first().map(|kind| kind.0.clone()).unwrap_or_default();
        let template = CreateInstance::new(region, kind)
            .image(image)
            .booted(true)
            .private_ip(true)
            .backups_enabled(false)
            .interface_generation(InterfaceGeneration::LegacyConfig);
        Self {
            template,
            address: BackendAddress::default(),
            backends: Vec::new(),
            group,
            stackscript_secrets: BTreeSet::new(),
            mistake: None,
        }
    }

    /// How many members there may be: `2..=6`.
    #[must_use]
    pub fn size(mut self, size: impl Into<Size>) -> Self {
        self.group.size = size.into();
        self
    }

    /// The type to try where those before it can't be had.
    #[must_use]
    pub fn or_type(mut self, kind: impl Into<InstanceType>) -> Self {
        self.group.template.types.push(kind.into());
        self
    }

    /// Members are registered at this config of this NodeBalancer, by their numbers, and serve at `port`. Numbers that
    /// can't be ids are told by [`to_group`](Self::to_group).
    #[must_use]
    pub fn node_balancer(mut self, nodebalancer: u64, config: u64, port: u16) -> Self {
        match (NodeBalancerId::new(nodebalancer), NodeBalancerConfigId::new(config)) {
            (Some(nodebalancer), Some(config)) => self.backend(Backend { nodebalancer, config, port }),
            _ => {
                self.mistake = Some(format!(
                    "config {config} of NodeBalancer {nodebalancer} can't exist: ids are whole numbers above 0"
                ));
                self
            }
        }
    }

    /// The same with typed ids.
    #[must_use]
    pub fn backend(mut self, backend: Backend) -> Self {
        self.backends.push(backend);
        self
    }

    /// Members are reached by another kind of address.
    #[must_use]
    pub const fn address(mut self, address: BackendAddress) -> Self {
        self.address = address;
        self
    }

    /// Changes what members are made of: keys, firewall, user data and whatever else a create takes.
    #[must_use]
    pub fn template(mut self, change: impl FnOnce(CreateInstance) -> CreateInstance) -> Self {
        self.template = change(self.template);
        self
    }

    /// The StackScript's fields that hold secrets: their values don't count in the template's hash, which stands in the log.
    #[must_use]
    pub fn stackscript_secrets(mut self, fields: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.stackscript_secrets.extend(fields.into_iter().map(Into::into));
        self
    }

    /// Changes policies, times and limits.
    #[must_use]
    pub fn configure(mut self, change: impl FnOnce(&mut Group)) -> Self {
        change(&mut self.group);
        self
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &GroupName {
        &self.group.name
    }

    /// The types of its members, in the order in which they are tried.
    #[must_use]
    pub fn types(&self) -> &[InstanceType] {
        &self.group.template.types
    }

    /// The group as the engine knows it: its NodeBalancer configs are those of the backends, and its template is known by
    /// its content.
    ///
    /// # Errors
    /// [`BuildError::Group`] where the description holds something that can't exist.
    pub fn to_group(&self) -> Result<Group, BuildError> {
        let refuse = |why| BuildError::Group { group: self.group.name.clone(), why };
        if let Some(mistake) = &self.mistake {
            return Err(refuse(mistake.clone()));
        }
        let mut group = self.group.clone();
        group.balancers = self.backends.iter().map(|backend| backend.config.into()).collect();
        group.template.hash = hash(&self.template, &self.stackscript_secrets)
            .map_err(|error| refuse(format!("its template can't be written as JSON: {error}")))?;
        Ok(group)
    }
}
