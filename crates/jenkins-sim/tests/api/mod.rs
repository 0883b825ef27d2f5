//! The API as a client sees it.

mod builds;
mod export;
mod faults;
mod inputs;
mod life;
mod logins;
mod machine;
mod manage;
mod parallel;
mod queue;
mod restart;
mod script;
mod seed;
mod trigger;

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use jenkins_sim::{ConnectionLost, SeedUser, Simulator, SimulatorBuilder};
use serde_json::Value;
use tower::ServiceExt as _;

/// `alice:token` and `alice:password`, as `Authorization` has them.
pub const TOKEN: &str = "Basic YWxpY2U6dG9rZW4=";
pub const PASSWORD: &str = "Basic YWxpY2U6cGFzc3dvcmQ=";

/// A client of one simulator.
pub struct Api {
    pub sim: Simulator,
    pub login: Option<&'static str>,
    pub headers: Vec<(&'static str, String)>,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| std::str::from_utf8(value.as_bytes()).unwrap())
    }
}

pub fn builder() -> SimulatorBuilder {
    Simulator::builder().seed(7).user(SeedUser::new("alice").password("password").token("token"))
}

impl Api {
    pub fn new() -> Self {
        Self::of(builder().build())
    }

    pub fn of(sim: Simulator) -> Self {
        Self { sim, login: Some(TOKEN), headers: Vec::new() }
    }

    pub fn with_login(&self, login: Option<&'static str>) -> Self {
        Self { sim: self.sim.clone(), login, headers: self.headers.clone() }
    }

    pub async fn send(
        &self,
        method: &str,
        path: &str,
        kind: &str,
        body: &str,
    ) -> Result<Reply, ConnectionLost> {
        let mut request = Request::builder().method(method).uri(path).header("host", "jenkins.test");
        if let Some(login) = self.login {
            request = request.header("authorization", login);
        }
        if !kind.is_empty() {
            request = request.header("content-type", kind);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let response = self.sim.service().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await?;
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
        Ok(Reply { status: parts.status.as_u16(), headers: parts.headers, text })
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, "", "").await.unwrap()
    }

    pub async fn post(&self, path: &str) -> Reply {
        self.send("POST", path, "", "").await.unwrap()
    }

    pub async fn form(&self, path: &str, form: &str) -> Reply {
        self.send("POST", path, "application/x-www-form-urlencoded", form).await.unwrap()
    }

    pub async fn xml(&self, path: &str, xml: &str) -> Reply {
        self.send("POST", path, "application/xml", xml).await.unwrap()
    }

    /// Triggers and returns the path of the item in the queue.
    pub async fn trigger(&self, path: &str) -> String {
        let reply = self.post(path).await;
        assert!([201, 303].contains(&reply.status), "{} {}", reply.status, reply.text);
        let location = reply.header("location");
        location.strip_prefix("http://jenkins.test").expect(location).to_owned()
    }

    /// The value at a JSON path.
    pub async fn read(&self, path: &str, pointer: &str) -> Value {
        self.get(path).await.json().pointer(pointer).cloned().unwrap_or(Value::Null)
    }
}

pub async fn pass(time: Duration) {
    tokio::time::sleep(time).await;
}

pub async fn seconds(seconds: u64) {
    pass(Duration::from_secs(seconds)).await;
}
