//! A scaler that serves.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use futures_util::FutureExt;
use scaler_core::clock::SystemClock;
use scaler_core::ports::Clock;
use scaler_core::runtime::Scaler;
use scaler_sqlite::SqliteStore;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

use crate::connections::{self, Limits};
use crate::events::EventLog;
use crate::lanes::Lanes;
use crate::local::LeftKey;
use crate::metrics::Metrics;
use crate::preflight::Preflight;
use crate::scrape::Directory;
use crate::sentinel::Sentinel;
use crate::state::State;
use crate::{Addresses, ApiCalls, ApiCredential, ServeError, http};

/// Connections that are still busy when the daemon stops are waited for this long.
const LAST_ANSWERS: Duration = Duration::from_secs(10);

/// Looking at the cloud is waited for this long when the daemon stops, steps under way until they end.
const LAST_LOOK: Duration = Duration::from_secs(2);

/// Large bodies that are read at once.
const LARGE_BODIES: usize = 8;

/// A [`Scaler`] with its HTTP surface. Clones share everything.
#[derive(Clone, Debug)]
pub struct Daemon {
    state: Arc<State>,
    store: Option<SqliteStore>,
    preflight: Option<Preflight>,
}

/// Puts a [`Daemon`] together.
#[must_use = "a builder does nothing until `build`"]
pub struct DaemonBuilder {
    scaler: Scaler,
    clock: Arc<dyn Clock>,
    credential: Option<ApiCredential>,
    webhook_credential: Option<ApiCredential>,
    calls: ApiCalls,
    addresses: Option<Arc<dyn Addresses>>,
    store: Option<SqliteStore>,
    preflight: Option<Preflight>,
    key: Option<LeftKey>,
    hosts: Vec<String>,
}

impl std::fmt::Debug for DaemonBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DaemonBuilder")
            .field("credential", &self.credential)
            .field("webhook_credential", &self.webhook_credential)
            .finish_non_exhaustive()
    }
}

impl DaemonBuilder {
    /// The clock that the scaler goes by. Default: the machine's.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// What callers have to show to change something. Without one nothing can be changed over HTTP.
    pub fn credential(mut self, credential: ApiCredential) -> Self {
        self.credential = Some(credential);
        self
    }

    /// What Alertmanager has to show. Without one whoever reaches the daemon can send notifications.
    pub fn webhook_credential(mut self, credential: ApiCredential) -> Self {
        self.webhook_credential = Some(credential);
        self
    }

    /// Names of hosts, without a port, under which callers without a credential may call it, beside addresses and
    /// `localhost`. A request that names another one is refused: a page of that name in somebody's browser may have sent it.
    pub fn hosts(mut self, hosts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.hosts = hosts.into_iter().map(|host| http::guard::plain(&host.into())).collect();
        self
    }

    /// Shows these counts among the metrics.
    pub fn api_calls(mut self, calls: ApiCalls) -> Self {
        self.calls = calls;
        self
    }

    /// Where `GET /sd/{group}?address=public` has its addresses from.
    pub fn addresses(mut self, addresses: impl Addresses + 'static) -> Self {
        self.addresses = Some(Arc::new(addresses));
        self
    }

    /// The store of the scaler: it gets the address of the daemon beside it, and is closed when serving ends.
    pub fn store(mut self, store: SqliteStore) -> Self {
        self.store = Some(store);
        self
    }

    pub(crate) fn preflight(mut self, preflight: Preflight) -> Self {
        self.preflight = Some(preflight);
        self
    }

    pub(crate) fn key(mut self, key: LeftKey) -> Self {
        self.key = Some(key);
        self
    }

    /// The daemon. Nothing is read, written or served yet.
    #[must_use]
    pub fn build(self) -> Daemon {
        let started = self.clock.now();
        let names = self.scaler.groups().iter().map(|group| group.name.clone()).collect();
        let state = State {
            scaler: self.scaler,
            credential: self.credential,
            webhook_credential: self.webhook_credential,
            key: self.key,
            hosts: self.hosts,
            address: OnceLock::new(),
            events: EventLog::new(u64::try_from(started.as_millisecond()).unwrap_or_default()),
            metrics: Metrics::new(&self.calls),
            sentinel: Sentinel::default(),
            directory: self.addresses.map(Directory::new),
            probed: Arc::default(),
            lanes: Lanes::new(Limits::of_this_process().at_once),
            large_bodies: Semaphore::new(LARGE_BODIES),
            stopping: watch::Sender::new(false),
            started,
            names,
            clock: self.clock,
        };
        Daemon { state: Arc::new(state), store: self.store, preflight: self.preflight }
    }
}

impl Daemon {
    /// Begins to put one together over `scaler`.
    pub fn builder(scaler: Scaler) -> DaemonBuilder {
        DaemonBuilder {
            scaler,
            clock: Arc::new(SystemClock),
            credential: None,
            webhook_credential: None,
            calls: ApiCalls::default(),
            addresses: None,
            store: None,
            preflight: None,
            key: None,
            hosts: Vec::new(),
        }
    }

    /// The scaler below.
    #[must_use]
    pub fn scaler(&self) -> &Scaler {
        &self.state.scaler
    }

    /// The HTTP surface, for a server of the caller's own. [`run`](Self::run) has to run beside it.
    pub fn router(&self) -> Router {
        http::router(Arc::clone(&self.state))
    }

    /// Listens on `address`, unless that can be reached from elsewhere and a credential is missing.
    ///
    /// # Errors
    /// [`ServeError::Exposed`], [`ServeError::Listen`].
    pub async fn bind(&self, address: SocketAddr) -> Result<TcpListener, ServeError> {
        self.refuse_exposed(address)?;
        TcpListener::bind(address).await.map_err(|source| ServeError::Listen { address, source })
    }

    fn refuse_exposed(&self, address: SocketAddr) -> Result<(), ServeError> {
        if address.ip().to_canonical().is_loopback() {
            return Ok(());
        }
        for (credential, missing) in [
            (&self.state.credential, "credential (daemon.credentials)"),
            (&self.state.webhook_credential, "credential of the webhook (daemon.webhook_credentials)"),
        ] {
            if credential.is_none() {
                return Err(ServeError::Exposed { address, missing });
            }
        }
        Ok(())
    }

    /// Turns all groups, polls the alerts and keeps the events, until `shutdown` is over; then stops between two steps.
    ///
    /// # Errors
    /// [`ServeError::Ended`] once every group was taken over by another process.
    pub async fn run(&self, shutdown: impl Future<Output = ()> + Send) -> Result<(), ServeError> {
        let state = &*self.state;
        let mut events = state.scaler.subscribe();
        let ended = {
            let keep = async {
                while let Some(event) = events.next().await {
                    told(state, &event);
                }
                std::future::pending::<()>().await;
            };
            let look = async {
                if let Some(preflight) = &self.preflight {
                    preflight.look().await;
                }
                std::future::pending::<()>().await;
            };
            let (told, mut stopping) = watch::channel(false);
            let shutdown = async {
                shutdown.await;
                told.send_replace(true);
            };
            let nothing_under_way = async {
                // The sender outlives it.
                let _ = stopping.wait_for(|stopping| *stopping).await;
                tokio::time::sleep(LAST_LOOK).await;
                while state.steps_under_way().await {
                    tokio::time::sleep(LAST_LOOK / 10).await;
                }
            };
            tokio::select! {
                ended = state.scaler.run(shutdown) => ended,
                // A loop that only looks at a cloud that does not answer: nothing is lost with it.
                () = nothing_under_way => Ok(()),
                () = look => Ok(()),
                () = keep => Ok(()),
                () = state.keep_looking() => Ok(()),
            }
        };
        while let Some(Some(event)) = events.next().now_or_never() {
            told(state, &event);
        }
        ended.map_err(ServeError::Ended)
    }

    /// Serves on `listener` and [runs](Self::run) until `shutdown` is over. Then no new connection is taken, requests under
    /// way are answered, the loops stop between two steps, and the store is closed.
    ///
    /// # Errors
    /// [`ServeError`].
    pub async fn serve(
        &self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<(), ServeError> {
        let served = self.serve_and_run(listener, shutdown).await;
        if let Some(key) = &self.state.key {
            key.take_away();
        }
        if let Some(store) = &self.store {
            store.close().await;
        }
        tracing::info!("stopped");
        served
    }

    async fn serve_and_run(
        &self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<(), ServeError> {
        let address = listener.local_addr().map_err(ServeError::Server)?;
        self.refuse_exposed(address)?;
        let reached = self.state.address.get_or_init(|| reachable_at(address));
        if let Some(store) = &self.store {
            store.write_address(reached).map_err(ServeError::Address)?;
        }
        tracing::info!(%address, groups = self.state.names.len(), "listening");
        let stop = || {
            self.state.stopping.send_replace(true);
        };
        let http = async {
            let limits = Limits::of_this_process();
            tokio::select! {
                () = connections::serve(listener, self.router(), limits, self.state.stopped()) => {}
                () = async { self.state.stopped().await; tokio::time::sleep(LAST_ANSWERS).await } => {}
            }
        };
        let run = async {
            let ended = self.run(self.state.stopped()).await;
            stop();
            ended
        };
        let told_to_stop = async {
            tokio::select! {
                () = shutdown => {
                    tracing::info!("stopping between two steps");
                    stop();
                }
                () = self.state.stopped() => {}
            }
        };
        let ((), run, ()) = tokio::join!(http, run, told_to_stop);
        run
    }
}

fn told(state: &State, event: &scaler_core::view::Event) {
    tracing::info!(
        group = %event.group,
        generation = event.generation,
        operation = event.operation.0,
        position = event.position.map(|position| position.0),
        "{event}"
    );
    state.events.keep(event);
}

/// Where this machine reaches a listener at `address`.
fn reachable_at(address: SocketAddr) -> String {
    let mut address = address;
    if address.ip().is_unspecified() {
        let loopback: std::net::IpAddr = match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        };
        address.set_ip(loopback);
    }
    format!("http://{address}")
}
