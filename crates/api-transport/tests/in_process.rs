//! The client against a router in the same process, under a paused clock: seconds pass in no time.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api_transport::service::InProcess;
use api_transport::{Budget, Client, Request, Retry, Stage};
use axum::Router;
use axum::body::Body;
use axum::http::{Request as Incoming, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::time::Instant;

const S: Duration = Duration::from_secs(1);

/// Answers the n-th request by the n-th word of the script, and everything after it with 200.
#[derive(Clone, Default)]
struct Script {
    asked: Arc<AtomicU32>,
    times: Arc<Mutex<Vec<Instant>>>,
}

impl Script {
    fn router(&self, answers: &'static [fn() -> Response]) -> Router {
        let script = self.clone();
        Router::new().fallback(move |_: Incoming<Body>| {
            let n = script.asked.fetch_add(1, Ordering::SeqCst) as usize;
            script.times.lock().unwrap().push(Instant::now());
            async move { answers.get(n).map_or_else(|| "{}".into_response(), |answer| answer()) }
        })
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }
}

fn client(router: Router) -> Client {
    builder(router).build()
}

fn builder(router: Router) -> api_transport::ClientBuilder {
    Client::builder("http://api.test/v1".parse().unwrap(), Arc::new(InProcess::new(router)))
        .retry(Retry::default().seed(7))
}

fn get() -> Request {
    Request::get("getting it").path("it")
}

fn post() -> Request {
    Request::post("making it").path("it").creates().json(&serde_json::json!({"a": 1})).unwrap()
}

fn status(code: u16) -> Response {
    StatusCode::from_u16(code).unwrap().into_response()
}

#[tokio::test(start_paused = true)]
async fn reads_go_on_through_trouble_and_creates_do_not() {
    let script = Script::default();
    let client = client(script.router(&[|| status(500), || status(502), || status(408)]));
    let response = client.send(&get()).await.unwrap();
    assert_eq!((response.attempts(), script.asked()), (4, 4));

    for code in [500, 502, 503, 504, 408] {
        let router = Router::new().fallback(move || async move { status(code) });
        let failure = builder(router).build().send(&post()).await.unwrap_err();
        assert_eq!((failure.attempts(), failure.status().unwrap().as_u16()), (1, code));
        assert!(failure.may_have_happened() && failure.is_retryable(), "{code}");
        assert!(failure.to_string().contains("look whether it exists"), "{failure}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_create_that_is_turned_away_goes_again_no_sooner_than_asked() {
    let script = Script::default();
    let client =
        client(script.router(&[|| (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "20")]).into_response()]));
    let began = Instant::now();
    let response = client.send(&post()).await.unwrap();
    assert_eq!(response.attempts(), 2);
    assert!(began.elapsed() >= 20 * S && began.elapsed() < 22 * S, "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn patience_has_an_end_and_retry_after_beyond_it_is_not_waited_for() {
    let router = Router::new().fallback(|| async { status(500) });
    let began = Instant::now();
    let failure = client(router).send(&get()).await.unwrap_err();
    assert_eq!(failure.attempts(), 8);
    assert!(began.elapsed() < 10 * S);
    assert!(failure.to_string().contains("after 8 attempts"), "{failure}");

    let router = Router::new()
        .fallback(|| async { (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "600")]).into_response() });
    let began = Instant::now();
    let failure = client(router).send(&get()).await.unwrap_err();
    assert_eq!((failure.attempts(), failure.retry_after()), (1, Some(600 * S)));
    assert!(!failure.may_have_happened());
    assert!(began.elapsed() < S);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_has_a_time_limit_of_its_own() {
    let hangs = Router::new().fallback(|| async {
        tokio::time::sleep(3600 * S).await;
        status(200)
    });
    let limited = builder(hangs.clone()).attempt_limit(5 * S).build();
    let began = Instant::now();
    let failure = limited.send(&post()).await.unwrap_err();
    assert_eq!((failure.stage(), failure.attempts()), (Stage::Sending, 1));
    assert!(failure.is_timeout() && failure.may_have_happened());
    assert_eq!(began.elapsed(), 5 * S);
    let began = Instant::now();
    let failure = limited.send(&get().attempt_limit(2 * S)).await.unwrap_err();
    assert!(failure.is_timeout() && failure.attempts() > 2);
    assert!(began.elapsed() > 16 * S, "eight attempts of two seconds");
}

#[tokio::test(start_paused = true)]
async fn doubt_is_not_forgotten_when_a_later_attempt_is_refused() {
    let script = Script::default();
    let client = client(script.router(&[|| status(502), || status(404)]));
    let failure = client.send(&Request::delete("deleting it").path("it")).await.unwrap_err();
    assert_eq!(failure.status(), Some(StatusCode::NOT_FOUND));
    assert!(failure.doubted_before() && failure.may_have_happened());
}

#[tokio::test(start_paused = true)]
async fn the_budget_paces_a_burst_by_what_the_headers_say() {
    let script = Script::default();
    let client = builder(script.router(&[])).budget(Budget::new().assume("makes", 3, 10 * S)).build();
    let began = Instant::now();
    for _ in 0..7 {
        client.send(&post().family("makes")).await.unwrap();
    }
    assert_eq!(began.elapsed(), 20 * S, "three, then three in the next window, then one");

    let impatient = builder(script.router(&[]))
        .retry(Retry::never().total(5 * S))
        .budget(Budget::new().assume("makes", 0, 10 * S));
    let before = script.asked();
    let failure = impatient.build().send(&post().family("makes")).await.unwrap_err();
    assert_eq!((failure.stage(), failure.attempts(), script.asked()), (Stage::Held, 0, before));
    assert!(!failure.may_have_happened());
    assert_eq!(failure.retry_after(), Some(10 * S));
}

#[tokio::test(start_paused = true)]
async fn a_429_of_one_holds_its_family_and_no_other() {
    let script = Script::default();
    let client =
        client(script.router(&[|| (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "8")]).into_response()]));
    let first = tokio::spawn({
        let client = client.clone();
        async move { client.send(&get().family("a")).await.map(|_| ()) }
    });
    tokio::time::sleep(S).await;
    let began = Instant::now();
    client.send(&get().family("b")).await.unwrap();
    assert!(began.elapsed() < S);
    client.send(&get().family("a")).await.unwrap();
    assert!(began.elapsed() >= 7 * S);
    first.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_waits_the_same() {
    const FAILING: [fn() -> Response; 5] = [|| status(500); 5];
    let mut runs = Vec::new();
    for _ in 0..2 {
        let script = Script::default();
        let failing = script.router(&FAILING);
        let began = Instant::now();
        client(failing).send(&get()).await.unwrap();
        let times = script.times.lock().unwrap().iter().map(|t| *t - began).collect::<Vec<_>>();
        runs.push(times);
    }
    assert_eq!(runs[0], runs[1]);
    assert_eq!(runs[0].len(), 6);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_sent_is_not_sent() {
    let script = Script::default();
    let client = client(script.router(&[]));
    for bad in ["", ".", ".."] {
        let failure = client.send(&get().segment(bad)).await.unwrap_err();
        assert_eq!((failure.stage(), failure.may_have_happened()), (Stage::Building, false), "{bad:?}");
    }
    assert_eq!(script.asked(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_success_that_is_no_json_names_the_place_and_was_taken() {
    let router = Router::new().fallback(|| async { r#"{"items":[{"id":"x"}]}"# });
    let response = client(router).send(&post()).await.unwrap();
    #[derive(Debug, serde::Deserialize)]
    struct Items {
        #[serde(rename = "items")]
        _items: Vec<Item>,
    }
    #[derive(Debug, serde::Deserialize)]
    struct Item {
        #[serde(rename = "id")]
        _id: u64,
    }
    let failure = response.json::<Items>("making it").unwrap_err();
    assert_eq!(failure.stage(), Stage::Decoding);
    assert!(failure.may_have_happened() && !failure.is_retryable());
    let cause = std::error::Error::source(&failure).unwrap().to_string();
    assert!(cause.contains("items[0].id"), "{cause}");
    assert!(!failure.to_string().contains(&cause), "a text never repeats its source");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_one_whatever_page_comes_with_it() {
    let endless = || {
        let page = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b'x'; 64 << 10]));
        (StatusCode::FORBIDDEN, Body::from_stream(page)).into_response()
    };
    let broken = || {
        let page = futures_util::stream::iter([Ok(b"no".to_vec()), Err(std::io::Error::other("reset"))]);
        (StatusCode::FORBIDDEN, Body::from_stream(page)).into_response()
    };
    for answer in [endless, broken] {
        let router = Router::new().fallback(move || async move { answer() });
        let failure = client(router).send(&post()).await.unwrap_err();
        assert_eq!((failure.stage(), failure.status()), (Stage::Refused, Some(StatusCode::FORBIDDEN)));
        assert!(!failure.may_have_happened() && failure.body().len() <= 1 << 20);
    }
}
