//! What the API's reference says and the recordings do not show: unknown words, times with zones, secrets,
//! and the requests as a caller writes them.

use jiff::Timestamp;
use linode_api::models::*;
use serde_json::{Value, json};

use super::loss::losses;

fn node(status: &str) -> NodeBalancerNode {
    let node = json!({
        "id": 1, "address": "192.168.1.1:80", "label": "web-1", "status": status, "weight": 50, "mode": "accept",
        "config_id": 2, "nodebalancer_id": 3
    });
    serde_json::from_value(node).unwrap()
}

fn instance(ipv4: &[&str]) -> Instance {
    let instance = json!({
        "id": 1, "label": "web-1", "status": "running", "created": "2018-01-02T03:04:05",
        "updated": "2018-01-02T03:04:05", "type": "g6-nanode-1", "ipv4": ipv4, "region": "us-east",
        "specs": {"disk": 1, "memory": 1, "vcpus": 1, "transfer": 1}, "tags": ["group:web"]
    });
    serde_json::from_value(instance).unwrap()
}

fn said(request: &impl serde::Serialize, expected: &Value) {
    assert_eq!(losses(expected, &serde_json::to_value(request).unwrap()), [""; 0]);
}

#[test]
fn statuses_are_read_without_case_and_unknown_ones_survive() {
    for (word, status) in [
        ("UP", NodeStatus::Up),
        ("up", NodeStatus::Up),
        ("Unknown", NodeStatus::Unknown),
        ("unknown", NodeStatus::Unknown),
        ("DOWN", NodeStatus::Down),
        ("degraded", NodeStatus::Other("degraded".to_owned())),
    ] {
        assert_eq!(node(word).status, status);
    }
    assert_eq!(serde_json::to_value(node("degraded")).unwrap()["status"], "degraded");
    assert_eq!("RUNNING".parse(), Ok(InstanceStatus::Running));
    assert_eq!(InstanceStatus::from("new_word").as_str(), "new_word");
    assert_eq!(format!("{:>8}", NodeMode::Drain), "   drain");
}

#[test]
fn ids_are_whole_numbers_above_zero() {
    let id: InstanceId = "123".parse().unwrap();
    assert_eq!((id.get(), id.to_string().as_str()), (123, "123"));
    assert_eq!(InstanceId::new(0), None);
    let refused = "0".parse::<NodeBalancerNodeId>().unwrap_err();
    assert_eq!(
        refused.to_string(),
        r#""0" is not a valid NodeBalancerNodeId: expected a whole number above 0"#
    );
    assert!(serde_json::from_value::<InstanceId>(json!(0)).is_err());
}

#[test]
fn times_are_utc_with_or_without_a_zone() {
    let time: Timestamp = "2018-01-02T03:04:05Z".parse().unwrap();
    for text in ["2018-01-02T03:04:05", "2018-01-02T03:04:05Z", "2018-01-02T05:04:05+02:00"] {
        let mut raw = serde_json::to_value(instance(&[])).unwrap();
        raw["created"] = json!(text);
        let read: Instance = serde_json::from_value(raw).unwrap();
        assert_eq!(read.created, time, "{text}");
        assert_eq!(serde_json::to_value(read).unwrap()["created"], "2018-01-02T03:04:05");
    }
    let mut raw = serde_json::to_value(instance(&[])).unwrap();
    raw["created"] = json!("2018-01-02T03:04:05.25");
    let read: Instance = serde_json::from_value(raw.clone()).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap()["created"], "2018-01-02T03:04:05.25");
    raw["created"] = json!("yesterday");
    assert!(serde_json::from_value::<Instance>(raw).is_err());
}

#[test]
fn the_private_address_is_the_one_in_the_private_network() {
    let both = instance(&["192.0.2.7", "192.168.133.234"]);
    assert_eq!(both.private_ipv4(), Some([192, 168, 133, 234].into()));
    assert_eq!(both.public_ipv4(), Some([192, 0, 2, 7].into()));
    let vpc_only = instance(&["192.168.0.2"]);
    assert_eq!(vpc_only.private_ipv4(), None);
    assert!(both.has_tag("group:web") && !both.has_tag("group:we") && !both.is_locked());
}

#[test]
fn a_nodebalancer_without_label_is_not_one_with_an_empty_label() {
    let raw = |label: Value| {
        json!({"id": 1, "label": label, "region": "us-east", "created": "2018-01-02T03:04:05",
               "updated": "2018-01-02T03:04:05", "client_conn_throttle": 0})
    };
    let none: NodeBalancer = serde_json::from_value(raw(Value::Null)).unwrap();
    let empty: NodeBalancer = serde_json::from_value(raw(json!(""))).unwrap();
    assert_eq!((none.label, empty.label), (None, Some(String::new())));
}

#[test]
fn events_name_what_they_happened_to() {
    let event = |entity: Value| {
        let event = json!({"id": 1, "created": "2018-01-02T03:04:05", "action": "LINODE_BOOT", "status": "finished",
                           "seen": false, "read": false, "duration": 15.569119, "entity": entity});
        serde_json::from_value::<Event>(event).unwrap()
    };
    let booted = event(json!({"id": 11, "type": "linode", "label": "web-1", "url": null}));
    assert_eq!(booted.action, EventAction::InstanceBoot);
    assert_eq!((booted.instance(), booted.nodebalancer()), (InstanceId::new(11), None));
    assert_eq!(booted.duration.unwrap().as_f64(), 15.569_119);
    let tagged = event(json!({"id": "11", "type": "tag", "label": "11", "url": null}));
    assert_eq!(tagged.instance(), None);
    assert_eq!(event(Value::Null).instance(), None);
}

#[test]
fn unknown_fields_are_kept() {
    let raw = json!({"reason": "no", "code": {"deep": [1, 2.0]}});
    let reason: Reason = serde_json::from_value(raw.clone()).unwrap();
    assert_eq!(serde_json::to_value(&reason).unwrap(), raw);
    let label = json!({"reason": "must be unique", "field": "label"});
    assert_eq!(serde_json::from_value::<Reason>(label).unwrap().to_string(), "label: must be unique");
}

#[test]
fn a_region_has_its_own_price_or_the_common_one() {
    let price = |hourly: f64| json!({"hourly": hourly, "monthly": 5});
    let nanode: InstanceType = serde_json::from_value(json!({
        "id": "g6-nanode-1", "label": "Nanode 1GB", "price": price(0.0075), "memory": 1024, "disk": 25600,
        "region_prices": [{"id": "br-gru", "hourly": 0.0105, "monthly": 7}],
        "transfer": 1000, "vcpus": 1, "network_out": 1000, "class": "nanode"
    }))
    .unwrap();
    assert_eq!(nanode.price_in("us-east").hourly.unwrap().as_f64(), 0.0075);
    assert_eq!(nanode.price_in("br-gru").hourly.unwrap().to_string(), "0.0105");
}

#[test]
fn an_instance_is_asked_for_as_recorded() {
    let request = CreateInstance::new("us-east", "g6-nanode-1")
        .label("web-1")
        .image("linode/debian12")
        .root_pass("thisIsYourRootPassword".into())
        .private_ip(true)
        .booted(true)
        .backups_enabled(false)
        .tags(vec!["group:web".to_owned()])
        .interfaces(vec![CreateInterface::vpc(SubnetId::new(241_171).unwrap()).nat_any()])
        .placement_group(CreatePlacementGroup::new(PlacementGroupId::new(448_273).unwrap()))
        .stackscript(StackScriptId::new(3).unwrap(), StackScriptData::new().field("password", "hunter2"))
        .user_data(UserData::new("reallycoolmetadata"));
    said(
        &request,
        &json!({
            "region": "us-east", "type": "g6-nanode-1", "label": "web-1", "image": "linode/debian12",
            "root_pass": "thisIsYourRootPassword", "private_ip": true, "booted": true, "backups_enabled": false,
            "tags": ["group:web"], "placement_group": {"id": 448_273},
            "interfaces": [{"purpose": "vpc", "subnet_id": 241_171, "ipv4": {"nat_1_1": "any"}}],
            "stackscript_id": 3, "stackscript_data": {"password": "hunter2"},
            "metadata": {"user_data": "cmVhbGx5Y29vbG1ldGFkYXRh"}
        }),
    );
    let shown = format!("{request:?}");
    for secret in ["thisIsYourRootPassword", "hunter2", "reallycool", "cmVhbGx5"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn what_is_not_set_is_not_sent() {
    let said = |request: &dyn Fn() -> Value| request().to_string();
    assert_eq!(
        said(&|| serde_json::to_value(UpdateNodeBalancerNode::new().mode(NodeMode::Drain)).unwrap()),
        r#"{"mode":"drain"}"#
    );
    assert_eq!(
        said(&|| serde_json::to_value(UpdateInstance::new().tags(Vec::new())).unwrap()),
        r#"{"tags":[]}"#
    );
    assert_eq!(said(&|| serde_json::to_value(CreateNodeBalancerConfig::new(80)).unwrap()), r#"{"port":80}"#);
    assert_eq!(said(&|| serde_json::to_value(NodeBalancerConfigSettings::new()).unwrap()), "{}");
}

#[test]
fn nodes_and_configs_are_asked_for_as_recorded() {
    let node =
        CreateNodeBalancerNode::new("192.168.0.2:8080", "go-node-test-def").weight(10).mode(NodeMode::Accept);
    said(
        &node.subnet_id(SubnetId::new(241_171).unwrap()),
        &json!({"address": "192.168.0.2:8080", "label": "go-node-test-def", "weight": 10, "mode": "accept",
                "subnet_id": 241_171}),
    );
    let config = CreateNodeBalancerConfig::new(80).with(|settings| {
        settings
            .protocol(Protocol::Http)
            .algorithm(Algorithm::RoundRobin)
            .check_interval(60)
            .check_attempts(5)
            .check_timeout(5)
            .ssl_key("very secret".into())
    });
    assert!(!format!("{config:?}").contains("very secret"));
    said(
        &config,
        &json!({"port": 80, "protocol": "http", "algorithm": "roundrobin", "check_interval": 60, "check_attempts": 5,
                "check_timeout": 5, "ssl_key": "very secret"}),
    );
    said(
        &CreateNodeBalancer::new("us-iad").label("go-test-def").client_conn_throttle(20).vpcs(vec![
            CreateNodeBalancerVpc::new(SubnetId::new(241_179).unwrap()).ipv4_range("192.168.0.64/30"),
        ]),
        &json!({"region": "us-iad", "label": "go-test-def", "client_conn_throttle": 20,
                "vpcs": [{"ipv4_range": "192.168.0.64/30", "subnet_id": 241_179}]}),
    );
    said(
        &CreateTag::new("go-tag-test-foo").linodes(vec![InstanceId::new(97_190_737).unwrap()]),
        &json!({"label": "go-tag-test-foo", "linodes": [97_190_737]}),
    );
    said(&AddIp::private(), &json!({"type": "ipv4", "public": false}));
}
