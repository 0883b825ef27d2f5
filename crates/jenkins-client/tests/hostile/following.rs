//! Cancelling and deadlines where Jenkins does not do what it is told.

use std::future::ready;
use std::sync::atomic::{AtomicUsize, Ordering};

use jenkins_client::{BuildResult, FollowError};
use tokio::time::{Instant, sleep};

use super::{client, html, json, to};
use crate::sim::{S, chain, client as simulated, jenkins};

#[tokio::test(start_paused = true)]
async fn what_could_not_be_cancelled_in_the_queue_is_stopped_as_a_build() {
    let sim = jenkins(|sim| sim);
    // It stays in the queue whatever is said, until it has become a build.
    sim.faults().add_all("POST /queue/cancelItem:500").unwrap();
    let follow = simulated(&sim).job("plain").unwrap().build().follow().cancelled_by(sleep(S));
    let build = follow.await.unwrap_or_else(|error| panic!("{}", chain(&error)));
    assert_eq!(build.result, Some(BuildResult::Aborted), "{build:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stop_that_a_crash_swallowed_is_said_again() {
    let (stops, away) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let client = client(move |request, _| {
        if request.method() == "POST" {
            assert!(request.uri().path().ends_with("/stop"), "{}", request.uri());
            stops.fetch_add(1, Ordering::SeqCst);
            return to(302, "..");
        }
        // Jenkins crashes over the first stop, and its pipeline goes on when it is back.
        let (run, answer) = match stops.load(Ordering::SeqCst) {
            0 => ("before", json(r#"{"number": 7, "building": true}"#)),
            1 if away.fetch_add(1, Ordering::SeqCst) < 40 => return html(502, "<h1>Bad Gateway</h1>"),
            1 => ("after", json(r#"{"number": 7, "building": true}"#)),
            _ => ("after", json(r#"{"number": 7, "building": false, "result": "ABORTED"}"#)),
        };
        let mut answer = answer?;
        answer.headers_mut().insert("x-jenkins-session", run.parse().unwrap());
        Ok(answer)
    });
    let follow = client.job("web").unwrap().build_number(7).follow().cancelled_by(sleep(S));
    let build = follow.deadline(1800 * S).await.unwrap_or_else(|error| panic!("{}", chain(&error)));
    assert_eq!(build.result, Some(BuildResult::Aborted));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_holds_while_jenkins_cannot_be_told_to_cancel() {
    let client = client(|request, _| match request.uri().path() {
        path if path.ends_with("/stop") => {
            html(503, "<h1>Please wait while Jenkins is getting ready to work</h1>")
        }
        _ => json(r#"{"number": 7, "building": true}"#),
    });
    let began = Instant::now();
    let build = client.job("web").unwrap().build_number(7);
    let error = build.follow().cancelled_by(ready(())).deadline(30 * S).await.unwrap_err();
    assert!(matches!(error, FollowError::Deadline { .. }), "{error}");
    assert_eq!(began.elapsed(), 30 * S);
}

#[tokio::test(start_paused = true)]
async fn a_build_that_may_not_be_stopped_says_so() {
    let client = client(|request, _| match request.uri().path() {
        path if path.ends_with("/stop") => html(403, "<p>ann is missing the Job/Cancel permission</p>"),
        _ => json(r#"{"number": 7, "building": true}"#),
    });
    let build = client.job("web").unwrap().build_number(7);
    let error = build.follow().cancelled_by(ready(())).await.unwrap_err();
    assert!(chain(&error).contains("Job/Cancel"), "{}", chain(&error));
}
