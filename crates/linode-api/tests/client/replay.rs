//! Every recorded exchange for which there is a call, made by that call: method, path and body are the recorded ones, and the
//! recorded answer is understood.

#![allow(clippy::print_stdout)]

use std::path::Path;
use std::sync::{Arc, Mutex};

use api_transport::Bytes;
use api_transport::http::{Request, Response};
use api_transport::service::{Body, Service, ServiceError};
use async_trait::async_trait;
use linode_api::{Call, Client, Error, List, Retry, Token, models};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// One request and what the API answered.
#[derive(Deserialize)]
struct Exchange {
    method: String,
    path: String,
    #[serde(default)]
    request: Value,
    status: u16,
    response: Value,
}

impl Exchange {
    /// The parts of the path behind the API's version.
    fn segments(&self) -> Vec<&str> {
        self.path.split('/').filter(|segment| !segment.is_empty()).skip(1).collect()
    }
}

/// Every exchange in the files of a folder, with the file's name.
fn exchanges(folder: &Path) -> Vec<(String, Exchange)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        let name = file.display().to_string();
        let text = std::fs::read_to_string(&file).unwrap();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            all.push((name.clone(), serde_json::from_str(line).unwrap_or_else(|e| panic!("{name}: {e}"))));
        }
    }
    all
}

/// Answers as recorded, and keeps what was asked.
#[derive(Debug, Default)]
struct Replay {
    answer: Mutex<(u16, Vec<u8>)>,
    asked: Mutex<Option<(String, String, Vec<u8>)>>,
}

#[async_trait]
impl Service for Replay {
    async fn call(&self, request: Request<Bytes>) -> Result<Response<Body>, ServiceError> {
        *self.asked.lock().unwrap() =
            Some((request.method().to_string(), request.uri().path().to_owned(), request.body().to_vec()));
        let (status, body) = self.answer.lock().unwrap().clone();
        Ok(Response::builder().status(status).body(body.into()).unwrap())
    }
}

/// A call whose answer may be anything.
async fn run<T: Send + 'static>(call: Call<T>) -> Result<(), Error> {
    call.await.map(|_| ())
}

async fn first<T: DeserializeOwned + Send + 'static>(list: List<T>) -> Result<(), Error> {
    list.page(1).await.map(|_| ())
}

fn body<T: DeserializeOwned>(exchange: &Exchange) -> T {
    serde_json::from_value(exchange.request.clone())
        .unwrap_or_else(|e| panic!("{} {}: {e}", exchange.method, exchange.path))
}

/// Makes the call that belongs to the exchange; none when this client has none.
async fn made(l: &Client, x: &Exchange) -> Option<Result<(), Error>> {
    let segments = x.segments();
    let id = |text: &str| text.parse::<u64>().ok();
    macro_rules! id {
        ($text:expr, $kind:ident) => {
            linode_api::$kind::new(id($text)?)?
        };
    }
    Some(match (x.method.as_str(), segments.as_slice()) {
        ("GET", ["linode", "instances"]) => first(l.instances().list()).await,
        ("POST", ["linode", "instances"]) => {
            run(l.instances().create(body::<models::CreateInstance>(x))).await
        }
        ("GET", ["linode", "instances", n]) => run(l.instance(id!(n, InstanceId)).get()).await,
        ("PUT", ["linode", "instances", n]) => {
            run(l.instance(id!(n, InstanceId)).update(body::<models::UpdateInstance>(x))).await
        }
        ("DELETE", ["linode", "instances", n]) => run(l.instance(id!(n, InstanceId)).delete()).await,
        ("POST", ["linode", "instances", n, "boot"]) => run(l.instance(id!(n, InstanceId)).boot()).await,
        ("GET", ["linode", "instances", n, "ips"]) => run(l.instance(id!(n, InstanceId)).ips()).await,
        ("POST", ["linode", "instances", n, "ips"]) => {
            run(l.instance(id!(n, InstanceId)).add_ip(body::<models::AddIp>(x))).await
        }
        ("GET", ["linode", "instances", n, "nodebalancers"]) => {
            first(l.instance(id!(n, InstanceId)).nodebalancers()).await
        }
        ("GET", ["linode", "types"]) => first(l.instance_types().list()).await,
        ("GET", ["linode", "types", n]) => run(l.instance_type(n).get()).await,
        ("GET", ["linode", "kernels"]) => first(l.kernels().list()).await,
        ("GET", ["linode", "stackscripts"]) => first(l.stackscripts().list()).await,
        ("GET", ["regions"]) => first(l.regions().list()).await,
        ("GET", ["regions", "availability"]) => first(l.regions().availability()).await,
        ("GET", ["regions", n, "availability"]) => run(l.region(n).availability()).await,
        ("GET", ["images"]) => first(l.images().list()).await,
        ("GET", ["images", n]) if *n != "sharegroups" => run(l.image(&n.replace("%2F", "/")).get()).await,
        ("GET", ["account"]) => run(l.account().get()).await,
        ("GET", ["account", "settings"]) => run(l.account().settings()).await,
        ("GET", ["account", "availability"]) => first(l.account().availability()).await,
        ("GET", ["account", "maintenance"]) => first(l.account().maintenance()).await,
        ("GET", ["account", "events"]) => first(l.events().list()).await,
        ("GET", ["profile"]) => run(l.profile().get()).await,
        ("GET", ["profile", "grants"]) => run(l.profile().grants()).await,
        ("GET", ["tags"]) => first(l.tags().list()).await,
        ("POST", ["tags"]) => run(l.tags().create(body::<models::CreateTag>(x))).await,
        ("GET", ["tags", n]) => first(l.tag(n).objects()).await,
        ("DELETE", ["tags", n]) => run(l.tag(n).delete()).await,
        ("GET", ["locks"]) => first(l.locks().list()).await,
        ("GET", ["locks", n]) => run(l.lock(id!(n, LockId)).get()).await,
        ("GET", ["networking", "ips"]) => first(l.ips().list()).await,
        ("GET", ["networking", "ips", n]) => run(l.ip(n.parse().ok()?).get()).await,
        ("GET", ["networking", "firewalls"]) => first(l.firewalls().list()).await,
        ("GET", ["nodebalancers"]) => first(l.nodebalancers().list()).await,
        ("POST", ["nodebalancers"]) => {
            run(l.nodebalancers().create(body::<models::CreateNodeBalancer>(x))).await
        }
        ("GET", ["nodebalancers", n]) => run(l.nodebalancer(id!(n, NodeBalancerId)).get()).await,
        ("DELETE", ["nodebalancers", n]) => run(l.nodebalancer(id!(n, NodeBalancerId)).delete()).await,
        ("GET", ["nodebalancers", n, "vpcs"]) => first(l.nodebalancer(id!(n, NodeBalancerId)).vpcs()).await,
        (method, ["nodebalancers", n, "configs", rest @ ..]) => {
            let nodebalancer = l.nodebalancer(id!(n, NodeBalancerId));
            let configs = nodebalancer.configs();
            match (method, rest) {
                ("GET", []) => first(configs.list()).await,
                ("POST", []) => run(configs.create(body::<models::CreateNodeBalancerConfig>(x))).await,
                ("GET", [c]) => run(nodebalancer.config(id!(c, NodeBalancerConfigId)).get()).await,
                ("PUT", [c]) => {
                    run(nodebalancer
                        .config(id!(c, NodeBalancerConfigId))
                        .update(body::<models::NodeBalancerConfigSettings>(x)))
                    .await
                }
                ("DELETE", [c]) => run(nodebalancer.config(id!(c, NodeBalancerConfigId)).delete()).await,
                ("POST", [c, "rebuild"]) => {
                    run(nodebalancer
                        .config(id!(c, NodeBalancerConfigId))
                        .rebuild(body::<models::CreateNodeBalancerConfig>(x)))
                    .await
                }
                (method, [c, "nodes", rest @ ..]) => {
                    let config = nodebalancer.config(id!(c, NodeBalancerConfigId));
                    match (method, rest) {
                        ("GET", []) => first(config.nodes().list()).await,
                        ("POST", []) => {
                            run(config.nodes().create(body::<models::CreateNodeBalancerNode>(x))).await
                        }
                        ("GET", [o]) => run(config.node(id!(o, NodeBalancerNodeId)).get()).await,
                        ("PUT", [o]) => {
                            run(config.node(id!(o, NodeBalancerNodeId)).update(body::<
                                models::UpdateNodeBalancerNode,
                            >(
                                x
                            )))
                            .await
                        }
                        ("DELETE", [o]) => run(config.node(id!(o, NodeBalancerNodeId)).delete()).await,
                        _ => return None,
                    }
                }
                _ => return None,
            }
        }
        _ => return None,
    })
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            map.into_iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k, without_nulls(v))).collect()
        }
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

#[tokio::test(start_paused = true)]
async fn recorded_exchanges_are_made_by_the_calls_of_the_client() {
    let mut made_by_a_call = 0;
    for (file, x) in exchanges(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures"))) {
        let version = if x.path.starts_with("/v4beta/") { "v4beta" } else { "v4" };
        let replay = Arc::new(Replay::default());
        *replay.answer.lock().unwrap() = (x.status, serde_json::to_vec(&x.response).unwrap());
        let linode = Client::builder(Token::new("t0ken").unwrap())
            .version(version)
            .service(replay.clone())
            .retry(Retry::never())
            .build()
            .unwrap();
        let Some(outcome) = made(&linode, &x).await else { continue };
        let what = format!("{file}: {} {}", x.method, x.path);
        made_by_a_call += 1;
        assert_eq!(outcome.is_ok(), x.status < 400, "{what}: {outcome:?}");
        let (method, path, body) = replay.asked.lock().unwrap().take().unwrap();
        assert_eq!((&method, &path), (&x.method, &x.path), "{what}");
        if !x.request.is_null() {
            let sent: Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(without_nulls(sent), without_nulls(x.request.clone()), "{what}");
        }
        if let Err(error) = outcome {
            assert_eq!(error.status().unwrap().as_u16(), x.status, "{what}");
            assert!(!error.reasons().is_empty(), "{what}");
        }
    }
    println!("{made_by_a_call} exchanges were made by calls of the client");
    assert!(made_by_a_call > 70, "{made_by_a_call}");
}
