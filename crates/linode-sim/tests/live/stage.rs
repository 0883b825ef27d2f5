//! A served simulator, and a client for its API, its instances and its NodeBalancers.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use axum::http::{Method, Request};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use linode_sim::live::{LiveOptions, Server};
use linode_sim::{RateLimits, Simulator, Timings};
use serde_json::{Value, json};
use tokio::time::Instant;

pub(super) const WEB: u16 = 8080;
const IMPATIENCE: Duration = Duration::from_secs(5);

pub(super) struct Stage {
    pub(super) simulator: Simulator,
    pub(super) server: Server,
    client: Client<HttpConnector, Full<Bytes>>,
}

/// An instance that runs.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) id: u64,
    pub(super) label: String,
    pub(super) public: String,
    pub(super) private: String,
}

/// One config of a NodeBalancer.
#[derive(Clone, Debug)]
pub(super) struct Door {
    pub(super) path: String,
    pub(super) address: SocketAddr,
}

#[derive(Debug)]
pub(super) struct Page {
    pub(super) status: u16,
    pub(super) served_by: Option<String>,
    pub(super) cookie: Option<String>,
    pub(super) text: String,
}

impl Stage {
    /// `loopback` keeps the tests' addresses apart; they run at once.
    pub(super) async fn new(loopback: u8, options: LiveOptions) -> Self {
        let simulator = Simulator::builder()
            .profile(Timings::instant())
            .rate_limits(RateLimits::off())
            .loopback(loopback)
            .speed(20.0)
            .build();
        let server =
            Server::bind(SocketAddr::from(([127, 0, 0, 1], 0)), simulator.clone(), options).await.unwrap();
        let client = Client::builder(TokioExecutor::new()).build(HttpConnector::new());
        Self { simulator, server, client }
    }

    pub(super) async fn api(&self, method: Method, path: &str, body: Value) -> Value {
        let request = Request::builder()
            .method(method.clone())
            .uri(format!("{}/v4{path}", self.server.url()))
            .header("authorization", "Bearer token")
            .header("content-type", "application/json");
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let answer = self.client.request(request.body(Full::new(body)).unwrap()).await.unwrap();
        let status = answer.status();
        let text = answer.into_body().collect().await.unwrap().to_bytes();
        assert!(status.is_success(), "{method} {path}: {status} {}", String::from_utf8_lossy(&text));
        serde_json::from_slice(&text).unwrap()
    }

    /// Creates an instance and waits until its page is there.
    pub(super) async fn member(&self, label: &str) -> Member {
        let asked = json!({
            "region": "us-east", "type": "g6-nanode-1", "image": "linode/debian12", "label": label,
            "root_pass": "correct-Horse-battery-5taple", "private_ip": true,
        });
        let made = self.api(Method::POST, "/linode/instances", asked).await;
        let address = |at: usize| made["ipv4"][at].as_str().unwrap().to_owned();
        let member = Member {
            id: made["id"].as_u64().unwrap(),
            label: label.to_owned(),
            public: address(0),
            private: address(1),
        };
        self.until("page of a new instance", async || self.get(&member.web("/healthz")).await.is_ok()).await;
        member
    }

    pub(super) async fn balancer(&self, label: &str, config: Value) -> Door {
        let balancer =
            self.api(Method::POST, "/nodebalancers", json!({"region": "us-east", "label": label})).await;
        let port = config["port"].as_u64().unwrap();
        let path = format!("/nodebalancers/{}/configs", balancer["id"]);
        let config = self.api(Method::POST, &path, config).await;
        let address = format!("{}:{port}", balancer["ipv4"].as_str().unwrap()).parse().unwrap();
        Door { path: format!("{path}/{}", config["id"]), address }
    }

    /// Registers a member and returns the path of its node.
    pub(super) async fn register(&self, door: &Door, member: &Member) -> String {
        let asked = json!({"label": member.label, "address": format!("{}:{WEB}", member.private)});
        let node = self.api(Method::POST, &format!("{}/nodes", door.path), asked).await;
        format!("{}/nodes/{}", door.path, node["id"])
    }

    pub(super) async fn set_mode(&self, node: &str, mode: &str) {
        self.api(Method::PUT, node, json!({"mode": mode})).await;
    }

    pub(super) async fn node_is(&self, node: &str, status: &str) {
        self.until(&format!("node {status}"), async || {
            self.api(Method::GET, node, Value::Null).await["status"] == status
        })
        .await;
    }

    pub(super) async fn get(&self, url: &str) -> Result<Page, String> {
        self.get_with(url, None).await
    }

    pub(super) async fn get_with(&self, url: &str, cookie: Option<&str>) -> Result<Page, String> {
        let mut request = Request::get(url);
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        let answer = self
            .client
            .request(request.body(Full::default()).unwrap())
            .await
            .map_err(|error| error.to_string())?;
        let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (served_by, cookie) = (header("x-served-by"), header("set-cookie"));
        let status = answer.status().as_u16();
        let text = answer.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
        Ok(Page { status, served_by, cookie, text: String::from_utf8(text.to_vec()).unwrap() })
    }

    /// Who answers so many requests, and how many of them each.
    pub(super) async fn served(&self, door: &Door, requests: usize) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for _ in 0..requests {
            let page = self.get(&door.url("/")).await.unwrap();
            *counts.entry(page.served_by.unwrap_or_else(|| page.status.to_string())).or_default() += 1;
        }
        counts
    }

    pub(super) async fn until(&self, what: &str, ask: impl AsyncFn() -> bool) {
        let end = Instant::now() + IMPATIENCE;
        while !ask().await {
            assert!(Instant::now() < end, "no {what} within {IMPATIENCE:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Member {
    pub(super) fn web(&self, path: &str) -> String {
        format!("http://{}:{WEB}{path}", self.public)
    }

    pub(super) fn metrics(&self) -> String {
        format!("http://{}:9100/metrics", self.public)
    }
}

impl Door {
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}
