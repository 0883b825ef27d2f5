//! Members that are replaced: in which order they go, and what must serve before.

use scaler_core::model::{Amount, Slot};
use scaler_core::state::{Cause, Fact, GroupMode, Hold, Mark};

use super::world::{World, at_rest, grown, seconds};

fn ask(world: &mut World, desired: u32, over_budget: bool) {
    let asked = Fact::SizeAsked { desired, floor_until: None, over_budget };
    world.append(Cause::operator("for the test"), asked);
}

fn mark(world: &mut World, slot: u64, mark: Mark) {
    world.append(Cause::operator("for the test"), Fact::Marked { slot: Slot(slot), mark });
}

fn set_mode(world: &mut World, mode: GroupMode) {
    let set = Fact::ModeSet { mode, until: None, who: "ops".into(), why: "for the test".into() };
    world.append(Cause::operator("ops"), set);
}

fn health(world: &mut World, slots: &[u64], healthy: bool) {
    for slot in slots {
        let id = world.state.members[&Slot(*slot)].instance.unwrap();
        world.machines.get_mut(&id).unwrap().healthy = healthy;
    }
}

/// Who would begin to drain now, in their order.
fn go(world: &World) -> Vec<u64> {
    world.clone().look().plan.permits.into_iter().map(|slot| slot.0).collect()
}

/// How often a permit was drawn for a member.
fn drawn(world: &World, slot: u64) -> usize {
    let of = |fact: &Fact| matches!(fact, Fact::PermitDrawn { slot: of, .. } if of.0 == slot);
    world.log.iter().filter(|entry| of(&entry.draft.fact)).count()
}

/// So many serve, and neither the removal budget nor ill health holds a replacement.
fn unbound(mut world: World) -> World {
    world.group.remove.at_most = Amount::Percent(100);
    world.group.replace.max_unhealthy = Amount::Percent(100);
    world
}

/// Six serve; 2, then 1 and then the ill 3 are to be replaced, and others serve in their place.
fn three_that_are_replaced() -> World {
    let mut world = unbound(grown(2, 12, 6));
    set_mode(&mut world, GroupMode::AddOnly);
    for slot in [2, 1, 3] {
        mark(&mut world, slot, Mark::Replacing);
        world.run(seconds(20));
    }
    health(&mut world, &[3], false);
    world.run(seconds(300));
    assert_eq!(world.state.serving(), 6, "beside those");
    set_mode(&mut world, GroupMode::On);
    world
}

#[test]
fn the_unhealthy_go_first_then_who_waits_longest_and_last_who_refused_to() {
    let mut world = three_that_are_replaced();
    assert_eq!(go(&world), [3, 2, 1]);
    world.state.members.get_mut(&Slot(3)).unwrap().refusals = 1;
    assert_eq!(go(&world), [2, 1, 3]);
}

#[test]
fn a_member_on_standby_or_under_way_was_drained_for_its_replacement() {
    let mut world = three_that_are_replaced();
    mark(&mut world, 1, Mark::Standby);
    world.run(seconds(120));
    assert_eq!([1, 2, 3].map(|slot| drawn(&world, slot)), [0, 1, 1], "a permit each, and none for who stays");
    world.run(seconds(3_600));
    assert_eq!([1, 2, 3].map(|slot| drawn(&world, slot)), [0, 1, 1]);
    assert!(world.state.members.contains_key(&Slot(1)));
}

/// Four of at most four serve; 1 and 2 are ill and to be replaced, and a fifth serves in their place.
fn at_max_with_two_ill() -> World {
    let mut world = unbound(at_rest(4, 4));
    set_mode(&mut world, GroupMode::AddOnly);
    health(&mut world, &[1, 2], false);
    world.run(seconds(600));
    assert_eq!((world.state.serving(), world.machines.len()), (3, 5));
    set_mode(&mut world, GroupMode::On);
    world
}

#[test]
fn at_max_one_at_a_time_makes_room_and_none_that_the_minimum_rests_on() {
    let mut world = at_max_with_two_ill();
    assert_eq!(go(&world), [1]);
    set_mode(&mut world, GroupMode::AddOnly);
    health(&mut world, &[1, 2], true);
    world.run(seconds(300));
    set_mode(&mut world, GroupMode::On);
    assert_eq!(go(&world), [1], "both recovered, so five serve and one of them may go");
    set_mode(&mut world, GroupMode::AddOnly);
    health(&mut world, &[3], false);
    world.run(seconds(20));
    set_mode(&mut world, GroupMode::On);
    assert_eq!(go(&world), [0; 0], "four serve, and four must");
}

#[test]
fn who_served_before_the_others_fell_ill_was_taken_for_their_replacement() {
    let mut world = grown(2, 12, 6);
    world.group.remove.at_most = Amount::Percent(100);
    set_mode(&mut world, GroupMode::AddOnly);
    ask(&mut world, 3, false);
    health(&mut world, &[1, 2, 3], false);
    world.run(seconds(300));
    assert!([1, 2, 3].iter().all(|slot| world.state.members[&Slot(*slot)].replacing.is_some()));
    set_mode(&mut world, GroupMode::On);
    let turn = world.look();
    assert_eq!(
        (turn.decision.desired, go(&world)),
        (Some(3), vec![]),
        "three serve, but nobody knows for how long"
    );
    assert!(turn.holds.iter().any(|hold| matches!(hold, Hold::MaxUnhealthy { .. })), "{turn}");
}

#[test]
fn one_replacement_that_lasts_let_two_go() {
    let mut world = grown(2, 6, 6);
    world.group.remove.at_most = Amount::Percent(100);
    health(&mut world, &[1, 2, 3], false);
    let mut gone = 0;
    for _ in 0..720 {
        let over = world.state.count(|member| member.is_unhealthy()) > 1;
        let permits = world.turn().1.permits.len();
        world.pass(seconds(10));
        gone += permits;
        let lasting = world.state.members.values().filter(|member| member.slot.0 > 6 && member.is_warm());
        let lasting = lasting.count();
        assert!(
            permits == 0 || !over || gone <= lasting,
            "{gone} went for {lasting} that served their warm-up"
        );
    }
    assert_eq!((gone, world.serving()), (3, 6));
}

#[test]
fn who_is_being_replaced_went_as_surplus_beyond_the_budget() {
    let mut world = grown(2, 12, 6);
    let group = world.group.name.clone();
    world.append(Cause::Converge, Fact::PermitDrawn { group, slot: Slot(99), over: false });
    mark(&mut world, 3, Mark::Replacing);
    ask(&mut world, 4, true);
    let turn = world.look();
    assert_eq!(turn.plan.permits, [Slot(4)], "the budget is used up for replacements: {turn}");
}
