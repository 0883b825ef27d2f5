//! What a program that embeds the scaler writes, against the simulator in this process under a paused clock.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::error::Error;
use std::sync::Arc;

use linode_api::{InProcess, Token};
use linode_sim::{SeedBalancer, SeedConfig, Simulator};
use scaler::clock::TokioClock;
use scaler::{Client, LinodeGroup, Outcome};

struct Account {
    simulator: Simulator,
    nodebalancer: u64,
    config: u64,
}

impl Account {
    fn new() -> Self {
        let simulator = Simulator::builder().build();
        let front = SeedBalancer::new("front").config(SeedConfig::new(80));
        let front = simulator.seed_nodebalancer(&front).unwrap();
        Self { simulator, nodebalancer: front.id, config: front.configs[0] }
    }

    fn client(&self) -> Client {
        let service = Arc::new(InProcess::new(self.simulator.router()));
        Client::builder(Token::new("simulated").unwrap()).service(service).build().unwrap()
    }

    fn web(&self) -> LinodeGroup {
        LinodeGroup::new("web", "nl-ams", "g6-standard-2", "linode/debian12")
            .unwrap()
            .size(2..=6)
            .node_balancer(self.nodebalancer, self.config, 8080)
            .template(|create| create.root_pass("correct-Horse-battery-9".to_owned().into()))
    }
}

#[tokio::test(start_paused = true)]
async fn three_lines_scale_up_and_wait() -> Result<(), Box<dyn Error>> {
    let account = Account::new();
    let clock = TokioClock::new(account.simulator.now());
    let scaler = scaler::linode_builder(account.client(), "shop", [account.web()])?.clock(clock).build()?;
    let web = scaler.group("web")?;

    assert_eq!(web.scale_up(2).because("release 4.2").await?, Outcome::Reached);

    // Nothing was there: the first decision would have been min, and two more were asked for.
    let status = web.status().await?;
    assert_eq!((status.desired, status.in_service), (Some(4), 4));
    let instances = account.client().instances().list().await?;
    assert_eq!(instances.len(), 4);
    assert!(instances.items().iter().all(|one| one.has_tag("autoscale-owner:shop")));
    assert_eq!(web.history(1).await?[0].cause.to_string(), "operator: release 4.2");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn the_way_there_is_told_and_the_way_back_drains_first() -> Result<(), Box<dyn Error>> {
    let account = Account::new();
    let clock = TokioClock::new(account.simulator.now());
    let scaler = scaler::linode_builder(account.client(), "shop", [account.web()])?.clock(clock).build()?;
    let web = scaler.group("web")?;
    assert_eq!(web.scale_to(3).await?, Outcome::Reached);

    let mut run = web.scale_down(1).because("release 4.2 is out").events();
    let mut told = Vec::new();
    while let Some(event) = run.next().await {
        told.push(event.to_string());
    }
    assert_eq!(run.outcome().await?, Outcome::Reached);
    let place = |word: &str| told.iter().position(|line| line.contains(word)).expect(word);
    assert!(place("drain") < place("delete"), "{told:#?}");
    let left = account.simulator.snapshot().instances;
    assert_eq!(left.iter().filter(|instance| instance.status != "deleting").count(), 2);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn without_a_store_or_a_clock_it_plans_on_the_machines_time() -> Result<(), Box<dyn Error>> {
    let account = Account::new();
    let scaler = scaler::linode(account.client(), "shop", [account.web()])?;
    let plan = scaler.group("web")?.scale_up(2).because("release 4.2").plan().await?;
    assert_eq!(plan.steps.len(), 4, "{plan}");
    assert!(account.client().instances().list().await?.is_empty());
    Ok(())
}
