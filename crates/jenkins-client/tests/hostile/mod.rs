//! Servers and proxies that are slow, lie, or answer something other than Jenkins: scripted in the same process, under a paused
//! clock.

mod addresses;
mod consoles;
mod doubt;
mod following;
mod secrets;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use api_transport::http::{Request, Response};
use api_transport::{Body, Bytes, ServiceError};
use async_trait::async_trait;
use jenkins_client::{Client, ClientBuilder, Retry, Service};

pub(crate) type Answer = Result<Response<Body>, ServiceError>;

/// Answers by a function of the request, which is told how many came before.
pub(crate) struct Scripted<F> {
    answer: F,
    asked: AtomicUsize,
}

impl<F> fmt::Debug for Scripted<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scripted").finish_non_exhaustive()
    }
}

#[async_trait]
impl<F: Fn(&Request<Bytes>, usize) -> Answer + Send + Sync> Service for Scripted<F> {
    async fn call(&self, request: Request<Bytes>) -> Answer {
        (self.answer)(&request, self.asked.fetch_add(1, Ordering::SeqCst))
    }
}

pub(crate) fn builder(
    answer: impl Fn(&Request<Bytes>, usize) -> Answer + Send + Sync + 'static,
) -> ClientBuilder {
    let service = Arc::new(Scripted { answer, asked: AtomicUsize::new(0) });
    Client::builder("http://ci.test/jenkins").service(service).retry(Retry::default().seed(1))
}

/// A client of what answers so, logged in by an API token.
pub(crate) fn client(answer: impl Fn(&Request<Bytes>, usize) -> Answer + Send + Sync + 'static) -> Client {
    builder(answer).api_token("ann", "t0ken").build().unwrap()
}

pub(crate) fn json(text: &str) -> Answer {
    let answer = Response::builder().header("content-type", "application/json");
    Ok(answer.body(text.to_owned().into()).unwrap())
}

pub(crate) fn html(status: u16, text: &str) -> Answer {
    let answer = Response::builder().status(status).header("content-type", "text/html;charset=utf-8");
    Ok(answer.body(text.to_owned().into()).unwrap())
}

pub(crate) fn to(status: u16, location: &str) -> Answer {
    Ok(Response::builder().status(status).header("location", location).body(Body::default()).unwrap())
}
