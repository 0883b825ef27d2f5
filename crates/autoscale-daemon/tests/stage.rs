//! A daemon, a simulated account with one NodeBalancer, and a store that can be held open or made to fail.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use api_transport::service::InProcess;
use async_trait::async_trait;
use autoscale_api::client::Client;
use autoscale_config::{Config, Environment};
use autoscale_daemon::{ApiCalls, ApiCredential, Daemon, DaemonBuilder};
use axum::body::{Body, to_bytes};
use http::{HeaderMap, Request};
use jiff::Timestamp;
use linode_api::Token;
use linode_sim::{RateLimits, SeedBalancer, SeedConfig, Simulator, Timings};
use scaler_core::clock::TokioClock;
use scaler_core::in_memory::InMemoryStore;
use scaler_core::model::{AlertRow, AlertTable, Position};
use scaler_core::ports::{LogName, Store, StoreError};
use scaler_core::state::{Draft, Entry};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

pub const CREDENTIAL: &str = "let-me-change-things";

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
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text);
        self.json
    }

    /// Status, message, fix.
    pub fn refusal(&self) -> (u16, &str, &str) {
        let error = &self.json["error"];
        let text = |name: &str| error[name].as_str().unwrap_or_else(|| panic!("no {name}: {}", self.text));
        assert!(!text("fix").is_empty(), "{}", self.text);
        (self.status, text("message"), text("fix"))
    }

    pub fn field(&self) -> Option<&str> {
        self.json["error"]["field"].as_str()
    }
}

/// A store in memory whose table of alerts can be held open or made to fail.
#[derive(Clone, Debug)]
pub struct Shelf {
    inner: InMemoryStore,
    gate: Arc<Semaphore>,
    pub failing: Arc<AtomicBool>,
    /// It can be read, and not written.
    pub full: Arc<AtomicBool>,
    /// Whatever is appended to a log waits for ever.
    pub hang: Arc<AtomicBool>,
    pub commits: Arc<AtomicUsize>,
    /// Commits that were begun.
    pub begun: Arc<AtomicUsize>,
}

const OPEN: usize = 1_000_000;

impl Shelf {
    pub fn new() -> Self {
        Self {
            inner: InMemoryStore::new(),
            gate: Arc::new(Semaphore::new(OPEN)),
            failing: Arc::default(),
            full: Arc::default(),
            hang: Arc::default(),
            commits: Arc::default(),
            begun: Arc::default(),
        }
    }

    /// Commits wait from now on.
    pub async fn hold(&self) {
        self.gate.acquire_many(u32::try_from(OPEN).unwrap()).await.unwrap().forget();
    }

    /// And go on.
    pub fn let_go(&self) {
        self.gate.add_permits(OPEN);
    }

    fn broken(&self, attempted: &str) -> Result<(), StoreError> {
        let writes = !attempted.starts_with("reading") && !attempted.starts_with("listing");
        if self.failing.load(Ordering::SeqCst) || (writes && self.full.load(Ordering::SeqCst)) {
            let (attempted, advice) = (attempted.to_owned(), "free space on the disk".to_owned());
            return Err(StoreError::Broken { attempted, advice, source: "disk full".into() });
        }
        Ok(())
    }
}

#[async_trait]
impl Store for Shelf {
    async fn append(&self, log: &LogName, after: Position, drafts: &[Draft]) -> Result<Position, StoreError> {
        self.broken("appending")?;
        if self.hang.load(Ordering::SeqCst) {
            pending::<()>().await;
        }
        self.inner.append(log, after, drafts).await
    }

    async fn read(&self, log: &LogName, from: Position, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.broken("reading")?;
        self.inner.read(log, from, limit).await
    }

    async fn logs(&self) -> Result<Vec<LogName>, StoreError> {
        self.broken("listing the logs")?;
        self.inner.logs().await
    }

    async fn alerts(&self) -> Result<AlertTable, StoreError> {
        self.inner.alerts().await
    }

    async fn keep_alerts(&self, rows: &[AlertRow], polled: Option<Timestamp>) -> Result<(), StoreError> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        let _permit = self.gate.acquire().await.unwrap();
        self.broken("keeping alerts")?;
        self.commits.fetch_add(1, Ordering::SeqCst);
        self.inner.keep_alerts(rows, polled).await
    }

    async fn forget_alerts(&self, fingerprints: &[String]) -> Result<(), StoreError> {
        self.inner.forget_alerts(fingerprints).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.keep_alerts(&[], None).await
    }
}

pub struct Stage {
    pub simulator: Simulator,
    pub store: Shelf,
    pub daemon: Daemon,
}

/// A configuration of one group `web` at this NodeBalancer.
pub fn configuration(balancer: u64, config: u64, more: &str) -> Config {
    let text = format!(
        "
owner: k3x9w2
linode: {{ token: {{ env: LINODE_TOKEN }} }}
{more}
groups:
  web:
    region: nl-ams
    size: {{ min: 2, max: 6 }}
    template: {{ type: g6-standard-2, image: linode/debian12, authorized_users: [ops] }}
    balancers: [{{ nodebalancer: {balancer}, config: {config}, port: 8080 }}]
    policies:
      - step: {{ on: {{ alertname: WebCpuHigh }}, add: 2 }}
      - step: {{ on: {{ alertname: WebCpuLow }}, remove: 1 }}
    launch: {{ warm_up: 30s }}
"
    );
    let env = [("LINODE_TOKEN", "simulated"), ("AUTOSCALE_TOKEN", CREDENTIAL)];
    let environment = Environment::new("").with_env(env);
    Config::parse_in(&text, "autoscale.yaml", &environment).unwrap_or_else(|problems| panic!("{problems}"))
}

/// An account with a NodeBalancer; its number and its config's.
pub fn account(timings: Timings) -> (Simulator, u64, u64) {
    let builder = Simulator::builder().seed(7).profile(timings).rate_limits(RateLimits::off());
    let simulator = builder.build();
    let front = simulator.seed_nodebalancer(&SeedBalancer::new("front").config(SeedConfig::new(80))).unwrap();
    (simulator, front.id, front.configs[0])
}

impl Stage {
    pub fn new() -> Self {
        Self::with(|daemon| daemon.credential(ApiCredential::new(CREDENTIAL).unwrap()))
    }

    pub fn with(finish: impl FnOnce(DaemonBuilder) -> DaemonBuilder) -> Self {
        Self::with_account(|daemon, _| finish(daemon))
    }

    pub fn with_account(finish: impl FnOnce(DaemonBuilder, &Simulator) -> DaemonBuilder) -> Self {
        let (simulator, balancer, config) = account(Timings::quick());
        let config = configuration(balancer, config, "store: memory");
        let calls = ApiCalls::default();
        let wire = calls.count("linode", Arc::new(InProcess::new(simulator.router())));
        let linode = linode_api::Client::builder(Token::new("simulated").unwrap())
            .version("v4beta")
            .service(Arc::new(wire))
            .build()
            .unwrap();
        let groups = config.linode_groups().unwrap();
        let (store, clock) = (Shelf::new(), TokioClock::new(simulator.now()));
        let scaler = scaler_linode::builder(linode, "k3x9w2", groups)
            .unwrap()
            .store(store.clone())
            .clock(clock)
            .freshness(config.alert_freshness())
            .seed(7)
            .build()
            .unwrap();
        let daemon = finish(Daemon::builder(scaler).clock(clock).api_calls(calls), &simulator).build();
        Self { simulator, store, daemon }
    }

    /// Turns the groups from now on.
    pub fn run(&self) {
        let daemon = self.daemon.clone();
        tokio::spawn(async move { daemon.run(pending()).await.unwrap() });
    }

    /// Runs, and waits until the two members that the group needs serve.
    pub async fn settle(&self) {
        self.run();
        self.until("two members serve", |group| group["in_service"] == 2 && group["warming"] == 0).await;
    }

    pub async fn send(&self, request: Request<Body>) -> Reply {
        let answer = self.daemon.router().oneshot(request).await.unwrap();
        let (head, body) = answer.into_parts();
        let text = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().into()).unwrap();
        let json = serde_json::from_str(&text).unwrap_or_default();
        Reply { status: head.status.as_u16(), headers: head.headers, text, json }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// With the credential.
    pub async fn change(&self, method: &str, path: &str, body: Value) -> Reply {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("Authorization", format!("Bearer {CREDENTIAL}"));
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    pub async fn notify(&self, body: impl Into<Body>) -> Reply {
        self.send(Request::post("/webhook").body(body.into()).unwrap()).await
    }

    pub async fn group(&self) -> Value {
        self.get("/api/v1/groups/web").await.ok()
    }

    /// Lets time pass until `so` holds of the group, half an hour at most.
    pub async fn until(&self, what: &str, so: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..1_800 {
            let group = self.group().await;
            if so(&group) {
                return group;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        panic!("not within half an hour: {what}; it is {:#}", self.group().await);
    }

    /// A client of the daemon, over its router.
    pub fn client(&self) -> Client {
        let token = api_transport::Token::new(CREDENTIAL).unwrap();
        let service = Arc::new(InProcess::new(self.daemon.router()));
        Client::over(service, "http://daemon.test".parse().unwrap(), Some(&token)).unwrap()
    }

    /// What exists in the account, and how many creates and deletes were tried.
    pub fn deeds(&self) -> (Vec<u64>, u64) {
        let snapshot = self.simulator.snapshot();
        let deeds = snapshot
            .calls
            .iter()
            .filter(|(call, _)| call.starts_with("POST /linode/instances") || call.starts_with("DELETE"));
        (snapshot.instances.iter().map(|instance| instance.id).collect(), deeds.map(|(_, n)| n).sum())
    }
}

/// A notification about these alerts, by name and status.
pub fn notification(alerts: &[(&str, &str)]) -> String {
    let alerts: Vec<Value> = alerts
        .iter()
        .map(|(name, status)| alert(&json!({"alertname": name, "autoscale_group": "web"}), status))
        .collect();
    message(&alerts)
}

pub fn message(alerts: &[Value]) -> String {
    json!({
        "version": "4", "receiver": "autoscaler", "status": "firing", "groupKey": "{}:{}", "truncatedAlerts": 0,
        "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {}, "externalURL": "", "alerts": alerts,
    })
    .to_string()
}

pub fn alert(labels: &Value, status: &str) -> Value {
    let labelled: alertmanager_types::Labels = serde_json::from_value(labels.clone()).unwrap();
    json!({
        "status": status, "labels": labels, "annotations": {}, "startsAt": "2026-01-05T08:00:00Z",
        "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "", "fingerprint": labelled.fingerprint().to_string(),
    })
}
