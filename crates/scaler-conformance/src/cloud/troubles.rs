//! Rules about calls that fail: what a failure says of what happened.

use scaler_core::model::Mode;
use scaler_core::ports::{Failure, FailureKind};

use crate::cloud::compute::listed;
use crate::cloud::nodes::new_node;
use crate::cloud::{CloudFixture, Trouble, found, member, new};
use crate::{Wrong, same};

fn failed<T>(what: &str, answer: Result<T, Failure>) -> Result<Failure, Wrong> {
    answer.err().ok_or_else(|| Wrong::new(format!("{what} succeeded")))
}

pub(super) async fn lost_create(fixture: &dyn CloudFixture) -> Result<(), Wrong> {
    let cloud = fixture.empty().await?;
    fixture.trouble(Trouble::LostAnswer).await?;
    let failure = failed("the create", cloud.compute.create(&new(&cloud, "conform-1")).await)?;
    same("the failure's kind", &failure.kind, &FailureKind::MayHaveHappened)?;
    fixture.settle().await?;
    let (instance, group) = found("by its label", cloud.compute.find("conform-1").await?)?;
    same("its group", &group, &Some(cloud.groups[0].clone()))?;
    same("listed", &listed(&cloud).await?, &vec![(instance.id, cloud.groups[0].clone())])
}

pub(super) async fn lost_register(fixture: &dyn CloudFixture) -> Result<(), Wrong> {
    let cloud = fixture.empty().await?;
    let member = member(fixture, &cloud, "conform-1").await?;
    fixture.trouble(Trouble::LostAnswer).await?;
    let new = new_node(cloud.configs[0], &member)?;
    let failure = failed("the registration", cloud.balancer.register(&new).await)?;
    same("the failure's kind", &failure.kind, &FailureKind::MayHaveHappened)?;
    fixture.settle().await?;
    let nodes = cloud.balancer.nodes(cloud.configs[0]).await?;
    let labels: Vec<&str> = nodes.iter().map(|node| node.label.as_str()).collect();
    same("the config's nodes", &labels, &vec!["conform-1"])
}

pub(super) async fn unreadable(fixture: &dyn CloudFixture) -> Result<(), Wrong> {
    let cloud = fixture.empty().await?;
    let member = member(fixture, &cloud, "conform-1").await?;
    let config = cloud.configs[0];
    let node = cloud.balancer.register(&new_node(config, &member)?).await?;
    fixture.settle().await?;
    fixture.trouble(Trouble::OutOfOrder).await?;
    failed("the listing", cloud.compute.list().await)?;
    failed("reading an instance", cloud.compute.get(member.id).await)?;
    failed("finding an instance", cloud.compute.find("conform-1").await)?;
    failed("the listing of nodes", cloud.balancer.nodes(config).await)?;
    failed("reading a node", cloud.balancer.node(config, node).await)?;
    failed("deleting an instance", cloud.compute.delete(member.id).await)?;
    failed("removing a node", cloud.balancer.deregister(config, node).await)?;
    failed("setting a mode", cloud.balancer.set_mode(config, node, Mode::Drain).await)?;
    Ok(())
}
