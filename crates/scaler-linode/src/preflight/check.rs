//! What stands in the way, looked for before the start.

use std::collections::{BTreeMap, BTreeSet};

use linode_api::models::{
    Check, InterfaceGeneration, InterfacesForNewInstances, LockType, NodeBalancer, NodeBalancerConfig,
    NodeBalancerId, Protocol, RegionStatus, Stickiness,
};
use linode_api::{Access, Client, Error};

use crate::preflight::firewall;
use crate::{BackendAddress, Concern, LinodeGroup};
use scaler_core::model::InstanceType;

/// Above this other clients don't go.
const LONG_USER_DATA: usize = 16_384;

/// Looks whether the account, the token, the NodeBalancers and the templates are such that the groups can work.
/// Reads only.
///
/// What can't be read is told as [`Concern::Unanswered`]: the token may lack a scope that scaling does not need.
pub async fn check(linode: &Client, groups: &[LinodeGroup]) -> Vec<Concern> {
    let mut found = Found::default();
    found.token(linode).await;
    found.account(linode, groups).await;
    for group in groups {
        found.region(linode, group).await;
        found.template(linode, group).await;
    }
    found.balancers(linode, groups).await;
    found.concerns
}

#[derive(Default)]
struct Found {
    concerns: Vec<Concern>,
}

impl Found {
    fn add(&mut self, concern: Concern) {
        if !self.concerns.contains(&concern) {
            self.concerns.push(concern);
        }
    }

    /// What was asked for; none, and a concern, where it was not answered.
    fn answer<T>(&mut self, answer: Result<T, Error>, needed: bool) -> Option<T> {
        answer.map_err(|error| self.add(Concern::Unanswered { why: error.to_string(), needed })).ok()
    }

    /// What was asked for by id; none, and `missing`, where there is none.
    fn there<T>(&mut self, answer: Result<T, Error>, missing: Concern) -> Option<T> {
        match answer {
            Err(error) if error.is_not_found() => {
                self.add(missing);
                None
            }
            // Scaling itself does not ask for these, so a token may lack the scope.
            answer => self.answer(answer, false),
        }
    }

    async fn token(&mut self, linode: &Client) {
        if linode.version() == "v4" {
            self.add(Concern::LocksUnseen);
        }
        if let Some(scopes) = self.answer(linode.profile().scopes().await, true) {
            let wanted = [
                ("linodes", Access::ReadWrite, "linodes:read_write", true, "to create and delete members"),
                (
                    "nodebalancers",
                    Access::ReadWrite,
                    "nodebalancers:read_write",
                    true,
                    "to register and drain members",
                ),
                ("account", Access::ReadOnly, "account:read_only", false, "to see the account's settings"),
            ];
            for (family, access, scope, needed, purpose) in wanted {
                if !scopes.allows(family, access) {
                    self.add(Concern::Scope { scope, needed, purpose });
                }
            }
        }
        if let Some(profile) = self.answer(linode.profile().get().await, false)
            && profile.restricted
        {
            self.add(Concern::Restricted { user: profile.username });
        }
    }

    async fn account(&mut self, linode: &Client, groups: &[LinodeGroup]) {
        let Some(settings) = self.answer(linode.account().settings().await, false) else { return };
        for group in groups {
            let template = &group.template;
            let private = group.address == BackendAddress::PrivateIpv4;
            if settings.network_helper == Some(false) && template.network_helper != Some(true) && private {
                self.add(Concern::NetworkHelperOff);
            }
            if settings.backups_enabled == Some(true) && template.backups_enabled == Some(false) {
                self.add(Concern::BackupsByDefault);
            }
            let Some(allowed) = &settings.interfaces_for_new_linodes else { continue };
            let contradicts = match template.interface_generation {
                Some(InterfaceGeneration::LegacyConfig) => *allowed == InterfacesForNewInstances::LinodeOnly,
                Some(InterfaceGeneration::Linode) => *allowed == InterfacesForNewInstances::LegacyConfigOnly,
                _ => false,
            };
            if contradicts {
                self.add(Concern::Interfaces { group: group.name().clone(), allowed: allowed.to_string() });
            }
        }
    }

    async fn region(&mut self, linode: &Client, group: &LinodeGroup) {
        let (name, slug) = (group.name(), &group.template.region);
        let concern = |what: String, fatal| Concern::Region { group: name.clone(), what, fatal };
        let missing = concern(format!("there is no region {slug}: correct the configuration"), true);
        let Some(region) = self.there(linode.region(slug).get().await, missing) else { return };
        if region.status == RegionStatus::Outage {
            self.add(concern(format!("region {slug} is out, as the API says: creates may fail"), false));
        }
        let mut needs = vec![("Linodes", "Linodes")];
        if !group.backends.is_empty() {
            needs.push(("NodeBalancers", "NodeBalancers"));
        }
        if group.template.metadata.is_some() {
            needs.push(("Metadata", "user data"));
        }
        for (capability, what) in needs {
            if !region.has_capability(capability) {
                self.add(concern(format!("region {slug} does not offer {what}: choose another"), true));
            }
        }
        // Only some types are listed; one that is not listed can be had.
        if let Ok(listed) = linode.region(slug).availability().await {
            let out = |kind: &&InstanceType| listed.iter().any(|one| one.plan == kind.0 && !one.available);
            for kind in group.types().iter().filter(out) {
                self.add(Concern::Type { group: name.clone(), kind: kind.clone(), unknown: false });
            }
        }
    }

    async fn template(&mut self, linode: &Client, group: &LinodeGroup) {
        let name = group.name();
        for kind in group.types() {
            let missing = Concern::Type { group: name.clone(), kind: kind.clone(), unknown: true };
            self.there(linode.instance_type(&kind.0).get().await, missing);
        }
        let user_data = group.template.metadata.as_ref().and_then(|metadata| metadata.user_data.as_ref());
        if let Some(bytes) =
            user_data.map(|data| data.as_bytes().len()).filter(|bytes| *bytes > LONG_USER_DATA)
        {
            self.add(Concern::LongUserData { group: name.clone(), bytes });
        }
        if let Some(slug) = &group.template.image {
            let concern = |what| Concern::Image { group: name.clone(), what };
            let missing = concern(format!("there is no image {slug} for this token: correct the template"));
            if let Some(image) = self.there(linode.image(slug).get().await, missing)
                && user_data.is_some()
                && !image.reads_user_data()
            {
                self.add(concern(format!(
                    "image {slug} has no cloud-init, so that user data is not read: use another"
                )));
            }
        }
        if let Some(id) = group.template.firewall_id {
            let missing = Concern::NoFirewall { group: name.clone(), id };
            let Some(found) = self.there(linode.firewall(id).get().await, missing) else { return };
            for backend in &group.backends {
                if group.address == BackendAddress::PrivateIpv4 && firewall::drops(&found, backend.port) {
                    self.add(Concern::FirewallDrops { group: name.clone(), id, port: backend.port });
                }
            }
        }
    }

    async fn balancers(&mut self, linode: &Client, groups: &[LinodeGroup]) {
        let ids: BTreeSet<NodeBalancerId> =
            groups.iter().flat_map(|group| &group.backends).map(|backend| backend.nodebalancer).collect();
        let mut configs: BTreeMap<NodeBalancerId, Vec<NodeBalancerConfig>> = BTreeMap::new();
        for id in ids {
            let using = groups.iter().filter(|group| group.backends.iter().any(|one| one.nodebalancer == id));
            match linode.nodebalancer(id).get().await {
                Ok(balancer) => {
                    using.for_each(|group| self.balancer(group, &balancer));
                    if let Some(listed) = self.answer(linode.nodebalancer(id).configs().list().await, true) {
                        configs.insert(id, listed.into_items());
                    }
                }
                Err(error) if error.is_not_found() => using
                    .for_each(|group| self.add(Concern::NoNodeBalancer { group: group.name().clone(), id })),
                Err(error) => self.add(Concern::Unanswered { why: error.to_string(), needed: true }),
            }
        }
        for group in groups {
            for backend in &group.backends {
                let Some(listed) = configs.get(&backend.nodebalancer) else { continue };
                match listed.iter().find(|config| config.id == backend.config) {
                    Some(config) => self.config(config),
                    None => self.add(Concern::NoConfig {
                        group: group.name().clone(),
                        id: backend.nodebalancer,
                        config: backend.config,
                    }),
                }
            }
        }
    }

    fn balancer(&mut self, group: &LinodeGroup, balancer: &NodeBalancer) {
        let id = balancer.id;
        if balancer.region != group.template.region {
            self.add(Concern::OtherRegion {
                group: group.name().clone(),
                id,
                region: balancer.region.clone(),
                wanted: group.template.region.clone(),
            });
        }
        let takes = balancer.backend_connectivity.as_deref().map(str::to_lowercase);
        let premium = balancer.kind.as_deref().is_some_and(|kind| kind.starts_with("premium"));
        let other = match (group.address, takes) {
            (BackendAddress::PrivateIpv4, Some(takes)) if takes.contains("vpc") || takes.contains("ipv6") => {
                Some(takes)
            }
            (BackendAddress::PublicIpv6, Some(takes)) if !takes.contains("ipv6") => Some(takes),
            (BackendAddress::PrivateIpv4, None) if premium => Some("no private IPv4".to_owned()),
            _ => None,
        };
        if let Some(takes) = other {
            self.add(Concern::OtherConnectivity { group: group.name().clone(), id, takes });
        }
        if balancer.locks.iter().flatten().any(|lock| *lock == LockType::CannotDeleteWithSubresources) {
            self.add(Concern::BalancerLocked { id });
        }
    }

    fn config(&mut self, config: &NodeBalancerConfig) {
        let id = config.id;
        if config.protocol == Protocol::Udp {
            self.add(Concern::Udp { config: id });
        }
        if config.check == Check::None {
            self.add(Concern::NoCheck { config: id });
        }
        if config.check_passive {
            self.add(Concern::PassiveCheck { config: id });
        }
        let how = match config.stickiness {
            Stickiness::Table => Some("for 30 minutes"),
            Stickiness::HttpCookie => Some("as long as the browser runs"),
            _ => None,
        };
        if let Some(how) = how {
            self.add(Concern::Sticky { config: id, how });
        }
    }
}
