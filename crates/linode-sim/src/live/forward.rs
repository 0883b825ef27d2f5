//! A NodeBalancer config that really forwards: HTTP request by request, TCP connection by connection.
//!
//! A request that fails is not tried on another node: what a client loses when a node disappears is thereby seen.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use std::{fmt, io};

use axum::http::uri::{Authority, PathAndQuery, Scheme};
use axum::http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri, header};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::balancer::{ConfigSpec, Mode, NodeSpec, Protocol};
use super::check;
use super::pool::{Lease, Pool};
use super::serve::{Answer, Serving};

/// How long a node may take to begin its answer, and to take a connection.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// The cookie that makes a client stick.
const COOKIE: &str = "NB_SRVID";
/// Headers that speak of one connection only (RFC 9110, 7.6.1).
const HOP_BY_HOP: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "transfer-encoding",
    "upgrade",
];

/// Told of each change of a node's health: the node's id, and true for UP.
pub(crate) type Report = Arc<dyn Fn(u64, bool) + Send + Sync>;

/// One config at work. Dropping it cuts its connections and ends its checks.
pub(crate) struct Forwarder {
    spec: ConfigSpec,
    pool: Arc<Pool>,
    serving: Serving,
    checks: HashMap<u64, (NodeSpec, Check)>,
    report: Report,
}

impl fmt::Debug for Forwarder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Forwarder").field("spec", &self.spec).finish_non_exhaustive()
    }
}

/// A check that ends when it is dropped.
struct Check(JoinHandle<()>);

impl Drop for Check {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Forwarder {
    /// Opens the config's port and begins its checks.
    ///
    /// # Errors
    /// An address or port that can't be bound.
    pub(crate) async fn start(spec: ConfigSpec, report: Report) -> io::Result<Self> {
        let listener = TcpListener::bind(spec.listen).await?;
        let pool = Arc::new(Pool::new(spec.clone()));
        let front = Front { pool: Arc::clone(&pool), report: Arc::clone(&report) };
        let serving = match spec.protocol {
            Protocol::Http => {
                let mut connector = HttpConnector::new();
                connector.set_connect_timeout(Some(CONNECT_LIMIT));
                connector.set_nodelay(true);
                let client = Client::builder(TokioExecutor::new()).build(connector);
                Serving::http(listener, move |peer, request| {
                    let (front, client) = (front.clone(), client.clone());
                    async move { Some(front.request(&client, peer.ip(), request).await) }
                })
            }
            Protocol::Tcp => Serving::tcp(listener, move |stream, peer, _| {
                let front = front.clone();
                async move { front.connection(stream, peer.ip()).await }
            }),
        };
        let mut forwarder = Self { spec, pool, serving, checks: HashMap::new(), report };
        forwarder.check();
        Ok(forwarder)
    }

    /// True when `spec` needs no new listener.
    pub(crate) fn can_take(&self, spec: &ConfigSpec) -> bool {
        self.spec.listen == spec.listen && self.spec.protocol == spec.protocol
    }

    /// Follows a change of the config or its nodes; open connections stay.
    pub(crate) fn update(&mut self, spec: ConfigSpec) {
        if self.spec == spec {
            return;
        }
        if self.spec.check != spec.check {
            self.checks.clear();
        }
        self.pool.update(spec.clone());
        self.spec = spec;
        self.check();
    }

    /// The config is gone, and its connections with it.
    pub(crate) async fn cut(self) {
        self.serving.cut().await;
    }

    /// Lets exactly the nodes be checked that should be: those that are not rejected, where they are now.
    fn check(&mut self) {
        let wanted: Vec<&NodeSpec> =
            self.spec.nodes.iter().filter(|node| node.mode != Mode::Reject).collect();
        self.checks.retain(|id, (checked, _)| {
            wanted.iter().any(|node| node.id == *id && node.target == checked.target)
        });
        for node in self.spec.nodes.iter().filter(|node| node.mode == Mode::Reject) {
            if self.pool.set_up(node.id, false) {
                (self.report)(node.id, false);
            }
        }
        for node in wanted {
            let (pool, report) = (&self.pool, &self.report);
            let spec = &self.spec.check;
            self.checks.entry(node.id).or_insert_with(|| {
                let (id, pool, report) = (node.id, Arc::clone(pool), Arc::clone(report));
                let said = std::sync::atomic::AtomicBool::new(false);
                let watch = check::watch(node.target, spec.clone(), move |up| {
                    // The first verdict is news in any case: the world still says Unknown.
                    let first = !said.swap(true, std::sync::atomic::Ordering::Relaxed);
                    if pool.set_up(id, up) || first {
                        report(id, up);
                    }
                });
                (node.clone(), Check(tokio::spawn(watch)))
            });
        }
    }
}

/// What every connection of a config needs.
#[derive(Clone)]
struct Front {
    pool: Arc<Pool>,
    report: Report,
}

impl Front {
    fn failed(&self, lease: &Lease) {
        if self.pool.failed(lease.node) {
            (self.report)(lease.node, false);
        }
    }

    async fn connection(&self, mut client: TcpStream, peer: IpAddr) {
        let Some(lease) = self.pool.pick(peer, None) else { return };
        match tokio::time::timeout(CONNECT_LIMIT, TcpStream::connect(lease.target)).await {
            Ok(Ok(mut node)) => {
                let _ = node.set_nodelay(true);
                // Whichever side breaks, both are closed; there is nobody else to tell.
                let _ = tokio::io::copy_bidirectional(&mut client, &mut node).await;
            }
            Ok(Err(_)) | Err(_) => self.failed(&lease),
        }
    }

    async fn request(
        &self,
        client: &Client<HttpConnector, Incoming>,
        peer: IpAddr,
        mut request: Request<Incoming>,
    ) -> Answer {
        let cookie = cookie(request.headers());
        let Some(lease) = self.pool.pick(peer, cookie) else {
            return refusal(
                StatusCode::SERVICE_UNAVAILABLE,
                "No server is available to handle this request.",
            );
        };
        if let Err(error) = readdress(&mut request, lease.target, peer) {
            return refusal(StatusCode::BAD_REQUEST, &error.to_string());
        }
        match tokio::time::timeout(ANSWER_LIMIT, client.request(request)).await {
            Ok(Ok(mut answer)) => {
                let status = answer.status().as_u16();
                if status >= 500 && status != 501 && status != 505 {
                    self.failed(&lease);
                }
                strip(answer.headers_mut());
                if self.pool.sets_cookie() && cookie != Some(lease.node) {
                    let value = format!("{COOKIE}={}; path=/", lease.node);
                    if let Ok(value) = HeaderValue::from_str(&value) {
                        answer.headers_mut().append(header::SET_COOKIE, value);
                    }
                }
                answer.map(|body| Leased { body, _lease: lease }.map_err(Into::into).boxed_unsync())
            }
            Ok(Err(_)) => {
                self.failed(&lease);
                refusal(StatusCode::BAD_GATEWAY, "The server broke the connection.")
            }
            Err(_) => {
                self.failed(&lease);
                refusal(StatusCode::GATEWAY_TIMEOUT, "The server did not answer in time.")
            }
        }
    }
}

/// Points a request at a node, as a proxy does.
fn readdress(
    request: &mut Request<Incoming>,
    target: SocketAddr,
    peer: IpAddr,
) -> Result<(), axum::http::Error> {
    let path = request.uri().path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/"));
    let authority = Authority::try_from(target.to_string())?;
    *request.uri_mut() =
        Uri::builder().scheme(Scheme::HTTP).authority(authority).path_and_query(path).build()?;
    *request.version_mut() = axum::http::Version::HTTP_11;
    let headers = request.headers_mut();
    strip(headers);
    let before = headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
    let chain = before.map_or_else(|| peer.to_string(), |before| format!("{before}, {peer}"));
    headers.insert("x-forwarded-for", HeaderValue::try_from(chain)?);
    headers.insert("x-forwarded-proto", HeaderValue::from_static("http"));
    Ok(())
}

fn strip(headers: &mut HeaderMap) {
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
}

fn cookie(headers: &HeaderMap) -> Option<u64> {
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('=')?.parse().ok())
}

fn refusal(status: StatusCode, reason: &str) -> Answer {
    let text = Full::new(Bytes::from(format!("{status}\n{reason}\n")));
    let mut answer = Response::new(text.map_err(|never| match never {}).boxed_unsync());
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    answer
}

/// A node's answer on its way: the node counts as in use until the last byte.
struct Leased {
    body: Incoming,
    _lease: Lease,
}

impl Body for Leased {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
