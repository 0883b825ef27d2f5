//! The nodes of NodeBalancer configs.

use std::time::Duration;

use linode_api::models::{NodeMode, UpdateNodeBalancerNode};
use linode_sim::SeedInstance;
use scaler_core::model::{ConfigId, Mode, NodeStatus};
use scaler_core::ports::{Balancer, FailureKind, NewNode};
use scaler_linode::LinodeBalancers;

use super::{World, settle};

struct Behind {
    world: World,
    config: ConfigId,
    new: NewNode,
}

/// A world with a running Linode to register.
async fn behind() -> Behind {
    let world = World::new();
    let id = world.simulator.seed_instance(&SeedInstance::new("web-ab1cd-1")).unwrap();
    let shown = world.linode.instance(linode_api::models::InstanceId::new(id).unwrap()).get().await.unwrap();
    let config = ConfigId(world.backend.config.get());
    let address = shown.private_ipv4().unwrap().to_string();
    Behind { world, config, new: NewNode::new(config, address, "web-ab1cd-1") }
}

#[tokio::test(start_paused = true)]
async fn a_member_is_registered_drained_rejected_and_deregistered() {
    let Behind { world, config, new } = behind().await;
    let balancers = &world.balancers;
    assert_eq!(balancers.nodes(config).await.unwrap(), []);
    let id = balancers.register(&new).await.unwrap();
    let node = balancers.node(config, id).await.unwrap().unwrap();
    assert_eq!((node.address.as_str(), node.label.as_str()), (new.address.as_str(), "web-ab1cd-1"));
    assert_eq!((node.config, node.mode, node.status), (config, Mode::Accept, NodeStatus::Unknown));
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(balancers.nodes(config).await.unwrap()[0].status, NodeStatus::Up);

    // What somebody set by hand stays.
    let handle = world.linode.nodebalancer(world.backend.nodebalancer).config(world.backend.config);
    let node = handle.node(linode_api::models::NodeBalancerNodeId::new(id.0).unwrap());
    node.update(UpdateNodeBalancerNode::new().weight(77)).await.unwrap();
    for (mode, wire) in
        [(Mode::Drain, NodeMode::Drain), (Mode::Reject, NodeMode::Reject), (Mode::Accept, NodeMode::Accept)]
    {
        balancers.set_mode(config, id, mode).await.unwrap();
        assert_eq!(balancers.node(config, id).await.unwrap().unwrap().mode, mode);
        let shown = node.get().await.unwrap();
        assert_eq!((shown.mode, shown.weight), (wire, 77));
        assert!(shown.address.ends_with(":8080"), "{}", shown.address);
    }
    node.update(UpdateNodeBalancerNode::new().mode(NodeMode::Backup)).await.unwrap();
    assert_eq!(balancers.node(config, id).await.unwrap().unwrap().mode, Mode::Other);
    assert_eq!(balancers.set_mode(config, id, Mode::Other).await.unwrap_err().kind, FailureKind::Request);

    balancers.deregister(config, id).await.unwrap();
    assert!(balancers.node(config, id).await.unwrap().is_none());
    balancers.deregister(config, id).await.expect("what is gone is deregistered");
    let failure = balancers.set_mode(config, id, Mode::Drain).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Transient, "the next look shows that it is gone: {failure}");
}

#[tokio::test(start_paused = true)]
async fn half_a_listing_is_none() {
    let Behind { world, config, new } = behind().await;
    world.balancers.register(&new).await.unwrap();
    for octet in 1..4 {
        let address = format!("192.168.200.{octet}");
        let other = NewNode::new(new.config, address, format!("other-{octet}"));
        let _ = world.balancers.register(&other).await;
    }
    settle().await;
    world.fault("nodes:half");
    let failure = world.balancers.nodes(config).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Transient);
    assert!(failure.message.contains("ask again"), "{failure}");
}

#[tokio::test(start_paused = true)]
async fn nobody_is_registered_at_a_config_of_no_group() {
    let Behind { world, new, .. } = behind().await;
    let elsewhere = NewNode::new(ConfigId(7), new.address, new.label);
    let failure = world.balancers.register(&elsewhere).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Request);
    assert!(failure.message.contains("belongs to no group"), "{failure}");
}

#[tokio::test(start_paused = true)]
async fn nodes_at_a_config_that_a_group_left_could_not_be_reached() {
    let Behind { world, config, new } = behind().await;
    let id = world.balancers.register(&new).await.unwrap();
    let moved = linode_sim::SeedBalancer::new("back").config(linode_sim::SeedConfig::new(80));
    let moved = world.simulator.seed_nodebalancer(&moved).unwrap();
    let mut web = super::group("web").backend(world.backend);
    web.backends[0].nodebalancer = linode_api::models::NodeBalancerId::new(moved.id).unwrap();
    web.backends[0].config = linode_api::models::NodeBalancerConfigId::new(moved.configs[0]).unwrap();
    let balancers = LinodeBalancers::new(world.linode.clone(), [&web]);
    settle().await;

    assert_eq!(balancers.nodes(config).await.unwrap().len(), 1);
    balancers.set_mode(config, id, Mode::Drain).await.unwrap();
    assert_eq!(balancers.node(config, id).await.unwrap().unwrap().mode, Mode::Drain);
    balancers.deregister(config, id).await.unwrap();
    assert!(balancers.node(config, id).await.unwrap().is_none());

    // It is deleted with its NodeBalancer, before this process ever looked for it and after.
    world.linode.nodebalancer(world.backend.nodebalancer).delete().await.unwrap();
    settle().await;
    for balancers in [balancers, LinodeBalancers::new(world.linode.clone(), [&web])] {
        assert_eq!(balancers.nodes(config).await.unwrap_err().kind, FailureKind::NotFound);
        assert!(balancers.node(config, id).await.unwrap().is_none());
        balancers.deregister(config, id).await.expect("what is gone is deregistered");
    }
}

#[tokio::test(start_paused = true)]
async fn a_config_is_not_gone_on_the_word_of_a_list_that_shows_no_nodebalancer_of_ours() {
    let Behind { world, .. } = behind().await;
    world.linode.nodebalancer(world.backend.nodebalancer).delete().await.unwrap();
    settle().await;
    let failure = world.balancers.nodes(ConfigId(7)).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Transient, "{failure}");
}

#[tokio::test(start_paused = true)]
async fn an_account_without_the_nodebalancer_concludes_nothing() {
    let Behind { world, config, .. } = behind().await;
    world.linode.nodebalancer(world.backend.nodebalancer).delete().await.unwrap();
    let failure = world.balancers.nodes(config).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotFound, "an empty list would say that nobody serves: {failure}");
}

#[tokio::test(start_paused = true)]
async fn locks_on_the_nodebalancer_guard_its_nodes() {
    let Behind { world, config, new } = behind().await;
    let id = world.balancers.register(&new).await.unwrap();
    let body = serde_json::json!({
        "entity_id": world.backend.nodebalancer.get(), "entity_type": "nodebalancer",
        "lock_type": "cannot_delete_with_subresources"
    });
    world.linode.post::<serde_json::Value>("locks", &body).await.unwrap();
    let failure = world.balancers.deregister(config, id).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Guarded, "{failure}");
    assert!(world.balancers.node(config, id).await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_registration_whose_answer_is_lost_may_have_happened_and_is_sent_once() {
    let Behind { world, config, new } = behind().await;
    world.fault("POST /nodebalancers/*/configs/*/nodes:lost*1");
    let failure = world.balancers.register(&new).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::MayHaveHappened, "{failure}");
    settle().await;
    assert_eq!(world.balancers.nodes(config).await.unwrap().len(), 1);
}
