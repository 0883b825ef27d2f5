//! The API as a client sees it, in process under tokio's paused clock.

mod billing;
mod chance;
mod faults;
mod filters;
mod firewalls;
mod life;
mod many;
mod modes;
mod recorded;
mod refusals;
mod stackscripts;
mod state;

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use linode_sim::{ConnectionLost, RateLimits, Simulator, Timings};
use serde_json::{Value, json};
use tower::ServiceExt as _;

pub const TOKEN: &str = "0123456789abcdef";

/// A client of one simulator.
pub struct Api {
    pub sim: Simulator,
    token: String,
    version: &'static str,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    pub json: Value,
}

impl Reply {
    pub fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json
    }

    /// The first reason and its field.
    pub fn reason(&self) -> (u16, &str, Option<&str>) {
        let error = &self.json["errors"][0];
        (self.status, error["reason"].as_str().unwrap_or_default(), error["field"].as_str())
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Api {
    pub fn new(timings: Timings) -> Self {
        let builder = Simulator::builder().token(TOKEN).seed(7).profile(timings);
        Self::of(builder.rate_limits(RateLimits::off()).build())
    }

    pub fn of(sim: Simulator) -> Self {
        Self { sim, token: TOKEN.to_owned(), version: "v4" }
    }

    pub fn with_token(&self, token: &str) -> Self {
        Self { sim: self.sim.clone(), token: token.to_owned(), version: self.version }
    }

    pub fn beta(&self) -> Self {
        Self { sim: self.sim.clone(), token: self.token.clone(), version: "v4beta" }
    }

    pub async fn send(
        &self,
        method: &str,
        path: &str,
        filter: Option<&Value>,
        body: Option<&Value>,
    ) -> Result<Reply, ConnectionLost> {
        let path =
            if path.starts_with("/sim") { path.to_owned() } else { format!("/{}{path}", self.version) };
        let mut request = Request::builder().method(method).uri(path);
        if !self.token.is_empty() {
            request = request.header("Authorization", format!("Bearer {}", self.token));
        }
        if let Some(filter) = filter {
            request = request.header("X-Filter", filter.to_string());
        }
        let body = body.map_or_else(Body::empty, |body| match body {
            Value::String(text) => Body::from(text.clone()),
            body => Body::from(body.to_string()),
        });
        let response = self.sim.service().oneshot(request.body(body).unwrap()).await?;
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let json = serde_json::from_str(&text).unwrap_or_default();
        Ok(Reply { status: parts.status.as_u16(), headers: parts.headers, text, json })
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, None, None).await.unwrap()
    }

    pub async fn filtered(&self, path: &str, filter: Value) -> Reply {
        self.send("GET", path, Some(&filter), None).await.unwrap()
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send("POST", path, None, Some(&body)).await.unwrap()
    }

    pub async fn put(&self, path: &str, body: Value) -> Reply {
        self.send("PUT", path, None, Some(&body)).await.unwrap()
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.send("DELETE", path, None, None).await.unwrap()
    }

    pub async fn create(&self, label: &str) -> Value {
        self.post("/linode/instances", new_instance(label)).await.ok()
    }

    pub async fn status(&self, id: &Value) -> String {
        let reply = self.get(&format!("/linode/instances/{id}")).await;
        reply.json["status"].as_str().unwrap_or("gone").to_owned()
    }

    /// A NodeBalancer with one config that checks every 5 s, twice.
    pub async fn balancer(&self) -> String {
        let balancer = self.post("/nodebalancers", json!({"region": "nl-ams", "label": "web-lb"})).await.ok();
        let config = json!({
            "port": 80, "protocol": "http", "check": "http", "check_path": "/", "check_interval": 5,
            "check_timeout": 3, "check_attempts": 2,
        });
        let configs = format!("/nodebalancers/{}/configs", balancer["id"]);
        let config = self.post(&configs, config).await.ok();
        format!("{configs}/{}/nodes", config["id"])
    }
}

pub fn new_instance(label: &str) -> Value {
    json!({
        "label": label, "region": "nl-ams", "type": "g6-standard-2", "image": "linode/debian12",
        "root_pass": "aComplexP@ssword1", "private_ip": true, "tags": ["group:web", "owner:k3x9w2"],
    })
}

pub fn private_of(instance: &Value) -> String {
    instance["ipv4"][1].as_str().unwrap().to_owned()
}

pub fn labels(list: &Value) -> Vec<&str> {
    list["data"].as_array().unwrap().iter().filter_map(|one| one["label"].as_str()).collect()
}

pub async fn pass(seconds: u64) {
    tokio::time::advance(Duration::from_secs(seconds)).await;
}
