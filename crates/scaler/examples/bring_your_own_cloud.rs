//! Any cloud: two ports, here over maps in memory. `Compute` makes instances, `Balancer` sends them traffic.
//!
//! Each method says what it must promise. What matters most: a create is never sent twice, an answer that was lost is
//! `FailureKind::MayHaveHappened`, and `None` means that the cloud said that the thing does not exist.
//!
//! ```text
//! cargo run -p scaler --all-features --example bring_your_own_cloud
//! ```

#![allow(clippy::print_stdout, reason = "an example talks to whoever runs it")]

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use scaler::clock::TokioClock;
use scaler::model::{
    ConfigId, GroupName, Instance, InstanceId, InstanceStatus, InstanceType, Mode, Node, NodeId, NodeStatus,
    Price, Template,
};
use scaler::ports::{Balancer, Clock, Compute, Failure, FailureKind, Listing, Marked, NewInstance, NewNode};
use scaler::{Group, Outcome, Scaler};
use tokio::sync::Mutex;

/// Where traffic comes in.
const FRONT: ConfigId = ConfigId(1);

/// Clones share the cloud. An instance runs as soon as it is created.
#[derive(Clone)]
struct Cloud {
    clock: TokioClock,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    last: u64,
    /// With the group whose mark each carries: a real cloud has tags for this.
    instances: HashMap<InstanceId, (Instance, Option<GroupName>)>,
    nodes: HashMap<NodeId, Node>,
}

#[async_trait]
impl Compute for Cloud {
    async fn list(&self) -> Result<Listing, Failure> {
        let state = self.state.lock().await;
        let marked = |(instance, group): &(Instance, Option<GroupName>)| {
            group.clone().map(|group| Marked::new(instance.clone(), group))
        };
        Ok(Listing::new(state.instances.values().filter_map(marked).collect()))
    }

    async fn get(&self, id: InstanceId) -> Result<Option<(Instance, Option<GroupName>)>, Failure> {
        Ok(self.state.lock().await.instances.get(&id).cloned())
    }

    async fn find(&self, label: &str) -> Result<Option<(Instance, Option<GroupName>)>, Failure> {
        let state = self.state.lock().await;
        Ok(state.instances.values().find(|(instance, _)| instance.label == label).cloned())
    }

    async fn create(&self, new: &NewInstance) -> Result<Instance, Failure> {
        let mut state = self.state.lock().await;
        if state.instances.values().any(|(instance, _)| instance.label == new.label) {
            return Err(Failure::new(FailureKind::LabelTaken, format!("there is a {} already", new.label)));
        }
        state.last += 1;
        let (id, status, kind) = (InstanceId(state.last), InstanceStatus::Running, new.kind.clone());
        let mut instance = Instance::new(id, new.label.as_str(), status, self.clock.now(), kind);
        instance.address = Some(format!("10.0.0.{id}"));
        state.instances.insert(instance.id, (instance.clone(), Some(new.group.clone())));
        Ok(instance)
    }

    async fn delete(&self, id: InstanceId) -> Result<(), Failure> {
        self.state.lock().await.instances.remove(&id);
        Ok(())
    }

    async fn mark(&self, id: InstanceId, group: &GroupName, ours: bool) -> Result<(), Failure> {
        if let Some((_, mark)) = self.state.lock().await.instances.get_mut(&id) {
            *mark = ours.then(|| group.clone());
        }
        Ok(())
    }

    async fn prices(
        &self,
        _group: &GroupName,
        _kinds: &[InstanceType],
    ) -> Result<Vec<(InstanceType, Price)>, Failure> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl Balancer for Cloud {
    async fn nodes(&self, config: ConfigId) -> Result<Vec<Node>, Failure> {
        Ok(self.state.lock().await.nodes.values().filter(|node| node.config == config).cloned().collect())
    }

    async fn node(&self, config: ConfigId, id: NodeId) -> Result<Option<Node>, Failure> {
        Ok(self.state.lock().await.nodes.get(&id).filter(|node| node.config == config).cloned())
    }

    async fn register(&self, new: &NewNode) -> Result<NodeId, Failure> {
        let mut state = self.state.lock().await;
        state.last += 1;
        let id = NodeId(state.last);
        let (address, label) = (new.address.as_str(), new.label.as_str());
        let node = Node::new(new.config, id, address, label, Mode::Accept, NodeStatus::Up);
        state.nodes.insert(id, node);
        Ok(id)
    }

    async fn set_mode(&self, _config: ConfigId, id: NodeId, mode: Mode) -> Result<(), Failure> {
        if let Some(node) = self.state.lock().await.nodes.get_mut(&id) {
            node.mode = mode;
        }
        Ok(())
    }

    async fn deregister(&self, _config: ConfigId, id: NodeId) -> Result<(), Failure> {
        self.state.lock().await.nodes.remove(&id);
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // A hundred times as fast as life. Yours: no clock, for the machine's is the default.
    let clock = TokioClock::new("2026-03-01T12:00:00Z".parse()?).with_speed(100.0);
    let cloud = Cloud { clock, state: Arc::default() };

    // The hash says when members are of an older template; the types are tried in order.
    let template = Template::new("release-4.2", ["small"]);
    let group = Group::new("web".parse()?, (1..=4).into(), vec![FRONT], template);
    let scaler =
        Scaler::builder().compute(cloud.clone()).balancer(cloud.clone()).clock(clock).group(group).build()?;

    let mut run = scaler.group("web")?.scale_to(3).because("release 4.2").events();
    while let Some(event) = run.next().await {
        println!("{} {event}", event.at.strftime("%H:%M:%S"));
    }
    let ending = run.outcome().await?;
    let instances = cloud.state.lock().await.instances.len();
    println!("{ending}: {instances} instances exist");
    if ending == Outcome::Reached && instances == 3 { Ok(()) } else { Err("three should exist".into()) }
}
