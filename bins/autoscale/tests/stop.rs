//! Signals.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Output};

use linode_sim::Timings;

use crate::session::{Cloud, PATIENCE, Session};
use crate::with_daemon::Place;

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_stops_between_two_steps_and_says_what_is_left() {
    let cloud = Cloud::new(Timings::instant(), 1.0).await;
    cloud.sim.faults().add_all("boot:never").unwrap();
    let session = Session::new();
    session.write("autoscale.yaml", &cloud.configuration());
    let child = session.command("autoscale up web --timeout 50s").spawn().unwrap();
    let (progress, output) = signalled("INT", child).await;
    let out = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(130), "{out}{progress}");
    assert!(progress.contains("stopping: "), "{progress}");
    assert!(out.starts_with("web: interrupted, 2 in service of 3 desired"), "{out}");
    assert!(out.contains("nobody goes on with it until"), "{out}");
    // The lock is let go, and the next one finds what was begun.
    let mut session = session;
    let said = session.run("autoscale status --output json").await;
    assert_eq!(said.json()["groups"][0]["on_their_way"], 1, "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_goes_on_where_the_command_is_ended() {
    let mut place = Place::new().await;
    place.settled().await;
    place.cloud.sim.faults().add_all("boot:never").unwrap();
    let child = place.session.command("autoscale up web --output json").spawn().unwrap();
    let (progress, output) = signalled("TERM", child).await;
    let result: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(130), "{result}{progress}");
    assert_eq!((result["outcome"].as_str(), result["desired"].as_u64()), (Some("interrupted"), Some(3)));
    assert!(result["why"].as_str().unwrap().ends_with("the daemon goes on with it"), "{result}");
    place.end().await;
}

/// Sends a signal once an instance was created, and waits for the end.
async fn signalled(signal: &'static str, mut child: Child) -> (String, Output) {
    let mut progress = BufReader::new(child.stderr.take().unwrap());
    let ended = tokio::task::spawn_blocking(move || {
        let begun = tokio::time::Instant::now();
        let mut seen = String::new();
        while !seen.contains("created as instance") {
            assert!(begun.elapsed() < PATIENCE, "{seen}");
            assert_ne!(progress.read_line(&mut seen).unwrap(), 0, "it ended: {seen}");
        }
        let sent = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        progress.read_to_string(&mut seen).unwrap();
        (seen, child.wait_with_output().unwrap())
    });
    ended.await.unwrap()
}
