//! The client, against a daemon that answers from a list.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api_transport::service::InProcess;
use autoscale_api::client::{Client, ErrorKind, Token, Watched, address_of};
use autoscale_api::{Outcome, SetDesired};
use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use futures_util::StreamExt as _;
use tokio::time::Instant;

/// What comes back: a status and a body.
type Reply = (u16, String);

/// Answers each request with the next of its replies, the last one again and again.
#[derive(Clone)]
struct Daemon {
    replies: Arc<Mutex<VecDeque<Reply>>>,
    asked: Arc<Mutex<Vec<(String, Bytes)>>>,
}

impl Daemon {
    fn that_answers(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self { replies: Arc::new(Mutex::new(replies.into_iter().collect())), asked: Arc::default() }
    }

    fn client(&self) -> Client {
        let daemon = self.clone();
        let router = Router::new().fallback(move |request: Request| async move {
            let asked = format!("{} {}", request.method(), request.uri().path_and_query().unwrap());
            let body = to_bytes(request.into_body(), 1 << 20).await.unwrap();
            daemon.asked.lock().unwrap().push((asked, body));
            let mut replies = daemon.replies.lock().unwrap();
            let (status, body) =
                if replies.len() > 1 { replies.pop_front() } else { replies.front().cloned() }.unwrap();
            (StatusCode::from_u16(status).unwrap(), body)
        });
        let token = Token::new("let-me-in").unwrap();
        let address = "http://daemon.test".parse().unwrap();
        Client::over(Arc::new(InProcess::new(router)), address, Some(&token)).unwrap()
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|(asked, _)| asked.clone()).collect()
    }
}

fn refusal(status: u16) -> Reply {
    (
        status,
        r#"{"error": {"message": "it is so", "fix": "make it otherwise", "field": "desired"}}"#.to_owned(),
    )
}

fn accepted(ending: &str) -> Reply {
    let body = format!(
        r#"{{"group": "web", "position": 7, "desired": 5, "generation": 3, "repeated": false{ending}}}"#
    );
    (200, body)
}

fn page(seqs: &[u64], next: u64, missed: bool) -> Reply {
    let events: Vec<String> = seqs
        .iter()
        .map(|seq| {
            format!(
                r#"{{"seq": {seq}, "text": "web: it began", "at": "2026-01-05T08:00:00Z", "group": "web",
                    "generation": 1, "operation": 3, "what": {{"kind": "signal_changed", "signal": "high"}}}}"#
            )
        })
        .collect();
    (200, format!(r#"{{"events": [{}], "next": {next}, "missed": {missed}}}"#, events.join(",")))
}

#[tokio::test(start_paused = true)]
async fn an_error_says_its_kind() {
    let rows = [
        (refusal(400), ErrorKind::Invalid, false),
        (refusal(401), ErrorKind::Credential, false),
        (refusal(403), ErrorKind::Credential, false),
        (refusal(404), ErrorKind::NotFound, false),
        (refusal(409), ErrorKind::Conflict, false),
        (refusal(413), ErrorKind::Other, false),
        (refusal(503), ErrorKind::Unavailable, true),
        ((404, "<html>".to_owned()), ErrorKind::NoAnswer, true),
        ((200, "{}".to_owned()), ErrorKind::NoAnswer, true),
    ];
    for (reply, kind, retryable) in rows {
        let error = Daemon::that_answers([reply.clone()]).client().groups().await.unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (kind, retryable), "{reply:?}: {error}");
        match error.detail() {
            Some(detail) => {
                assert_eq!(detail.field.as_deref(), Some("desired"));
                assert_eq!(error.to_string(), "reading the groups: it is so; make it otherwise");
            }
            None => assert!(error.to_string().contains("http://daemon.test/"), "{error}"),
        }
        assert!(!format!("{error:?}").contains("let-me-in"));
    }
    let nobody = Client::new("http://127.0.0.1:9".parse().unwrap(), None).unwrap();
    tokio::time::resume();
    assert_eq!(nobody.groups().await.unwrap_err().kind(), ErrorKind::Connect);
}

#[tokio::test(start_paused = true)]
async fn a_request_is_followed_through_a_restart_and_counts_once() {
    let gone = || (502, "<html>".to_owned());
    let reached = accepted(r#", "ending": {"outcome": "reached"}"#);
    let daemon = Daemon::that_answers([accepted(""), gone(), gone(), gone(), gone(), reached]);
    let mut lost = 0;
    let outcome = daemon.client().follow("web", &SetDesired::to(5), |_| lost += 1).await.unwrap();
    assert_eq!((outcome, lost), (Outcome::Reached, 1));
    let asked = daemon.asked.lock().unwrap();
    assert!(asked.iter().all(|(to, body)| to == "PUT /api/v1/groups/web/desired" && *body == asked[0].1));
    assert!(String::from_utf8_lossy(&asked[0].1).contains("request_id"));
}

#[tokio::test(start_paused = true)]
async fn a_daemon_that_stays_away_or_refuses_ends_the_following() {
    let began = Instant::now();
    let away = Daemon::that_answers([(502, String::new())]);
    let error = away.client().follow("web", &SetDesired::to(5), |_| {}).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoAnswer);
    assert!(began.elapsed() >= Duration::from_secs(60), "{:?}", began.elapsed());

    let refuses = Daemon::that_answers([refusal(409)]);
    let mut lost = 0;
    let error = refuses.client().follow("web", &SetDesired::to(5), |_| lost += 1).await.unwrap_err();
    assert_eq!((error.kind(), lost, refuses.asked().len()), (ErrorKind::Conflict, 0, 1));
}

#[tokio::test(start_paused = true)]
async fn watching_goes_on_after_an_error_and_says_what_was_missed() {
    let replies = [page(&[], 4, false), page(&[5, 6], 6, false), refusal(404), page(&[9], 9, true)];
    let daemon = Daemon::that_answers(replies);
    let seen: Vec<String> = daemon
        .client()
        .watch("web", None)
        .take(5)
        .map(|watched| match watched {
            Ok(Watched::Event(event)) => event.seq.to_string(),
            Ok(_) => "missed".to_owned(),
            Err(error) => format!("{:?}", error.kind()),
        })
        .collect()
        .await;
    assert_eq!(seen, ["5", "6", "NotFound", "missed", "9"]);
    let events = "GET /api/v1/groups/web/events";
    let asked = ["", "?after=4&wait=20s", "?after=6&wait=20s", "?after=6&wait=20s"];
    assert_eq!(daemon.asked(), asked.map(|query| format!("{events}{query}")));
}

#[test]
fn an_address_needs_no_scheme_and_holds_no_password() {
    for (text, url) in [
        ("127.0.0.1:9480", Some("http://127.0.0.1:9480/")),
        (" http://[::1]:9480\n", Some("http://[::1]:9480/")),
        ("https://scaler.example", Some("https://scaler.example/")),
        ("ftp://scaler.example", None),
        ("http://me:secret@scaler.example", None),
        ("", None),
    ] {
        assert_eq!(address_of(text).as_ref().map(|url| url.as_str()), url, "{text:?}");
    }
}
