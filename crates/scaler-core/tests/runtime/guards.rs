//! What is not ours, or not the one that the log means, is left alone.

use scaler_core::model::{AlertState, InstanceId, Mode};
use scaler_core::ports::FailureKind;
use scaler_core::runtime::{Outcome, ScaleRequest, TargetSize};
use scaler_core::state::{Cause, Fact, Refusal, StepOutcome};

use super::cloud::Fate;
use super::{Bench, CONFIG, alert, seconds, web_of};

async fn refused(bench: &Bench) -> Vec<String> {
    bench
        .facts()
        .await
        .into_iter()
        .filter_map(|fact| match fact {
            Fact::Done { outcome: StepOutcome::Refused { refusal: Refusal::Guarded, why, .. } } => {
                Some(why.to_string())
            }
            _ => None,
        })
        .collect()
}

fn ids(bench: &Bench) -> Vec<InstanceId> {
    bench.cloud.state().machines.keys().copied().collect()
}

#[tokio::test(start_paused = true)]
async fn the_wrong_one_is_deleted_by_name_when_it_became_another_while_it_drained() {
    let bench = Bench::new();
    let scaler = bench.settled(2, 1).await;
    web_of(&scaler)
        .ask(ScaleRequest::new(TargetSize::Exactly(1), Cause::operator("x")))
        .submit()
        .await
        .unwrap();
    let rename = async {
        tokio::time::sleep(seconds(200)).await;
        let drained = {
            let state = bench.cloud.state();
            let node = state
                .nodes
                .values()
                .find(|node| node.mode == Mode::Drain)
                .expect("one drains")
                .address
                .clone();
            state
                .machines
                .values()
                .find(|machine| machine.instance.address.as_ref() == Some(&node))
                .unwrap()
                .instance
                .id
        };
        bench.cloud.state().machines.get_mut(&drained).unwrap().instance.label = "somebody-elses".to_owned();
    };
    tokio::join!(rename, bench.turn_for(&scaler, seconds(500)));
    assert_eq!((bench.cloud.count("delete"), bench.cloud.count("deregister")), (0, 0));
    assert!(refused(&bench).await.iter().any(|why| why.contains("another label")));
    // Refused, so it serves on.
    assert_eq!(bench.cloud.serving(), 2);
}

#[tokio::test(start_paused = true)]
async fn one_that_is_locked_while_it_drains_goes_back_to_accept() {
    let bench = Bench::new();
    let scaler = bench.settled(2, 1).await;
    web_of(&scaler)
        .ask(ScaleRequest::new(TargetSize::Exactly(1), Cause::operator("x")))
        .submit()
        .await
        .unwrap();
    let lock = async {
        tokio::time::sleep(seconds(200)).await;
        for machine in bench.cloud.state().machines.values_mut() {
            machine.instance.locked = true;
        }
    };
    tokio::join!(lock, bench.turn_for(&scaler, seconds(500)));
    assert_eq!(bench.cloud.count("delete"), 0);
    assert_eq!(bench.cloud.serving(), 2);
}

#[tokio::test(start_paused = true)]
async fn one_that_lost_our_tag_counts_and_is_not_touched() {
    let bench = Bench::new();
    let scaler = bench.settled(2, 1).await;
    let freed = ids(&bench)[0];
    bench.cloud.state().machines.get_mut(&freed).unwrap().group = None;
    bench.turn_for(&scaler, seconds(200)).await;
    assert!(bench.cloud.state().machines.contains_key(&freed));
    assert_eq!(bench.cloud.count("delete"), 0);
    let status = web_of(&scaler).status().await.unwrap();
    assert!(status.members.iter().any(|member| member.instance == Some(freed)));
    assert_eq!(bench.cloud.count("create"), 2, "nothing lacks");
    assert!(status.holds.iter().any(|hold| hold.kind() == "untagged"), "{:?}", status.holds);
}

#[tokio::test(start_paused = true)]
async fn one_whose_create_was_not_answered_and_that_lost_its_tags_was_forgotten() {
    let bench = Bench::new();
    let scaler = bench.settled(2, 1).await;
    bench.cloud.fate("create", Fate::Vanished);
    web_of(&scaler).scale_to(3).because("x").submit().await.unwrap();
    let story = async {
        tokio::time::sleep(seconds(10)).await;
        let members = web_of(&scaler).status().await.unwrap().members;
        let awaited = members.into_iter().find(|member| member.instance.is_none()).unwrap();
        let late = bench.cloud.plant("web", CONFIG, 1)[0];
        {
            let mut state = bench.cloud.state();
            let machine = state.machines.get_mut(&late).unwrap();
            machine.group = None;
            machine.instance.label.clone_from(&awaited.label);
            let address = machine.instance.address.clone().unwrap();
            state.nodes.retain(|_, node| !node.address.starts_with(&address));
        }
        tokio::time::sleep(seconds(3_600)).await;
        let status = web_of(&scaler).status().await.unwrap();
        let shown = status.members.iter().find(|member| member.instance == Some(late));
        assert_eq!(shown.map(|member| member.slot), Some(awaited.slot), "{:?}", status.members);
        assert!(status.holds.iter().any(|hold| hold.kind() == "untagged"), "{:?}", status.holds);
        assert_eq!(status.may_exist, 4, "and another one, for its launch failed");
        assert!(bench.cloud.state().machines.contains_key(&late), "untouched");
    };
    scaler.run(story).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_strangers_label_is_not_taken_for_an_answer() {
    let bench = Bench::new();
    let scaler = bench.web(1);
    bench.cloud.fate("create", Fate::Refused(FailureKind::LabelTaken));
    web_of(&scaler)
        .ask(ScaleRequest::new(TargetSize::Exactly(1), Cause::operator("x")))
        .submit()
        .await
        .unwrap();
    let mut actor = web_of(&scaler).actor().await.unwrap();
    let report = actor.turn().await.unwrap();
    let label = match &report.turn.plan.steps[0].0 {
        scaler_core::state::Step::Create { label, .. } => label.clone(),
        other => panic!("{other}"),
    };
    let stranger = bench.cloud.plant("web", CONFIG, 1)[0];
    {
        let mut state = bench.cloud.state();
        let machine = state.machines.get_mut(&stranger).unwrap();
        machine.group = None;
        machine.instance.label.clone_from(&label);
        state.nodes.clear();
    }
    actor.finish().await.unwrap();
    assert!(refused(&bench).await[0].contains("does not carry our tags"));
    drop(actor);
    bench.turn_for(&scaler, seconds(200)).await;
    assert_eq!((bench.cloud.existing(), bench.cloud.serving()), (1, 1));
    assert!(bench.cloud.state().machines.contains_key(&stranger));
}

#[tokio::test(start_paused = true)]
async fn protected_and_standby_members_stay() {
    let bench = Bench::new();
    let scaler = bench.settled(3, 1).await;
    let ids = ids(&bench);
    web_of(&scaler).protect(ids[0], Cause::operator("x")).await.unwrap();
    web_of(&scaler).standby(ids[1], Cause::operator("x")).await.unwrap();
    let ask = ScaleRequest::new(TargetSize::Exactly(1), Cause::operator("less"))
        .over_budget(true)
        .deadline(seconds(1_500));
    assert_eq!(web_of(&scaler).ask(ask).events().outcome().await.unwrap(), Outcome::Reached);
    let left: Vec<InstanceId> = self::ids(&bench);
    assert_eq!(left, [ids[0], ids[1]]);
    let status = web_of(&scaler).status().await.unwrap();
    assert!(status.members.iter().any(|member| member.protected && member.instance == Some(ids[0])));
}

#[tokio::test(start_paused = true)]
async fn a_replacement_serves_before_the_old_one_goes() {
    let bench = Bench::new();
    let scaler = bench.settled(2, 1).await;
    let old = ids(&bench)[0];
    let mut run = web_of(&scaler).replace(old, Cause::operator("a new kernel"));
    while let Some(event) = run.next().await {
        let _ = event.to_string();
        assert!(bench.cloud.serving() >= 2, "{event}");
    }
    assert_eq!(run.outcome().await.unwrap(), Outcome::Reached);
    assert!(!bench.cloud.state().machines.contains_key(&old));
    assert_eq!((bench.cloud.existing(), bench.cloud.serving()), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_was_renamed_back_after_the_store_was_lost_could_never_go() {
    let bench = Bench::new();
    let ids = bench.cloud.plant("web", CONFIG, 2);
    let rename = |label: &str| {
        bench.cloud.state().machines.get_mut(&ids[1]).unwrap().instance.label = label.to_owned();
    };
    rename("a-name-of-their-own");
    let scaler = bench.web(1);
    bench.turn_for(&scaler, seconds(900)).await;
    rename("web-aaaaa-1");
    let web = web_of(&scaler);
    let ask = async {
        web.protect(ids[0], Cause::operator("x")).await.unwrap();
        let one = ScaleRequest::new(TargetSize::Exactly(1), Cause::operator("x"));
        web.ask(one).submit().await.unwrap();
    };
    tokio::join!(ask, bench.turn_for(&scaler, seconds(3_600)));
    assert_eq!(refused(&bench).await, Vec::<String>::new());
    let state = bench.cloud.state();
    assert_eq!((state.machines.len(), state.nodes.len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_sees_no_instance_had_the_nodes_of_a_lost_store_swept() {
    let bench = Bench::new();
    bench.cloud.plant("web", CONFIG, 5);
    bench.cloud.state().hides = true;
    let scaler = bench.web(1);
    bench.turn_for(&scaler, seconds(3_600)).await;
    assert_eq!((bench.cloud.calls(), bench.cloud.serving()), (Vec::new(), 5));
    let status = web_of(&scaler).status().await.unwrap();
    assert!(status.holds.iter().any(|hold| hold.kind() == "nothing_listed"), "{:?}", status.holds);
    bench.cloud.state().hides = false;
    bench.turn_for(&scaler, seconds(900)).await;
    let status = web_of(&scaler).status().await.unwrap();
    assert_eq!((bench.cloud.calls(), status.in_service, status.desired), (Vec::new(), 5, Some(5)));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_sees_no_instance_any_more_had_serving_nodes_swept() {
    let bench = Bench::new();
    let scaler = bench.settled(4, 1).await;
    bench.turn_for(&scaler, seconds(100)).await;
    let calls = bench.cloud.calls();
    bench.cloud.state().hides = true;
    bench.turn_for(&scaler, seconds(3_600)).await;
    assert_eq!((bench.cloud.calls(), bench.cloud.serving()), (calls.clone(), 4));
    bench.cloud.state().hides = false;
    bench.turn_for(&scaler, seconds(900)).await;
    let status = web_of(&scaler).status().await.unwrap();
    assert_eq!((bench.cloud.calls(), status.in_service), (calls, 4));
}

#[tokio::test(start_paused = true)]
async fn a_member_that_a_person_renamed_held_every_removal() {
    let bench = Bench::new();
    let scaler = bench.settled(5, 1).await;
    let renamed = ids(&bench)[0];
    bench.cloud.state().machines.get_mut(&renamed).unwrap().instance.label = "renamed-by-hand".to_owned();
    let low = async {
        for _ in 0..12 * 8 {
            scaler.alerts().notified(vec![alert("WebCpuLow", AlertState::Firing)]).await.unwrap();
            tokio::time::sleep(seconds(300)).await;
        }
    };
    tokio::join!(low, bench.turn_for(&scaler, seconds(8 * 3_600)));
    assert_eq!((bench.cloud.serving(), ids(&bench)), (1, vec![renamed]), "the others go");
    let facts = bench.facts().await;
    let drawn = facts.iter().filter(|fact| matches!(fact, Fact::PermitDrawn { .. })).count();
    assert!((5..=10).contains(&drawn), "{drawn}: each refusal of the first in line doubles its pause");
}
