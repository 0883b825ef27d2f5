//! Two instances behind a NodeBalancer, all on loopback, and what a visitor sees while one of them drains.
//!
//! ```sh
//! cargo run -p linode-sim --example live
//! ```
#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use linode_sim::live::{LiveOptions, Server};
use linode_sim::{SeedBalancer, SeedConfig, SeedInstance, Simulator, Timings};
use serde_json::{Value, json};

/// Where the instances serve their page, and the NodeBalancer its visitors.
const WEB: u16 = 8080;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let sim = Simulator::builder().token("secret").profile(Timings::quick()).loopback(91).build();
    for label in ["web-one", "web-two"] {
        sim.seed_instance(&SeedInstance::new(label).tag("group:web"))?;
    }
    let config = SeedConfig::new(WEB).nodes(WEB, ["web-one", "web-two"]);
    let balancer = sim.seed_nodebalancer(&SeedBalancer::new("web").config(config))?;
    let nodes = format!("/nodebalancers/{}/configs/{}/nodes", balancer.id, balancer.configs[0]);

    let options = LiveOptions::default().web_port(WEB);
    let server = Server::bind(SocketAddr::from(([127, 0, 0, 1], 0)), sim.clone(), options).await?;
    println!("the API is at {}", server.url());
    let ours = Ours { client: Client::builder(TokioExecutor::new()).build(HttpConnector::new()), server };

    let front = format!("http://{}:{WEB}/", sim.nodebalancers()[0].ipv4);
    while ours.served_by(&front).await?.len() < 2 {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    println!("20 visits of {front}: {:?}", ours.served_by(&front).await?);

    let node = ours.api(Method::GET, &nodes, Value::Null).await?["data"][0].clone();
    let path = format!("{nodes}/{}", node["id"]);
    ours.api(Method::PUT, &path, json!({ "mode": "drain" })).await?;
    while ours.served_by(&front).await?.len() > 1 {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    println!("node {} drains: {:?}", node["label"], ours.served_by(&front).await?);
    ours.server.shutdown().await;
    Ok(())
}

/// The served simulator and a client of it.
struct Ours {
    client: Client<HttpConnector, Full<Bytes>>,
    server: Server,
}

impl Ours {
    /// A call of the API, as any client of Linode makes it.
    async fn api(&self, method: Method, path: &str, body: Value) -> Result<Value, Box<dyn Error>> {
        let request = Request::builder().method(method).uri(format!("{}/v4{path}", self.server.url()));
        let request =
            request.header("authorization", "Bearer secret").header("content-type", "application/json");
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let answer = self.client.request(request.body(Full::new(body))?).await?;
        let status = answer.status();
        let text = answer.into_body().collect().await?.to_bytes();
        if !status.is_success() {
            return Err(format!("{path}: {status} {}", String::from_utf8_lossy(&text)).into());
        }
        Ok(serde_json::from_slice(&text)?)
    }

    /// How many of 20 visits which instance served; those that nobody served are left out.
    async fn served_by(&self, url: &str) -> Result<BTreeMap<String, u32>, Box<dyn Error>> {
        let mut served = BTreeMap::new();
        for _ in 0..20 {
            let Ok(answer) = self.client.get(url.parse()?).await else { continue };
            if let Some(label) = answer.headers().get("x-served-by") {
                *served.entry(label.to_str()?.to_owned()).or_default() += 1;
            }
            answer.into_body().collect().await?;
        }
        Ok(served)
    }
}
