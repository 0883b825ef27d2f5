//! Corners: what others do to members meanwhile, answers that never come, marks that outlive their reason.

use scaler_core::model::{
    AlertState, Cost, InstanceType, Mode, NodeStatus, Phase, Price, Signals, after, elapsed,
};
use scaler_core::state::{Cause, Fact, GroupMode, Hold, Mark, Refusal, Step};

use super::world::{Fate, RETRY_AFTER, World, at_rest, grown, seconds, web};

fn ops() -> Cause {
    Cause::operator("ops")
}

fn mark(world: &mut World, nth: usize, mark: Mark) {
    let slot = *world.state.members.keys().nth(nth).unwrap();
    world.append(ops(), Fact::Marked { slot, mark });
}

fn set_mode(world: &mut World, mode: GroupMode, until: Option<jiff::Timestamp>) {
    world.append(ops(), Fact::ModeSet { mode, until, who: "ops".into(), why: "a look".into() });
}

fn ask(world: &mut World, desired: u32, over_budget: bool) {
    world.append(ops(), Fact::SizeAsked { desired, floor_until: None, over_budget });
}

fn deletes(world: &World) -> usize {
    world
        .log
        .iter()
        .filter(|entry| matches!(&entry.draft.fact, Fact::Intended { step: Step::Delete { .. } }))
        .count()
}

/// Drains one of three until its nodes reject.
fn rejecting() -> World {
    let mut world = grown(2, 3, 3);
    while world.state.members.values().all(|member| member.phase != Phase::Rejecting) {
        world.run_with("WebCpuLow", seconds(10));
    }
    world
}

#[test]
fn a_member_that_is_let_accept_in_its_last_minute_drains_in_full_again() {
    let mut world = rejecting();
    let node = world.nodes.values_mut().find(|node| node.mode == Mode::Reject).unwrap();
    node.mode = Mode::Accept;
    let (id, reverted) = (node.id, world.now);
    let mut rejected = None;
    while world.nodes.contains_key(&id) {
        if world.nodes[&id].mode == Mode::Reject {
            rejected.get_or_insert(world.now);
        }
        world.run_with("WebCpuLow", seconds(10));
        assert!(world.now < after(reverted, seconds(3600)), "it goes in the end");
    }
    assert!(rejected.unwrap() >= after(reverted, world.group.remove.drain), "only after a whole drain");
    assert!(world.now >= after(rejected.unwrap(), world.group.remove.reject));
}

#[test]
fn an_instance_that_was_gone_and_shows_again_is_found() {
    let mut world = at_rest(2, 4);
    let id = *world.machines.keys().next().unwrap();
    let hidden = world.machines.remove(&id).unwrap();
    let node = world
        .nodes
        .values()
        .find(|node| Some(&node.address) == hidden.instance.address.as_ref())
        .unwrap()
        .clone();
    world.run(seconds(600));
    assert!(world.state.member_of(id).is_none(), "it was gone for certain, and was replaced");
    world.machines.insert(id, hidden);
    world.nodes.insert(node.id, node);
    world.run(seconds(60));
    assert!(world.state.member_of(id).is_some(), "it is counted again");
}

#[test]
fn the_node_of_an_instance_that_was_released_is_left_alone() {
    let mut world = at_rest(2, 4);
    let slot = *world.state.members.keys().next().unwrap();
    let id = world.state.members[&slot].instance.unwrap();
    world.append(ops(), Fact::Marked { slot, mark: Mark::Released });
    // Its tags are off: the filtered list does not show it, and its node stays.
    let hidden = world.machines.remove(&id).unwrap();
    let tries = |world: &mut World| {
        let mut tries = 0;
        for _ in 0..1440 {
            world.turn_with(|step| match step {
                Step::Sweep { .. } => {
                    tries += 1;
                    Fate::Refused(Refusal::Guarded)
                }
                _ => Fate::Done,
            });
            world.pass(seconds(10));
        }
        tries
    };
    assert_eq!((tries(&mut world), tries(&mut world)), (0, 0));
    assert!(world.nodes.values().any(|node| Some(&node.address) == hidden.instance.address.as_ref()));
}

#[test]
fn creates_that_are_never_answered_have_a_deadline_and_a_back_off() {
    let mut world = at_rest(2, 8);
    let mut sent = 0;
    for _ in 0..720 {
        world.hear("WebCpuHigh", AlertState::Firing);
        world.turn_with(|step| match step {
            Step::Create { .. } => {
                sent += 1;
                Fate::Vanished
            }
            _ => Fate::Done,
        });
        world.pass(seconds(10));
    }
    assert!(world.state.launches.failures > 2, "they count as failures: {:?}", world.state.launches);
    assert!(sent <= 300, "two hours of silence must not be two hours of creates: {sent}");
    world.hear("WebCpuHigh", AlertState::Resolved);
    world.run(seconds(7200));
    assert_eq!((world.serving(), world.machines.len()), (4, 4));
}

#[test]
fn over_budget_ends_with_what_it_was_asked_for() {
    let mut world = grown(2, 10, 6);
    ask(&mut world, 4, true);
    world.turn();
    assert_eq!(world.serving(), 4, "both at once");
    world.run(seconds(1800));
    assert_eq!(world.machines.len(), 4);
    world.append(Cause::Converge, Fact::Finished { outcome: scaler_core::state::Outcome::Reached });
    assert!(!world.state.over_budget);
}

#[test]
fn a_failed_launch_that_is_locked_is_not_tried_for_ever() {
    let mut world = at_rest(2, 4);
    world.bad_image = true;
    ask(&mut world, 3, false);
    world.turn();
    for machine in world.machines.values_mut() {
        machine.instance.locked = true;
    }
    world.run(seconds(900));
    let quiet = world.log.len();
    world.run(seconds(120));
    assert!(world.log.len() < quiet + 8, "{} entries in two minutes", world.log.len() - quiet);
    assert_eq!(deletes(&world), 0);
}

#[test]
fn a_member_that_flaps_does_not_end_the_back_off_of_launches() {
    let mut world = at_rest(3, 8);
    world.bad_image = true;
    ask(&mut world, 4, false);
    let flapping = *world.machines.keys().next().unwrap();
    let before = world.created;
    for n in 0..1440_u32 {
        // Never ill for longer than replace.after.
        if let Some(machine) = world.machines.get_mut(&flapping) {
            machine.healthy = n % 20 >= 5;
        }
        world.turn();
        world.pass(seconds(10));
    }
    assert!(world.created - before < 25, "{} creates in four hours of a bad image", world.created - before);
}

#[test]
fn a_member_that_is_activated_gets_its_time_to_reach_service() {
    let mut world = at_rest(2, 4);
    world.boot = seconds(7200);
    ask(&mut world, 3, false);
    world.run(seconds(60));
    mark(&mut world, 2, Mark::Standby);
    world.run(seconds(1800));
    mark(&mut world, 2, Mark::Active);
    world.run(seconds(300));
    assert!(world.state.members.values().all(|member| !member.failed), "not failed at once");
}

#[test]
fn the_load_is_read_from_live_alerts_of_the_group() {
    let mut world = grown(2, 8, 3);
    world.hear("WebCpuLow", AlertState::Firing);
    let value = |world: &World| Signals::read(&world.group, &world.alerts, &world.freshness, world.now).value;
    world.alter("WebCpuLow", |row| drop(row.alert.annotations.insert("value".into(), "0.1".into())));
    let mut stale = world.alerts.row("WebCpuLow").unwrap();
    stale.alert.fingerprint = "other".into();
    stale.alert.state = AlertState::Resolved;
    stale.alert.annotations.insert("value".into(), "0.65".into());
    world.alerts.put(stale);
    assert_eq!(value(&world), Some(0.1));
}

#[test]
fn permits_are_remembered_for_longer_windows_than_an_hour() {
    let mut world = grown(2, 8, 6);
    world.group.remove.every = seconds(2 * 3600);
    world.run_with("WebCpuLow", seconds(3 * 3600));
    let first = world.log.iter().filter(|entry| matches!(entry.draft.fact, Fact::PermitDrawn { .. })).count();
    assert!(first <= 2, "{first} in three hours, one in two");
}

#[test]
fn add_only_lets_failed_launches_go_and_undoes_drains() {
    let mut world = at_rest(2, 4);
    set_mode(&mut world, GroupMode::AddOnly, None);
    world.bad_image = true;
    ask(&mut world, 4, false);
    world.run(seconds(1800));
    world.bad_image = false;
    world.run(seconds(3 * 3600));
    assert_eq!(world.serving(), 4, "what failed made room");

    let mut world = grown(2, 3, 3);
    while world.nodes.values().all(|node| node.mode == Mode::Accept) {
        world.run_with("WebCpuLow", seconds(10));
    }
    set_mode(&mut world, GroupMode::AddOnly, None);
    world.run(seconds(60));
    assert_eq!(world.serving(), 3, "a drain does not hang");
}

#[test]
fn a_first_persons_drain_is_held_also_where_a_registration_was_not_answered() {
    let mut world = at_rest(2, 4);
    ask(&mut world, 3, false);
    for _ in 0..30 {
        world.turn_with(|step| if matches!(step, Step::Register { .. }) { Fate::Lost } else { Fate::Done });
        world.pass(seconds(10));
    }
    world.run(seconds(900));
    let node = world.nodes.values_mut().next_back().unwrap();
    node.mode = Mode::Drain;
    let id = node.id;
    world.run(seconds(120));
    assert_eq!(world.nodes[&id].mode, Mode::Drain);
}

#[test]
fn a_mode_for_a_while_gives_way_to_the_one_before() {
    let mut world = at_rest(2, 4);
    set_mode(&mut world, GroupMode::AddOnly, None);
    let until = after(world.now, seconds(600));
    set_mode(&mut world, GroupMode::Paused, Some(until));
    assert_eq!(world.state.mode_at(world.now), GroupMode::Paused);
    assert_eq!(world.state.mode_at(until), GroupMode::AddOnly);
}

#[test]
fn a_locked_member_that_is_ill_does_not_hold_the_others_for_ever() {
    let mut world = grown(2, 8, 5);
    let machine = world.machines.values_mut().next().unwrap();
    (machine.healthy, machine.instance.locked) = (false, true);
    world.run_with("WebCpuLow", seconds(3 * 3600));
    assert!(world.state.desired < Some(5), "{:?}", world.state.desired);
    let down = world.nodes.values().filter(|node| node.status == NodeStatus::Down).count();
    assert_eq!(down, 1, "and it is still there");
}

#[test]
fn a_create_that_was_rate_limited_or_never_sent_counted_as_a_failed_launch() {
    for refusal in [Refusal::RateLimited, Refusal::NotSent] {
        let mut world = at_rest(2, 6);
        let mut asked = Vec::new();
        for n in 0..30 {
            world.hear("WebCpuHigh", AlertState::Firing);
            let now = world.now;
            world.turn_with(|step| match step {
                Step::Create { .. } => {
                    asked.push(now);
                    if n < 12 { Fate::Refused(refusal) } else { Fate::Done }
                }
                _ => Fate::Done,
            });
            assert_eq!(world.state.launches.failures, 0, "{refusal:?} is not a failed launch");
            world.pass(seconds(5));
        }
        asked.dedup();
        for two in asked.windows(2).take(3) {
            assert!(
                elapsed(two[0], two[1]) >= RETRY_AFTER,
                "none begins before the time that was told: {two:?}"
            );
        }
        assert!(asked.len() >= 4, "and no back-off comes on top: {asked:?}");
        assert_eq!(world.state.members.len(), 4, "what did not happen is forgotten, and asked for again");
    }
}

/// Two creates are under way; each is refused for the rate of requests, and told another time.
fn refused_twice(first: u64, second: u64) -> World {
    let mut world = at_rest(2, 6);
    world.hear("WebCpuHigh", AlertState::Firing);
    let (_, _, intents) = world.intend();
    let creates = intents.iter().filter(|(_, step)| matches!(step, Step::Create { .. }));
    for ((id, _), wait) in creates.zip([first, second]) {
        world.answer_limited(*id, seconds(wait));
    }
    world
}

#[test]
fn of_two_times_that_were_told_the_last_one_counted() {
    for (first, second) in [(90, 30), (30, 90)] {
        let mut world = refused_twice(first, second);
        let told = world.now;
        while world.created == 2 {
            world.pass(seconds(5));
            world.hear("WebCpuHigh", AlertState::Firing);
            world.turn();
            assert!(world.now < after(told, seconds(600)), "and it goes on then");
        }
        assert!(elapsed(told, world.now) >= seconds(90), "after {:?}", elapsed(told, world.now));
    }
}

#[test]
fn a_cost_ceiling_without_a_price_holds_additions_above_min_and_says_so() {
    let mut world = at_rest(2, 12);
    let kind = world.group.template.types[0].clone();
    let priced = |prices: &[(&InstanceType, u64)]| {
        let mut cost = Cost::new(Price(100_000));
        cost.prices = prices.iter().map(|(kind, price)| ((*kind).clone(), Price(*price))).collect();
        Some(cost)
    };
    let older: InstanceType = "g6-standard-8".into();
    world.machines.values_mut().next().unwrap().instance.kind = older.clone();
    world.state.members.values_mut().next().unwrap().kind = older.clone();
    let unpriced = |world: &mut World, cost: Option<Cost>| {
        world.group.cost = cost;
        for _ in 0..60 {
            world.run_with("WebCpuHigh", seconds(10));
        }
        world.hear("WebCpuHigh", AlertState::Firing);
        world.turn().0.holds
    };
    // Neither what is added nor what is there, also an older type, counts as free.
    for (cost, unknown) in
        [(priced(&[]), &kind), (priced(&[(&kind, 10_000)]), &older), (priced(&[(&older, 10_000)]), &kind)]
    {
        let holds = unpriced(&mut world, cost);
        assert_eq!(world.machines.len(), 2, "{holds:?}");
        assert!(
            holds.iter().any(
                |hold| matches!(hold, Hold::PriceUnknown { instance_type, .. } if instance_type == unknown)
            ),
            "{holds:?}"
        );
    }
    unpriced(&mut world, priced(&[(&kind, 10_000), (&older, 40_000)]));
    assert_eq!(world.machines.len(), 7, "40 + 6 × 10 of 100");
    // Below min it yields.
    let mut world = World::new(web(3, 12));
    world.group.cost = priced(&[]);
    world.run(seconds(600));
    assert_eq!(world.machines.len(), 3);
}
