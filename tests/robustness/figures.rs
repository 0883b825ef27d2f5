//! What a daemon costs that has nothing to do.

use super::at_rest;
use crate::rig::{autoscalerd, seconds};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_starts_in_a_moment_and_needs_little_memory() {
    let (account, mut daemon) = at_rest().await;
    daemon.kill();
    let mut starts = Vec::new();
    for _ in 0..3 {
        starts.push(daemon.again().await);
        if starts.len() < 3 {
            daemon.kill();
        }
    }
    let program = autoscalerd();
    tokio::time::sleep(seconds(3)).await;
    let resident = daemon.resident();
    println!(
        "{}: ready after {starts:?}, {:.1} MiB resident at rest",
        program.display(),
        resident as f64 / 1024.0
    );
    // On a machine that is busy with other tests; by itself it is a fraction of both.
    assert!(starts.iter().min().is_some_and(|start| *start < seconds(5)), "{starts:?}");
    assert!(resident < 100 * 1024, "{resident} KiB");
    assert_eq!(account.calls("POST /linode/instances"), 2);
}
