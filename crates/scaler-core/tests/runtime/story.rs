//! Up, rest, and down again.

use std::time::Duration;

use scaler_core::in_memory::InMemoryStore;
use scaler_core::model::{AlertState, Amount};
use scaler_core::ports::{Clock, FailureKind};
use scaler_core::runtime::{Outcome, ScaleRequest, Scaler, TargetSize};
use scaler_core::state::{Cause, Discarded, Fact, FailureReason, GroupMode, Step};
use scaler_core::view::{Event, Finished, Moment, What};

use super::cloud::Fate;
use super::{Bench, CONFIG, alert, each_step_once, group, seconds, web_of};

async fn told(scaler: &scaler_core::runtime::Scaler, n: u32) -> (Vec<Event>, Outcome) {
    let mut run = web_of(scaler).scale_to(n).because(Cause::operator("release 4.2")).events();
    let mut events = Vec::new();
    while let Some(event) = run.next().await {
        events.push(event);
    }
    let ending = run.outcome().await.unwrap();
    (events, ending)
}

#[tokio::test(start_paused = true)]
async fn a_call_turns_the_loop_by_itself_until_the_size_serves() {
    let bench = Bench::new();
    let scaler = bench.web(1);
    let (events, ending) = told(&scaler, 3).await;
    assert_eq!(ending, Outcome::Reached);
    assert_eq!(bench.cloud.serving(), 3);
    assert_eq!(bench.cloud.existing(), 3);
    each_step_once(&bench.entries().await);

    let lines: Vec<String> = events.iter().map(ToString::to_string).collect();
    let told = |part: &str| {
        lines.iter().position(|line| line.contains(part)).unwrap_or_else(|| panic!("{part}: {lines:#?}"))
    };
    assert!(told("size 3 was asked for — operator: release 4.2") < told("desired size 3 (generation 1)"));
    assert!(told("desired size 3") < told("create web-"));
    assert!(told("created as instance") < told("is registering"));
    assert!(told("is registering") < told("registered as node"));
    assert!(told("is warming") < told("generation 1 is reached"));
    let json = serde_json::to_value(&events).unwrap();
    assert!(
        json.as_array()
            .unwrap()
            .iter()
            .any(|event| event["what"]["kind"] == "decided" && event["what"]["desired"] == 3)
    );
    assert!(json.as_array().unwrap().iter().any(|event| event["what"]["kind"] == "waiting"));
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_changes_nothing_appends_nothing() {
    let bench = Bench::new();
    let scaler = bench.settled(2, 1).await;
    let mut actor = web_of(&scaler).actor().await.unwrap();
    // Its own beginning and the end of the warm-up are news; after that nothing is.
    for _ in 0..60 {
        actor.turn().await.unwrap();
        actor.rest().await.unwrap();
    }
    let (entries, calls) = (bench.entries().await.len(), bench.cloud.calls().len());
    let before = bench.clock.now();
    for _ in 0..60 {
        actor.turn().await.unwrap();
        actor.rest().await.unwrap();
    }
    assert_eq!(bench.entries().await.len(), entries);
    assert_eq!(bench.cloud.calls().len(), calls);
    // At rest it turns once in ten seconds.
    assert!(bench.clock.now().duration_since(before).as_secs() >= 590);
}

#[tokio::test(start_paused = true)]
async fn removal_is_drawn_drained_rejected_deregistered_and_deleted_in_this_order() {
    let bench = Bench::new();
    let scaler = bench.settled(3, 1).await;
    let before = bench.cloud.calls().len();
    let begun = bench.clock.now();
    let ending =
        web_of(&scaler).scale_down(1).because(Cause::operator("less")).events().outcome().await.unwrap();
    assert_eq!(ending, Outcome::Reached);
    assert_eq!(bench.cloud.existing(), 2);
    assert_eq!(bench.cloud.serving(), 2);
    let calls = bench.cloud.calls().split_off(before);
    let verbs: Vec<&str> = calls.iter().map(|call| call.rsplit_once(' ').unwrap().0).collect();
    assert_eq!(verbs, ["mode Drain", "mode Reject", "deregister", "delete"]);
    // Five minutes of draining, one of rejecting.
    assert!(bench.clock.now().duration_since(begun).as_secs() >= 360);
    let facts = bench.facts().await;
    let at = |which: fn(&Fact) -> bool| facts.iter().position(which).unwrap();
    let drawn = at(|fact| matches!(fact, Fact::PermitDrawn { .. }));
    assert!(drawn < at(|fact| matches!(fact, Fact::Intended { step: Step::SetMode { .. } })));
    assert_eq!(bench.store.installation().await.len(), 1);
    each_step_once(&bench.entries().await);
}

#[tokio::test(start_paused = true)]
async fn lists_that_lag_have_no_step_sent_twice() {
    let bench = Bench::new();
    let scaler = bench.settled(3, 1).await;
    bench.cloud.state().lag = seconds(3);
    let before = bench.cloud.calls().len();
    web_of(&scaler).scale_down(1).because(Cause::operator("less")).events().outcome().await.unwrap();
    let calls = bench.cloud.calls().split_off(before);
    let verbs: Vec<&str> = calls.iter().map(|call| call.rsplit_once(' ').unwrap().0).collect();
    assert_eq!(verbs, ["mode Drain", "mode Reject", "deregister", "delete"]);
}

#[tokio::test(start_paused = true)]
async fn a_step_that_is_refused_is_tried_again_later_and_later() {
    let bench = Bench::new();
    let scaler = bench.settled(2, 1).await;
    for _ in 0..1_000 {
        bench.cloud.fate("mode", Fate::Refused(FailureKind::Transient));
    }
    web_of(&scaler)
        .ask(ScaleRequest::new(TargetSize::Exactly(1), Cause::operator("x")))
        .submit()
        .await
        .unwrap();
    bench.turn_for(&scaler, seconds(50)).await;
    let tries = bench.cloud.count("mode");
    assert!((4..=7).contains(&tries), "{tries} tries in 50 s");
}

#[tokio::test(start_paused = true)]
async fn history_tells_what_was_done_why_and_how_it_ended() {
    let bench = Bench::new();
    let scaler = bench.settled(2, 1).await;
    assert_eq!(
        web_of(&scaler).scale_to(3).because(Cause::operator("more")).events().outcome().await.unwrap(),
        Outcome::Reached
    );
    let history = web_of(&scaler).history(10).await.unwrap();
    assert_eq!(history[0].desired, 3);
    assert_eq!(history[0].previous, Some(2));
    assert_eq!(history[0].cause, Cause::operator("more"));
    assert!(matches!(history[0].ended, Some(Finished { outcome: Outcome::Reached, .. })));
    assert!(history[0].steps.iter().all(|step| step.outcome.is_some() && step.done >= Some(step.intended)));
    assert_eq!(web_of(&scaler).history(1).await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_newer_request_supersedes_an_older_one() {
    let bench = Bench::new();
    let scaler = bench.settled(1, 1).await;
    let mut first = web_of(&scaler).scale_to(2).because(Cause::operator("a")).events();
    while let Some(event) = first.next().await {
        if matches!(event.what, What::Logged(Fact::Intended { .. })) {
            break;
        }
    }
    let second = web_of(&scaler).scale_to(3).because(Cause::operator("b")).events();
    let (first, second) = tokio::join!(first.outcome(), second.outcome());
    let generation = web_of(&scaler).status().await.unwrap().generation;
    assert_eq!(first.unwrap(), Outcome::Superseded { by: generation });
    assert_eq!(second.unwrap(), Outcome::Reached);
    assert_eq!(bench.cloud.existing(), 3);
    assert_eq!(bench.cloud.count("create"), 3);
}

#[tokio::test(start_paused = true)]
async fn a_call_beside_a_running_daemon_watches_and_appends_through_the_same_journal() {
    let bench = Bench::new();
    let scaler = bench.web(1);
    let (done, until) = tokio::sync::oneshot::channel::<()>();
    let daemon = scaler.run(async {
        let _ = until.await;
    });
    let call = async {
        tokio::time::sleep(seconds(5)).await;
        let ending = web_of(&scaler).scale_to(2).because(Cause::operator("x")).events().outcome().await;
        done.send(()).unwrap();
        ending
    };
    let (ran, ending) = tokio::join!(daemon, call);
    ran.unwrap();
    assert_eq!(ending.unwrap(), Outcome::Reached);
    let began = bench.facts().await.iter().filter(|fact| matches!(fact, Fact::Began { .. })).count();
    assert_eq!(began, 1, "one actor, though two turned to it");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_a_person_must_cure_fails_the_run_and_holds_back_every_group() {
    let bench = Bench::new();
    let other = group("api", scaler_core::model::ConfigId(8), 0, 5);
    let scaler = bench.scaler([group("web", CONFIG, 0, 5), other], 1);
    bench.cloud.fate("create", Fate::Refused(FailureKind::Account));
    let ending = web_of(&scaler).scale_to(1).because(Cause::operator("x")).events().outcome().await.unwrap();
    assert!(
        matches!(&ending, Outcome::Failed { why: FailureReason::AccountRefuses { said } } if said.contains("create was refused")),
        "{ending:?}"
    );
    let refused = bench.clock.now();
    let ending = scaler
        .group("api")
        .unwrap()
        .scale_to(1)
        .because(Cause::operator("x"))
        .events()
        .outcome()
        .await
        .unwrap();
    assert_eq!(ending, Outcome::Reached);
    let waited = bench.clock.now().duration_since(refused).as_secs();
    assert!((60..120).contains(&waited), "the other group waited {waited} s");
}

#[tokio::test(start_paused = true)]
async fn in_mode_observe_it_shows_its_wish_and_has_no_hands() {
    let bench = Bench::new();
    let scaler = bench.settled(2, 1).await;
    web_of(&scaler).set_mode(GroupMode::Observe, None, "ann", "a look").await.unwrap();
    let (calls, generation) = (bench.cloud.calls().len(), web_of(&scaler).status().await.unwrap().generation);
    scaler.alerts().notified(vec![alert("WebCpuHigh", AlertState::Firing)]).await.unwrap();
    bench.turn_for(&scaler, seconds(60)).await;
    let status = web_of(&scaler).status().await.unwrap();
    assert_eq!((status.desired, status.wished), (Some(2), Some(4)));
    assert_eq!(status.generation, generation);
    assert_eq!(bench.cloud.calls().len(), calls);
    let asked = web_of(&scaler).scale_to(5).because(Cause::operator("x")).events().outcome().await;
    assert!(asked.unwrap_err().to_string().contains("mode observe"));
}

#[tokio::test(start_paused = true)]
async fn many_groups_share_one_listing() {
    let bench = Bench::new();
    let groups = (0..20).map(|n| group(&format!("g{n}"), scaler_core::model::ConfigId(100 + n), 0, 2));
    let scaler = bench.scaler(groups, 1);
    bench.turn_for(&scaler, seconds(100)).await;
    let lists = bench.cloud.state().lists;
    assert!(lists <= 25, "{lists} listings in 100 s for 20 groups");
}

#[tokio::test(start_paused = true)]
async fn an_observation_that_fails_or_contradicts_itself_changes_nothing_and_says_so() {
    let bench = Bench::new();
    let scaler = bench.settled(2, 1).await;
    let mut events = scaler.subscribe();
    // The last listing is no longer shared.
    tokio::time::sleep(seconds(2)).await;
    bench.cloud.state().inconsistent = true;
    bench.cloud.state().machines.clear();
    let (calls, entries) = (bench.cloud.calls().len(), bench.entries().await.len());
    bench.turn_for(&scaler, seconds(120)).await;
    assert_eq!(bench.cloud.calls().len(), calls);
    let news: Vec<Fact> = bench.facts().await.split_off(entries);
    assert!(matches!(news[..], [Fact::Began { .. }]), "nothing but the beginning of the actor: {news:?}");
    let status = web_of(&scaler).status().await.unwrap();
    assert_eq!(status.discarded(), Some(&Discarded::ListingChanged));
    let mut told = 0;
    while let Ok(Some(event)) = tokio::time::timeout(Duration::ZERO, events.next()).await {
        told += usize::from(matches!(event.what, What::Now(Moment::Held { holds }) if !holds.is_empty()));
    }
    assert_eq!(told, 1, "told once, not every turn");
}

#[tokio::test(start_paused = true)]
async fn each_second_of_a_window_was_told() {
    let bench = Bench::new();
    let scaler = bench.settled(4, 1).await;
    bench.turn_for(&scaler, seconds(60)).await;
    scaler.alerts().notified(vec![alert("WebCpuLow", AlertState::Firing)]).await.unwrap();
    let mut events = scaler.subscribe();
    bench.turn_for(&scaler, seconds(540)).await;
    let mut told = Vec::new();
    while let Ok(Some(event)) = tokio::time::timeout(Duration::ZERO, events.next()).await {
        told.push(event.to_string());
    }
    assert!(told.len() <= 8, "nine minutes of waiting: {told:#?}");
}

#[tokio::test(start_paused = true)]
async fn outcomes_are_written_in_the_order_in_which_they_arrive() {
    let bench = Bench::new();
    let scaler = bench.web(1);
    for time in [9, 3, 6] {
        bench.cloud.fate("create", Fate::Slow(seconds(time)));
    }
    assert_eq!(
        web_of(&scaler).scale_to(3).because(Cause::operator("x")).events().outcome().await.unwrap(),
        Outcome::Reached
    );
    let entries = bench.entries().await;
    each_step_once(&entries);
    let done: Vec<u64> = entries
        .iter()
        .filter(|entry| {
            matches!(
                &entry.draft.fact,
                Fact::Done { outcome: scaler_core::state::StepOutcome::Created { .. } }
            )
        })
        .map(|entry| entry.draft.step.unwrap().0)
        .collect();
    // The first takes longest, the second shortest.
    let first = *done.iter().min().unwrap();
    assert_eq!(done, [first + 1, first + 2, first]);
}

#[tokio::test(start_paused = true)]
async fn shutdown_falls_between_two_steps() {
    let bench = Bench::new();
    let scaler = bench.scaler([group("web", CONFIG, 0, 20)], 1);
    for _ in 0..10 {
        bench.cloud.fate("create", Fate::Slow(seconds(20)));
    }
    bench.cloud.state().creates_left = Some(8);
    web_of(&scaler)
        .ask(ScaleRequest::new(TargetSize::Exactly(10), Cause::operator("x")))
        .submit()
        .await
        .unwrap();
    let begun = bench.clock.now();
    bench.turn_for(&scaler, seconds(5)).await;
    let took = bench.clock.now().duration_since(begun).as_secs();
    assert!((20..25).contains(&took), "it waited for the steps under way, {took} s");
    // The account's rate lets eight be sent; the others were not even intended.
    assert_eq!(bench.cloud.count("create"), 8);
    assert_eq!(bench.cloud.existing(), 8);
    let entries = bench.entries().await;
    each_step_once(&entries);
    let not_sent =
        entries.iter().filter(|entry| format!("{:?}", entry.draft.fact).contains("NotSent")).count();
    assert_eq!(not_sent, 0);
    let (calls, count) = (bench.cloud.calls().len(), entries.len());
    tokio::time::sleep(seconds(60)).await;
    assert_eq!((bench.cloud.calls().len(), bench.entries().await.len()), (calls, count));
    // And it goes on from there.
    bench.cloud.state().creates_left = None;
    bench.turn_for(&scaler, seconds(300)).await;
    assert_eq!(bench.cloud.serving(), 10);
    let reached = bench
        .facts()
        .await
        .iter()
        .filter(|fact| matches!(fact, Fact::Finished { outcome: Outcome::Reached }))
        .count();
    assert_eq!(reached, 1);
}

#[tokio::test(start_paused = true)]
async fn creates_of_groups_take_turns() {
    let bench = Bench::new();
    let big = group("big", CONFIG, 0, 40);
    let small = group("small", scaler_core::model::ConfigId(8), 0, 40);
    let scaler = bench.scaler([big, small], 1);
    // They end one by one, so that one place becomes free at a time.
    for n in 0..12 {
        bench.cloud.fate("create", Fate::Slow(seconds(4 + n)));
    }
    let ask = |n| ScaleRequest::new(TargetSize::Exactly(n), Cause::operator("x"));
    scaler.group("big").unwrap().ask(ask(10)).submit().await.unwrap();
    scaler.group("small").unwrap().ask(ask(2)).submit().await.unwrap();
    bench.turn_for(&scaler, seconds(20)).await;
    let calls = bench.cloud.calls();
    let at = |group: &str, slot: &str| {
        calls
            .iter()
            .position(|call| call.contains(&format!("create {group}-")) && call.ends_with(slot))
            .unwrap()
    };
    assert!(at("small", "-1") < at("big", "-10"), "{calls:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_answered_is_looked_up_and_never_doubled() {
    for fate in [Fate::Lost, Fate::Vanished] {
        let bench = Bench::new();
        let scaler = bench.web(1);
        bench.cloud.fate("create", fate.clone());
        bench.cloud.fate("register", fate.clone());
        assert_eq!(
            web_of(&scaler).scale_to(2).because(Cause::operator("x")).events().outcome().await.unwrap(),
            Outcome::Reached
        );
        assert_eq!((bench.cloud.existing(), bench.cloud.serving()), (2, 2), "{fate:?}");
        assert_eq!(bench.cloud.state().nodes.len(), 2, "{fate:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_relative_size_counts_from_what_serves_where_the_log_says_nothing_yet() {
    let bench = Bench::new();
    bench.settled(2, 1).await;
    let fresh = Scaler::builder()
        .compute(bench.cloud.clone())
        .balancer(bench.cloud.clone())
        .store(InMemoryStore::new())
        .clock(bench.clock)
        .group(group("web", CONFIG, 1, 12))
        .build()
        .unwrap();
    let more = ScaleRequest::new(TargetSize::More(Amount::Count(1)), Cause::operator("test"));
    let shown = web_of(&fresh).ask(more.clone()).plan().await.unwrap();
    assert_eq!(shown.desired, Some(3));
    assert_eq!(web_of(&fresh).ask(more.clone()).submit().await.unwrap().desired, 3);
    let once_more = web_of(&fresh).ask(more).plan().await.unwrap();
    assert_eq!(once_more.desired, Some(4), "on top of what was asked for");
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_somebody_deleted_was_shown_in_service_until_it_had_answered_404_twice() {
    let bench = Bench::new();
    let scaler = bench.settled(3, 1).await;
    let running = scaler.clone();
    tokio::spawn(async move { running.run(std::future::pending()).await });
    tokio::time::sleep(seconds(60)).await;
    let id = *bench.cloud.state().machines.keys().next().unwrap();
    bench.cloud.state().machines.remove(&id);
    tokio::time::sleep(seconds(12)).await;
    let status = web_of(&scaler).status().await.unwrap();
    assert_eq!(status.in_service, 2, "{status}");
    assert!(status.members.iter().any(|member| member.instance == Some(id) && member.missing), "{status:?}");
}
