//! A running instance: a web page and node_exporter's metrics on an address of its own.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::http::{Request, Response, StatusCode};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use tokio::net::TcpListener;

use super::LiveOptions;
use super::cpu::Cpu;
use super::metrics::{Figures, render};
use super::serve::{Answer, Serving};

/// How long an instance that is shut down lets open requests end.
const GRACE: Duration = Duration::from_secs(2);

/// What a running instance should look like from outside.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GuestSpec {
    pub(crate) id: u64,
    pub(crate) label: String,
    pub(crate) address: Ipv4Addr,
    pub(crate) vcpus: u32,
    pub(crate) memory_mb: u64,
    /// Seconds since the epoch; another value is another boot.
    pub(crate) booted_at: f64,
    pub(crate) health: Health,
}

/// How the web page of an instance does; its metrics are there in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    Good,
    /// Every request is answered 500.
    Failing,
    /// Nothing listens on the web port.
    Refusing,
}

/// A running instance's two servers.
#[derive(Debug)]
pub(crate) struct Guest {
    page: Arc<Page>,
    web: SocketAddr,
    pages: Option<Serving>,
    metrics: Serving,
}

#[derive(Debug)]
struct Page {
    spec: GuestSpec,
    served_by: HeaderValue,
    cost: Duration,
    cpu: Cpu,
    failing: AtomicBool,
    open: AtomicU64,
    received: AtomicU64,
    sent: AtomicU64,
}

impl Guest {
    /// Boots: the listeners are there when this returns.
    ///
    /// # Errors
    /// An address or port that can't be bound.
    pub(crate) async fn start(spec: GuestSpec, options: &LiveOptions) -> io::Result<Self> {
        let metrics = TcpListener::bind((spec.address, options.metrics_port)).await?;
        let web = SocketAddr::from((spec.address, options.web_port));
        let health = spec.health;
        let page = Arc::new(Page {
            served_by: HeaderValue::from_str(&spec.label).unwrap_or(HeaderValue::from_static("instance")),
            cpu: Cpu::new(spec.vcpus, options.longest_wait),
            cost: options.request_cost,
            failing: AtomicBool::new(false),
            open: AtomicU64::new(0),
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            spec,
        });
        let scraped = Arc::clone(&page);
        let metrics = Serving::http(metrics, move |_, request| {
            let answer = scraped.scrape(&request);
            async move { Some(answer) }
        });
        let mut guest = Self { page, web, pages: None, metrics };
        guest.set_health(health).await?;
        Ok(guest)
    }

    /// True when this boot of the instance is the one that `spec` means.
    pub(crate) fn is(&self, spec: &GuestSpec) -> bool {
        let mine = &self.page.spec;
        mine.label == spec.label
            && mine.address == spec.address
            && mine.vcpus == spec.vcpus
            && (mine.booted_at - spec.booted_at).abs() < 1e-3
    }

    /// Lets the web page do well or badly from now on; open requests end as they began.
    ///
    /// # Errors
    /// The web port can't be bound again.
    pub(crate) async fn set_health(&mut self, health: Health) -> io::Result<()> {
        self.page.failing.store(health == Health::Failing, Ordering::Relaxed);
        if health == Health::Refusing {
            if let Some(pages) = self.pages.take() {
                pages.cut().await;
            }
        } else if self.pages.is_none() {
            let listener = TcpListener::bind(self.web).await?;
            let page = Arc::clone(&self.page);
            self.pages = Some(Serving::http(listener, move |_, request| {
                let page = Arc::clone(&page);
                async move { Some(page.answer(request).await) }
            }));
        }
        Ok(())
    }

    /// The instance was shut down: open requests may end, within a short grace.
    pub(crate) async fn finish(self) {
        if let Some(pages) = self.pages {
            pages.finish(GRACE).await;
        }
        self.metrics.cut().await;
    }

    /// The instance is gone: every open connection breaks.
    pub(crate) async fn cut(self) {
        if let Some(pages) = self.pages {
            pages.cut().await;
        }
        self.metrics.cut().await;
    }
}

impl Page {
    async fn answer(&self, request: Request<Incoming>) -> Answer {
        let _open = Open::new(&self.open);
        let (parts, body) = request.into_parts();
        let fields: usize =
            parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
        let mut received = parts.method.as_str().len() + parts.uri.to_string().len() + 12 + fields;
        received += body.collect().await.map_or(0, |body| body.to_bytes().len());
        self.received.fetch_add(received as u64, Ordering::Relaxed);
        let (status, text) = if self.failing.load(Ordering::Relaxed) {
            (StatusCode::INTERNAL_SERVER_ERROR, format!("{} is unwell\n", self.spec.label))
        } else if parts.uri.path() == "/healthz" {
            // No work: it says that the program is there, not that it has time.
            (StatusCode::OK, "ok\n".to_owned())
        } else {
            self.page(parts.uri.query().unwrap_or_default()).await
        };
        self.sent.fetch_add(text.len() as u64 + 120, Ordering::Relaxed);
        self.reply(status, "text/plain; charset=utf-8", text)
    }

    async fn page(&self, query: &str) -> (StatusCode, String) {
        let cost = asked(query, "cpu_ms").unwrap_or(self.cost);
        if let Some(hold) = asked(query, "hold_ms") {
            tokio::time::sleep(hold).await;
        }
        if self.cpu.work(cost).await {
            (StatusCode::OK, format!("{} served this page\n", self.spec.label))
        } else {
            (StatusCode::SERVICE_UNAVAILABLE, format!("{} has too much to do\n", self.spec.label))
        }
    }

    fn scrape(&self, request: &Request<Incoming>) -> Answer {
        if request.uri().path() != "/metrics" {
            return self.reply(StatusCode::NOT_FOUND, "text/plain", "see /metrics\n".to_owned());
        }
        let text = render(&Figures {
            label: &self.spec.label,
            usage: self.cpu.usage(),
            booted_at: self.spec.booted_at,
            memory_mb: self.spec.memory_mb,
            open_requests: self.open.load(Ordering::Relaxed),
            received_bytes: self.received.load(Ordering::Relaxed),
            sent_bytes: self.sent.load(Ordering::Relaxed),
        });
        self.reply(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", text)
    }

    fn reply(&self, status: StatusCode, kind: &'static str, text: String) -> Answer {
        let mut answer =
            Response::new(Full::new(Bytes::from(text)).map_err(|never| match never {}).boxed_unsync());
        *answer.status_mut() = status;
        answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        answer.headers_mut().insert("x-served-by", self.served_by.clone());
        answer
    }
}

/// A duration in milliseconds that the caller asks for in the query, at most a minute.
fn asked(query: &str, name: &str) -> Option<Duration> {
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    Some(Duration::from_millis(value.parse::<u64>().ok()?.min(60_000)))
}

/// Counts a request as open until it is dropped, also when its client goes away.
struct Open<'a>(&'a AtomicU64);

impl<'a> Open<'a> {
    fn new(count: &'a AtomicU64) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
