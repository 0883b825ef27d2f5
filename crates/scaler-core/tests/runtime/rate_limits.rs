//! What a cloud tells about when to ask again is kept to, and never taken at its word without bounds.

use std::time::Duration;

use scaler_core::model::{AlertState, ConfigId, elapsed};
use scaler_core::ports::{Clock as _, FailureKind};
use scaler_core::runtime::{ScaleRequest, TargetSize};
use scaler_core::state::{Cause, Fact, GroupState, Hold, Step};
use scaler_core::view::{Moment, What};

use super::cloud::Fate;
use super::{Bench, CONFIG, alert, group, seconds, web_of};

const TEN_YEARS: Duration = Duration::from_secs(10 * 365 * 86_400);

#[tokio::test(start_paused = true)]
async fn a_retry_after_of_nothing_made_creates_follow_each_other_at_once() {
    let bench = Bench::new();
    let scaler = bench.web(1);
    for _ in 0..500 {
        bench.cloud.fate("create", Fate::Limited(Duration::ZERO));
    }
    bench.turn_for(&scaler, seconds(60)).await;
    let sent = bench.cloud.count("create");
    assert!((2..=15).contains(&sent), "{sent} creates in a minute of refusals");
}

#[tokio::test(start_paused = true)]
async fn a_maintenance_of_two_minutes_kept_creates_waiting_for_five() {
    let bench = Bench::new();
    let scaler = bench.web(1);
    for _ in 0..4 {
        bench.cloud.fate("create", Fate::Refused(FailureKind::Transient));
    }
    bench.turn_for(&scaler, seconds(240)).await;
    assert_eq!((bench.cloud.count("create"), bench.cloud.serving()), (5, 1), "one try each half minute");
    let failed = GroupState::fold(&bench.entries().await).launches.failures;
    assert_eq!(failed, 0, "nothing was launched, so no launch failed");
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_of_years_kept_a_group_below_its_minimum() {
    let bench = Bench::new();
    let scaler = bench.web(1);
    bench.cloud.fate("create", Fate::Limited(TEN_YEARS));
    bench.turn_for(&scaler, seconds(600)).await;
    assert_eq!(bench.cloud.serving(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_of_years_kept_a_member_out_of_service() {
    let bench = Bench::new();
    let scaler = bench.web(1);
    bench.cloud.fate("register", Fate::Limited(TEN_YEARS));
    bench.turn_for(&scaler, seconds(600)).await;
    assert_eq!(bench.cloud.serving(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_listing_that_is_refused_was_told_anew_at_every_turn() {
    let bench = Bench::new();
    let scaler = bench.settled(1, 1).await;
    bench.turn_for(&scaler, seconds(60)).await;
    let mut events = web_of(&scaler).subscribe();
    for left in (1..=40).rev() {
        bench.cloud.fate("list", Fate::Limited(seconds(left)));
    }
    bench.turn_for(&scaler, seconds(120)).await;
    drop(scaler);
    let mut told = Vec::new();
    while let Some(event) = events.next().await {
        if let What::Now(Moment::Held { .. }) = &event.what {
            told.push(event.to_string());
        }
    }
    assert_eq!(told.len(), 1, "{told:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_call_waited_for_lists_that_others_had_used_up_and_the_group_was_blind() {
    let bench = Bench::new();
    let scaler = bench.settled(4, 1).await;
    let lists = || {
        let cloud = bench.cloud.state();
        (cloud.lists, cloud.node_lists)
    };
    let observed = async {
        tokio::time::sleep(seconds(200)).await;
        bench.cloud.state().lists_left = Some(0);
        let before = lists();
        tokio::time::sleep(seconds(20)).await;
        scaler.alerts().notified(vec![alert("WebCpuHigh", AlertState::Firing)]).await.unwrap();
        tokio::time::sleep(seconds(2)).await;
        let status = web_of(&scaler).status().await.unwrap();
        assert_eq!(bench.cloud.count("create"), 8, "what is added needs no fresh nodes");
        assert_eq!(status.discarded(), None);
        assert_eq!(lists(), before, "no list was sent");
        bench.cloud.state().lists_left = Some(200);
        tokio::time::sleep(seconds(60)).await;
        assert_eq!(bench.cloud.serving(), 8);
    };
    scaler.run(observed).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_member_went_by_a_listing_of_minutes_ago() {
    for old in [false, true] {
        let bench = Bench::new();
        let scaler = bench.settled(4, 1).await;
        let observed = async {
            tokio::time::sleep(seconds(200)).await;
            bench.cloud.state().listings_left = Some(0);
            tokio::time::sleep(seconds(if old { 90 } else { 20 })).await;
            web_of(&scaler).scale_to(2).because("x").submit().await.unwrap();
            tokio::time::sleep(seconds(20)).await;
            assert_eq!(bench.cloud.count("mode") > 0, !old, "{:?}", bench.cloud.calls());
            if old {
                let holds = web_of(&scaler).status().await.unwrap().holds;
                assert!(holds.iter().any(|hold| hold.kind() == "not_fresh"), "{holds:?}");
            }
            bench.cloud.state().listings_left = None;
            tokio::time::sleep(seconds(1_200)).await;
            assert_eq!(bench.cloud.existing(), 2);
        };
        scaler.run(observed).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_member_went_by_a_listing_that_grew_old_while_the_nodes_were_read() {
    let bench = Bench::new();
    let scaler = bench.settled(4, 1).await;
    let observed = async {
        tokio::time::sleep(seconds(200)).await;
        bench.cloud.state().listings_left = Some(0);
        let listed = bench.cloud.state().listed.iter().rev().find(|(_, of)| of.is_none()).unwrap().0;
        tokio::time::sleep(seconds(45)).await;
        bench.cloud.state().nodes_take = seconds(30);
        web_of(&scaler).scale_to(2).because("x").submit().await.unwrap();
        tokio::time::sleep(seconds(100)).await;
        let age = elapsed(listed, bench.clock.now());
        assert_eq!(bench.cloud.count("mode"), 0, "the last listing is {age:?} old");
    };
    scaler.run(observed).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_answered_404_was_back_where_only_an_old_listing_showed_it() {
    let bench = Bench::new();
    let big: Vec<String> = (0..7).map(|n| format!("big{n}")).collect();
    let many = (8..).zip(&big).map(|(config, name)| group(name, ConfigId(config), 0, 99));
    let scaler = bench.scaler(many.chain([group("web", CONFIG, 3, 12)]), 1);
    let observed = async {
        tokio::time::sleep(seconds(200)).await;
        bench.cloud.state().boot = seconds(500);
        // What boots in the other groups takes all reads by id.
        for name in &big {
            scaler.group(name).unwrap().scale_to(40).because(Cause::operator("x")).submit().await.unwrap();
            tokio::time::sleep(Duration::from_millis(333)).await;
        }
        let id = web_of(&scaler).status().await.unwrap().members[0].instance.unwrap();
        bench.cloud.state().machines.get_mut(&id).unwrap().healthy = false;
        tokio::time::sleep(seconds(30)).await;
        {
            let mut cloud = bench.cloud.state();
            cloud.lists_left = Some(0);
            cloud.machines.remove(&id);
        }
        tokio::time::sleep(seconds(60)).await;
    };
    scaler.run(observed).await.unwrap();
    let facts = bench.facts().await;
    let told =
        |fact: &&Fact| matches!(fact, Fact::Missing { .. } | Fact::Reappeared { .. } | Fact::Gone { .. });
    let told: Vec<&Fact> = facts.iter().filter(told).collect();
    assert!(matches!(told[..], [Fact::Missing { .. }, Fact::Gone { .. }]), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_group_with_many_creates_kept_one_with_few_waiting() {
    let bench = Bench::new();
    let scaler = bench.scaler([group("a-many", CONFIG, 0, 40), group("few", ConfigId(8), 0, 8)], 1);
    for (name, size) in [("a-many", 20), ("few", 2)] {
        let ask = ScaleRequest::new(TargetSize::Exactly(size), Cause::operator("x"));
        scaler.group(name).unwrap().ask(ask).submit().await.unwrap();
    }
    bench.cloud.state().creates_left = Some(0);
    let refilled = async {
        for _ in 0..2 {
            tokio::time::sleep(seconds(15)).await;
            bench.cloud.state().creates_left = Some(2);
        }
        tokio::time::sleep(seconds(14)).await;
    };
    scaler.run(refilled).await.unwrap();
    assert_eq!((bench.cloud.count("create a-many"), bench.cloud.count("create few")), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn creates_were_intended_before_they_could_be_sent() {
    let bench = Bench::new();
    let scaler = bench.settled(1, 1).await;
    let ask = |size| ScaleRequest::new(TargetSize::Exactly(size), Cause::operator("x"));
    bench.cloud.state().creates_left = Some(3);
    web_of(&scaler).ask(ask(12)).submit().await.unwrap();
    bench.turn_for(&scaler, seconds(60)).await;
    let preview = web_of(&scaler).plan().await.unwrap();
    assert!(preview.holds.contains(&Hold::CreateRate), "{preview:?}");
    let intended = async || {
        let facts = bench.facts().await;
        facts.iter().filter(|fact| matches!(fact, Fact::Intended { step: Step::Create { .. } })).count()
    };
    assert_eq!(intended().await, 4, "one at first, and the three that the rate allowed");
    // What still waits when fewer are wanted is forgotten.
    web_of(&scaler).ask(ask(4)).submit().await.unwrap();
    bench.cloud.state().creates_left = Some(20);
    bench.turn_for(&scaler, seconds(60)).await;
    assert_eq!((intended().await, bench.cloud.existing()), (4, 4));
}
