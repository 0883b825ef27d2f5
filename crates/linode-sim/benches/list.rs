//! Listing 10,000 instances from the simulator in process, as a client does: 20 pages of 500.
#![allow(clippy::unwrap_used, missing_docs)]

use axum::body::{Body, to_bytes};
use axum::http::Request;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use linode_sim::{RateLimits, SeedInstance, Simulator, Timings};
use tower::ServiceExt as _;

const INSTANCES: u64 = 10_000;

/// All pages; the bytes that came.
async fn list(simulator: &Simulator, filter: &str) -> usize {
    let mut bytes = 0;
    for page in 1..=INSTANCES / 500 {
        let request = Request::get(format!("/v4/linode/instances?page={page}&page_size=500"))
            .header("Authorization", "Bearer token")
            .header("X-Filter", filter)
            .body(Body::empty())
            .unwrap();
        let response = simulator.service().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        bytes += to_bytes(response.into_body(), usize::MAX).await.unwrap().len();
    }
    bytes
}

fn listing(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let simulator = runtime.block_on(async {
        let builder = Simulator::builder().profile(Timings::instant()).rate_limits(RateLimits::off());
        let simulator = builder.build();
        for at in 0..INSTANCES {
            let group = at % 1000;
            simulator
                .seed_instance(&SeedInstance::new(format!("web-{at}")).tag(format!("group:{group}")))
                .unwrap();
        }
        simulator
    });
    let mut group = criterion.benchmark_group("list 10,000 instances");
    group.throughput(Throughput::Elements(INSTANCES)).sample_size(20);
    group.bench_function("all", |bencher| bencher.to_async(&runtime).iter(|| list(&simulator, "{}")));
    let filter = r#"{"region": "nl-ams"}"#;
    group.bench_function("by region", |bencher| bencher.to_async(&runtime).iter(|| list(&simulator, filter)));
    group.finish();
}

criterion_group!(benches, listing);
criterion_main!(benches);
