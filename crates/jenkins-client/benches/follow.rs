//! What following costs: requests and memory of 1,000 builds at once, memory of a console of 100 MB, and how long after the
//! start of a build it is known. Counted in simulated time, but for memory and the console's speed.
//!
//! ```text
//! cargo bench -p jenkins-client --bench follow
//! ```

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::sync::Arc;
use std::time::Duration;

use api_transport::http::{Request, Response};
use api_transport::{Body, Bytes, Service, ServiceError};
use async_trait::async_trait;
use futures_util::future::join_all;
use futures_util::{StreamExt, stream};
use jenkins_client::{Client, InProcess};
use jenkins_sim::{SeedJob, SeedParameter, SeedUser, Simulator, Timings};
use tokio::time::Instant;

const BUILDS: usize = 1_000;
const CONSOLE: usize = 100 << 20;

fn main() {
    let real = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    real.block_on(console());
    let paused =
        || tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    paused().block_on(latency());
    paused().block_on(many());
}

/// Resident memory in KiB: the peak (`VmHWM`) or now (`VmRSS`). 0 where there is no `/proc`.
fn memory(field: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).unwrap_or_default()
}

/// A console that is over, in chunks of 16 KiB.
#[derive(Debug)]
struct Console;

#[async_trait]
impl Service for Console {
    async fn call(&self, _: Request<Bytes>) -> Result<Response<Body>, ServiceError> {
        let line = format!("{}\n", "x".repeat(126));
        let chunk = Bytes::from(line.repeat(128));
        let chunks = stream::repeat(chunk.clone()).take(CONSOLE / chunk.len()).map(Ok);
        let answer = Response::builder().header("x-text-size", CONSOLE);
        answer.body(Body::from_stream(chunks)).map_err(ServiceError::building)
    }
}

async fn console() {
    let client = Client::builder("http://ci.test").service(Arc::new(Console)).build().unwrap();
    let build = client.job("web").unwrap().build_number(1);
    let before = memory("VmHWM");
    let began = Instant::now();
    let (lines, bytes) = build
        .console()
        .fold((0, 0), |(n, size), line| async move { (n + 1, size + line.unwrap().len() + 1) })
        .await;
    let took = began.elapsed();
    println!(
        "console: {lines} lines, {} MB in {} ms, peak memory +{} KiB",
        bytes >> 20,
        took.as_millis(),
        memory("VmHWM") - before
    );
}

fn jenkins(timings: Timings) -> (Simulator, Client) {
    let sim =
        Simulator::builder().user(SeedUser::new("ann").token("t")).timings(timings).executors(BUILDS).build();
    let job = SeedJob::pipeline("web", "node { sh 'sleep 60' }").concurrent(true);
    sim.seed_job(&job.parameter(SeedParameter::string("N", ""))).unwrap();
    let service = Arc::new(InProcess::new(sim.service()));
    let client = Client::builder("http://ci.test").api_token("ann", "t").service(service).build().unwrap();
    (sim, client)
}

async fn latency() {
    let mut over = Vec::new();
    for n in 0..100_u64 {
        let mut timings = Timings::realistic();
        timings.quiet_period = Duration::from_millis(97 * n);
        let floor = timings.quiet_period + timings.start;
        let (_sim, client) = jenkins(timings);
        let began = Instant::now();
        let queued = client.job("web").unwrap().build_with([("N", n)]).unchecked().await.unwrap();
        queued.started().await.unwrap();
        over.push(began.elapsed().saturating_sub(floor).as_millis());
    }
    over.sort_unstable();
    println!("trigger to started, over the floor: median {} ms, longest {} ms", over[50], over[99]);
}

async fn many() {
    let (sim, client) = jenkins(Timings::realistic());
    let job = client.job("web").unwrap();
    let before = memory("VmRSS");
    let began = Instant::now();
    let mut peak = 0;
    let follows = join_all((0..BUILDS).map(|n| {
        let trigger = job.build_with([("N", n)]).unchecked();
        async move { trigger.follow().await.unwrap() }
    }));
    tokio::pin!(follows);
    let builds = loop {
        tokio::select! {
            builds = &mut follows => break builds,
            () = tokio::time::sleep(Duration::from_secs(5)) => peak = peak.max(memory("VmRSS")),
        }
    };
    let seconds = began.elapsed().as_secs();
    let requests: u64 = sim.snapshot().calls.values().sum();
    println!(
        "{} builds of a minute followed at once: {requests} requests in {seconds} s of theirs, {} a build; memory +{} KiB, \
         the simulator's included",
        builds.len(),
        requests / BUILDS as u64,
        peak.saturating_sub(before),
    );
}
