//! Restarts, crashes and lost answers: no build twice, none lost.

use futures_util::TryStreamExt;
use jenkins_client::{BuildResult, ErrorKind, FollowError, Progress};
use tokio::time::sleep;

use super::{S, all, client, jenkins};

#[tokio::test(start_paused = true)]
async fn a_restart_with_a_queued_build_loses_nothing() {
    let sim = jenkins(|sim| sim);
    let queued = client(&sim).job("infra/scale web").unwrap().build_with([("DESIRED", "3")]).await.unwrap();
    sim.restart();
    let build = queued.finished().await.unwrap();
    assert!(build.is_success(), "{build:?}");
    assert_eq!(sim.snapshot().builds("infra/scale web").count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_goes_on_after_a_restart_and_so_does_its_console() {
    let sim = jenkins(|sim| sim);
    let queued = client(&sim).job("infra/scale web").unwrap().build_with([("DESIRED", "3")]).await.unwrap();
    let follow = tokio::spawn(async move { all(queued.follow().with_console().events()).await });
    sleep(15 * S).await;
    sim.restart();
    let events = follow.await.unwrap();
    assert!(events.iter().any(|e| matches!(e, Progress::Away { .. })), "{events:?}");
    assert!(events.contains(&Progress::Back { restarted: true }), "{events:?}");
    let Some(Progress::Finished(build)) = events.last() else { panic!("{events:?}") };
    assert!(build.is_success(), "{build:?}");
    let lines: Vec<_> = events
        .iter()
        .filter_map(|e| match e {
            Progress::Line(line) => Some(line.as_str()),
            _ => None,
        })
        .collect();
    for once in ["desired 3", "applied"] {
        let count = lines.iter().filter(|line| line.trim() == once).count();
        assert_eq!(count, 1, "{once}: {lines:?}");
    }
    assert_eq!(sim.snapshot().builds("infra/scale web").count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_freestyle_build_is_lost_in_a_restart_and_says_so() {
    for crash in [false, true] {
        let sim = jenkins(|sim| sim);
        let build = client(&sim).job("plain").unwrap().build().await.unwrap().started().await.unwrap();
        if crash {
            sim.crash()
        } else {
            sim.restart()
        }
        let done = build.finished().await.unwrap();
        assert!(matches!(done.result, Some(BuildResult::Aborted | BuildResult::Failure)), "{done:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_trigger_that_is_taken_and_unanswered_is_not_sent_again() {
    for fault in ["trigger:lost*1", "trigger:lost=502*1"] {
        let sim = jenkins(|sim| sim);
        sim.faults().add_all(fault).unwrap();
        let job = client(&sim).job("infra/scale web").unwrap();
        let error = job.build_with([("DESIRED", "4")]).await.unwrap_err();
        assert!(error.may_have_happened() && error.attempts() == 1, "{fault}: {error}");
        assert!(error.to_string().contains("look whether it was done before asking again"), "{error}");
        sleep(120 * S).await;
        assert_eq!(sim.snapshot().builds("infra/scale web").count(), 1, "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_found_by_the_request_id() {
    for fault in ["trigger:lost*1", "trigger:lost=502*1", "trigger:crash*1"] {
        let sim = jenkins(|sim| sim);
        let job = client(&sim).job("infra/scale web").unwrap();
        let other = job.build_with([("DESIRED", "4"), ("REQUEST_ID", "op-16")]).await.unwrap();
        let trigger = job.build_with([("DESIRED", "4"), ("REQUEST_ID", "op-17")]).identified_by("REQUEST_ID");
        sim.faults().add_all(fault).unwrap();
        let build = trigger.follow().await.unwrap_or_else(|e| panic!("{fault}: {}", super::chain(&e)));
        assert_eq!(build.parameter("REQUEST_ID").unwrap().text().as_deref(), Some("op-17"), "{fault}");
        let ours = sim
            .snapshot()
            .builds("infra/scale web")
            .filter(|b| b.parameters["REQUEST_ID"] == "op-17")
            .count();
        assert_eq!(ours, 1, "{fault}");
        assert_ne!(build.queue_id, Some(other.id()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_trigger_that_never_arrived_stays_in_doubt_and_runs_nothing() {
    let sim = jenkins(|sim| sim);
    sim.faults().add_all("trigger:reset*1").unwrap();
    let job = client(&sim).job("infra/scale web").unwrap();
    let error = job.build_with([("REQUEST_ID", "op-18")]).identified_by("REQUEST_ID").await.unwrap_err();
    assert!(error.may_have_happened(), "{error}");
    sleep(60 * S).await;
    assert_eq!(sim.snapshot().builds("infra/scale web").count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_trigger_goes_again_while_jenkins_starts_because_it_was_not_taken() {
    let sim = jenkins(|sim| sim);
    sim.restart();
    let job = client(&sim).job("plain").unwrap();
    let error = job.build().await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_happened()), (ErrorKind::Starting, false), "{error}");
    assert!(error.to_string().contains("wait until Jenkins has started"), "{error}");
    assert!(job.build().follow().await.unwrap().is_success());
    assert_eq!(sim.snapshot().builds("plain").count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_vanishes_while_it_is_followed_is_said_to_be_gone() {
    let sim = jenkins(|sim| sim);
    let client = client(&sim);
    let build = client
        .job("infra/scale web")
        .unwrap()
        .build_with([("DESIRED", "3")])
        .await
        .unwrap()
        .started()
        .await
        .unwrap();
    let follow = tokio::spawn({
        let build = build.clone();
        async move { build.follow().with_console().events().try_collect::<Vec<_>>().await }
    });
    sleep(5 * S).await;
    client.job("infra/scale web").unwrap().delete().await.unwrap();
    let error = follow.await.unwrap().unwrap_err();
    assert!(matches!(error, FollowError::Vanished { .. }), "{error}");
    assert!(error.to_string().contains("deleted or renamed"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn patience_with_an_absence_ends() {
    let sim = jenkins(|sim| {
        let mut timings = jenkins_sim::Timings::realistic();
        timings.restart = 3600 * S;
        sim.timings(timings)
    });
    let queued = client(&sim).job("plain").unwrap().build().await.unwrap();
    sim.restart();
    let error = queued.follow().patience(120 * S).await.unwrap_err();
    let FollowError::Away { lasted, source, .. } = &error else { panic!("{error}") };
    assert!(*lasted >= 120 * S);
    assert_eq!(source.kind(), ErrorKind::Starting);
}
