//! What stands on the wire.

use linode_api::models::{CreateInstance, CreateNodeBalancerNode, InstanceStatus, NodeMode};
use linode_api::{
    Access, Client, Filter, InstanceId, NodeBalancerConfigId, NodeBalancerId, NodeBalancerNodeId, Token,
};
use serde_json::{Value, json};
use wiremock::matchers::{body_json, body_string, header, header_exists, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::instance;

fn client(server: &MockServer) -> Client {
    Client::builder(Token::new("t0ken").unwrap())
        .address(server.uri())
        .user_agent("autoscale/1")
        .build()
        .unwrap()
}

fn id() -> InstanceId {
    InstanceId::new(7).unwrap()
}

#[tokio::test]
async fn a_listing() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/v4/linode/instances"))
        .and(query_param("page", "1"))
        .and(query_param("page_size", "500"))
        .and(header("authorization", "Bearer t0ken"))
        .and(header("user-agent", concat!("autoscale/1 linode-api/", env!("CARGO_PKG_VERSION"))))
        .and(header("accept-encoding", "gzip"))
        .and(header("x-filter", r#"{"tags":"group:web"}"#))
        .respond_with(
            ResponseTemplate::new(200).set_body_json(
                json!({"data": [instance(7, "running")], "page": 1, "pages": 1, "results": 1}),
            ),
        )
        .expect(1)
        .mount(&server)
        .await;
    let all = client(&server).instances().list().filter(Filter::tag("group:web")).await.unwrap();
    assert!(all.is_consistent());
    assert_eq!((all.len(), all[0].id, &all[0].status), (1, id(), &InstanceStatus::Running));
}

#[tokio::test]
async fn a_create() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/v4/linode/instances"))
        .and(header("content-type", "application/json"))
        .and(body_json(
            json!({"region": "eu-west", "type": "g6-nanode-1", "label": "web-7", "tags": ["group:web"],
            "private_ip": true, "booted": true, "backups_enabled": false}),
        ))
        .respond_with(ResponseTemplate::new(200).set_body_json(instance(7, "provisioning")))
        .expect(1)
        .mount(&server)
        .await;
    let create = CreateInstance::new("eu-west", "g6-nanode-1")
        .label("web-7")
        .tags(vec!["group:web".into()])
        .private_ip(true)
        .booted(true)
        .backups_enabled(false);
    assert_eq!(client(&server).instances().create(create).await.unwrap().label, "web-7");
}

#[tokio::test]
async fn nodes() {
    let server = MockServer::start().await;
    let node = json!({"id": 3, "address": "192.168.128.7:80", "label": "web-7", "status": "Unknown", "weight": 50,
        "mode": "drain", "config_id": 8, "nodebalancer_id": 9, "vpc_config_id": null});
    let all = "/v4/nodebalancers/9/configs/8/nodes";
    let one = "/v4/nodebalancers/9/configs/8/nodes/3";
    for (verb, at, body) in [
        ("POST", all, json!({"address": "192.168.128.7:80", "label": "web-7"})),
        // Partial: what is left out stays, so that nothing else of the node is touched.
        ("PUT", one, json!({"mode": "drain"})),
    ] {
        Mock::given(method(verb))
            .and(path(at))
            .and(body_json(body))
            .respond_with(ResponseTemplate::new(200).set_body_json(&node))
            .expect(1)
            .mount(&server)
            .await;
    }
    Mock::given(method("DELETE"))
        .and(path(one))
        .and(body_string(""))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({})))
        .expect(1)
        .mount(&server)
        .await;
    let nodebalancer = client(&server).nodebalancer(NodeBalancerId::new(9).unwrap());
    let config = nodebalancer.config(NodeBalancerConfigId::new(8).unwrap());
    let made = config.nodes().create(CreateNodeBalancerNode::new("192.168.128.7:80", "web-7")).await.unwrap();
    assert_eq!(made.id, NodeBalancerNodeId::new(3).unwrap());
    config.node(made.id).set_mode(NodeMode::Drain).await.unwrap();
    config.node(made.id).delete().await.unwrap();
}

#[tokio::test]
async fn actions() {
    let server = MockServer::start().await;
    for (action, body) in [("boot", "{}"), ("reboot", "{}"), ("shutdown", "")] {
        Mock::given(method("POST"))
            .and(path(format!("/v4/linode/instances/7/{action}")))
            .and(body_string(body))
            .respond_with(ResponseTemplate::new(200).set_body_json(json!({})))
            .expect(1)
            .mount(&server)
            .await;
    }
    let instance = client(&server).instance(id());
    instance.boot().await.unwrap();
    instance.reboot().await.unwrap();
    instance.shutdown().await.unwrap();
}

#[tokio::test]
async fn locks_are_asked_for_where_they_exist() {
    let server = MockServer::start().await;
    Mock::given(path("/v4beta/locks"))
        .respond_with(
            ResponseTemplate::new(200)
                .set_body_json(json!({"data": [], "page": 1, "pages": 1, "results": 0})),
        )
        .expect(1)
        .mount(&server)
        .await;
    assert!(client(&server).locks().list().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_version_in_the_address_and_a_raw_call() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/v4beta/linode/instances/7/stats"))
        .and(query_param("from", "a b"))
        .and(header_exists("authorization"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"title": "x"})))
        .mount(&server)
        .await;
    Mock::given(method("POST"))
        .and(path("/v4beta/linode/instances/7/backups"))
        .and(body_json(json!({"label": "y"})))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"id": 1})))
        .mount(&server)
        .await;
    let linode = Client::builder(Token::new("t").unwrap())
        .address(format!("{}/v4beta", server.uri()))
        .build()
        .unwrap();
    let stats: Value = linode.get("linode/instances/7/stats").query("from", "a b").await.unwrap();
    assert_eq!(stats["title"], "x");
    let made: Value = linode.post("/linode/instances/7/backups", &json!({"label": "y"})).await.unwrap();
    assert_eq!(made["id"], 1);
}

#[tokio::test]
async fn what_a_token_may_do() {
    let server = MockServer::start().await;
    Mock::given(path("/v4/profile"))
        .respond_with(
            ResponseTemplate::new(200)
                .insert_header("x-oauth-scopes", "linodes:read_write events:read_only")
                .set_body_json(json!({})),
        )
        .mount(&server)
        .await;
    Mock::given(path("/v4/profile/grants")).respond_with(ResponseTemplate::new(204)).mount(&server).await;
    let profile = client(&server).profile();
    let scopes = profile.scopes().await.unwrap();
    assert!(scopes.allows("linodes", Access::ReadWrite) && !scopes.allows("nodebalancers", Access::ReadOnly));
    assert_eq!(profile.grants().await.unwrap(), None, "an unrestricted user");
}
