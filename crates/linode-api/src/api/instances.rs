//! Instances (Linodes).

use std::borrow::Borrow;

use super::target::Target;
use crate::call::Call;
use crate::client::Client;
use crate::error::Subject;
use crate::list::{Identified, List};
use crate::models::{
    AddIp, CreateInstance, Firewall, Instance, InstanceId, InstanceIps, IpAddress, NodeBalancer,
    UpdateInstance,
};
use crate::operation::Operation;
use crate::wait::Wait;

/// Instances (Linodes): `/linode/instances`.
#[derive(Debug, Clone)]
pub struct Instances(Target);

/// One instance: `/linode/instances/{id}`.
#[derive(Debug, Clone)]
pub struct InstanceHandle {
    target: Target,
    id: InstanceId,
}

impl Client {
    /// Instances.
    pub fn instances(&self) -> Instances {
        Instances(Target::new(self, "instances"))
    }

    /// One instance.
    pub fn instance(&self, id: InstanceId) -> InstanceHandle {
        InstanceHandle { target: self.instances().0.child(id, format!("instance {id}")), id }
    }
}

impl Instances {
    /// All instances that the token sees; filterable by `id`, `label`, `region`, `tags` and others.
    pub fn list(&self) -> List<Instance> {
        self.0.list(Operation::ListInstances, &self.0)
    }

    /// Creates an instance. It is sent again only when the API surely did not take it: after an error that
    /// [`may_have_happened`](crate::Error::may_have_happened) look for the label, which is unique on the account.
    pub fn create(&self, instance: impl Borrow<CreateInstance>) -> Call<Instance> {
        let instance = instance.borrow();
        let attempting = match &instance.label {
            Some(label) => format!("creating instance {label}"),
            None => "creating an instance".to_owned(),
        };
        self.0
            .json(Operation::CreateInstance, attempting)
            .creates()
            .sensitive()
            .about(Subject::CreateInstance)
            .body(instance)
    }
}

impl InstanceHandle {
    /// The instance.
    pub fn get(&self) -> Call<Instance> {
        self.target.json(Operation::GetInstance, format!("getting {}", self.target))
    }

    /// Changes the instance; what is left out of `change` stays.
    pub fn update(&self, change: impl Borrow<UpdateInstance>) -> Call<Instance> {
        let attempting = format!("changing {}", self.target);
        self.target.json(Operation::UpdateInstance, attempting).body(change.borrow())
    }

    /// Deletes the instance in whatever status it is, with its disks and its NodeBalancer nodes.
    pub fn delete(&self) -> Call<()> {
        self.target.empty(Operation::DeleteInstance, format!("deleting {}", self.target))
    }

    /// Boots the instance, which is offline.
    pub fn boot(&self) -> Call<()> {
        let attempting = format!("booting {}", self.target);
        self.target.empty(Operation::BootInstance, attempting).body(&serde_json::json!({}))
    }

    /// Reboots the instance, which is running.
    pub fn reboot(&self) -> Call<()> {
        let attempting = format!("rebooting {}", self.target);
        self.target.empty(Operation::RebootInstance, attempting).body(&serde_json::json!({}))
    }

    /// Shuts the instance down; it is still paid for.
    pub fn shutdown(&self) -> Call<()> {
        self.target.empty(Operation::ShutDownInstance, format!("shutting down {}", self.target))
    }

    /// The addresses of the instance.
    pub fn ips(&self) -> Call<InstanceIps> {
        self.target.json(Operation::GetInstanceIps, format!("getting the addresses of {}", self.target))
    }

    /// Adds an address, such as a private one, which cannot be removed again.
    pub fn add_ip(&self, address: impl Borrow<AddIp>) -> Call<IpAddress> {
        let attempting = format!("adding an address to {}", self.target);
        self.target.json(Operation::AddInstanceIp, attempting).creates().body(address.borrow())
    }

    /// The NodeBalancers that have the instance among their nodes.
    pub fn nodebalancers(&self) -> List<NodeBalancer> {
        let what = format_args!("the NodeBalancers of {}", self.target);
        self.target.list(Operation::ListInstanceNodeBalancers, what)
    }

    /// The firewalls that protect the instance.
    pub fn firewalls(&self) -> List<Firewall> {
        let what = format_args!("the firewalls of {}", self.target);
        self.target.list(Operation::ListInstanceFirewalls, what)
    }

    /// Waits until the instance is in a status, or meets another condition; running unless told otherwise.
    pub fn wait(&self) -> Wait {
        let handle = self.clone();
        Wait::new(self.id, move || handle.get())
    }
}

impl Identified for Instance {
    type Id = InstanceId;

    fn identity(&self) -> InstanceId {
        self.id
    }
}
