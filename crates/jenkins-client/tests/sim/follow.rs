//! From a trigger to the end of its build.

use std::time::Duration;

use futures_util::TryStreamExt;
use jenkins_client::models::{QueueState, StageStatus};
use jenkins_client::{BuildResult, FollowError, Progress};
use tokio::time::{Instant, sleep};

use super::{S, all, client, jenkins};

#[tokio::test(start_paused = true)]
async fn a_trigger_becomes_an_item_a_build_a_console_and_a_result() {
    let sim = jenkins(|sim| sim);
    let client = client(&sim);
    let queued = client.job("infra/scale web").unwrap().build_with([("DESIRED", "5")]).await.unwrap();
    assert!(!queued.was_already_waiting());
    let item = queued.item().await.unwrap();
    assert_eq!(item.state(), QueueState::Waiting);
    assert!(item.why.unwrap().contains("quiet period"));
    assert_eq!(item.task.unwrap().job().unwrap().to_string(), "infra/scale web");

    let began = Instant::now();
    let build = queued.started().await.unwrap();
    assert!(began.elapsed() < 8 * S, "{:?}", began.elapsed());
    assert_eq!((build.number().get(), build.job().to_string().as_str()), (1, "infra/scale web"));
    let lines = all(build.console()).await;
    assert!(lines.iter().any(|line| line.contains("desired 5")), "{lines:?}");
    assert!(lines.last().unwrap().contains("Finished: SUCCESS"), "{lines:?}");
    let done = build.finished().await.unwrap();
    assert!(done.is_success());
    assert_eq!(done.parameter("DESIRED").unwrap().text().as_deref(), Some("5"));
    assert_eq!(done.queue_id, Some(queued.id()));
    assert!(done.causes().any(|cause| cause.user_id.as_deref() == Some("ann")), "{:?}", done.actions);
    assert_eq!(all(build.console_so_far()).await, lines, "read as it grew and whole");
}

#[tokio::test(start_paused = true)]
async fn the_whole_way_is_one_stream_of_events() {
    let sim = jenkins(|sim| sim);
    let trigger = client(&sim).job("infra/scale web").unwrap().build_with([("DESIRED", "7")]);
    let events = all(trigger.follow().with_console().with_stages().events()).await;
    assert!(matches!(events[0], Progress::Triggered { already_waiting: false, .. }), "{events:?}");
    assert!(matches!(events[1], Progress::Waiting { state: QueueState::Waiting, .. }), "{events:?}");
    let at = |wanted: &dyn Fn(&Progress) -> bool| {
        events.iter().position(wanted).unwrap_or_else(|| panic!("{events:?}"))
    };
    let started = at(&|e| matches!(e, Progress::Started { build } if build.get() == 1));
    let stage = |name: &'static str, status: StageStatus| {
        at(&move |e| matches!(e, Progress::Stage { name: n, status: s } if n == name && *s == status))
    };
    let line = at(&|e| matches!(e, Progress::Line(line) if line.contains("desired 7")));
    let apply = stage("Apply", StageStatus::InProgress);
    assert!(started < line && line < apply && apply < stage("Apply", StageStatus::Success), "{events:?}");
    let Some(Progress::Finished(build)) = events.last() else { panic!("{events:?}") };
    assert_eq!(build.result, Some(BuildResult::Success));
    let waits = events.iter().filter(|e| matches!(e, Progress::Waiting { .. })).count();
    assert!(waits <= 3, "a countdown is not news: {events:?}");
}

#[tokio::test(start_paused = true)]
async fn the_same_again_is_the_same_item_and_other_parameters_are_not() {
    let sim = jenkins(|sim| sim);
    let job = client(&sim).job("infra/scale web").unwrap();
    let first = job.build_with([("DESIRED", "5")]).await.unwrap();
    let second = job.build_with([("DESIRED", "5")]).await.unwrap();
    let third = job.build_with([("DESIRED", "5"), ("REQUEST_ID", "b")]).await.unwrap();
    assert_eq!((second.id(), second.was_already_waiting()), (first.id(), true));
    assert_ne!(third.id(), first.id());
    let (first, second) = (first.started().await.unwrap(), second.started().await.unwrap());
    assert_eq!(first.number(), second.number());
}

#[tokio::test(start_paused = true)]
async fn an_item_that_has_expired_is_found_among_the_builds() {
    let sim = jenkins(|sim| sim);
    let job = client(&sim).job("infra/scale web").unwrap();
    let queued = job.build_with([("REQUEST_ID", "old")]).delay(Duration::ZERO).await.unwrap();
    queued.finished().await.unwrap();
    for n in 0..3 {
        job.build_with([("REQUEST_ID", format!("n{n}"))])
            .delay(Duration::ZERO)
            .await
            .unwrap()
            .finished()
            .await
            .unwrap();
    }
    sleep(600 * S).await;
    assert!(queued.item().await.unwrap_err().is_not_found());
    assert_eq!(queued.started().await.unwrap().number().get(), 1);
    assert!(queued.finished().await.unwrap().is_success());
    assert_eq!(job.build_of(queued.id()).await.unwrap().unwrap().number().get(), 1);
    assert!(job.build_of(9999.into()).await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn what_is_cancelled_in_the_queue_never_ran() {
    let sim = jenkins(|sim| sim);
    let client = client(&sim);
    let queued = client.job("plain").unwrap().build().await.unwrap();
    let cancelled = client.queue().cancel(queued.id()).await.unwrap();
    assert_eq!(cancelled, jenkins_client::api::Cancelled::InQueue);
    let error = queued.finished().await.unwrap_err();
    assert!(matches!(error, FollowError::Cancelled { .. }), "{error}");
    assert_eq!(sim.snapshot().builds("plain").count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_signal_cancels_the_work_in_jenkins_wherever_it_is() {
    let sim = jenkins(|sim| sim);
    let job = client(&sim).job("plain").unwrap();
    let in_queue = job.build().follow().cancelled_by(sleep(2 * S)).await.unwrap_err();
    assert!(matches!(in_queue, FollowError::Cancelled { .. }), "{in_queue}");
    assert_eq!(sim.snapshot().builds("plain").count(), 0);

    let events: Vec<_> =
        job.build().follow().cancelled_by(sleep(15 * S)).events().try_collect().await.unwrap();
    assert!(events.contains(&Progress::Cancelling), "{events:?}");
    let Some(Progress::Finished(build)) = events.last() else { panic!("{events:?}") };
    assert_eq!(build.result, Some(BuildResult::Aborted));

    // A signal before the trigger has an answer.
    let at_once = job.build().follow().cancelled_by(std::future::ready(())).await.unwrap_err();
    assert!(matches!(at_once, FollowError::Cancelled { .. }), "{at_once}");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_the_following_and_the_work_only_where_it_is_told_to() {
    let sim = jenkins(|sim| sim);
    let job = client(&sim).job("plain").unwrap();
    let began = Instant::now();
    let queued = job.build().await.unwrap();
    let error = queued.follow().deadline(10 * S).await.unwrap_err();
    assert_eq!(began.elapsed(), 10 * S);
    assert!(error.to_string().contains("build 1 is still running"), "{error}");
    assert!(sim.snapshot().builds("plain").all(|build| build.building));
    let stopped = queued.follow().deadline(5 * S).stop_at_deadline().await.unwrap();
    assert_eq!(stopped.result, Some(BuildResult::Aborted));
}

#[tokio::test(start_paused = true)]
async fn a_build_is_over_only_when_it_is_not_building_any_more() {
    let sim = jenkins(|sim| {
        let mut timings = jenkins_sim::Timings::realistic();
        timings.finish = 20 * S;
        sim.timings(timings)
    });
    let job = client(&sim).job("plain").unwrap();
    let build = job.build().delay(Duration::ZERO).await.unwrap().started().await.unwrap();
    sleep(35 * S).await;
    let early = build.get().await.unwrap();
    assert_eq!((early.result.clone(), early.building), (Some(BuildResult::Success), Some(true)), "{early:?}");
    assert!(!early.is_over());
    let began = Instant::now();
    assert!(build.finished().await.unwrap().is_over());
    assert!(began.elapsed() > 10 * S);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_builds_are_followed_at_once_with_few_requests() {
    let sim = jenkins(|sim| sim.executors(1_000));
    let client = client(&sim);
    let jobs: Vec<_> = (0..10)
        .map(|n| {
            let name = format!("many-{n}");
            let job = jenkins_sim::SeedJob::pipeline(&name, "node { sh 'sleep 10' }").concurrent(true);
            sim.seed_job(&job.parameter(jenkins_sim::SeedParameter::string("N", ""))).unwrap();
            client.job(&name).unwrap()
        })
        .collect();
    let builds = (0..1_000).map(|n| {
        let trigger = jobs[n % 10].build_with([("N", n)]).unchecked().delay(Duration::ZERO);
        async move { trigger.follow().await.unwrap() }
    });
    let builds = futures_util::future::join_all(builds).await;
    for (n, build) in builds.iter().enumerate() {
        assert_eq!(build.parameter("N").unwrap().text(), Some(n.to_string()), "each follows its own build");
    }
    // Each: a trigger, one or two looks at its item, those at its build with longer and longer pauses, and a last one.
    let requests: u64 = sim.snapshot().calls.values().sum();
    assert!(requests <= 14 * 1_000, "{requests} requests");
}
