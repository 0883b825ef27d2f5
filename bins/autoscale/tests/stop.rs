//! Signals.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::Command,
};

use linode_sim::Timings;

use crate::session::{Cloud, PATIENCE, Session};

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_stops_between_two_steps_and_says_what_is_left() {
    let cloud = Cloud::new(Timings::instant(), 1.0).await;
    cloud.sim.faults().add_all("boot:never").unwrap();
    let session = Session::new();
    session.write("autoscale.yaml", &cloud.configuration());
    let mut child = session.command("autoscale up web --timeout 50s").spawn().unwrap();
    let mut progress = BufReader::new(child.stderr.take().unwrap());
    let ended = tokio::task::spawn_blocking(move || {
        let begun = tokio::time::Instant::now();
        let mut seen = String::new();
        while !seen.contains("created as instance") {
            assert!(begun.elapsed() < PATIENCE, "{seen}");
            assert_ne!(progress.read_line(&mut seen).unwrap(), 0, "it ended: {seen}");
        }
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        progress.read_to_string(&mut seen).unwrap();
        let output = child.wait_with_output().unwrap();
        (seen, output)
    });
    let (progress, output) = ended.await.unwrap();
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
