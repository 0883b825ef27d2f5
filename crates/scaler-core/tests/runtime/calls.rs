//! The calls of operators, pipelines and embedding programs.

use scaler_core::model::{Amount, InstanceId};
use scaler_core::ports::{Clock, LogName, Store};
use scaler_core::runtime::{BuildError, Error, Outcome, ScaleRequest, Scaler, TargetSize};
use scaler_core::state::{Cause, Fact, FailureReason, GroupMode, GroupState, Mark};

use super::cloud::Fate;
use super::{Bench, CONFIG, group, seconds, web_of};

#[tokio::test(start_paused = true)]
async fn a_request_that_the_log_has_does_nothing_again() {
    let bench = Bench::new();
    let scaler = bench.settled(1, 1).await;
    let ask =
        ScaleRequest::new(TargetSize::More(Amount::Count(1)), Cause::operator("ci")).request("build-17");
    assert_eq!(web_of(&scaler).ask(ask.clone()).events().outcome().await.unwrap(), Outcome::Reached);
    let entries = bench.entries().await.len();
    let again = web_of(&scaler).ask(ask.clone()).submit().await.unwrap();
    assert!(again.repeated);
    assert_eq!(again.desired, 2);
    assert_eq!(bench.entries().await.len(), entries);
    // Also after a restart, and whoever waits is told how it ended.
    let restarted = bench.web(2);
    assert_eq!(web_of(&restarted).ask(ask).events().outcome().await.unwrap(), Outcome::Reached);
    assert_eq!(bench.cloud.existing(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_request_for_an_old_generation_is_refused() {
    let bench = Bench::new();
    let scaler = bench.settled(1, 1).await;
    let ask =
        |generation| ScaleRequest::new(TargetSize::Exactly(2), Cause::operator("ci")).generation(generation);
    let refused = web_of(&scaler).ask(ask(0)).submit().await.unwrap_err();
    assert!(matches!(refused, Error::Generation { asked: 0, current: 1, .. }), "{refused}");
    web_of(&scaler).ask(ask(1)).submit().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_does_not_exist_is_named() {
    let bench = Bench::new();
    let scaler = bench.settled(1, 1).await;
    let error = scaler.group("wbe").unwrap_err();
    assert!(matches!(error, Error::UnknownGroup { .. }));
    assert_eq!(error.to_string(), "there is no group \"wbe\"; the configured ones are: web");
    let error = web_of(&scaler).protect(InstanceId(9), Cause::operator("x")).await.unwrap_err();
    assert!(error.to_string().contains("instance 9 is not a member of group web"));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_the_waiting_and_not_the_loop() {
    let bench = Bench::new();
    let scaler = bench.settled(1, 1).await;
    bench.cloud.state().boot = seconds(120);
    let ask = ScaleRequest::new(TargetSize::Exactly(2), Cause::operator("x")).deadline(seconds(20));
    let begun = bench.clock.now();
    let ending = web_of(&scaler).ask(ask).events().outcome().await.unwrap();
    assert!(matches!(&ending, Outcome::Failed { why: FailureReason::DeadlinePassed }), "{ending}");
    assert!(bench.clock.now().duration_since(begun).as_secs() <= 21);
    bench.turn_for(&scaler, seconds(300)).await;
    assert_eq!(bench.cloud.serving(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_says_what_would_be_done_and_does_nothing() {
    let bench = Bench::new();
    let scaler = bench.web(1);
    let run = web_of(&scaler).plan().await.unwrap();
    assert_eq!(run.steps.len(), 1, "{run}");
    let ask = ScaleRequest::new(TargetSize::Exactly(4), Cause::operator("what if"));
    let run = web_of(&scaler).ask(ask.clone()).plan().await.unwrap();
    assert_eq!(run.steps.len(), 4, "{run}");
    assert!(run.to_string().contains("create web-"), "{run}");
    let json = serde_json::to_value(&run).unwrap();
    assert_eq!((&json["desired"], &json["steps"][3]["step"]["do"]), (&4.into(), &"create".into()), "{json}");
    assert!(bench.cloud.calls().is_empty());
    assert!(bench.entries().await.is_empty());
    assert!(bench.store.installation().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn status_tells_members_costs_and_deadlines() {
    let bench = Bench::new();
    let scaler = bench.settled(2, 1).await;
    let status = web_of(&scaler).status().await.unwrap();
    assert_eq!((status.desired, status.in_service, status.warming, status.generation), (Some(2), 2, 2, 1));
    assert_eq!(status.cost_per_hour.unwrap().to_string(), "$0.0720/h");
    assert!(status.members.iter().all(|member| member.deadline.is_some() && member.address.is_some()));
    assert!(!status.turning);
    let json = serde_json::to_value(&status).unwrap();
    assert_eq!(json["mode"], "on");
    assert_eq!(json["members"][0]["phase"], "warming");
}

#[tokio::test(start_paused = true)]
async fn modes_hold_across_restarts_and_end_by_themselves() {
    let bench = Bench::new();
    let scaler = bench.settled(1, 1).await;
    let until = scaler_core::model::after(bench.clock.now(), seconds(600));
    web_of(&scaler).set_mode(GroupMode::Paused, Some(until), "ann", "maintenance").await.unwrap();
    let restarted = bench.web(2);
    assert_eq!(web_of(&restarted).status().await.unwrap().mode, GroupMode::Paused);
    bench.cloud.state().machines.clear();
    bench.cloud.state().nodes.clear();
    bench.turn_for(&restarted, seconds(500)).await;
    assert_eq!(bench.cloud.count("create"), 1);
    bench.turn_for(&restarted, seconds(400)).await;
    assert_eq!(web_of(&restarted).status().await.unwrap().mode, GroupMode::On);
    assert_eq!(bench.cloud.serving(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_adopted_instance_becomes_a_member_and_a_released_one_is_left_alone() {
    let bench = Bench::new();
    let scaler = bench.settled(1, 1).await;
    let id = bench.cloud.plant("web", CONFIG, 1)[0];
    bench.cloud.state().machines.get_mut(&id).unwrap().group = None;
    web_of(&scaler).adopt(id, Cause::operator("x")).await.unwrap();
    bench.turn_for(&scaler, seconds(60)).await;
    let status = web_of(&scaler).status().await.unwrap();
    assert!(status.members.iter().any(|member| member.instance == Some(id)), "{:?}", status.members);
    assert_eq!(bench.cloud.count("create"), 1, "none was created beside it");
    web_of(&scaler).release(id, Cause::operator("x")).await.unwrap();
    bench.turn_for(&scaler, seconds(60)).await;
    let machine = bench.cloud.state().machines[&id].clone();
    assert_eq!(machine.group, None);
    assert!(web_of(&scaler).status().await.unwrap().members.iter().all(|member| member.instance != Some(id)));
    let nodes = bench
        .cloud
        .state()
        .nodes
        .values()
        .filter(|node| Some(&node.address) == machine.instance.address.as_ref())
        .count();
    assert_eq!(nodes, 1, "its node stays");
}

#[tokio::test(start_paused = true)]
async fn a_released_instance_was_found_again_in_a_listing_from_before() {
    for after in 0..12 {
        let bench = Bench::new();
        let scaler = bench.settled(3, 1).await;
        let observed = async {
            tokio::time::sleep(seconds(60 + after)).await;
            let id = web_of(&scaler).status().await.unwrap().members[0].instance.unwrap();
            web_of(&scaler).release(id, Cause::operator("x")).await.unwrap();
            tokio::time::sleep(seconds(120)).await;
            let status = web_of(&scaler).status().await.unwrap();
            assert!(
                status.members.iter().all(|member| member.instance != Some(id)),
                "released after {after} s and a member again: {:?}",
                status.members
            );
        };
        scaler.run(observed).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_group_stood_still_while_an_instance_was_adopted_over_a_slow_api() {
    let bench = Bench::new();
    let scaler = bench.settled(1, 1).await;
    let id = bench.cloud.plant("web", CONFIG, 1)[0];
    bench.cloud.state().machines.get_mut(&id).unwrap().group = None;
    bench.cloud.fate("mark", Fate::Slow(seconds(89)));
    let web = web_of(&scaler);
    let meanwhile = async {
        tokio::time::sleep(seconds(5)).await;
        web.scale_to(3).because("a busy evening").submit().await.unwrap();
        tokio::time::sleep(seconds(10)).await;
        (bench.cloud.count("create"), web.status().await.unwrap().may_exist)
    };
    let adopting = web.adopt(id, Cause::operator("x"));
    let (adopted, meanwhile, ()) = tokio::join!(adopting, meanwhile, bench.turn_for(&scaler, seconds(200)));
    adopted.unwrap();
    assert_eq!(meanwhile, (3, 3), "two more were created, and the one without tags does not count yet");
    let status = web.status().await.unwrap();
    assert_eq!((status.in_service, status.desired, bench.cloud.count("create")), (4, Some(4), 3));
    assert!(
        bench.facts().await.iter().all(|fact| !matches!(fact, Fact::Marked { mark: Mark::Untagged, .. }))
    );
}

#[tokio::test(start_paused = true)]
async fn an_adoption_that_was_interrupted_left_its_member_on_standby_for_good() {
    let bench = Bench::new();
    let scaler = bench.settled(1, 1).await;
    let id = bench.cloud.plant("web", CONFIG, 1)[0];
    bench.cloud.state().machines.get_mut(&id).unwrap().group = None;
    bench.cloud.fate("mark", Fate::Slow(seconds(30)));
    let web = web_of(&scaler);
    let given_up = tokio::time::timeout(seconds(10), web.adopt(id, Cause::operator("x"))).await;
    assert!(given_up.is_err(), "whoever asked went away");
    bench.turn_for(&scaler, seconds(60)).await;
    assert_eq!(web.status().await.unwrap().in_service, 1);
    web.adopt(id, Cause::operator("x")).await.unwrap();
    bench.turn_for(&scaler, seconds(200)).await;
    let status = web.status().await.unwrap();
    assert_eq!((status.in_service, status.desired, bench.cloud.count("create")), (2, Some(2), 1));
}

#[tokio::test(start_paused = true)]
async fn an_adoption_let_members_be_removed_that_an_older_store_did_not_know() {
    let bench = Bench::new();
    let scaler = bench.settled(1, 1).await;
    let id = bench.cloud.plant("web", CONFIG, 1)[0];
    bench.cloud.state().machines.get_mut(&id).unwrap().group = None;
    let entries = bench.entries().await;
    let last = entries.last().unwrap();
    let older = Fact::StoreOlder { incarnation: "fghij".to_owned() };
    let mut draft = last.draft.clone();
    (draft.fact, draft.step) = (older, None);
    bench
        .store
        .append(&LogName::Group(web_of(&scaler).name().clone()), last.position, &[draft])
        .await
        .unwrap();
    web_of(&scaler).adopt(id, Cause::operator("x")).await.unwrap();
    let state = GroupState::fold(&bench.entries().await);
    assert!(state.older.is_some(), "it says nothing about how many there should be");
    web_of(&scaler).scale_to(2).because("looked at").submit().await.unwrap();
    assert_eq!(GroupState::fold(&bench.entries().await).older, None);
}

#[tokio::test(start_paused = true)]
async fn adopting_is_refused_with_the_fix_or_undone() {
    let bench = Bench::new();
    let scaler = bench.settled(1, 1).await;
    let error = web_of(&scaler).adopt(InstanceId(9), Cause::operator("x")).await.unwrap_err();
    assert!(error.to_string().contains("check the number"), "{error}");
    let id = bench.cloud.plant("api", CONFIG, 1)[0];
    let error = web_of(&scaler).adopt(id, Cause::operator("x")).await.unwrap_err();
    assert!(error.to_string().contains("release it there first"), "{error}");
    bench.cloud.state().machines.get_mut(&id).unwrap().group = None;
    bench.cloud.state().machines.get_mut(&id).unwrap().instance.address = None;
    let error = web_of(&scaler).adopt(id, Cause::operator("x")).await.unwrap_err();
    assert!(error.to_string().contains("private IPv4"), "{error}");
    bench.cloud.state().machines.get_mut(&id).unwrap().instance.address = Some("192.168.130.9".to_owned());
    bench.cloud.fate("mark", Fate::Refused(scaler_core::ports::FailureKind::Request));
    assert!(matches!(web_of(&scaler).adopt(id, Cause::operator("x")).await, Err(Error::Cloud { .. })));
    assert_eq!(web_of(&scaler).status().await.unwrap().members.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_group_that_left_the_configuration_is_shown() {
    let bench = Bench::new();
    bench.settled(1, 1).await;
    let other = bench.scaler([group("api", CONFIG, 0, 1)], 2);
    assert_eq!(other.unmanaged().await.unwrap(), ["web".parse().unwrap()]);
    assert_eq!(other.unmanaged_history(&"web".parse().unwrap(), 5).await.unwrap().len(), 1);
    bench.turn_for(&other, seconds(100)).await;
    assert_eq!(bench.cloud.serving(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_scaler_that_contradicts_itself_is_not_built() {
    let bench = Bench::new();
    let build = |groups: Vec<scaler_core::model::Group>| {
        let builder = Scaler::builder().compute(bench.cloud.clone()).balancer(bench.cloud.clone());
        builder.store(bench.store.clone()).clock(bench.clock).groups(groups).build().map(drop)
    };
    assert_eq!(Scaler::builder().build().map(drop), Err(BuildError::Missing("compute")));
    let web = || group("web", CONFIG, 0, 1);
    assert!(matches!(build(vec![web(), web()]), Err(BuildError::Twice(_))));
    assert!(matches!(build(vec![web(), group("api", CONFIG, 0, 1)]), Err(BuildError::SharedConfig { .. })));
    assert!(matches!(build(vec![group("web", CONFIG, 2, 1)]), Err(BuildError::Group { .. })));
    let mut twice = web();
    twice.balancers = vec![CONFIG, CONFIG];
    let said = build(vec![twice]).unwrap_err().to_string();
    assert_eq!(said, "group web: it names NodeBalancer config 7 twice: name it once");
    build(vec![web()]).unwrap();
    let defaults = Scaler::builder().compute(bench.cloud.clone()).balancer(bench.cloud.clone());
    defaults.group(web()).build().expect("store and clock have defaults");
}

#[tokio::test(start_paused = true)]
async fn a_floor_holds_until_its_time() {
    let bench = Bench::new();
    let scaler = bench.settled(1, 1).await;
    let until = scaler_core::model::after(bench.clock.now(), seconds(7_200));
    let ask = ScaleRequest::new(TargetSize::Exactly(3), Cause::operator("a sale")).floor_until(until);
    assert_eq!(web_of(&scaler).ask(ask).events().outcome().await.unwrap(), Outcome::Reached);
    let asked =
        bench.facts().await.iter().any(|fact| matches!(fact, Fact::SizeAsked { floor_until: Some(_), .. }));
    assert!(asked);
}
