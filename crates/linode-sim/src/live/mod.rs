//! The simulator on real sockets: the API on one, and on loopback addresses of their own the instances, which serve a
//! page and node_exporter's metrics, and the NodeBalancers, which forward and check.
//!
//! An instance's page is at every path but `/healthz`, says in `X-Served-By` whose it is, and costs work of one of the
//! instance's cores (`?cpu_ms=` asks for another cost, `?hold_ms=` for a pause before it). CPU, latency and load follow
//! from that work in real time, whatever the speed of the simulated clock.
//!
//! NodeBalancers balance HTTP by request and TCP by connection. A request that fails is not tried on another node. TLS
//! is not terminated and UDP not forwarded: `https` and `udp` configs open no port, and neither WebSockets, PROXY
//! protocol nor connection throttles are simulated. Checks take their intervals in simulated time.

mod balancer;
mod check;
mod cpu;
mod fleet;
mod forward;
mod guest;
mod metrics;
mod picture;
mod pool;
mod serve;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http_body_util::BodyExt as _;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use self::fleet::Fleet;
use self::serve::Serving;
use crate::Simulator;

/// When a port that could not be opened is tried again.
const AGAIN: Duration = Duration::from_millis(100);
/// How long API calls under way may take to end at a shutdown.
const GRACE: Duration = Duration::from_secs(1);

/// What the service of an unhealthy instance does, by a fault or by [`Simulator::set_healthy`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unhealthy {
    /// Nothing listens on its port, and open connections break: every kind of check sees it.
    Refuses,
    /// Every request is answered 500: a `connection` check doesn't see it, passive checks do.
    Answers500,
}

/// How simulated instances behave as servers.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LiveOptions {
    /// Whether instances and NodeBalancers run at all; without, only the API is served.
    pub guests: bool,
    /// Port of an instance's page. Default 8080.
    pub web_port: u16,
    /// Port of an instance's metrics. Default 9100.
    pub metrics_port: u16,
    /// Work of one core that a page costs, unless its request says `?cpu_ms=`. Default 20 ms.
    pub request_cost: Duration,
    /// A request that would have to wait longer than this for a core is answered 503. Default 10 s.
    pub longest_wait: Duration,
    /// What an unhealthy instance does. It refuses by default.
    pub unhealthy: Unhealthy,
}

impl Default for LiveOptions {
    fn default() -> Self {
        Self {
            guests: true,
            web_port: 8080,
            metrics_port: 9100,
            request_cost: Duration::from_millis(20),
            longest_wait: Duration::from_secs(10),
            unhealthy: Unhealthy::Refuses,
        }
    }
}

impl LiveOptions {
    /// Only the API: no instance or NodeBalancer opens a port.
    #[must_use]
    pub fn without_guests() -> Self {
        Self { guests: false, ..Self::default() }
    }

    /// Sets the port of an instance's page.
    #[must_use]
    pub fn web_port(mut self, port: u16) -> Self {
        self.web_port = port;
        self
    }

    /// Sets the port of an instance's metrics.
    #[must_use]
    pub fn metrics_port(mut self, port: u16) -> Self {
        self.metrics_port = port;
        self
    }

    /// Sets how much work of one core a page costs.
    #[must_use]
    pub fn request_cost(mut self, cost: Duration) -> Self {
        self.request_cost = cost;
        self
    }

    /// Sets how long a request may wait for a core.
    #[must_use]
    pub fn longest_wait(mut self, wait: Duration) -> Self {
        self.longest_wait = wait;
        self
    }

    /// Sets what an unhealthy instance does.
    #[must_use]
    pub fn unhealthy(mut self, unhealthy: Unhealthy) -> Self {
        self.unhealthy = unhealthy;
        self
    }
}

/// A simulator that serves on real sockets. Dropping it ends everything at once; [`Server::shutdown`] politely.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    api: Option<Serving>,
    stop: CancellationToken,
    fleet: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves the API at `listen` (port 0 takes a free one), and whatever the simulated world has running.
    ///
    /// Time is real here: under tokio's paused clock requests over sockets time out.
    ///
    /// # Errors
    /// The address can't be bound. An instance's or a NodeBalancer's address that can't be is logged and tried again.
    pub async fn bind(listen: SocketAddr, simulator: Simulator, options: LiveOptions) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let service = simulator.service();
        let api = Serving::http(listener, move |_, request| {
            let service = service.clone();
            async move {
                // A connection that the simulator loses is closed without an answer.
                let answer = service.oneshot(request.map(Body::new)).await.ok()?;
                Some(answer.map(|body| body.map_err(Into::into).boxed_unsync()))
            }
        });
        let stop = CancellationToken::new();
        let fleet = options.guests.then(|| tokio::spawn(follow(simulator, options, stop.clone())));
        Ok(Self { address, api: Some(api), stop, fleet })
    }

    /// Where the API is.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// The API's base URL without a version, such as `http://127.0.0.1:8080`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Lets calls under way end, then ends the instances and NodeBalancers; no task is left when it returns.
    pub async fn shutdown(mut self) {
        if let Some(api) = self.api.take() {
            api.finish(GRACE).await;
        }
        self.stop.cancel();
        if let Some(fleet) = self.fleet.take()
            && let Err(error) = fleet.await
        {
            tracing::error!(%error, "the simulated instances did not end well");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn follow(simulator: Simulator, options: LiveOptions, stop: CancellationToken) {
    let reported = simulator.clone();
    let unhealthy = options.unhealthy;
    let mut fleet = Fleet::new(
        options,
        Arc::new(move |node, up| {
            // A node that is gone by now needs no health.
            reported.set_probe(node, up);
        }),
    );
    let mut changed = simulator.subscribe();
    let mut time = std::pin::pin!(simulator.keep_time());
    while !stop.is_cancelled() {
        changed.mark_unchanged();
        fleet.apply(picture::of(&simulator, unhealthy), |id| picture::exists(&simulator, id)).await;
        tokio::select! {
            () = stop.cancelled() => {}
            _ = changed.changed() => {}
            () = &mut time => {}
            () = tokio::time::sleep(AGAIN), if fleet.lacks() => {}
        }
    }
    fleet.stop().await;
}
