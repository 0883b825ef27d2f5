//! Linodes and NodeBalancers: the real client against the simulator in the same process, under tokio's paused clock.

mod balancer;
mod check;
mod compute;
mod conformance;
mod group;
mod refusals;

use std::sync::Arc;
use std::time::Duration;

use api_transport::Service;
use api_transport::service::InProcess;
use linode_api::{Client, Token, models};
use linode_sim::{SeedBalancer, SeedConfig, Settings, Simulator};
use scaler_core::model::GroupName;
use scaler_core::ports::NewInstance;
use scaler_linode::{Backend, LinodeBalancers, LinodeCompute, LinodeGroup, OwnerTags};

const REGION: &str = "nl-ams";
const IMAGE: &str = "linode/debian12";
const TYPE: &str = "g6-standard-2";

fn name(text: &str) -> GroupName {
    text.parse().unwrap()
}

fn marks() -> OwnerTags {
    OwnerTags::new("k3x9w2").unwrap()
}

fn client(service: Arc<dyn Service>) -> Client {
    Client::builder(Token::new("hush-hush").unwrap()).version("v4beta").service(service).build().unwrap()
}

fn client_of(simulator: &Simulator) -> Client {
    client(Arc::new(InProcess::new(simulator.router())))
}

/// A group that the simulator takes: a root password in place of keys.
fn group(text: &str) -> LinodeGroup {
    LinodeGroup::new(text, REGION, TYPE, IMAGE)
        .unwrap()
        .template(|template| template.root_pass("correct-Horse-battery-9".to_owned().into()))
}

fn new(group: &str, slot: u32) -> NewInstance {
    NewInstance::new(name(group), format!("{group}-ab1cd-{slot}"), TYPE.into())
}

/// A simulated account with one NodeBalancer, and the adapters for the groups `web` and `api`.
struct World {
    simulator: Simulator,
    linode: Client,
    backend: Backend,
    web: LinodeGroup,
    compute: LinodeCompute,
    balancers: LinodeBalancers,
}

impl World {
    fn new() -> Self {
        Self::of(Simulator::builder().build())
    }

    fn of(simulator: Simulator) -> Self {
        let seeded = SeedBalancer::new("front").config(SeedConfig::new(80));
        let seeded = simulator.seed_nodebalancer(&seeded).unwrap();
        let backend = Backend {
            nodebalancer: models::NodeBalancerId::new(seeded.id).unwrap(),
            config: models::NodeBalancerConfigId::new(seeded.configs[0]).unwrap(),
            port: 8080,
        };
        let linode = client_of(&simulator);
        let web = group("web").backend(backend);
        let compute = LinodeCompute::new(linode.clone(), marks(), [web.clone(), group("api")]);
        let balancers = LinodeBalancers::new(linode.clone(), [&web]);
        Self { simulator, linode, backend, web, compute, balancers }
    }

    /// The same, with other settings of the account.
    fn with(self, change: impl FnOnce(&mut Settings)) -> Self {
        self.simulator.set_settings(change);
        self
    }

    fn fault(&self, text: &str) {
        self.simulator.faults().add_all(text).unwrap();
    }
}

/// Lists lag writes: waits until they show them.
async fn settle() {
    tokio::time::sleep(Duration::from_secs(60)).await;
}
