//! Connections: each within time limits, no more than a cap, and a new one is always let in.

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use rustix::process::{Resource, getrlimit};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};
use tower_service::Service as _;

/// Connections at once, where the system lets this process open enough files.
const MOST: usize = 768;
/// A system that is out of files is asked again after this.
const PAUSE: Duration = Duration::from_millis(50);
/// That connections are too many is said so often at most.
const SAY_EVERY: Duration = Duration::from_secs(60);

/// How many connections there may be, and how long each may say nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Connections at once. A new one beyond it takes the place of the one that has been idle longest.
    pub(crate) at_once: usize,
    /// The head of a request arrives within this, the first as well as the next: an idle connection is closed.
    pub(crate) head_within: Duration,
}

impl Limits {
    /// What this process can hold: the store and calls of other APIs need files too.
    pub(crate) fn of_this_process() -> Self {
        let files = getrlimit(Resource::Nofile).current.and_then(|files| usize::try_from(files).ok());
        let at_once = files.map_or(MOST, |files| (files / 4 * 3).min(MOST));
        Self { at_once, head_within: Duration::from_secs(30) }
    }
}

/// Serves until `stopped`; then takes no more connections, and waits until what is under way is answered.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    stopped: impl Future<Output = ()>,
) {
    let crowd = Crowd::default();
    let graceful = GracefulShutdown::new();
    let mut said: Option<Instant> = None;
    let mut stopped = pin!(stopped);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stopped => break,
            accepted = listener.accept() => accepted,
        };
        let full = match &accepted {
            Ok(_) => crowd.inside() >= limits.at_once,
            Err(error) if is_the_callers(error) => continue,
            Err(_) => true,
        };
        if full && said.is_none_or(|said| said.elapsed() >= SAY_EVERY) {
            said = Some(Instant::now());
            let error = accepted.as_ref().err().map(tracing::field::display);
            tracing::warn!(
                connections = crowd.inside(),
                error,
                "too many connections: for each new one the one that has been idle longest is closed"
            );
        }
        let made_room = !full || crowd.close_the_longest_idle();
        let Ok((stream, _)) = accepted else {
            sleep(PAUSE).await;
            continue;
        };
        if !made_room {
            continue;
        }
        let guest = crowd.enter();
        let closed = guest.closed();
        let router = router.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let busy = guest.busy();
            let answer = router.clone().call(request.map(Body::new));
            async move { answer.await.map(|answer| holding(answer, busy)) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head_within)
            .serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            tokio::select! {
                ended = connection => if let Err(error) = ended {
                    tracing::debug!(%error, "a connection broke off");
                },
                () = closed.notified() => {}
            }
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

/// Whether it is only this caller who went away.
fn is_the_callers(error: &io::Error) -> bool {
    use io::ErrorKind as K;
    matches!(error.kind(), K::ConnectionRefused | K::ConnectionAborted | K::ConnectionReset)
}

/// The answer, with something that lasts until its body is sent or given up.
pub(crate) fn holding(answer: Response<Body>, held: impl Send + 'static) -> Response<Body> {
    // Mapping errors is what leaves the size of a body known.
    answer.map(|body| {
        Body::new(body.map_err(move |error| {
            let _lasts_as_long = &held;
            error
        }))
    })
}

/// The connections that are open.
#[derive(Clone, Debug, Default)]
struct Crowd(Arc<Mutex<Guests>>);

#[derive(Debug, Default)]
struct Guests {
    next: u64,
    inside: BTreeMap<u64, Place>,
}

#[derive(Debug)]
struct Place {
    /// Since when it waits for a request; none while one is answered.
    idle: Option<u64>,
    close: Arc<Notify>,
}

impl Guests {
    fn tick(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

impl Crowd {
    fn guests(&self) -> MutexGuard<'_, Guests> {
        // Nothing is left half done while it is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn inside(&self) -> usize {
        self.guests().inside.len()
    }

    fn enter(&self) -> Guest {
        let mut guests = self.guests();
        let number = guests.tick();
        let close = Arc::new(Notify::new());
        guests.inside.insert(number, Place { idle: Some(number), close: Arc::clone(&close) });
        Guest(Arc::new(Entry { crowd: self.clone(), number, close }))
    }

    /// Whether there was one.
    fn close_the_longest_idle(&self) -> bool {
        let mut guests = self.guests();
        let idle = guests.inside.iter().filter_map(|(number, place)| Some((place.idle?, *number))).min();
        let Some(gone) = idle.and_then(|(_, number)| guests.inside.remove(&number)) else { return false };
        gone.close.notify_one();
        true
    }
}

/// One connection; it leaves the crowd with the last clone.
#[derive(Clone, Debug)]
struct Guest(Arc<Entry>);

#[derive(Debug)]
struct Entry {
    crowd: Crowd,
    number: u64,
    close: Arc<Notify>,
}

impl Guest {
    fn closed(&self) -> Arc<Notify> {
        Arc::clone(&self.0.close)
    }

    /// It is answered as long as the value lives.
    fn busy(&self) -> Busy {
        if let Some(place) = self.0.crowd.guests().inside.get_mut(&self.0.number) {
            place.idle = None;
        }
        Busy(self.clone())
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.crowd.guests().inside.remove(&self.number);
    }
}

#[derive(Debug)]
struct Busy(Guest);

impl Drop for Busy {
    fn drop(&mut self) {
        let mut guests = self.0.0.crowd.guests();
        let now = guests.tick();
        if let Some(place) = guests.inside.get_mut(&self.0.0.number) {
            place.idle = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    use super::*;

    async fn serving(limits: Limits) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let slow = get(std::future::pending::<()>);
        let router = Router::new().route("/quick", get(|| async { "here" })).route("/slow", slow);
        tokio::spawn(serve(listener, router, limits, std::future::pending()));
        address
    }

    async fn saying(address: SocketAddr, words: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(words.as_bytes()).await.unwrap();
        stream
    }

    /// What comes until the other side closes.
    async fn rest(mut stream: TcpStream) -> String {
        let mut text = String::new();
        let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_string(&mut text)).await;
        read.expect("it is closed").map_or_else(|error| error.to_string(), |_| text)
    }

    const LONG: Duration = Duration::from_secs(3_600);

    #[tokio::test]
    async fn half_open_connections_make_room_for_a_new_one_and_answers_under_way_do_not() {
        let address = serving(Limits { at_once: 4, head_within: LONG }).await;
        let busy = saying(address, "GET /slow HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
        let mut half = Vec::new();
        for _ in 0..20 {
            half.push(saying(address, "GET /quick HTTP/1.1\r\nHo").await);
        }
        for _ in 0..3 {
            let request = "GET /quick HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
            assert!(rest(saying(address, request).await).await.ends_with("here"));
        }
        // The first ones had to go.
        rest(half.remove(0)).await;
        let mut byte = [0];
        let answered = tokio::time::timeout(Duration::from_millis(50), busy.peek(&mut byte)).await;
        assert!(answered.is_err(), "the one that is answered was closed: {answered:?}");
    }

    #[tokio::test]
    async fn a_head_that_does_not_come_ends_the_connection_also_before_the_first_byte_and_after_an_answer() {
        let address = serving(Limits { at_once: 4, head_within: Duration::from_millis(200) }).await;
        for words in ["", "GET /quick HTTP/1.1\r\nHo", "GET /quick HTTP/1.1\r\nhost: localhost\r\n\r\n"] {
            let began = Instant::now();
            let answer = rest(saying(address, words).await).await;
            assert_eq!(answer.contains("here"), words.ends_with("\r\n\r\n"), "{answer}");
            assert!(began.elapsed() < Duration::from_secs(10), "{words:?}");
        }
    }
}
