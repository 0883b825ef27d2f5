//! The README's table from handle to endpoint, held against the calls.

use std::any::type_name_of_val;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use linode_api::models::{
    AddIp, CreateInstance, CreateNodeBalancer, CreateNodeBalancerConfig, CreateNodeBalancerNode, CreateTag,
    NodeBalancerConfigSettings, NodeMode, UpdateInstance, UpdateNodeBalancer, UpdateNodeBalancerNode,
};
use linode_api::{Call, Client, List, Operation, Request, Token};
use serde::de::DeserializeOwned;

/// What is sent in the end: a call, or the first page of a list.
trait Sent {
    fn sent(self) -> Request;
}

impl<T> Sent for Call<T> {
    fn sent(self) -> Request {
        self.request().unwrap().clone()
    }
}

impl<T: DeserializeOwned> Sent for List<T> {
    fn sent(self) -> Request {
        self.page(1).sent()
    }
}

struct Row {
    handle: String,
    handle_type: String,
    method: &'static str,
    shown: String,
    request: Request,
}

fn id<T: From<std::num::NonZeroU64>>() -> T {
    std::num::NonZeroU64::new(7).unwrap().into()
}

/// One row for each method of each handle: the expressions are the README's, character by character.
fn rows() -> Vec<Row> {
    let client = Client::builder(Token::new("t").unwrap()).build().unwrap();
    let address = std::net::IpAddr::from([192, 0, 2, 7]);
    let (region, kind, image, label) = ("nl-ams", "g6-nanode-1", "linode/debian12", "group:web");
    let (create_instance, update_instance, ip) =
        (CreateInstance::new(region, kind), UpdateInstance::new(), AddIp::private());
    let (create_nodebalancer, update_nodebalancer) =
        (CreateNodeBalancer::new(region), UpdateNodeBalancer::new());
    let (create_config, settings) = (CreateNodeBalancerConfig::new(80), NodeBalancerConfigSettings::new());
    let (create_node, update_node) =
        (CreateNodeBalancerNode::new("192.168.128.7:80", "web-7"), UpdateNodeBalancerNode::new());
    let (create_tag, mode) = (CreateTag::new(label), NodeMode::Drain);
    let mut rows = Vec::new();
    macro_rules! rows {
        ($($handle:expr => $($method:ident($($argument:expr),*)),+;)+) => {$({
            let handle = $handle;
            let handle_type = type_name_of_val(&handle).rsplit("::").next().unwrap().to_owned();
            $(rows.push(Row {
                handle: stringify!($handle).replace("id()", "id"),
                handle_type: handle_type.clone(),
                method: stringify!($method),
                shown: concat!(stringify!($method), "(", stringify!($($argument),*), ")").replace(".clone()", ""),
                request: handle.$method($($argument),*).sent(),
            });)+
        })+};
    }
    rows! {
        client.instances() => list(), create(&create_instance);
        client.instance(id()) => get(), update(&update_instance), delete(), boot(), reboot(), shutdown(), ips(), add_ip(&ip),
            nodebalancers(), firewalls();
        client.instance_types() => list();
        client.instance_type(kind) => get();
        client.kernels() => list();
        client.stackscripts() => list();
        client.stackscript(id()) => get();
        client.images() => list();
        client.image(image) => get();
        client.regions() => list(), availability();
        client.region(region) => get(), availability();
        client.nodebalancers() => list(), create(&create_nodebalancer);
        client.nodebalancer(id()) => get(), update(&update_nodebalancer), delete(), firewalls(), vpcs();
        client.nodebalancer(id()).configs() => list(), create(&create_config);
        client.nodebalancer(id()).config(id()) => get(), update(&settings), delete(), rebuild(&create_config);
        client.nodebalancer(id()).config(id()).nodes() => list(), create(&create_node);
        client.nodebalancer(id()).config(id()).node(id()) => get(), update(&update_node), set_mode(mode.clone()), delete();
        client.firewalls() => list();
        client.firewall(id()) => get();
        client.ips() => list();
        client.ip(address) => get();
        client.tags() => list(), create(&create_tag);
        client.tag(label) => objects(), delete();
        client.locks() => list();
        client.lock(id()) => get();
        client.events() => list();
        client.event(id()) => get();
        client.account() => get(), settings(), availability(), maintenance();
        client.profile() => get(), scopes(), grants();
    }
    rows
}

/// The table as the README has it.
fn table(rows: &[Row]) -> String {
    let mut table = "| handle | method | endpoint |\n| --- | --- | --- |\n".to_owned();
    let mut last = "";
    for row in rows {
        let Row { handle, handle_type, shown, request, .. } = row;
        let first = if handle == last { String::new() } else { format!("[`{handle}`](api::{handle_type}) ") };
        writeln!(table, "| {first}| `{shown}` | `{}` |", request.family_name()).unwrap();
        last = &row.handle;
    }
    table
}

#[test]
fn the_readme_has_the_table_of_all_calls() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let table = table(&rows());
    assert!(readme.contains(&table), "README.md must contain this table:\n{table}");
}

#[test]
fn each_call_goes_to_the_endpoint_that_its_operation_names() {
    let mut called = BTreeSet::new();
    for row in rows() {
        let operation = row.request.family_name();
        let path = row.request.encoded_path();
        let (version, path) = path.split_once('/').unwrap();
        let lock = path.starts_with("locks");
        assert_eq!(version, if lock { "v4beta" } else { "v4" }, "{operation}");
        let (method, template) = operation.split_once(" /").unwrap();
        assert_eq!(row.request.method(), method, "{operation}");
        let fits =
            template.split('/').zip(path.split('/')).all(|(t, p)| t == p || t == "{id}" && !p.is_empty());
        assert!(fits && template.split('/').count() == path.split('/').count(), "{operation}: {path}");
        called.insert(operation);
    }
    let all: BTreeSet<_> = Operation::ALL.iter().map(|operation| operation.endpoint()).collect();
    assert_eq!(called, all, "each operation has a call");
}

/// Every method of a handle that returns a call or a list, by the source: none may be missing in the table.
#[test]
fn no_call_is_missing_in_the_table() {
    let mut written = BTreeSet::new();
    for file in rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api")) {
        let text = fs::read_to_string(file).unwrap();
        let mut of = "";
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("impl ") {
                of = rest.trim_end_matches(" {");
            }
            let Some((name, rest)) = line.strip_prefix("    pub fn ").and_then(|rest| rest.split_once('('))
            else {
                continue;
            };
            if rest.contains("-> Call<") || rest.contains("-> List<") {
                written.insert((of.to_owned(), name.to_owned()));
            }
        }
    }
    let shown: BTreeSet<_> = rows().into_iter().map(|row| (row.handle_type, row.method.to_owned())).collect();
    assert_eq!(shown, written);
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] }).collect()
}
