//! How fast a notification of 1,000 alerts is decoded, and how fast a body is refused.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use alertmanager_types::webhook::{Alert, Message};
use alertmanager_types::{Annotations, Labels, Matchers};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jiff::Timestamp;

fn notification(alerts: u32) -> Message {
    let start: Timestamp = "2026-11-24T00:08:09.074018Z".parse().unwrap();
    let alerts = (0..alerts)
        .map(|i| {
            let labels = Labels::from([
                ("alertname", "WebCpuHigh"),
                ("group", "web"),
                ("job", "node"),
                ("severity", "warning"),
                ("instance", &format!("10.0.{}.{}:9100", i / 250, i % 250)),
            ]);
            let annotations = Annotations::from([
                ("summary", "The processors of web are busy."),
                ("runbook_url", "https://runbooks.example/web-cpu-high"),
            ]);
            Alert::new(labels, start)
                .annotations(annotations)
                .generator_url("http://prometheus.example:9090/graph?g0.expr=x")
        })
        .collect();
    Message::new("autoscaler", "{}:{group=\"web\"}", alerts)
}

fn decode(c: &mut Criterion) {
    let message = notification(1000);
    let body = serde_json::to_vec(&message).unwrap();
    let mut bad = body.clone();
    let at = body.len() - b"\"4\",\"groupKey\":\"{}:{group=\\\"web\\\"}\",\"truncatedAlerts\":0}".len();
    bad[at + 1] = b'5';
    assert!(Message::from_json(&bad).unwrap_err().to_string().contains("`version` is \"5\""));

    let mut group = c.benchmark_group("1000 alerts");
    group.throughput(Throughput::Bytes(body.len() as u64));
    group.bench_function("decode", |b| b.iter(|| Message::from_json(black_box(&body)).unwrap()));
    group.bench_function("refuse another version", |b| {
        b.iter(|| Message::from_json(black_box(&bad)).unwrap_err())
    });
    group.bench_function("encode", |b| b.iter(|| serde_json::to_vec(black_box(&message)).unwrap()));
    group.finish();

    let matchers: Matchers = r#"{group="web",alertname=~".*High",severity!="info"}"#.parse().unwrap();
    let mut group = c.benchmark_group("1000 label sets");
    group.throughput(Throughput::Elements(1000));
    group.bench_function("match", |b| {
        b.iter(|| black_box(&message).firing().filter(|alert| matchers.matches(&alert.labels)).count());
    });
    group.bench_function("fingerprint", |b| {
        b.iter(|| {
            black_box(&message)
                .alerts
                .iter()
                .map(|alert| alert.labels.fingerprint().as_u64())
                .fold(0, u64::wrapping_add)
        });
    });
    group.finish();
}

criterion_group!(benches, decode);
criterion_main!(benches);
