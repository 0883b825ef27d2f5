//! The client against servers in the same process under a paused clock, and against wiremock over sockets.

mod errors;
mod lists;
mod repeats;
mod replay;
mod secrets;
mod table;
mod waits;
mod wire;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use linode_api::{Client, InProcess, Retry, Token};
use serde_json::{Value, json};

/// A client of a router in the same process.
fn linode(router: Router) -> Client {
    Client::builder(Token::new("t0ken").unwrap())
        .address("http://api.test")
        .service(Arc::new(InProcess::new(router)))
        .retry(Retry::default().seed(1))
        .build()
        .unwrap()
}

/// Answers requests one after the other, and everything after the last with its last answer; remembers what was asked.
#[derive(Clone, Default)]
struct Script {
    asked: Arc<AtomicU32>,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Script {
    fn linode(&self, answers: Vec<(u16, Value)>) -> Client {
        let script = self.clone();
        linode(Router::new().fallback(move |request: Request| {
            let n = script.asked.fetch_add(1, Ordering::SeqCst) as usize;
            script.seen.lock().unwrap().push(format!("{} {}", request.method(), request.uri().path()));
            let (status, body) = answers.get(n).or(answers.last()).cloned().unwrap_or((200, json!({})));
            async move { answer(status, body) }
        }))
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }
}

fn answer(status: u16, body: Value) -> Response {
    (StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response()
}

fn reason(field: Option<&str>, text: &str) -> Value {
    match field {
        Some(field) => json!({"errors": [{"field": field, "reason": text}]}),
        None => json!({"errors": [{"reason": text}]}),
    }
}

/// An instance as the API answers it.
fn instance(id: u64, status: &str) -> Value {
    json!({
        "id": id, "label": format!("web-{id}"), "group": "", "status": status, "created": "2026-01-02T03:04:05",
        "updated": "2026-01-02T03:04:05", "type": "g6-nanode-1", "ipv4": ["192.0.2.7", "192.168.128.7"],
        "ipv6": "2001:db8::7/128", "image": "linode/debian12", "region": "eu-west",
        "specs": {"disk": 25600, "memory": 1024, "vcpus": 1, "gpus": 0, "transfer": 1000},
        "alerts": {"cpu": 90, "network_in": 10, "network_out": 10, "transfer_quota": 80, "io": 10000},
        "backups": {"enabled": false, "available": false, "schedule": {"day": null, "window": null},
            "last_successful": null},
        "hypervisor": "kvm", "watchdog_enabled": true, "tags": ["group:web"], "host_uuid": "", "has_user_data": false,
        "placement_group": null, "disk_encryption": "enabled", "lke_cluster_id": null, "capabilities": [],
    })
}
