//! The answers have the fields and types of recorded ones.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use linode_sim::Timings;
use serde_json::{Value, json};

use super::{Api, private_of};

/// The names and JSON types of a value's fields, in depth; a list is what its items are together.
fn shape(value: &Value, at: &str, into: &mut BTreeMap<String, &'static str>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(items) => {
            for item in items {
                shape(item, &format!("{at}[]"), into);
            }
            "list"
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                shape(field, &format!("{at}.{name}"), into);
            }
            "object"
        }
    };
    // What one item lacks another may have.
    if kind != "null" || !into.contains_key(at) {
        into.insert(at.to_owned(), kind);
    }
}

/// What ours lacks, has too much, or has of another type. A null on either side fits anything.
fn differences(recorded: &Value, ours: &Value) -> Vec<String> {
    let (mut theirs, mut mine) = (BTreeMap::new(), BTreeMap::new());
    shape(recorded, "", &mut theirs);
    shape(ours, "", &mut mine);
    // Under a null or an empty list nothing can be compared.
    let open = |shapes: &BTreeMap<String, &str>, path: &str| {
        path.char_indices().filter(|(_, c)| matches!(c, '.' | '[')).any(|(end, _)| {
            let parent = &path[..end];
            let blank_list =
                shapes.get(parent) == Some(&"list") && !shapes.contains_key(&format!("{parent}[]"));
            shapes.get(parent) == Some(&"null") || blank_list
        })
    };
    let mut wrong = Vec::new();
    for (path, kind) in &theirs {
        match mine.get(path) {
            None if !open(&mine, path) => wrong.push(format!("lacks {path} ({kind})")),
            Some(own) if own != kind && *own != "null" && *kind != "null" => {
                wrong.push(format!("{path} is {own}, recorded as {kind}"));
            }
            _ => {}
        }
    }
    for path in mine.keys().filter(|path| !theirs.contains_key(*path) && !open(&theirs, path)) {
        wrong.push(format!("has {path}, which is not recorded"));
    }
    wrong
}

/// The sample answers of each operation: of our own world.
async fn samples() -> BTreeMap<&'static str, Value> {
    let api = Api::new(Timings::instant());
    let nodes = api.balancer().await;
    let mut samples = BTreeMap::new();
    let instance = api.create("web-one").await;
    let path = format!("/linode/instances/{}", instance["id"]);
    let node = json!({"address": format!("{}:80", private_of(&instance)), "label": "web-one"});
    let node = api.post(&nodes, node).await.ok();
    let config = nodes.trim_end_matches("/nodes").to_owned();
    let (configs, _) = config.rsplit_once('/').unwrap();
    let balancer = configs.trim_end_matches("/configs");
    let lock = json!({"entity_type": "linode", "entity_id": instance["id"], "lock_type": "cannot_delete"});
    let beta = api.beta();
    samples.insert("POST /locks", beta.post("/locks", lock).await.ok());
    samples.insert("GET /locks", beta.get("/locks").await.ok());
    samples.insert("POST /linode/instances", instance.clone());
    samples.insert("GET /linode/instances/N", api.get(&path).await.ok());
    samples.insert("GET /linode/instances/N/ips", api.get(&format!("{path}/ips")).await.ok());
    samples.insert("GET /linode/instances/N/configs", api.get(&format!("{path}/configs")).await.ok());
    samples.insert("GET /linode/instances/N/disks", api.get(&format!("{path}/disks")).await.ok());
    samples.insert(
        "GET /linode/instances/N/nodebalancers",
        api.get(&format!("{path}/nodebalancers")).await.ok(),
    );
    samples.insert("GET /linode/instances", api.get("/linode/instances").await.ok());
    samples.insert("GET /nodebalancers", api.get("/nodebalancers").await.ok());
    samples.insert("GET /nodebalancers/N", api.get(balancer).await.ok());
    samples.insert("GET /nodebalancers/N/configs", api.get(configs).await.ok());
    samples.insert("GET /nodebalancers/N/configs/N", api.get(&config).await.ok());
    samples.insert("POST /nodebalancers/N/configs/N/nodes", node);
    samples.insert("GET /nodebalancers/N/configs/N/nodes", api.get(&nodes).await.ok());
    samples.insert("GET /networking/ips", api.get("/networking/ips").await.ok());
    samples.insert("GET /account", api.get("/account").await.ok());
    samples.insert("GET /account/settings", api.get("/account/settings").await.ok());
    samples.insert("GET /account/events", api.get("/account/events").await.ok());
    samples.insert("GET /account/maintenance", api.get("/account/maintenance").await.ok());
    samples.insert("GET /profile", api.get("/profile").await.ok());
    samples.insert("GET /tags", api.get("/tags").await.ok());
    samples.insert("GET /regions", api.get("/regions").await.ok());
    samples.insert("GET /linode/types", api.get("/linode/types").await.ok());
    samples.insert("GET /linode/kernels", api.get("/linode/kernels").await.ok());
    samples.insert("GET /linode/stackscripts", api.get("/linode/stackscripts").await.ok());
    samples.insert("GET /images", api.get("/images").await.ok());
    let rule = json!({
        "action": "ACCEPT", "label": "ssh", "description": "Remote shells", "protocol": "TCP", "ports": "22",
        "addresses": {"ipv4": ["0.0.0.0/0"], "ipv6": ["::/0"]},
    });
    let rules = json!({
        "inbound": [rule.clone()], "inbound_policy": "DROP", "outbound": [rule], "outbound_policy": "ACCEPT",
    });
    let firewall = json!({"label": "front", "rules": rules.clone(), "tags": ["testing"]});
    let made = api.post("/networking/firewalls", firewall).await.ok();
    let firewall = format!("/networking/firewalls/{}", made["id"]);
    samples.insert("POST /networking/firewalls", made);
    let device = json!({"id": instance["id"], "type": "linode"});
    let device = api.post(&format!("{firewall}/devices"), device).await.ok();
    samples.insert("POST /networking/firewalls/N/devices", device);
    samples.insert("GET /networking/firewalls", api.get("/networking/firewalls").await.ok());
    samples.insert("PUT /networking/firewalls/N", api.put(&firewall, json!({"label": "front-2"})).await.ok());
    let rules = api.put(&format!("{firewall}/rules"), rules).await.ok();
    samples.insert("PUT /networking/firewalls/N/rules", rules);
    samples.insert("GET /networking/firewalls/N/rules", api.get(&format!("{firewall}/rules")).await.ok());
    samples
}

/// A recorded path with `N` for each id.
fn operation(exchange: &Value) -> Option<String> {
    let path = exchange["path"].as_str()?.trim_start_matches("/v4beta").trim_start_matches("/v4");
    let parts = path.split('/').map(|part| if part.parse::<u64>().is_ok() { "N" } else { part });
    Some(format!("{} {}", exchange["method"].as_str()?, parts.collect::<Vec<_>>().join("/")))
}

/// The newest and fullest recorded answer of an operation is the measure: older ones lack later fields.
fn fuller(one: &Value, other: &Value) -> bool {
    let count = |value: &Value| {
        let mut fields = BTreeMap::new();
        shape(value, "", &mut fields);
        fields.len()
    };
    count(one) > count(other)
}

fn measures(lines: impl Iterator<Item = String>) -> (usize, BTreeMap<String, Value>) {
    let mut measures: BTreeMap<String, Value> = BTreeMap::new();
    let mut read = 0;
    for line in lines {
        let exchange: Value = serde_json::from_str(&line).unwrap();
        if exchange["status"] != 200 {
            continue;
        }
        read += 1;
        let Some(operation) = operation(&exchange) else { continue };
        let mut answer = exchange["response"].clone();
        if let Some(items) = answer.get_mut("data").and_then(Value::as_array_mut) {
            // The simulator has no reserved addresses, which alone carry tags.
            items.retain(|item| item.get("reserved") != Some(&Value::Bool(true)));
        }
        if measures.get(&operation).is_none_or(|known| fuller(&answer, known)) {
            measures.insert(operation, answer);
        }
    }
    (read, measures)
}

/// The last name in a path such as `.data[].locks[]`.
fn last_name(path: &str) -> &str {
    path.trim_end_matches("[]").rsplit('.').next().unwrap_or_default()
}

/// Every field name in a value.
fn names_in(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(items) => items.iter().flat_map(names_in).collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, field)| std::iter::once(name.as_str()).chain(names_in(field)))
            .collect(),
        _ => Vec::new(),
    }
}

#[tokio::test(start_paused = true)]
async fn answers_have_the_fields_of_our_own_fixtures() {
    let fixtures = include_str!("fixtures.jsonl");
    let (read, measures) = measures(fixtures.lines().map(str::to_owned));
    assert!(read >= 10);
    let samples = samples().await;
    for (operation, recorded) in &measures {
        let ours = samples.get(operation.as_str()).unwrap_or_else(|| panic!("no sample of {operation}"));
        let lacking = differences(recorded, ours).into_iter().filter(|what| !what.starts_with("has "));
        assert_eq!(lacking.collect::<Vec<_>>(), Vec::<String>::new(), "{operation}");
    }
}

#[tokio::test(start_paused = true)]
async fn answers_have_the_fields_of_all_recorded_ones() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/recorded/linode");
    if !folder.is_dir() {
        println!("skipped: there are no recorded responses at {}", folder.display());
        return;
    }
    let mut lines = Vec::new();
    for file in std::fs::read_dir(&folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        lines.extend(text.lines().map(str::to_owned));
    }
    let (read, measures) = measures(lines.into_iter());
    let samples = samples().await;
    // Fields that came later are in the newer recordings only, perhaps of another operation.
    let names: BTreeSet<&str> = measures.values().flat_map(names_in).collect();
    let mut wrong = Vec::new();
    let mut compared = 0;
    for (operation, ours) in &samples {
        let Some(recorded) = measures.get(*operation) else { continue };
        compared += 1;
        let known = |what: &String| {
            what.starts_with("has ")
                && what.split([' ', ',']).nth(1).is_some_and(|path| names.contains(last_name(path)))
        };
        let found = differences(recorded, ours).into_iter().filter(|what| !known(what));
        wrong.extend(found.map(|what| format!("{operation}: {what}")));
    }
    println!("{read} recorded answers read, {compared} operations compared");
    assert!(compared >= 20);
    assert_eq!(wrong, Vec::<String>::new());
}
