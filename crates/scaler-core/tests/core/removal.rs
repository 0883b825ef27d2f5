//! Nothing is removed on doubt, and one member that can't go stops nobody else.

use std::collections::BTreeMap;

use scaler_core::model::{AlertState, Amount, Mode, Node, NodeId, NodeStatus, Slot, StepPolicy};
use scaler_core::state::{Cause, Fact, GroupMode, Hold, Refusal, Step};

use super::world::{CONFIG, Fate, World, at_rest, grown, seconds};

const HOUR: u64 = 3_600;

fn labels(of: &[(&str, &str)]) -> BTreeMap<String, String> {
    of.iter().map(|(label, value)| ((*label).to_owned(), (*value).to_owned())).collect()
}

fn ask(world: &mut World, desired: u32) {
    let asked = Fact::SizeAsked { desired, floor_until: None, over_budget: false };
    world.append(Cause::operator("ops"), asked);
}

/// Whatever would remove the member in `slot` is refused: somebody renamed its instance.
fn renamed(slot: Option<Slot>) -> impl FnMut(&Step) -> Fate {
    move |step| match step {
        Step::SetMode { mode: Mode::Drain | Mode::Reject, .. }
        | Step::Deregister { .. }
        | Step::Delete { .. }
            if step.slot() == slot =>
        {
            Fate::Refused(Refusal::Guarded)
        }
        _ => Fate::Done,
    }
}

fn drawn(world: &World, slot: Slot) -> usize {
    let drawn = |fact: &Fact| matches!(fact, Fact::PermitDrawn { slot: of, .. } if *of == slot);
    world.log.iter().filter(|entry| drawn(&entry.draft.fact)).count()
}

#[test]
fn one_member_that_cannot_go_held_every_removal() {
    let mut world = grown(1, 6, 5);
    let first = world.state.members.keys().next_back().copied();
    world.run_against("WebCpuLow", seconds(8 * HOUR), renamed(first));
    assert_eq!(world.serving(), 1, "the others go");
    assert_eq!(world.state.desired, Some(1));
    assert!(drawn(&world, first.unwrap()) < 10, "each refusal doubles its pause");
}

#[test]
fn one_unhealthy_member_that_cannot_go_held_every_replacement() {
    let mut world = at_rest(4, 4);
    let ill: Vec<_> = world.machines.keys().take(2).copied().collect();
    for id in &ill {
        world.machines.get_mut(id).unwrap().healthy = false;
    }
    let first = world.state.member_of(ill[0]).map(|member| member.slot);
    let end = 3 * HOUR / 10;
    for _ in 0..end {
        world.turn_with(renamed(first));
        world.pass(seconds(10));
    }
    assert!(!world.machines.contains_key(&ill[1]), "the other one is replaced");
    assert_eq!(world.serving(), 4, "one more than max exists while one can't go");
}

#[test]
fn a_permit_whose_drain_was_refused_was_lost_for_a_whole_window() {
    let mut world = grown(1, 6, 5);
    let first = world.state.members.keys().next_back().copied();
    let mut fate = renamed(first);
    while drawn(&world, first.unwrap()) == 0 {
        world.hear("WebCpuLow", AlertState::Firing);
        world.turn_with(&mut fate);
        world.pass(seconds(10));
    }
    world.hear("WebCpuLow", AlertState::Firing);
    world.turn_with(&mut fate);
    let returned =
        |entry: &scaler_core::state::Entry| matches!(entry.draft.fact, Fact::PermitReturned { .. });
    assert!(world.log.iter().any(returned));
    assert!(
        world.nodes.values().any(|node| node.mode == Mode::Drain),
        "another one goes in its place, at once"
    );
}

#[test]
fn a_permit_whose_drain_may_have_been_taken_stays_drawn() {
    let mut world = grown(1, 6, 5);
    let mut lost = false;
    world.run_against("WebCpuLow", seconds(2 * HOUR), |step| match step {
        Step::SetMode { mode: Mode::Drain, .. } if !lost => {
            lost = true;
            Fate::Vanished
        }
        _ => Fate::Done,
    });
    let returned =
        |entry: &scaler_core::state::Entry| matches!(entry.draft.fact, Fact::PermitReturned { .. });
    assert!(lost && !world.log.iter().any(returned));
}

#[test]
fn surplus_was_removed_while_a_signal_was_unknown() {
    let mut world = grown(2, 8, 8);
    world.group.size.max = 4;
    world.hear("WebCpuHigh", AlertState::Firing);
    world.pass(seconds(HOUR));
    for _ in 0..HOUR / 10 {
        world.turn();
        world.pass(seconds(10));
    }
    assert_eq!(world.serving(), 8, "the high alert fired and nobody resolved it");
    let turn = world.look();
    assert!(turn.holds.iter().any(|hold| matches!(hold, Hold::SignalUnknown { .. })), "{turn}");
    ask(&mut world, 4);
    world.run(seconds(HOUR));
    assert_eq!(world.serving(), 4, "an operator who asks for a size has decided");
}

/// Eight serve, and the store is one from a time when there were two; then an alert says something, or none does.
fn restored_from_a_backup(says: Option<(&str, AlertState)>) -> World {
    let mut world = grown(2, 12, 2);
    let backup = world.clone();
    ask(&mut world, 8);
    world.run(seconds(1_800));
    assert_eq!(world.serving(), 8);
    world.restore(&backup);
    for _ in 0..4 * HOUR / 10 {
        if let Some((alert, state)) = says {
            world.hear(alert, state);
        }
        world.turn();
        assert_eq!(world.serving(), 8, "nothing goes until an operator decides: {}", world.look());
        world.pass(seconds(10));
    }
    world
}

#[test]
fn a_store_from_a_backup_removed_what_it_did_not_know() {
    let says = [
        ("low", Some(("WebCpuLow", AlertState::Firing))),
        ("neutral", None),
        ("unknown", Some(("WebCpuHigh", AlertState::Suppressed))),
    ];
    for (signal, says) in says {
        let mut world = restored_from_a_backup(says);
        let turn = world.look();
        assert_eq!(turn.decision.signal.to_string(), signal);
        let held = turn.holds.iter().any(|hold| matches!(hold, Hold::StoreOlder));
        assert_eq!(held, signal == "low", "{turn}");
        assert_ne!(world.state.incarnation, "abcde", "no label is used twice");
        ask(&mut world, 4);
        world.run(seconds(2 * HOUR));
        assert_eq!(world.serving(), 4, "{signal}");
    }
}

#[test]
fn nodes_that_serve_were_swept_on_the_word_of_an_empty_listing() {
    let mut world = grown(2, 5, 5);
    let hidden = std::mem::take(&mut world.machines);
    for node in world.nodes.values_mut() {
        node.status = NodeStatus::Up;
    }
    let nodes = world.nodes.len();
    for _ in 0..60 {
        let (_, plan) = world.turn_of_a_cloud_that_shows_no_instance();
        assert_eq!(plan.steps, []);
        world.pass(seconds(10));
    }
    assert_eq!(world.nodes.len(), nodes);
    assert_eq!(world.state.members.len(), 5, "none of them is gone");
    world.machines = hidden;
    world.run(seconds(600));
    assert_eq!((world.serving(), world.created), (5, 5));
}

#[test]
fn nodes_that_serve_were_swept_where_the_store_was_lost_and_no_instance_is_shown() {
    let mut world = grown(2, 8, 6);
    let nodes = world.nodes.clone();
    let hidden = std::mem::take(&mut world.machines);
    world.lose_store("fghij");
    for _ in 0..HOUR / 10 {
        let (decision, plan) = world.turn_of_a_cloud_that_shows_no_instance();
        assert_eq!((decision.desired, plan.steps), (None, Vec::new()), "at {}", world.now);
        world.pass(seconds(10));
    }
    assert_eq!(world.nodes, nodes);
    world.machines = hidden;
    world.run(seconds(HOUR));
    assert_eq!((world.serving(), world.created, world.state.desired), (6, 6, Some(6)));
}

#[test]
fn the_node_of_a_member_that_was_released_is_left_alone() {
    let mut world = grown(2, 5, 3);
    let slot = *world.state.members.keys().next().unwrap();
    let id = world.state.members[&slot].instance.unwrap();
    world.append(Cause::operator("ops"), Fact::Marked { slot, mark: scaler_core::state::Mark::Released });
    // Its owner renames it and takes its tags off; later it is down for a moment.
    world.stripped.insert(id);
    world.machines.get_mut(&id).unwrap().instance.label = "mine".to_owned();
    world.machines.get_mut(&id).unwrap().healthy = false;
    let nodes = world.nodes.len();
    world.run(seconds(HOUR));
    assert!(world.nodes.len() >= nodes);
    world.machines.get_mut(&id).unwrap().healthy = true;
    world.run(seconds(60));
    assert_eq!(world.serving(), 4, "three of ours, and theirs");
}

#[test]
fn a_pause_forgot_the_desired_size() {
    for mode in [GroupMode::Paused, GroupMode::Observe] {
        let mut world = grown(2, 6, 5);
        let set = |mode| Fact::ModeSet { mode, until: None, who: "ops".into(), why: "a look".into() };
        world.append(Cause::operator("ops"), set(mode));
        let gone: Vec<_> = world.machines.keys().take(2).copied().collect();
        for id in gone {
            let machine = world.machines.remove(&id).unwrap();
            world.nodes.retain(|_, node| Some(&node.address) != machine.instance.address.as_ref());
        }
        world.run(seconds(600));
        world.append(Cause::operator("ops"), set(GroupMode::On));
        world.run(seconds(1800));
        assert_eq!((world.state.desired, world.serving()), (Some(5), 5), "{mode}");
    }
}

#[test]
fn a_plain_size_erased_a_floor() {
    let mut world = at_rest(2, 10);
    let until = scaler_core::model::after(world.now, seconds(8 * HOUR));
    let floor = Fact::SizeAsked { desired: 8, floor_until: Some(until), over_budget: false };
    world.append(Cause::operator("ops"), floor);
    world.run(seconds(1800));
    ask(&mut world, 9);
    world.run_with("WebCpuLow", seconds(4 * HOUR));
    assert_eq!(world.serving(), 8, "the floor holds until its time is over");
    world.run_with("WebCpuLow", seconds(24 * HOUR));
    assert_eq!(world.serving(), 2);
}

#[test]
fn a_low_signal_bridged_the_time_in_which_nobody_listened() {
    let mut world = grown(2, 6, 5);
    world.run_with("WebCpuLow", seconds(60));
    world.pass(seconds(3 * HOUR));
    world.begin("second");
    world.run_with("WebCpuLow", seconds(300));
    assert_eq!(world.state.desired, Some(5), "low for five minutes, as far as anybody knows");
    world.run_with("WebCpuLow", seconds(600));
    assert_eq!(world.state.desired, Some(4));
}

#[test]
fn a_restart_does_not_begin_the_window_of_a_low_signal_anew() {
    let mut world = grown(2, 6, 5);
    world.run_with("WebCpuLow", seconds(420));
    world.pass(seconds(60));
    world.begin("second");
    world.run_with("WebCpuLow", seconds(300));
    assert_eq!(world.state.desired, Some(4));
}

#[test]
fn members_that_fell_ill_together_were_removed_one_by_one() {
    let mut world = grown(2, 6, 6);
    for machine in world.machines.values_mut() {
        machine.healthy = false;
    }
    world.bad_image = true;
    world.run(seconds(6 * HOUR));
    assert!(
        world.state.members.values().filter(|member| member.served.is_some()).count() >= 6,
        "no original goes"
    );
    let turn = world.look();
    assert!(turn.holds.iter().any(|hold| matches!(hold, Hold::MaxUnhealthy { .. })), "{turn}");
    for machine in world.machines.values_mut() {
        machine.healthy = true;
    }
    world.bad_image = false;
    world.run(seconds(2 * HOUR));
    assert_eq!(world.serving(), 6);
}

#[test]
fn a_drain_that_waits_for_a_young_actor_said_nothing() {
    let mut world = grown(2, 3, 3);
    while world.nodes.values().all(|node| node.mode != Mode::Drain) {
        world.run_with("WebCpuLow", seconds(10));
    }
    world.run_with("WebCpuLow", seconds(280));
    world.begin("second");
    world.run_with("WebCpuLow", seconds(60));
    let turn = world.look();
    assert!(turn.holds.iter().any(|hold| matches!(hold, Hold::JustBegan { .. })), "{turn}");
}

/// An alert of one instance fires and is repeated once; then only the low one and, where it is a heartbeat, `Watchdog` repeat, for
/// three days.
fn unresolved(heartbeat: Option<&str>) -> World {
    let mut world = grown(2, 8, 8);
    world.freshness.heartbeat = heartbeat.map_or_else(BTreeMap::new, |name| labels(&[("alertname", name)]));
    for _ in 0..2 {
        let of_one = [("autoscale_group", "web"), ("instance", "192.168.130.9:9100")];
        world.hear_of("high-of-one", "WebCpuHigh", &of_one, AlertState::Firing);
        world.pass(seconds(300));
    }
    for _ in 0..72 * HOUR / 10 {
        world.hear("Watchdog", AlertState::Firing);
        world.hear("WebCpuLow", AlertState::Firing);
        world.turn();
        world.pass(seconds(10));
    }
    world
}

#[test]
fn an_alert_whose_end_was_lost_held_removals_for_good() {
    let world = unresolved(Some("Watchdog"));
    assert_eq!(world.serving(), 2, "its sender was heard all the time, and said no more of it");
}

#[test]
fn an_alert_whose_sender_is_not_known_to_live_stays_in_doubt() {
    let mut world = unresolved(None);
    assert_eq!(world.serving(), 8);
    let turn = world.look();
    assert!(turn.holds.iter().any(|hold| matches!(hold, Hold::SignalUnknown { .. })), "{turn}");
    world.alerts.remove("high-of-one");
    world.run_with("WebCpuLow", seconds(3 * HOUR));
    assert_eq!(world.serving(), 2, "a person dropped it");
}

#[test]
fn an_alert_that_is_repeated_more_slowly_than_the_heartbeat_was_given_up() {
    let mut world = grown(2, 8, 8);
    world.freshness.heartbeat = labels(&[("alertname", "Watchdog")]);
    for turn in 0..24 * HOUR / 10 {
        if turn % 1_440 == 0 {
            world.hear("WebCpuHigh", AlertState::Firing);
        }
        world.hear("Watchdog", AlertState::Firing);
        world.hear("WebCpuLow", AlertState::Firing);
        world.turn();
        world.pass(seconds(10));
    }
    assert!(world.serving() >= 8, "it still fires, every four hours");
}

/// Two Prometheus send to one Alertmanager, each with a `Watchdog`. Ours dies at peak, so that its alerts resolve; the other one
/// lives on.
fn the_other_prometheus_lives_on(heartbeat: &[(&str, &str)]) -> World {
    let mut world = grown(2, 8, 8);
    let mut policy = StepPolicy::on(labels(&[("alertname", "WebCpuHigh")])).adding(Amount::Count(1));
    policy.when_resolved = Some(Amount::Count(1));
    world.group.policies = vec![policy];
    world.freshness.heartbeat = labels(heartbeat);
    world.hear("WebCpuHigh", AlertState::Firing);
    world.hear_of("ours", "Watchdog", &[("prometheus", "eu/shop")], AlertState::Firing);
    world.turn();
    world.hear("WebCpuHigh", AlertState::Resolved);
    for _ in 0..4 * HOUR / 10 {
        world.hear_of("theirs", "Watchdog", &[("prometheus", "eu/other")], AlertState::Firing);
        world.turn();
        world.pass(seconds(10));
    }
    world
}

#[test]
fn the_watchdog_of_another_prometheus_vouched_for_ours_and_a_peak_was_served_by_two() {
    let world = the_other_prometheus_lives_on(&[("alertname", "Watchdog"), ("prometheus", "eu/shop")]);
    assert_eq!(world.serving(), 8, "ours is dead: what it resolved says nothing");
    let bare = the_other_prometheus_lives_on(&[("alertname", "Watchdog")]);
    assert_eq!(bare.serving(), 2, "a bare name can't tell them apart");
}

#[test]
fn a_low_alert_that_was_repeated_just_in_time_or_just_too_late_was_taken_for_the_other() {
    for (every, serving) in [(300, 2), (590, 2), (610, 6), (4 * HOUR, 6)] {
        let (mut world, mut doubted) = (grown(2, 8, 6), false);
        for second in (0..12 * HOUR).step_by(10) {
            if second % every == 0 {
                world.hear("WebCpuLow", AlertState::Firing);
            }
            let holds = world.turn().0.holds;
            doubted |= holds.iter().any(|hold| matches!(hold, Hold::SignalUnknown { .. }));
            world.pass(seconds(10));
        }
        assert_eq!((world.serving(), doubted), (serving, serving == 6), "repeated every {every} s");
    }
}

#[test]
fn with_alertmanagers_default_intervals_removals_hold_and_say_what_to_set() {
    let mut world = grown(2, 8, 8);
    world.hear("WebCpuLow", AlertState::Firing);
    world.run(seconds(3 * HOUR));
    assert_eq!(world.serving(), 8);
    let turn = world.look().to_string();
    assert!(turn.contains("set the repeat_interval of its route (4h by default)"), "{turn}");
    assert!(turn.contains("drop it by `autoscale alerts forget WebCpuLow`"), "{turn}");
    world.freshness.heartbeat = labels(&[("alertname", "Watchdog")]);
    let turn = world.look().to_string();
    assert!(
        turn.contains("the heartbeat alert was not repeated within 600 s: set the repeat_interval"),
        "{turn}"
    );
}

#[test]
fn members_that_fell_ill_one_after_the_other_are_replaced_at_max() {
    let mut world = at_rest(2, 2);
    let ids: Vec<_> = world.machines.keys().copied().collect();
    world.machines.get_mut(&ids[0]).unwrap().healthy = false;
    world.run(seconds(160));
    world.machines.get_mut(&ids[1]).unwrap().healthy = false;
    world.run(seconds(3 * HOUR));
    assert_eq!(world.serving(), 2, "{}", world.look());
}

#[test]
fn a_group_whose_members_were_all_released_is_made_anew() {
    let mut world = at_rest(2, 4);
    world.stripped = world.machines.keys().copied().collect();
    world.run(seconds(60));
    let slots: Vec<_> = world.state.members.keys().copied().collect();
    for slot in slots {
        world.append(Cause::operator("ops"), Fact::Marked { slot, mark: scaler_core::state::Mark::Released });
    }
    world.run(seconds(1_200));
    assert_eq!(
        (world.state.members.len(), world.serving()),
        (2, 4),
        "two of ours, and the two that are theirs"
    );
}

#[test]
fn a_left_over_node_at_an_address_that_is_used_again_outlived_the_drain_of_its_member() {
    let mut world = grown(2, 3, 3);
    let (id, machine) = world.machines.iter().next_back().unwrap();
    let (id, address) = (*id, machine.instance.address.clone().unwrap());
    let left = Node::new(CONFIG, NodeId(9_001), address, "web-abcde-77", Mode::Accept, NodeStatus::Up);
    world.nodes.insert(left.id, left);
    world.run(seconds(300));
    assert!(!world.nodes.contains_key(&NodeId(9_001)), "{}", world.look());
    assert!(world.machines.contains_key(&id) && world.serving() == 3, "its member serves on by its own node");
}
