//! Memory that grows neither with the length of a console nor, beyond what each one needs, with the builds that are followed.
//! What a server has given away and the client has not yet let go is counted, so nothing here depends on the machine.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api_transport::http::{Method, Request, Response, StatusCode};
use api_transport::{Body, Bytes, Service, ServiceError};
use async_trait::async_trait;
use futures_util::future::join_all;
use futures_util::{Stream, StreamExt, stream};
use jenkins_client::{Client, Error};
use serde_json::{Value, json};
use tokio::time::Instant;

const CHUNK: usize = 16 << 10;
const CONSOLE: usize = 100 << 20;
/// As much of a console as one answer brings while its build runs.
const ANSWER: usize = 1 << 20;
const BUILDS: usize = 1_000;

/// Bytes of answers: all that were given away, those that are still held, and the most that were held at once.
#[derive(Debug, Clone, Default)]
struct Counted(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    given: AtomicUsize,
    held: AtomicUsize,
    most: AtomicUsize,
}

impl Counted {
    fn give(&self, bytes: Bytes) -> Bytes {
        self.0.given.fetch_add(bytes.len(), Ordering::Relaxed);
        let held = self.0.held.fetch_add(bytes.len(), Ordering::Relaxed) + bytes.len();
        self.0.most.fetch_max(held, Ordering::Relaxed);
        Bytes::from_owner(Held { bytes, counted: self.clone() })
    }

    fn given(&self) -> usize {
        self.0.given.load(Ordering::Relaxed)
    }

    fn most(&self) -> usize {
        self.0.most.load(Ordering::Relaxed)
    }
}

/// Bytes that are counted as long as anything of them is held.
struct Held {
    bytes: Bytes,
    counted: Counted,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.counted.0.held.fetch_sub(self.bytes.len(), Ordering::Relaxed);
    }
}

/// A console of 100 MB, made while it is read: whole, or 1 MiB an answer while its build runs.
#[derive(Debug)]
struct Console {
    chunk: Bytes,
    counted: Counted,
}

#[async_trait]
impl Service for Console {
    async fn call(&self, request: Request<Bytes>) -> Result<Response<Body>, ServiceError> {
        let start = request.uri().query().and_then(|query| query.strip_prefix("start="));
        let (end, length) = match start.and_then(|start| start.parse::<usize>().ok()) {
            Some(start) => (start + ANSWER, ANSWER),
            None => (CONSOLE, CONSOLE),
        };
        let mut answer = Response::builder().header("x-text-size", end);
        if end < CONSOLE {
            answer = answer.header("x-more-data", "true");
        }
        let (chunk, counted) = (self.chunk.clone(), self.counted.clone());
        let chunks = stream::repeat_with(move || Ok(counted.give(chunk.clone()))).take(length / CHUNK);
        answer.body(Body::from_stream(chunks)).map_err(ServiceError::building)
    }
}

/// Reads a console of such chunks to its end: never more than `most` bytes were given away and not yet handed out as lines, and
/// never more than two chunks were held. Brings the bytes that were read; `line_end` counts for each line.
async fn read<S: Stream<Item = Result<String, Error>>>(
    chunk: Bytes,
    line_end: usize,
    most: usize,
    console: impl FnOnce(&Client) -> S,
) -> usize {
    let counted = Counted::default();
    let service = Arc::new(Console { chunk, counted: counted.clone() });
    let client = Client::builder("http://ci.test").service(service).build().unwrap();
    let mut lines = std::pin::pin!(console(&client));
    let mut read = 0;
    while let Some(line) = lines.next().await {
        let line = line.unwrap();
        assert!(line.len() <= most, "a line of {} bytes", line.len());
        read += line.len() + line_end;
        let waiting = counted.given() - read;
        assert!(waiting <= most, "{waiting} bytes wait within the client after {read}");
    }
    assert!(counted.most() <= 2 * CHUNK, "{} bytes of answers were held at once", counted.most());
    read
}

#[tokio::test(start_paused = true)]
async fn a_console_of_100_mb_is_read_in_flat_memory_whole_and_as_it_grows() {
    let lines = Bytes::from(format!("{}\n", "x".repeat(1023)).repeat(CHUNK / 1024));
    let build = |client: &Client| client.job("web").unwrap().build_number(1);
    let whole = read(lines.clone(), 1, CHUNK, |client| build(client).console_so_far()).await;
    assert_eq!(whole, CONSOLE);
    let growing = read(lines, 1, CHUNK, |client| build(client).console()).await;
    assert_eq!(growing, CONSOLE);
}

#[tokio::test(start_paused = true)]
async fn a_console_without_line_ends_is_read_in_flat_memory_too() {
    let endless = Bytes::from("x".repeat(CHUNK));
    let build = |client: &Client| client.job("web").unwrap().build_number(1);
    let longest = (1 << 20) + CHUNK;
    assert_eq!(read(endless, 0, longest, |client| build(client).console_so_far()).await, CONSOLE);
}

/// A Jenkins whose every trigger waits five seconds in the queue and builds for a minute, with counted answers.
#[derive(Debug, Default)]
struct Busy {
    triggered: Mutex<Vec<Instant>>,
    counted: Counted,
}

impl Busy {
    fn answer(&self, method: &Method, path: &str) -> Option<(StatusCode, Value)> {
        let mut triggered = self.triggered.lock().unwrap();
        if method == Method::POST {
            triggered.push(Instant::now());
            return Some((StatusCode::CREATED, Value::Null));
        }
        let number = path.split('/').find_map(|part| part.parse::<usize>().ok())?;
        let since = triggered.get(number - 1)?.elapsed().as_secs();
        let url = format!("http://ci.test/job/web/{number}/");
        Some((
            StatusCode::OK,
            match path.starts_with("/queue") {
                true if since < 5 => {
                    json!({"_class": "hudson.model.Queue$WaitingItem", "id": number, "why": "…"})
                }
                true => json!({"_class": "hudson.model.Queue$LeftItem", "id": number, "cancelled": false,
                    "executable": {"number": number, "url": url}}),
                false if since < 65 => json!({"number": number, "url": url, "building": true}),
                false => json!({"number": number, "url": url, "building": false, "result": "SUCCESS"}),
            },
        ))
    }
}

#[async_trait]
impl Service for Busy {
    async fn call(&self, request: Request<Bytes>) -> Result<Response<Body>, ServiceError> {
        let answer = self.answer(request.method(), request.uri().path());
        let (status, body) = answer.unwrap_or((StatusCode::NOT_FOUND, Value::Null));
        let item = format!("/queue/item/{}/", self.triggered.lock().unwrap().len());
        let body = Body::from(self.counted.give(body.to_string().into()));
        let answer = Response::builder().status(status).header("location", item);
        answer.body(body).map_err(ServiceError::building)
    }
}

#[tokio::test(start_paused = true)]
async fn following_a_thousand_builds_at_once_takes_little_memory_each() {
    let service = Arc::new(Busy::default());
    let client = Client::builder("http://ci.test")
        .api_token("ann", "t")
        .service(Arc::clone(&service) as Arc<dyn Service>)
        .build()
        .unwrap();
    let job = client.job("web").unwrap();
    let follows: Vec<_> =
        (0..BUILDS).map(|n| job.build_with([("N", n)]).unchecked().follow().into_future()).collect();
    let each = follows.iter().map(|follow| size_of_val(&**follow)).max().unwrap();
    let began = Instant::now();
    let builds = join_all(follows).await;
    assert!(builds.into_iter().all(|build| build.unwrap().is_success()));
    let (took, most) = (began.elapsed(), service.counted.most());
    println!("{each} bytes for each, {most} bytes of answers at most, {took:?}");
    assert!(each <= 8 << 10, "{each} bytes to follow a build");
    // Answers are read and let go as they come, one after another.
    assert!(most <= 1 << 10, "{most} bytes of answers were held at once");
    assert!(took < Duration::from_secs(75), "{took:?}");
}
