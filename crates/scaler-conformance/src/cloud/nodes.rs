//! Rules about the nodes of configs.

use scaler_core::model::{ConfigId, Instance, Mode, Node, NodeId};
use scaler_core::ports::NewNode;

use crate::cloud::{Cloud, CloudFixture, found, member};
use crate::{Wrong, same};

/// What to register of a member, whose address must be known by now.
pub(super) fn new_node(config: ConfigId, member: &Instance) -> Result<NewNode, Wrong> {
    let address = found("with an address", member.address.clone())?;
    Ok(NewNode::new(config, address, member.label.as_str()))
}

/// A cloud with one member that is a node of its first config.
async fn registered_member(fixture: &dyn CloudFixture) -> Result<(Cloud, Instance, NodeId), Wrong> {
    let cloud = fixture.empty().await?;
    let member = member(fixture, &cloud, "conform-1").await?;
    let id = cloud.balancer.register(&new_node(cloud.configs[0], &member)?).await?;
    fixture.settle().await?;
    Ok((cloud, member, id))
}

async fn read(cloud: &Cloud, id: NodeId) -> Result<Node, Wrong> {
    found("by its id", cloud.balancer.node(cloud.configs[0], id).await?)
}

pub(super) async fn registered(fixture: &dyn CloudFixture) -> Result<(), Wrong> {
    let (cloud, member, id) = registered_member(fixture).await?;
    let node = read(&cloud, id).await?;
    same("the config", &node.config, &cloud.configs[0])?;
    same("the address", &Some(&node.address), &member.address.as_ref())?;
    same("label and mode", &(node.label.as_str(), node.mode), &(member.label.as_str(), Mode::Accept))?;
    let ids: Vec<NodeId> = cloud.balancer.nodes(cloud.configs[0]).await?.iter().map(|node| node.id).collect();
    same("the config's nodes", &ids, &vec![id])
}

pub(super) async fn apart(fixture: &dyn CloudFixture) -> Result<(), Wrong> {
    let (cloud, member, first) = registered_member(fixture).await?;
    let [config, other] = cloud.configs;
    same("the other config's nodes", &cloud.balancer.nodes(other).await?, &Vec::new())?;
    same("the node in the other config", &cloud.balancer.node(other, first).await?, &None)?;
    let second = cloud.balancer.register(&new_node(other, &member)?).await?;
    fixture.settle().await?;
    cloud.balancer.deregister(config, first).await?;
    fixture.settle().await?;
    same("the config's nodes", &cloud.balancer.nodes(config).await?, &Vec::new())?;
    let left: Vec<NodeId> = cloud.balancer.nodes(other).await?.iter().map(|node| node.id).collect();
    same("the other config's nodes", &left, &vec![second])
}

pub(super) async fn mode(fixture: &dyn CloudFixture) -> Result<(), Wrong> {
    let (cloud, _, id) = registered_member(fixture).await?;
    let before = read(&cloud, id).await?;
    for mode in [Mode::Drain, Mode::Reject, Mode::Accept] {
        cloud.balancer.set_mode(cloud.configs[0], id, mode).await?;
        let now = read(&cloud, id).await?;
        same("the mode", &now.mode, &mode)?;
        same("address and label", &(&now.address, &now.label), &(&before.address, &before.label))?;
    }
    Ok(())
}

pub(super) async fn deregistered(fixture: &dyn CloudFixture) -> Result<(), Wrong> {
    let (cloud, _, id) = registered_member(fixture).await?;
    let config = cloud.configs[0];
    cloud.balancer.deregister(config, id).await?;
    fixture.settle().await?;
    same("the removed node", &cloud.balancer.node(config, id).await?, &None)?;
    same("the config's nodes", &cloud.balancer.nodes(config).await?, &Vec::new())?;
    cloud.balancer.deregister(config, id).await?;
    Ok(())
}

pub(super) async fn counts(fixture: &dyn CloudFixture) -> Result<(), Wrong> {
    let (cloud, _, _) = registered_member(fixture).await?;
    let listed = cloud.balancer.nodes(cloud.configs[0]).await?.len() as u64;
    let counted = cloud.balancer.node_counts(cloud.configs[0]).await?;
    // A cloud that can't tell is asked for its list.
    same("nodes, up and down", &counted.map_or(listed, |counts| counts.up + counts.down), &listed)?;
    let none = cloud.balancer.node_counts(cloud.configs[1]).await?;
    same("nodes of the other config", &none.map_or(0, |counts| counts.up + counts.down), &0)
}
