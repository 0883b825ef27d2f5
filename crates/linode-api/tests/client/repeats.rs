//! What is sent again, and what never is.

use std::future::IntoFuture;
use std::time::Duration;

use linode_api::models::{CreateInstance, CreateNodeBalancerNode, InstanceStatus, NodeMode};
use linode_api::{ErrorKind, InstanceId};
use serde_json::json;
use tokio::time::Instant;

use super::{Script, instance, reason};

fn create() -> CreateInstance {
    CreateInstance::new("eu-west", "g6-nanode-1").label("web-1").booted(true)
}

fn id() -> InstanceId {
    InstanceId::new(7).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_create_that_may_have_happened_is_never_sent_again() {
    for (status, text) in
        [(408, "Please try again"), (500, "Internal Server Error"), (502, ""), (503, ""), (504, "")]
    {
        let script = Script::default();
        let linode = script.linode(vec![(status, reason(None, text))]);
        let error = linode.instances().create(create()).await.unwrap_err();
        assert!(error.may_have_happened() && error.is_retryable(), "{status}");
        assert_eq!((error.kind(), script.asked()), (ErrorKind::Server, 1), "{status}");
        assert!(error.to_string().starts_with("creating instance web-1: "), "{error}");
        assert!(error.to_string().contains("look whether it exists"), "{error}");

        let script = Script::default();
        let nodes = script.linode(vec![(status, reason(None, text))]);
        let nodes = nodes.nodebalancer(9.try_into_id()).config(8.try_into_id()).nodes();
        nodes.create(CreateNodeBalancerNode::new("192.168.128.7:80", "web-1")).await.unwrap_err();
        assert_eq!(script.asked(), 1);
    }
}

/// Numbers as ids, for tests alone.
trait TryIntoId<T> {
    fn try_into_id(self) -> T;
}

impl<T: From<std::num::NonZeroU64>> TryIntoId<T> for u64 {
    fn try_into_id(self) -> T {
        std::num::NonZeroU64::new(self).unwrap().into()
    }
}

#[tokio::test(start_paused = true)]
async fn a_create_that_was_turned_away_is_sent_again() {
    let script = Script::default();
    let linode =
        script.linode(vec![(429, reason(None, "Too many requests")), (200, instance(7, "provisioning"))]);
    let created = linode.instances().create(create()).await.unwrap();
    assert_eq!((created.status, script.asked()), (InstanceStatus::Provisioning, 2));
}

#[tokio::test(start_paused = true)]
async fn busy_passes_for_actions_and_changes() {
    let busy = (400, reason(None, "Linode busy."));
    let script = Script::default();
    let linode = script.linode(vec![busy.clone(), busy.clone(), (200, json!({}))]);
    linode.instance(id()).boot().await.unwrap();
    assert_eq!(script.asked(), 3);

    let script = Script::default();
    let error = script.linode(vec![busy]).instance(id()).shutdown().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    assert!(error.is_retryable() && !error.may_have_happened());
}

#[tokio::test(start_paused = true)]
async fn reads_and_partial_changes_go_through_trouble() {
    let trouble = || {
        vec![(502, json!("<html>")), (408, reason(None, "Please try again")), (200, instance(7, "running"))]
    };
    let script = Script::default();
    let linode = script.linode(trouble());
    assert_eq!(linode.instance(id()).get().await.unwrap().status, InstanceStatus::Running);
    assert_eq!(script.asked(), 3);

    let node = json!({"id": 3, "address": "192.168.128.7:80", "label": "web-1", "status": "UP", "weight": 50,
        "mode": "drain", "config_id": 8, "nodebalancer_id": 9});
    let script = Script::default();
    let nodes = script.linode(vec![(500, json!({})), (200, node)]);
    let config = nodes.nodebalancer(9.try_into_id()).config(8.try_into_id());
    assert_eq!(config.node(3.try_into_id()).set_mode(NodeMode::Drain).await.unwrap().mode, NodeMode::Drain);
}

#[tokio::test(start_paused = true)]
async fn maintenance_is_not_repeated() {
    use axum::response::IntoResponse;
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let counted = asked.clone();
    let linode = super::linode(axum::Router::new().fallback(move || {
        counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        async { (axum::http::StatusCode::SERVICE_UNAVAILABLE, [("x-maintenance-mode", "1")]).into_response() }
    }));
    let error = linode.instance(id()).get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Maintenance);
    assert!(error.is_retryable() && !error.may_have_happened());
    assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_delete_that_finds_its_own_work_done_succeeded() {
    let script = Script::default();
    let linode = script.linode(vec![(502, json!({})), (404, reason(None, "Not found"))]);
    linode.instance(id()).delete().await.unwrap();
    assert_eq!(script.asked(), 2);
    // Without doubt before it, 404 is what the API says.
    let script = Script::default();
    let error =
        script.linode(vec![(404, reason(None, "Not found"))]).instance(id()).delete().await.unwrap_err();
    assert!(error.is_not_found());
}

#[tokio::test(start_paused = true)]
async fn creates_are_paced_before_the_first_answer() {
    let script = Script::default();
    let linode = script.linode(vec![(200, instance(7, "provisioning"))]);
    let began = Instant::now();
    let burst = (0..20).map(|_| linode.instances().create(create()).into_future());
    let made = futures_util::future::join_all(burst).await;
    assert!(made.iter().all(Result::is_ok));
    assert!(began.elapsed() >= Duration::from_secs(60), "eight in 30 s: {:?}", began.elapsed());
    // Other calls do not wait for it.
    let began = Instant::now();
    linode.instance(id()).get().await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(1));
}
