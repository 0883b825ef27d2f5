//! The log is the fence.

use scaler_core::model::{ActorId, Position, Slot};
use scaler_core::ports::{Clock, LogName, Store};
use scaler_core::runtime::{Error, Outcome, ScaleRequest, TargetSize};
use scaler_core::state::{Cause, Draft, Fact, GroupMode, Mark, StepOutcome};

use super::store::Fault;
use super::{Bench, each_step_once, seconds, web_of};

fn by_operator(bench: &Bench, fact: Fact) -> Box<Draft> {
    let (at, cause) = (bench.clock.now(), Cause::operator("ann"));
    Box::new(Draft::new(at, ActorId::from("ann"), Position::START, 0, cause, fact))
}

#[tokio::test(start_paused = true)]
async fn an_actor_that_was_overtaken_appends_nothing_and_begins_nothing() {
    let bench = Bench::new();
    let first = bench.settled(1, 1).await;
    let mut old = web_of(&first).actor().await.unwrap();
    old.turn().await.unwrap();
    let second = bench.web(2);
    let mut new = web_of(&second).actor().await.unwrap();
    new.turn().await.unwrap();
    web_of(&first)
        .ask(ScaleRequest::new(TargetSize::Exactly(4), Cause::operator("x")))
        .submit()
        .await
        .unwrap_err();
    let (entries, calls) = (bench.entries().await.len(), bench.cloud.calls().len());
    for _ in 0..3 {
        assert!(matches!(old.turn().await, Err(Error::Overtaken { .. })));
    }
    assert_eq!((bench.entries().await.len(), bench.cloud.calls().len()), (entries, calls));
    drop(old);
    // The new one goes on.
    web_of(&second)
        .ask(ScaleRequest::new(TargetSize::Exactly(2), Cause::operator("x")))
        .submit()
        .await
        .unwrap();
    new.turn().await.unwrap();
    new.finish().await.unwrap();
    assert_eq!(bench.cloud.existing(), 2);
}

#[tokio::test(start_paused = true)]
async fn steps_under_way_of_an_overtaken_actor_leave_no_double() {
    let bench = Bench::new();
    let first = bench.web(1);
    web_of(&first)
        .ask(ScaleRequest::new(TargetSize::Exactly(2), Cause::operator("x")))
        .submit()
        .await
        .unwrap();
    bench.cloud.fate("create", super::cloud::Fate::Slow(seconds(30)));
    bench.cloud.fate("create", super::cloud::Fate::Slow(seconds(30)));
    let mut old = web_of(&first).actor().await.unwrap();
    old.turn().await.unwrap();
    // The calls are out, and somebody else takes over before they are answered.
    let second = bench.web(2);
    let landing = async {
        let _ = old.rest().await;
        old.finish().await
    };
    let taking_over = async {
        tokio::time::sleep(seconds(1)).await;
        bench.turn_for(&second, seconds(300)).await;
    };
    let (landed, ()) = tokio::join!(landing, taking_over);
    assert!(matches!(landed, Err(Error::Overtaken { .. })));
    assert_eq!((bench.cloud.existing(), bench.cloud.serving()), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn an_operator_who_writes_first_has_the_intents_dropped_and_planned_anew() {
    let bench = Bench::new();
    let scaler = bench.web(1);
    web_of(&scaler)
        .ask(ScaleRequest::new(TargetSize::Exactly(3), Cause::operator("x")))
        .submit()
        .await
        .unwrap();
    let (mode, who, why) = (GroupMode::Paused, "ann".to_owned(), String::new());
    let paused = by_operator(&bench, Fact::ModeSet { mode, until: None, who, why });
    bench.store.fault("intended", Fault::Before(paused));
    bench.turn_for(&scaler, seconds(120)).await;
    assert_eq!(bench.cloud.count("create"), 0);
    assert!(!bench.facts().await.iter().any(|fact| matches!(fact, Fact::Intended { .. })));
}

#[tokio::test(start_paused = true)]
async fn an_operator_who_writes_first_loses_no_outcome() {
    let bench = Bench::new();
    let scaler = bench.web(1);
    let protected = by_operator(&bench, Fact::Marked { slot: Slot(1), mark: Mark::Protected });
    bench.store.fault("done", Fault::Before(protected.clone()));
    bench.store.fault("done", Fault::Before(protected));
    assert_eq!(
        web_of(&scaler).scale_to(2).because(Cause::operator("x")).events().outcome().await.unwrap(),
        Outcome::Reached
    );
    each_step_once(&bench.entries().await);
    assert_eq!(bench.cloud.count("create"), 2);
}

#[tokio::test(start_paused = true)]
async fn an_append_that_broke_and_landed_is_found_before_anything_else() {
    for kind in ["began", "decided", "intended", "done"] {
        let bench = Bench::new();
        let scaler = bench.web(1);
        bench.store.fault(kind, Fault::Landed);
        let ending =
            web_of(&scaler).scale_to(2).because(Cause::operator("x")).events().outcome().await.unwrap();
        assert_eq!(ending, Outcome::Reached, "{kind}");
        each_step_once(&bench.entries().await);
        assert_eq!((bench.cloud.count("create"), bench.cloud.existing()), (2, 2), "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_append_that_broke_and_did_not_land_is_made_again() {
    for kind in ["decided", "intended", "done"] {
        let bench = Bench::new();
        let scaler = bench.web(1);
        bench.store.fault(kind, Fault::Vanished);
        let ending =
            web_of(&scaler).scale_to(2).because(Cause::operator("x")).events().outcome().await.unwrap();
        assert_eq!(ending, Outcome::Reached, "{kind}");
        each_step_once(&bench.entries().await);
        assert_eq!((bench.cloud.count("create"), bench.cloud.existing()), (2, 2), "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn while_the_store_is_broken_nothing_is_begun_and_afterwards_it_goes_on() {
    let bench = Bench::new();
    let scaler = bench.settled(1, 1).await;
    web_of(&scaler)
        .ask(ScaleRequest::new(TargetSize::Exactly(3), Cause::operator("x")))
        .submit()
        .await
        .unwrap();
    *bench.store.broken.lock().unwrap() = true;
    let calls = bench.cloud.calls().len();
    let mend = async {
        tokio::time::sleep(seconds(100)).await;
        assert_eq!(bench.cloud.calls().len(), calls);
        assert!(
            web_of(&scaler).status().await.unwrap().trouble.unwrap().to_string().contains("the disk is full")
        );
        *bench.store.broken.lock().unwrap() = false;
    };
    tokio::join!(mend, bench.turn_for(&scaler, seconds(400)));
    assert_eq!(bench.cloud.serving(), 3);
    assert_eq!(web_of(&scaler).status().await.unwrap().trouble, None);
}

#[tokio::test(start_paused = true)]
async fn a_log_of_an_unknown_kind_stops_its_group_and_no_other() {
    let bench = Bench::new();
    let api = super::group("api", scaler_core::model::ConfigId(8), 1, 3);
    let scaler = bench.scaler([super::group("web", super::CONFIG, 1, 3), api], 1);
    let log = LogName::Group("web".parse().unwrap());
    bench.store.inner.plant(&log, r#"{"at":"2026-08-01T12:00:00Z","format":1,"actor":"x","operation":0,"generation":0,"cause":"converge","kind":"invented"}"#);
    bench.turn_for(&scaler, seconds(200)).await;
    assert_eq!(bench.cloud.count("create web"), 0);
    assert_eq!(bench.cloud.count("create api"), 1);
    let error = web_of(&scaler).status().await.unwrap_err();
    assert!(format!("{:?}", error).contains("invented"), "{error:?}");
    assert!(bench.store.inner.read(&log, Position(1), 10).await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_lost_is_rebuilt_from_the_cloud() {
    let mut bench = Bench::new();
    bench.settled(3, 1).await;
    let calls = bench.cloud.calls().len();
    bench.store = super::store::Faulty::default();
    let scaler = bench.web(2);
    bench.turn_for(&scaler, seconds(300)).await;
    let status = web_of(&scaler).status().await.unwrap();
    assert_eq!((status.desired, status.in_service), (Some(3), 3));
    assert_eq!(bench.cloud.calls().len(), calls, "nothing was changed for being unknown");
    let outcomes = bench
        .facts()
        .await
        .iter()
        .filter(|fact| matches!(fact, Fact::Done { outcome: StepOutcome::Ok }))
        .count();
    assert_eq!(outcomes, 0);
}
