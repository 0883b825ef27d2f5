//! Dropped anywhere, the next actor goes on. (Every await point of the real client is tried elsewhere; here it is the
//! ports'.)

use scaler_core::state::Cause;

use super::{Bench, each_step_at_most_once, seconds, web_of};

/// Polls a run so many times, then drops it. True if it ended before.
async fn killed_after(scaler: &scaler_core::runtime::Scaler, n: u32, polls: usize) -> bool {
    let mut outcome = Box::pin(web_of(scaler).scale_to(n).because(Cause::operator("x")).events().outcome());
    let mut left = polls;
    std::future::poll_fn(|cx| {
        if left == 0 {
            return std::task::Poll::Ready(false);
        }
        left -= 1;
        outcome.as_mut().poll(cx).map(|_| true)
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn killed_at_every_poll_of_a_scale_up_it_converges_without_orphan_or_double() {
    let mut points = 0;
    for polls in 1.. {
        let bench = Bench::new();
        let ended = killed_after(&bench.web(1), 2, polls).await;
        let restarted = bench.web(2);
        // A create that was intended and never sent is waited for while its launch has time.
        bench.turn_for(&restarted, seconds(1_000)).await;
        let status = web_of(&restarted).status().await.unwrap();
        let desired = status.desired.unwrap();
        // Killed before the request was written, it never was.
        assert!(desired == 2 || (desired == 1 && polls < 20), "after {polls} polls: {desired}");
        let desired = usize::try_from(desired).unwrap();
        assert_eq!(bench.cloud.existing(), desired, "after {polls} polls");
        assert_eq!(bench.cloud.serving(), desired, "after {polls} polls");
        assert_eq!(bench.cloud.state().nodes.len(), desired, "after {polls} polls");
        assert_eq!(status.members.len(), desired, "after {polls} polls");
        each_step_at_most_once(&bench.entries().await);
        points += 1;
        if ended {
            break;
        }
    }
    assert!(points > 30, "{points} points");
    println!("scale-up: killed at {points} points");
}

#[tokio::test(start_paused = true)]
async fn killed_at_every_poll_of_a_scale_down_it_converges_without_orphan() {
    let mut points = 0;
    for polls in 1.. {
        let bench = Bench::new();
        let scaler = bench.settled(2, 1).await;
        let ended = killed_after(&scaler, 1, polls).await;
        drop(scaler);
        let restarted = bench.web(2);
        bench.turn_for(&restarted, seconds(1_600)).await;
        let status = web_of(&restarted).status().await.unwrap();
        let desired = usize::try_from(status.desired.unwrap()).unwrap();
        assert!(desired == 1 || (desired == 2 && polls < 20), "after {polls} polls: {desired}");
        assert_eq!(bench.cloud.existing(), desired, "after {polls} polls");
        assert_eq!(bench.cloud.serving(), desired, "after {polls} polls");
        assert_eq!(bench.cloud.state().nodes.len(), desired, "after {polls} polls");
        each_step_at_most_once(&bench.entries().await);
        points += 1;
        if ended {
            break;
        }
    }
    assert!(points > 30, "{points} points");
    println!("scale-down: killed at {points} points");
}
