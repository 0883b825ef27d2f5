//! Answers that are read as they come.

use std::sync::Arc;
use std::time::Duration;

use api_transport::service::InProcess;
use api_transport::{Body, Bytes, Client, Request, Retry, Stage};
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::time::{Instant, sleep};

const S: Duration = Duration::from_secs(1);

fn client(router: Router) -> Client {
    Client::builder("http://api.test/".parse().unwrap(), Arc::new(InProcess::new(router)))
        .retry(Retry::never())
        .attempt_limit(5 * S)
        .build()
}

/// A body of `chunks` with a pause before each.
fn slowly(chunks: usize, pause: Duration) -> Response {
    let chunks = stream::iter(0..chunks).then(move |n| async move {
        sleep(pause).await;
        Ok::<_, std::io::Error>(format!("{n};"))
    });
    axum::body::Body::from_stream(chunks).into_response()
}

#[tokio::test(start_paused = true)]
async fn a_stream_may_take_longer_than_an_attempt_and_a_whole_answer_may_not() {
    let client = client(Router::new().fallback(|| async { slowly(4, 3 * S) }));
    let request = Request::get("reading").path("x");
    let answer = client.stream(&request).await.unwrap();
    assert_eq!((answer.status(), answer.attempts()), (StatusCode::OK, 1));
    let text: Vec<Bytes> = answer.try_collect().await.unwrap();
    assert_eq!(text.concat(), b"0;1;2;3;");
    let failure = client.send(&request).await.unwrap_err();
    assert!(failure.is_timeout(), "{failure}");
}

#[tokio::test(start_paused = true)]
async fn a_chunk_that_does_not_come_ends_the_stream() {
    let client = client(Router::new().fallback(|| async { slowly(2, 60 * S) }));
    let mut answer = client.stream(&Request::get("reading").path("x")).await.unwrap();
    let began = Instant::now();
    let failure = answer.next().await.unwrap().unwrap_err();
    assert_eq!((failure.stage(), failure.is_timeout()), (Stage::Reading, true));
    assert_eq!(began.elapsed(), 5 * S);
    assert!(answer.next().await.is_none(), "a failure is the last of a stream");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_refused_fails_with_the_whole_refusal_and_goes_again_before_its_head() {
    let refused =
        client(Router::new().fallback(|| async { (StatusCode::NOT_FOUND, "gone").into_response() }));
    let failure = refused.stream(&Request::get("reading").path("x")).await.unwrap_err();
    assert_eq!((failure.status(), failure.body()), (Some(StatusCode::NOT_FOUND), &b"gone"[..]));

    let asked = Arc::new(std::sync::atomic::AtomicU32::new(0));
    let router = Router::new().fallback(move || {
        let first = asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
        async move { if first { StatusCode::BAD_GATEWAY.into_response() } else { slowly(1, S) } }
    });
    let client =
        Client::builder("http://api.test/".parse().unwrap(), Arc::new(InProcess::new(router))).build();
    let answer = client.stream(&Request::get("reading").path("x")).await.unwrap();
    assert_eq!(answer.attempts(), 2);
}

#[tokio::test]
async fn a_body_is_collected_up_to_a_limit() {
    assert_eq!(Body::from("abc").collect(3).await.unwrap(), "abc");
    assert_eq!(Body::default().collect(0).await.unwrap(), "");
    assert_eq!(Body::from("abc").collect(2).await.unwrap_err().stage(), Stage::Reading);
    let chunks = || Body::from_stream(stream::iter(["ab", "cd"]).map(|c| Ok(Bytes::from(c))));
    assert_eq!(chunks().collect(4).await.unwrap(), "abcd");
    assert_eq!(chunks().collect(3).await.unwrap_err().stage(), Stage::Reading);
}

#[tokio::test]
async fn a_redirect_that_the_request_declares_is_a_success() {
    let router = Router::new().fallback(|| async {
        (StatusCode::FOUND, [("location", "http://elsewhere/"), ("set-cookie", "a=b")])
    });
    let request = || Request::post("doing").path("x");
    let declared = request().success_when(|request, status, headers| {
        request.encoded_path() == "x" && status == StatusCode::FOUND && headers.contains_key("location")
    });
    let response = client(router.clone()).send(&declared).await.unwrap();
    assert_eq!(response.headers()["location"], "http://elsewhere/");
    assert_eq!(response.headers()["set-cookie"], "a=b");
    let failure = client(router).send(&request()).await.unwrap_err();
    assert_eq!(failure.asked_for(), Some((&api_transport::http::Method::POST, "x")));
}
