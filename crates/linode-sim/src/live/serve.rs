//! One listener and its connections, which can be finished politely or cut like a machine that is gone.

use std::error::Error;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::http::{Request, Response};
use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

/// Why a body ended early.
pub(crate) type BodyError = Box<dyn Error + Send + Sync>;
/// The body of every answer of the live side.
pub(crate) type Answer = Response<UnsyncBoxBody<Bytes, BodyError>>;

/// A running listener with the connections that it accepted. Dropping it cuts them all.
#[derive(Debug)]
pub(crate) struct Serving {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Serving {
    /// Serves HTTP/1 with keep-alive; `handler` gets the peer's address with each request. Where it has no answer the
    /// connection breaks.
    pub(crate) fn http<H, F>(listener: TcpListener, handler: H) -> Self
    where
        H: Fn(SocketAddr, Request<Incoming>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Option<Answer>> + Send + 'static,
    {
        Self::tcp(listener, move |stream, peer, stop| {
            let handler = handler.clone();
            async move {
                let service = service_fn(move |request| {
                    let answer = handler(peer, request);
                    async move { answer.await.ok_or_else(|| io::Error::from(io::ErrorKind::ConnectionAborted)) }
                });
                let mut connection =
                    pin!(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
                // A connection that breaks is its client's business: it sees the break itself.
                tokio::select! {
                    _ = connection.as_mut() => return,
                    () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
                }
                let _ = connection.await;
            }
        })
    }

    /// Hands each accepted connection to `handler`, with a token that is cancelled when no more are wanted.
    pub(crate) fn tcp<H, F>(listener: TcpListener, handler: H) -> Self
    where
        H: Fn(TcpStream, SocketAddr, CancellationToken) -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let stop = CancellationToken::new();
        let task = tokio::spawn(accept(listener, handler, stop.clone()));
        Self { stop, task }
    }

    /// Accepts nothing more, lets open requests end for up to `grace`, then cuts what is left.
    pub(crate) async fn finish(mut self, grace: Duration) {
        self.stop.cancel();
        if tokio::time::timeout(grace, &mut self.task).await.is_err() {
            self.cut().await;
        }
    }

    /// Cuts every connection now.
    pub(crate) async fn cut(mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept<H, F>(listener: TcpListener, handler: H, stop: CancellationToken)
where
    H: Fn(TcpStream, SocketAddr, CancellationToken) -> F + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    // The set lives in this task, so aborting the task drops every connection with it.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let _ = stream.set_nodelay(true);
                    connections.spawn(handler(stream, peer, stop.clone()));
                }
                // Out of file descriptors, usually: the pause keeps the loop from spinning until some are free.
                Err(error) => {
                    tracing::warn!(%error, "accepting a connection failed");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}
