//! Consoles that have no end, are something else, or break off again and again.

use api_transport::http::Response;
use api_transport::{Body, Bytes, ServiceError};
use futures_util::{StreamExt, TryStreamExt, stream};
use jenkins_client::{ErrorKind, Progress};
use tokio::time::{Instant, timeout};

use super::{Answer, client, html, json};
use crate::sim::S;

fn text(text: &'static str, size: u64, more: bool) -> Answer {
    let mut answer = Response::builder().header("content-type", "text/plain").header("x-text-size", size);
    if more {
        answer = answer.header("x-more-data", "true");
    }
    Ok(answer.body(text.into()).unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_build_that_is_over_ends_its_console_though_it_promises_more() {
    let client = client(|request, _| match request.uri().path() {
        path if path.ends_with("progressiveText") => match request.uri().query() {
            Some("start=0") => text("one\nlast without a line end", 30, true),
            _ => text("", 30, true),
        },
        _ => json(r#"{"number": 7, "building": false, "result": "SUCCESS"}"#),
    });
    let began = Instant::now();
    let build = client.job("web").unwrap().build_number(7);
    let events: Vec<_> =
        build.follow().with_console().deadline(3600 * S).events().try_collect().await.unwrap();
    let lines: Vec<_> =
        events.iter().filter(|event| matches!(event, Progress::Line(_))).map(ToString::to_string).collect();
    assert_eq!(lines, ["one", "last without a line end"]);
    assert!(began.elapsed() < 120 * S, "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_page_in_place_of_a_console_is_no_console() {
    for (page, kind) in [
        ("<form action=\"j_spring_security_check\">", ErrorKind::Login),
        ("<html>Welcome to nginx!</html>", ErrorKind::Decode),
    ] {
        let client = client(move |_, _| html(200, page));
        let build = client.job("web").unwrap().build_number(7);
        for mut console in [build.console(), build.console_so_far()] {
            let error = console.next().await.unwrap().unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_console_that_always_breaks_off_at_the_same_place_is_given_up() {
    let client = client(|_, asked| {
        assert!(asked < 2_000, "this has no end");
        let chunks = stream::iter([Ok(Bytes::from_static(b"one\ntw")), Err(ServiceError::reading("reset"))]);
        let answer = Response::builder().header("x-text-size", 8).header("x-more-data", "true");
        Ok(answer.body(Body::from_stream(chunks)).unwrap())
    });
    let mut console = client.job("web").unwrap().build_number(7).console();
    assert_eq!(console.next().await.unwrap().unwrap(), "one");
    let began = Instant::now();
    let error = console.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Lost, "{error}");
    assert!(began.elapsed() >= 600 * S && began.elapsed() < 700 * S, "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn offsets_that_only_fall_are_asked_for_at_a_measured_pace() {
    let client = client(|request, asked| {
        let start: u64 = request.uri().query().unwrap().strip_prefix("start=").unwrap().parse().unwrap();
        assert!(asked < 1_000, "time must pass between two looks");
        match asked {
            0 => text("one\n", 1_000_000, true),
            _ => text("", start.saturating_sub(1), true),
        }
    });
    let mut console = client.job("web").unwrap().build_number(7).console();
    assert_eq!(console.next().await.unwrap().unwrap(), "one");
    assert!(timeout(60 * S, console.next()).await.is_err(), "there is no more text");
}
