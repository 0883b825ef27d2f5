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
use crate::wait::InstanceWait;

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
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let all = client.instances().list().await?;
    /// println!("{} instances", all.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn instances(&self) -> Instances {
        Instances(Target::new(self, "instances"))
    }

    /// One instance.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, instance: linode_api::InstanceId) -> Result<(), linode_api::Error> {
    /// let instance = client.instance(instance).get().await?;
    /// println!("{} is {}", instance.label, instance.status);
    /// # Ok(())
    /// # }
    /// ```
    pub fn instance(&self, id: InstanceId) -> InstanceHandle {
        InstanceHandle { target: self.instances().0.child(id, format!("instance {id}")), id }
    }
}

impl Instances {
    /// All instances that the token sees; filterable by `id`, `label`, `region`, `tags` and others.
    ///
    /// ```no_run
    /// use linode_api::Filter;
    ///
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let web = client.instances().list().filter(Filter::tag("group:web")).await?;
    /// // A tag filter was seen to return everything: compare before acting on it.
    /// let web: Vec<_> = web.into_iter().filter(|instance| instance.has_tag("group:web")).collect();
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> List<Instance> {
        self.0.list(Operation::ListInstances, &self.0)
    }

    /// Creates an instance. It is sent again only when the API surely did not take it: after an error that
    /// [`may_have_happened`](crate::Error::may_have_happened) look for the label, which is unique on the account.
    ///
    /// ```no_run
    /// use linode_api::models::CreateInstance;
    ///
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let create = CreateInstance::new("nl-ams", "g6-nanode-1").image("linode/debian12").label("web-7").booted(true);
    /// match client.instances().create(&create).await {
    ///     Ok(created) => println!("instance {}", created.id),
    ///     Err(error) if error.may_have_happened() => println!("look whether web-7 exists: {error}"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
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
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, instance: linode_api::InstanceId) -> Result<(), linode_api::Error> {
    /// match client.instance(instance).get().await {
    ///     Ok(instance) => println!("{} is {}", instance.label, instance.status),
    ///     Err(error) if error.is_not_found() => println!("it is gone"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self) -> Call<Instance> {
        self.target.json(Operation::GetInstance, format!("getting {}", self.target))
    }

    /// Changes the instance; what is left out of `change` stays.
    ///
    /// ```no_run
    /// use linode_api::models::UpdateInstance;
    ///
    /// # async fn run(client: linode_api::Client, instance: linode_api::InstanceId) -> Result<(), linode_api::Error> {
    /// let change = UpdateInstance::new().label("web-8").tags(vec!["group:web".to_owned()]);
    /// let changed = client.instance(instance).update(change).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn update(&self, change: impl Borrow<UpdateInstance>) -> Call<Instance> {
        let attempting = format!("changing {}", self.target);
        self.target.json(Operation::UpdateInstance, attempting).body(change.borrow())
    }

    /// Deletes the instance in whatever status it is, with its disks and its NodeBalancer nodes.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, instance: linode_api::InstanceId) -> Result<(), linode_api::Error> {
    /// client.instance(instance).delete().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete(&self) -> Call<()> {
        self.target.empty(Operation::DeleteInstance, format!("deleting {}", self.target))
    }

    /// Boots the instance, which is offline.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, instance: linode_api::InstanceId) -> Result<(), linode_api::Error> {
    /// client.instance(instance).boot().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn boot(&self) -> Call<()> {
        let attempting = format!("booting {}", self.target);
        self.target.empty(Operation::BootInstance, attempting).body(&serde_json::json!({}))
    }

    /// Reboots the instance, which is running.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, instance: linode_api::InstanceId) -> Result<(), linode_api::Error> {
    /// client.instance(instance).reboot().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn reboot(&self) -> Call<()> {
        let attempting = format!("rebooting {}", self.target);
        self.target.empty(Operation::RebootInstance, attempting).body(&serde_json::json!({}))
    }

    /// Shuts the instance down; it is still paid for.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, instance: linode_api::InstanceId) -> Result<(), linode_api::Error> {
    /// client.instance(instance).shutdown().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn shutdown(&self) -> Call<()> {
        self.target.empty(Operation::ShutDownInstance, format!("shutting down {}", self.target))
    }

    /// The addresses of the instance.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, instance: linode_api::InstanceId) -> Result<(), linode_api::Error> {
    /// let addresses = client.instance(instance).ips().await?;
    /// println!("{addresses:?}");
    /// # Ok(())
    /// # }
    /// ```
    pub fn ips(&self) -> Call<InstanceIps> {
        self.target.json(Operation::GetInstanceIps, format!("getting the addresses of {}", self.target))
    }

    /// Adds an address, such as a private one, which cannot be removed again.
    ///
    /// ```no_run
    /// use linode_api::models::AddIp;
    ///
    /// # async fn run(client: linode_api::Client, instance: linode_api::InstanceId) -> Result<(), linode_api::Error> {
    /// let private = client.instance(instance).add_ip(AddIp::private()).await?;
    /// println!("{}", private.address);
    /// # Ok(())
    /// # }
    /// ```
    pub fn add_ip(&self, address: impl Borrow<AddIp>) -> Call<IpAddress> {
        let attempting = format!("adding an address to {}", self.target);
        self.target.json(Operation::AddInstanceIp, attempting).creates().body(address.borrow())
    }

    /// The NodeBalancers that have the instance among their nodes.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, instance: linode_api::InstanceId) -> Result<(), linode_api::Error> {
    /// for nodebalancer in client.instance(instance).nodebalancers().await? {
    ///     println!("{}", nodebalancer.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn nodebalancers(&self) -> List<NodeBalancer> {
        let what = format_args!("the NodeBalancers of {}", self.target);
        self.target.list(Operation::ListInstanceNodeBalancers, what)
    }

    /// The firewalls that protect the instance.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, instance: linode_api::InstanceId) -> Result<(), linode_api::Error> {
    /// for firewall in client.instance(instance).firewalls().await? {
    ///     println!("{}", firewall.label);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn firewalls(&self) -> List<Firewall> {
        let what = format_args!("the firewalls of {}", self.target);
        self.target.list(Operation::ListInstanceFirewalls, what)
    }

    /// Waits until the instance is in a status, or meets another condition; running by default.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, instance: linode_api::InstanceId) -> Result<(), linode_api::WaitError> {
    /// let running = client.instance(instance).wait().await?;
    /// println!("{:?}", running.private_ipv4());
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait(&self) -> InstanceWait {
        let handle = self.clone();
        InstanceWait::new(self.id, move || handle.get())
    }
}

impl Identified for Instance {
    type Id = InstanceId;

    fn identity(&self) -> InstanceId {
        self.id
    }
}
