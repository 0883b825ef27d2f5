//! Linodes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use linode_api::models::{NodeBalancerId, UpdateInstance};
use linode_api::{Client, ErrorKind, Filter, Operation, models};
use tokio::sync::Mutex;
use tokio::time::Instant;
use tracing::warn;

use crate::failure::{Doing, sorted, unsent};
use crate::{BackendAddress, LinodeGroup, OwnerTags, id, owner_tags};
use scaler_core::model::{
    GroupName, Installation, Instance, InstanceId, InstanceStatus, InstanceType, Price,
};
use scaler_core::ports::{Compute, Failure, FailureKind, Listing, Marked, NewInstance};

/// The Linodes of one owner.
///
/// Locks are seen where the client speaks `v4beta`; with `v4` they show only when a delete is refused.
#[derive(Clone, Debug)]
pub struct LinodeCompute {
    linode: Client,
    tags: OwnerTags,
    groups: BTreeMap<GroupName, LinodeGroup>,
    types: Arc<Mutex<Option<(Instant, Types)>>>,
}

type Types = Arc<[models::InstanceType]>;

/// The list of types is the same for all groups and hardly ever changes: it is read again after so long.
const TYPES_FOR: Duration = Duration::from_secs(900);

/// How a NodeBalancer stands among the landmarks of an account, before its number.
const LANDMARK: &str = "nodebalancer/";

/// What errors call an instance.
const LINODE: &str = "Linode";

impl LinodeCompute {
    /// The Linodes with these tags. Groups that are not among `groups` are shown, and can't have new members.
    #[must_use]
    pub fn new(linode: Client, tags: OwnerTags, groups: impl IntoIterator<Item = LinodeGroup>) -> Self {
        let groups = groups.into_iter().map(|group| (group.name().clone(), group)).collect();
        Self { linode, tags, groups, types: Arc::default() }
    }

    async fn types(&self) -> Result<Types, Failure> {
        let mut known = self.types.lock().await;
        if let Some((at, types)) = &*known
            && at.elapsed() < TYPES_FOR
        {
            return Ok(Arc::clone(types));
        }
        let listing =
            self.linode.instance_types().list().await.map_err(|error| sorted(Doing::Reading, error))?;
        let types: Types = listing.items().into();
        *known = Some((Instant::now(), Arc::clone(&types)));
        Ok(types)
    }

    fn group(&self, name: &GroupName) -> Result<&LinodeGroup, Failure> {
        self.groups
            .get(name)
            .ok_or_else(|| unsent(format!("group {name} has no template: add it to the configuration")))
    }

    /// In the core's words, with the group whose tags it carries. `meant` is the group that it is asked for, which says
    /// how its address is chosen where it carries no tags yet.
    fn shown(&self, instance: &models::Instance, meant: Option<&GroupName>) -> (Instance, Option<GroupName>) {
        let group = self.tags.group_of(instance);
        let address = group
            .as_ref()
            .or(meant)
            .and_then(|name| self.groups.get(name))
            .map_or(BackendAddress::default(), |group| group.address);
        let kind = InstanceType(instance.instance_type.clone().unwrap_or_default());
        let status = status(&instance.status);
        let mut shown =
            Instance::new(instance.id.into(), instance.label.as_str(), status, instance.created, kind);
        shown.address = address.of(instance);
        shown.locked = instance.is_locked();
        (shown, group)
    }

    /// The account's id, where the token may read it.
    async fn euuid(&self) -> Result<Option<String>, Failure> {
        match self.linode.account().get().await {
            Ok(account) => Ok(account.euuid),
            Err(error) if matches!(error.kind(), ErrorKind::Scope | ErrorKind::Forbidden) => Ok(None),
            Err(error) => Err(sorted(Doing::Reading, error)),
        }
    }

    /// Whether a NodeBalancer exists on the account that the token is of.
    async fn has_balancer(&self, balancer: NodeBalancerId) -> Result<bool, Failure> {
        match self.linode.nodebalancer(balancer).get().await {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() || error.kind() == ErrorKind::Forbidden => Ok(false),
            Err(error) => Err(sorted(Doing::Reading, error)),
        }
    }

    async fn read(&self, id: InstanceId) -> Result<Option<models::Instance>, Failure> {
        match self.linode.instance(id::id(id.0, LINODE)?).get().await {
            Ok(instance) => Ok(Some(instance)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(sorted(Doing::Reading, error)),
        }
    }
}

#[async_trait]
impl Compute for LinodeCompute {
    async fn list(&self) -> Result<Listing, Failure> {
        // The filter only makes the answer smaller: the API was seen to ignore some, so tags are compared again.
        let list = self.linode.instances().list().filter(Filter::tag(self.tags.owner_tag()));
        let listed = list.await.map_err(|error| sorted(Doing::Reading, error))?;
        let mut instances = Vec::with_capacity(listed.len());
        for one in listed.items().iter().filter(|one| one.has_tag(self.tags.owner_tag())) {
            match self.shown(one, None) {
                (instance, Some(group)) => instances.push(Marked::new(instance, group)),
                (_, None) => warn!(
                    instance = one.id.get(),
                    label = one.label,
                    "it carries our owner's tag and no one group's: it is neither counted nor touched"
                ),
            }
        }
        let mut listing = Listing::new(instances);
        listing.inconsistent = !listed.is_consistent();
        listing.calls = u32::try_from(listed.pages()).unwrap_or(u32::MAX);
        Ok(listing)
    }

    async fn get(&self, id: InstanceId) -> Result<Option<(Instance, Option<GroupName>)>, Failure> {
        Ok(self.read(id).await?.map(|instance| self.shown(&instance, None)))
    }

    async fn find(&self, label: &str) -> Result<Option<(Instance, Option<GroupName>)>, Failure> {
        let list = self.linode.instances().list().filter(Filter::label(label));
        let listed = list.await.map_err(|error| sorted(Doing::Reading, error))?;
        let found = listed.items().iter().find(|one| one.label == label);
        if found.is_none() && !listed.is_consistent() {
            let message =
                format!("looking for Linode {label}: the list changed while it was read; ask again");
            return Err(Failure::new(FailureKind::Transient, message));
        }
        Ok(found.map(|instance| self.shown(instance, None)))
    }

    async fn create(&self, new: &NewInstance) -> Result<Instance, Failure> {
        let mut request = self.group(&new.group)?.template.clone().label(&new.label);
        request.instance_type.clone_from(&new.kind.0);
        let tags = request.tags.take().unwrap_or_default();
        let request = request.tags(self.tags.put(&new.group, &tags));
        let created = self.linode.instances().create(&request).await;
        let created = created.map_err(|error| sorted(Doing::Creating, error))?;
        Ok(self.shown(&created, Some(&new.group)).0)
    }

    fn lists_left(&self) -> Option<u64> {
        self.linode.rate_left(Operation::ListInstances)
    }

    fn creates_left(&self) -> Result<u32, Duration> {
        match self.linode.rate_left(Operation::CreateInstance) {
            Some(0) => Err(self.linode.rate_wait(Operation::CreateInstance)),
            left => Ok(left.and_then(|left| u32::try_from(left).ok()).unwrap_or(u32::MAX)),
        }
    }

    async fn delete(&self, id: InstanceId) -> Result<(), Failure> {
        match self.linode.instance(id::id(id.0, LINODE)?).delete().await {
            Err(error) if !error.is_not_found() => Err(sorted(Doing::Removing, error)),
            _ => Ok(()),
        }
    }

    async fn mark(&self, id: InstanceId, group: &GroupName, ours: bool) -> Result<(), Failure> {
        let Some(instance) = self.read(id).await? else {
            return Err(unsent(format!("marking Linode {id}: there is none with this id; check it")));
        };
        let tags = if ours {
            self.free_for(&instance, group)?;
            self.tags.put(group, &instance.tags)
        } else {
            self.tags.taken(group, &instance.tags)
        };
        if tags == instance.tags {
            return Ok(());
        }
        let change = UpdateInstance::new().tags(tags);
        self.linode
            .instance(instance.id)
            .update(&change)
            .await
            .map_err(|error| sorted(Doing::Changing, error))?;
        Ok(())
    }

    fn owner(&self) -> Option<&str> {
        Some(self.tags.owner())
    }

    async fn account(&self, remembered: &Installation) -> Result<Installation, Failure> {
        let mut shown = Installation::new(&remembered.owner);
        // What could not be read tells nothing; the other way may.
        let mut unread = None;
        shown.account = self.euuid().await.unwrap_or_else(|failure| {
            unread = Some(failure);
            None
        });
        if shown.account.is_some() && remembered.account.is_some() {
            return Ok(shown);
        }
        let named =
            remembered.landmarks.iter().filter_map(|landmark| landmark.strip_prefix(LANDMARK)?.parse().ok());
        let configured = self.groups.values().flat_map(|group| &group.backends);
        let balancers: BTreeSet<NodeBalancerId> =
            named.chain(configured.map(|backend| backend.nodebalancer)).collect();
        for balancer in balancers {
            match self.has_balancer(balancer).await {
                Ok(true) => shown.landmarks.push(format!("{LANDMARK}{balancer}")),
                Ok(false) => {}
                Err(failure) => unread = Some(failure),
            }
        }
        unread.filter(|_| shown.landmarks.is_empty()).map_or(Ok(shown), Err)
    }

    async fn prices(
        &self,
        group: &GroupName,
        kinds: &[InstanceType],
    ) -> Result<Vec<(InstanceType, Price)>, Failure> {
        let template = &self.group(group)?.template;
        let types = self.types().await?;
        let backups = template.backups_enabled == Some(true);
        Ok(kinds
            .iter()
            .filter_map(|kind| {
                let found = types.iter().find(|one| one.id == kind.0)?;
                Some((kind.clone(), hourly(found, &template.region, backups)?))
            })
            .collect())
    }
}

impl LinodeCompute {
    /// Refuses to take a Linode away from somebody else.
    fn free_for(&self, instance: &models::Instance, group: &GroupName) -> Result<(), Failure> {
        let whose = match self.tags.other_owner(&instance.tags) {
            Some(other) => format!("of another installation ({other}): release it there"),
            None => match owner_tags::groups(&instance.tags).find(|other| other != group) {
                Some(other) if instance.has_tag(self.tags.owner_tag()) => {
                    format!("of group {other}: release it there")
                }
                _ => return Ok(()),
            },
        };
        let message = format!("marking Linode {} for group {group}: it is {whose} first", instance.label);
        Err(Failure::new(FailureKind::Guarded, message))
    }
}

/// What an hour of the type costs in a region, where the price list says so.
fn hourly(kind: &models::InstanceType, region: &str, backups: bool) -> Option<Price> {
    let price = Price::from_dollars(kind.price_in(region).hourly?.as_f64());
    if !backups {
        return Some(price);
    }
    let addon = kind.addons.as_ref()?.backups.as_ref()?;
    let own = addon.region_prices.iter().flatten().find(|price| price.id == region);
    let extra = own.map_or(addon.price.hourly.as_ref(), |price| price.hourly.as_ref())?;
    Some(price.plus(Price::from_dollars(extra.as_f64())))
}

fn status(status: &models::InstanceStatus) -> InstanceStatus {
    use models::InstanceStatus as Linode;
    match status {
        Linode::Provisioning | Linode::Cloning | Linode::Restoring | Linode::Rebuilding => {
            InstanceStatus::Provisioning
        }
        Linode::Booting
        | Linode::Offline
        | Linode::ShuttingDown
        | Linode::Rebooting
        | Linode::Stopped
        | Linode::BillingSuspension => InstanceStatus::Stopped,
        Linode::Deleting => InstanceStatus::Deleting,
        // One that migrates may well serve, and of words of the future nothing is known: the checks of the NodeBalancer
        // say how it is.
        _ => InstanceStatus::Running,
    }
}
