//! The adapters keep every rule of clouds, and the suite finds a cloud that breaks one.

use std::error::Error;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use linode_api::Client;
use linode_api::models::{CreateInstance, NodeBalancerConfigId, NodeBalancerId};
use linode_sim::{SeedBalancer, SeedConfig, Simulator};
use scaler_conformance::cloud::{Cloud, CloudFixture, Trouble, check};
use scaler_core::model::{
    ConfigId, GroupName, Instance, InstanceId, InstanceType, Mode, Node, NodeId, Price,
};
use scaler_core::ports::{
    Balancer, Compute, Failure, FailureKind, Listing, NewInstance, NewNode, NodeCounts,
};
use scaler_linode::{Backend, LinodeBalancers, LinodeCompute};

use super::{IMAGE, REGION, TYPE, client_of, group, marks, name, settle};

type Boxed = Box<dyn Error + Send + Sync>;

/// What is wrong with the cloud under test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    ForgetsTheGroup,
    FindsByTheBeginning,
    CreatesTwice,
    TakesOthersForTheLabel,
    MarksNothing,
    MissesWhatIsGone,
    DeletesAll,
    MakesUpPrices,
    RegistersDrained,
    ReadsAnyConfig,
    CountsAllNodes,
    MovesWithTheMode,
    MissesTheRemovedNode,
    SaysThatItDidNotHappen,
    RegistersAgain,
    FailsAsEmpty,
    FailsAsAbsent,
}

/// The adapters, and what is wrong with them.
struct Faulty {
    compute: LinodeCompute,
    balancers: LinodeBalancers,
    configs: [ConfigId; 2],
    fault: Fault,
}

fn transient(message: &str) -> Failure {
    Failure::new(FailureKind::Transient, message)
}

#[async_trait]
impl Compute for Faulty {
    async fn list(&self) -> Result<Listing, Failure> {
        match (self.fault, self.compute.list().await) {
            (Fault::FailsAsEmpty, Err(_)) => Ok(Listing::default()),
            (_, answer) => answer,
        }
    }

    async fn get(&self, id: InstanceId) -> Result<Option<(Instance, Option<GroupName>)>, Failure> {
        match (self.fault, self.compute.get(id).await) {
            (Fault::FailsAsAbsent, Err(_)) => Ok(None),
            (Fault::ForgetsTheGroup, answer) => answer.map(|one| one.map(|(instance, _)| (instance, None))),
            (_, answer) => answer,
        }
    }

    async fn find(&self, label: &str) -> Result<Option<(Instance, Option<GroupName>)>, Failure> {
        if self.fault == Fault::FindsByTheBeginning {
            let listing = self.compute.list().await?;
            let found = listing.instances.into_iter().find(|one| one.instance.label.starts_with(label));
            if let Some(found) = found {
                return Ok(Some((found.instance, Some(found.group))));
            }
        }
        self.compute.find(label).await
    }

    async fn create(&self, new: &NewInstance) -> Result<Instance, Failure> {
        match (self.fault, self.compute.create(new).await) {
            (Fault::SaysThatItDidNotHappen, Err(failure)) if failure.kind == FailureKind::MayHaveHappened => {
                Err(transient("not now"))
            }
            (Fault::CreatesTwice, Err(failure)) if failure.kind == FailureKind::MayHaveHappened => {
                let label = format!("{}-again", new.label);
                let again = NewInstance::new(new.group.clone(), label, new.kind.clone());
                self.compute.create(&again).await.and(Err(failure))
            }
            (Fault::TakesOthersForTheLabel, Err(failure)) if failure.kind == FailureKind::LabelTaken => {
                let found = self.compute.find(&new.label).await?;
                found.map(|(instance, _)| instance).ok_or(failure)
            }
            (_, answer) => answer,
        }
    }

    async fn delete(&self, id: InstanceId) -> Result<(), Failure> {
        match self.fault {
            Fault::MissesWhatIsGone if self.compute.get(id).await?.is_none() => Err(transient("404")),
            Fault::DeletesAll => {
                for one in self.compute.list().await?.instances {
                    self.compute.delete(one.instance.id).await?;
                }
                Ok(())
            }
            _ => self.compute.delete(id).await,
        }
    }

    async fn mark(&self, id: InstanceId, group: &GroupName, ours: bool) -> Result<(), Failure> {
        if self.fault == Fault::MarksNothing { Ok(()) } else { self.compute.mark(id, group, ours).await }
    }

    async fn prices(
        &self,
        group: &GroupName,
        kinds: &[InstanceType],
    ) -> Result<Vec<(InstanceType, Price)>, Failure> {
        if self.fault == Fault::MakesUpPrices {
            return Ok(kinds.iter().map(|kind| (kind.clone(), Price(1))).collect());
        }
        self.compute.prices(group, kinds).await
    }
}

#[async_trait]
impl Balancer for Faulty {
    async fn nodes(&self, config: ConfigId) -> Result<Vec<Node>, Failure> {
        self.balancers.nodes(config).await
    }

    async fn node(&self, config: ConfigId, id: NodeId) -> Result<Option<Node>, Failure> {
        match (self.fault, self.balancers.node(config, id).await?) {
            (Fault::ReadsAnyConfig, None) => {
                for any in self.configs {
                    if let Some(node) = self.balancers.node(any, id).await? {
                        return Ok(Some(node));
                    }
                }
                Ok(None)
            }
            (_, node) => Ok(node),
        }
    }

    async fn node_counts(&self, config: ConfigId) -> Result<Option<NodeCounts>, Failure> {
        let config = if self.fault == Fault::CountsAllNodes { self.configs[0] } else { config };
        self.balancers.node_counts(config).await
    }

    async fn register(&self, new: &NewNode) -> Result<NodeId, Failure> {
        match (self.fault, self.balancers.register(new).await) {
            (Fault::RegistersDrained, Ok(id)) => {
                self.balancers.set_mode(new.config, id, Mode::Drain).await?;
                Ok(id)
            }
            (Fault::RegistersAgain, Err(failure)) if failure.kind == FailureKind::MayHaveHappened => {
                self.balancers.register(new).await.and(Err(failure))
            }
            (_, answer) => answer,
        }
    }

    async fn set_mode(&self, config: ConfigId, id: NodeId, mode: Mode) -> Result<(), Failure> {
        if self.fault == Fault::MovesWithTheMode && mode == Mode::Reject {
            return self.balancers.set_mode(config, id, Mode::Drain).await;
        }
        self.balancers.set_mode(config, id, mode).await
    }

    async fn deregister(&self, config: ConfigId, id: NodeId) -> Result<(), Failure> {
        match self.fault {
            Fault::MissesTheRemovedNode if self.balancers.node(config, id).await?.is_none() => {
                Err(transient("404"))
            }
            _ => self.balancers.deregister(config, id).await,
        }
    }
}

/// Hands out simulated accounts with one NodeBalancer of two configs.
struct Account {
    fault: Fault,
    last: Mutex<Option<(Simulator, Client)>>,
}

impl Account {
    fn of(fault: Fault) -> Self {
        Self { fault, last: Mutex::default() }
    }

    fn last(&self) -> (Simulator, Client) {
        self.last.lock().unwrap().clone().expect("a cloud is made first")
    }
}

#[async_trait]
impl CloudFixture for Account {
    async fn empty(&self) -> Result<Cloud, Boxed> {
        let simulator = Simulator::builder().build();
        let seeded = SeedBalancer::new("front").config(SeedConfig::new(80)).config(SeedConfig::new(81));
        let seeded = simulator.seed_nodebalancer(&seeded)?;
        let nodebalancer = NodeBalancerId::new(seeded.id).ok_or("a zero")?;
        let mut web = group("web");
        for config in &seeded.configs {
            web = web.backend(Backend {
                nodebalancer,
                config: NodeBalancerConfigId::new(*config).ok_or("a zero")?,
                port: 8080,
            });
        }
        let client = client_of(&simulator);
        let compute = LinodeCompute::new(client.clone(), marks(), [web.clone(), group("api")]);
        let balancers = LinodeBalancers::new(client.clone(), [&web]);
        let configs = [ConfigId(seeded.configs[0]), ConfigId(seeded.configs[1])];
        let ports = Arc::new(Faulty { compute, balancers, configs, fault: self.fault });
        *self.last.lock().unwrap() = Some((simulator, client));
        Ok(Cloud {
            compute: ports.clone(),
            balancer: ports,
            groups: [name("web"), name("api")],
            kind: TYPE.into(),
            configs,
        })
    }

    async fn settle(&self) -> Result<(), Boxed> {
        settle().await;
        Ok(())
    }

    async fn stranger(&self, label: &str) -> Result<InstanceId, Boxed> {
        let mut theirs = CreateInstance::new(REGION, TYPE).image(IMAGE).label(label);
        theirs.root_pass = Some("correct-Horse-battery-9".to_owned().into());
        let made = self.last().1.instances().create(&theirs).await?;
        Ok(made.id.into())
    }

    async fn trouble(&self, trouble: Trouble) -> Result<(), Boxed> {
        let fault = match trouble {
            Trouble::LostAnswer => "POST /*:lost*1",
            Trouble::OutOfOrder => "any:500",
            other => return Err(format!("{other:?} is unknown here").into()),
        };
        self.last().0.faults().add_all(fault)?;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn linode_conforms() {
    let rules = check(&Account::of(Fault::None)).await.unwrap();
    assert_eq!(rules.len(), 16);
}

#[tokio::test(start_paused = true)]
async fn a_cloud_that_breaks_a_rule_is_found() {
    let rows = [
        (Fault::ForgetsTheGroup, "with its group"),
        (Fault::FindsByTheBeginning, "by its label and in the listing"),
        (Fault::TakesOthersForTheLabel, "a label exists once"),
        (Fault::MarksNothing, "marking"),
        (Fault::MissesWhatIsGone, "can be deleted again"),
        (Fault::DeletesAll, "a deleted instance"),
        (Fault::MakesUpPrices, "prices"),
        (Fault::RegistersDrained, "takes traffic"),
        (Fault::ReadsAnyConfig, "its config alone"),
        (Fault::CountsAllNodes, "that are counted"),
        (Fault::MovesWithTheMode, "a mode is what was asked for"),
        (Fault::MissesTheRemovedNode, "a removed node"),
        (Fault::SaysThatItDidNotHappen, "create whose answer is lost"),
        (Fault::CreatesTwice, "create whose answer is lost"),
        (Fault::RegistersAgain, "registration whose answer is lost"),
        (Fault::FailsAsEmpty, "neither absent nor empty"),
        (Fault::FailsAsAbsent, "neither absent nor empty"),
    ];
    for (fault, rule) in rows {
        let Err(found) = check(&Account::of(fault)).await else { panic!("{fault:?} was not found") };
        assert!(found.rule.contains(rule), "{fault:?} was found by {found}");
    }
}
