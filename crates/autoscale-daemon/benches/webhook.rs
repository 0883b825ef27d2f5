//! How many notifications are taken in a second, each stored in SQLite before it is answered.
//!
//! The runtime has one thread, and SQLite writes on another; `taskset -c 0 cargo bench -p autoscale-daemon` gives both one core.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use alertmanager_types::Labels;
use alertmanager_types::webhook::{Alert, Message};
use autoscale_daemon::Daemon;
use axum::Router;
use axum::body::Body;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use futures_util::future::join_all;
use http::Request;
use scaler_linode::LinodeGroup;
use scaler_sqlite::SqliteStore;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

/// Senders that wait for their answers at the same time, as groups of alerts in one or more Alertmanagers do.
const SENDERS: [usize; 3] = [1, 16, 256];

/// An installation as large as they come.
const GROUPS: usize = 1_000;
const ALERTS: usize = 10_000;

fn group(name: &str) -> LinodeGroup {
    let group = LinodeGroup::new(name, "nl-ams", "g6-standard-2", "linode/debian12").unwrap();
    group.size(2..=6).node_balancer(1, 1, 80)
}

fn daemon(runtime: &Runtime, store: &Path, groups: impl IntoIterator<Item = LinodeGroup>) -> Daemon {
    let linode = linode_api::Client::builder(linode_api::Token::new("unused").unwrap()).build().unwrap();
    let scaler = scaler_linode::builder(linode, "k3x9w2", groups)
        .unwrap()
        .store(runtime.block_on(SqliteStore::open(store)).unwrap())
        .build()
        .unwrap();
    Daemon::builder(scaler).build()
}

/// What Alertmanager sends about one alert of this sender.
fn body(sender: usize) -> String {
    body_about("web", sender)
}

/// What Alertmanager sends about one alert of a group.
fn body_about(group: &str, sender: usize) -> String {
    let sender = sender.to_string();
    let labels = Labels::from([
        ("alertname", "WebCpuHigh"),
        ("autoscale_group", group),
        ("severity", "warning"),
        ("sender", sender.as_str()),
    ]);
    let began = "2026-01-05T08:00:00Z".parse().unwrap();
    let message =
        Message::new("autoscaler", format!("{{}}:{{sender={sender}}}"), vec![Alert::new(labels, began)]);
    serde_json::to_string(&message).unwrap()
}

async fn by_router(router: &Router, bodies: &[String]) {
    let answers = bodies.iter().map(|body| {
        let request = Request::post("/webhook").body(Body::from(body.clone())).unwrap();
        async { assert_eq!(router.clone().oneshot(request).await.unwrap().status(), 200) }
    });
    black_box(join_all(answers).await);
}

async fn by_socket(stream: &mut TcpStream, request: &[u8], answer: &mut [u8]) {
    stream.write_all(request).await.unwrap();
    let mut read = 0;
    while !answer[..read].ends_with(b"{\"stored\":1}") {
        read += stream.read(&mut answer[read..]).await.unwrap();
    }
    assert!(answer.starts_with(b"HTTP/1.1 200"));
}

fn intake(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let daemon = daemon(&runtime, &folder.path().join("autoscale.db"), [group("web")]);
    let router = daemon.router();
    let mut group = criterion.benchmark_group("webhook");
    group.measurement_time(Duration::from_secs(8));
    for senders in SENDERS {
        let bodies: Vec<String> = (0..senders).map(body).collect();
        group.throughput(Throughput::Elements(senders as u64));
        group.bench_function(format!("router/{senders}"), |bencher| {
            bencher.to_async(&runtime).iter(|| by_router(&router, &bodies));
        });
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let server =
            runtime.spawn(std::future::IntoFuture::into_future(axum::serve(listener, router.clone())));
        let mut connections: Vec<(TcpStream, Vec<u8>, Vec<u8>)> = bodies
            .iter()
            .map(|body| {
                let stream = runtime.block_on(TcpStream::connect(address)).unwrap();
                stream.set_nodelay(true).unwrap();
                let head = format!(
                    "POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                    body.len()
                );
                (stream, format!("{head}{body}").into_bytes(), vec![0; 1024])
            })
            .collect();
        group.bench_function(format!("sockets/{senders}"), |bencher| {
            bencher.iter(|| {
                runtime.block_on(join_all(
                    connections
                        .iter_mut()
                        .map(|(stream, request, answer)| by_socket(stream, request, answer)),
                ))
            });
        });
        server.abort();
    }
    group.finish();
}

/// One notification of one alert, which repeats, where the table is full.
fn full_table(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..GROUPS).map(|number| format!("g{number}")).collect();
    let groups: Vec<LinodeGroup> = names.iter().map(|name| group(name)).collect();
    let daemon = daemon(&runtime, &folder.path().join("autoscale.db"), groups);
    let router = daemon.router();
    let bodies: Vec<String> =
        names.iter().cycle().zip(0..ALERTS).map(|(name, number)| body_about(name, number)).collect();
    runtime.block_on(by_router(&router, &bodies));
    assert_eq!(daemon.scaler().alerts().table().len(), ALERTS);
    criterion.bench_function("webhook/one of 10,000 alerts, 1,000 groups", |bencher| {
        bencher.to_async(&runtime).iter(|| by_router(&router, &bodies[..1]));
    });
}

criterion_group!(benches, intake, full_table);
criterion_main!(benches);
