use std::borrow::Borrow;

use api_transport::Request;

use crate::call::Call;
use crate::client::{Linode, family};
use crate::error::Subject;
use crate::list::{Identified, List};
use crate::models::{
    AddIp, CreateInstance, Firewall, Instance, InstanceId, InstanceIps, IpAddress, NodeBalancer,
    UpdateInstance,
};
use crate::wait::Wait;

const PATH: &str = "linode/instances";

/// Instances (Linodes): `/linode/instances`.
#[derive(Debug, Clone)]
pub struct Instances {
    linode: Linode,
}

impl Linode {
    /// Instances.
    pub fn instances(&self) -> Instances {
        Instances { linode: self.clone() }
    }
}

impl Instances {
    /// All instances that the token sees; filterable by `id`, `label`, `region`, `tags` and others.
    pub fn list(&self) -> List<Instance> {
        List::new(&self.linode, self.linode.at(Request::get("listing instances").family(PATH), PATH))
    }

    /// One instance.
    pub fn get(&self, id: InstanceId) -> Call<Instance> {
        Call::json(&self.linode, self.one(Request::get(format!("getting instance {id}")), id))
            .family("GET instance")
    }

    /// Creates an instance. It is sent again only when the API surely did not take it: after an error that
    /// [`may_have_happened`](crate::Error::may_have_happened) look for the label, which is unique on the account.
    pub fn create(&self, instance: impl Borrow<CreateInstance>) -> Call<Instance> {
        let instance = instance.borrow();
        let attempting = match &instance.label {
            Some(label) => format!("creating instance {label}"),
            None => "creating an instance".to_owned(),
        };
        Call::json(&self.linode, self.linode.at(Request::post(attempting), PATH))
            .creates()
            .sensitive()
            .family(family::CREATE_INSTANCE)
            .about(Subject::CreateInstance)
            .body(instance)
    }

    /// Changes an instance; what is left out of `change` stays.
    pub fn update(&self, id: InstanceId, change: impl Borrow<UpdateInstance>) -> Call<Instance> {
        let request = self.one(Request::put(format!("changing instance {id}")), id);
        Call::json(&self.linode, request).family("PUT instance").body(change.borrow())
    }

    /// Deletes an instance in whatever status it is, its disks and its NodeBalancer nodes with it.
    pub fn delete(&self, id: InstanceId) -> Call<()> {
        let request = self.one(Request::delete(format!("deleting instance {id}")), id);
        Call::empty(&self.linode, request).family("DELETE instance")
    }

    /// Boots an instance that is offline.
    pub fn boot(&self, id: InstanceId) -> Call<()> {
        self.act(id, "boot", "booting").body(&serde_json::json!({}))
    }

    /// Reboots an instance that is running.
    pub fn reboot(&self, id: InstanceId) -> Call<()> {
        self.act(id, "reboot", "rebooting").body(&serde_json::json!({}))
    }

    /// Shuts an instance down; it is paid for all the same.
    pub fn shutdown(&self, id: InstanceId) -> Call<()> {
        self.act(id, "shutdown", "shutting down")
    }

    /// The addresses of an instance.
    pub fn ips(&self, id: InstanceId) -> Call<InstanceIps> {
        let request =
            self.one(Request::get(format!("getting the addresses of instance {id}")), id).segment("ips");
        Call::json(&self.linode, request).family("GET instance/ips")
    }

    /// Adds an address, such as a private one, which cannot be removed again.
    pub fn add_ip(&self, id: InstanceId, address: impl Borrow<AddIp>) -> Call<IpAddress> {
        let request =
            self.one(Request::post(format!("adding an address to instance {id}")), id).segment("ips");
        Call::json(&self.linode, request).creates().body(address.borrow())
    }

    /// The NodeBalancers that have the instance among their nodes.
    pub fn nodebalancers(&self, id: InstanceId) -> List<NodeBalancer> {
        let request = Request::get(format!("listing the NodeBalancers of instance {id}"));
        List::new(&self.linode, self.one(request, id).segment("nodebalancers"))
    }

    /// The firewalls that protect the instance.
    pub fn firewalls(&self, id: InstanceId) -> List<Firewall> {
        let request = Request::get(format!("listing the firewalls of instance {id}"));
        List::new(&self.linode, self.one(request, id).segment("firewalls"))
    }

    /// Waits for an instance's status, running unless told otherwise.
    pub fn wait(&self, id: InstanceId) -> Wait {
        Wait::new(&self.linode, id)
    }

    fn act(&self, id: InstanceId, action: &str, doing: &str) -> Call<()> {
        let request = self.one(Request::post(format!("{doing} instance {id}")), id).segment(action);
        Call::empty(&self.linode, request)
    }

    fn one(&self, request: Request, id: InstanceId) -> Request {
        self.linode.at(request, PATH).segment(id)
    }
}

impl Identified for Instance {
    fn identity(&self) -> String {
        self.id.to_string()
    }
}
