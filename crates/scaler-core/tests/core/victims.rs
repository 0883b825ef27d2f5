//! Who goes first when there are too many.

use scaler_core::model::{AlertState, Amount, Origin, Phase, Signals, Slot, VictimOrder};
use scaler_core::reconcile::reconcile;
use scaler_core::state::{Cause, Fact, Hold, Step};

use super::world::{World, grown, seconds};

/// Has an operator ask for `desired`, whatever the removal budget.
fn ask(world: &mut World, desired: u32) {
    let cause = Cause::operator("for the test");
    world.append(cause, Fact::SizeAsked { desired, floor_until: None, over_budget: true });
}

/// Who goes for `desired` to remain, in their order.
fn victims(world: &World, desired: u32) -> Vec<u64> {
    let mut world = world.clone();
    ask(&mut world, desired);
    let before = world.log.len();
    world.turn();
    let drawn = world.log[before..].iter().filter_map(|entry| match entry.draft.fact {
        Fact::PermitDrawn { slot, .. } => Some(slot.0),
        _ => None,
    });
    drawn.collect()
}

/// Makes the member of a slot ill.
fn fall_ill(world: &mut World, slot: u64) {
    let ill = world.state.members[&Slot(slot)].instance.unwrap();
    world.machines.get_mut(&ill).unwrap().healthy = false;
}

/// Slots 1 and 2 from the beginning, 3 and 4 from later, 5 and 6 from later still.
fn three_ages() -> World {
    let mut world = grown(2, 12, 4);
    ask(&mut world, 6);
    world.run(seconds(1_800));
    assert_eq!(world.serving(), 6);
    world
}

#[test]
fn the_newest_or_the_oldest_go_first_as_the_group_says() {
    let mut world = three_ages();
    assert_eq!(victims(&world, 2), [5, 6, 3, 4]);
    world.group.remove.order = VictimOrder::Oldest;
    assert_eq!(victims(&world, 2), [1, 2, 3, 4]);
}

#[test]
fn what_is_of_an_older_template_goes_before_what_is_newer() {
    let mut world = grown(2, 12, 4);
    world.group.template.hash = "t2".into();
    ask(&mut world, 6);
    world.run(seconds(1_800));
    assert_eq!(victims(&world, 2), [3, 4, 1, 2], "5 and 6 are newer, and of the template of now");
}

#[test]
fn adopted_members_go_last() {
    let mut world = three_ages();
    world.state.members.get_mut(&Slot(5)).unwrap().origin = Origin::Adopted;
    assert_eq!(victims(&world, 2), [6, 3, 4, 1]);
    assert_eq!(victims(&world, 3), [6, 3, 4]);
    // Also where the others are of the template of now.
    world.state.members.get_mut(&Slot(5)).unwrap().template = None;
    assert_eq!(victims(&world, 2), [6, 3, 4, 1]);
}

#[test]
fn who_is_ill_goes_before_who_serves_and_who_refused_to_go_after_all() {
    let mut world = three_ages();
    fall_ill(&mut world, 1);
    world.run(seconds(60));
    assert_eq!(world.state.members[&Slot(1)].phase, Phase::Unhealthy);
    assert_eq!(victims(&world, 4), [1, 5]);
    world.state.members.get_mut(&Slot(1)).unwrap().refusals = 1;
    assert_eq!(victims(&world, 4), [5, 1]);
    // Whatever the order, no more of those that serve go than are too many.
    assert_eq!(victims(&world, 5), [1]);
}

#[test]
fn protected_locked_and_standby_members_never_go() {
    let mut world = three_ages();
    world.state.members.get_mut(&Slot(6)).unwrap().protected = true;
    let locked = world.state.members[&Slot(5)].instance.unwrap();
    world.machines.get_mut(&locked).unwrap().instance.locked = true;
    assert_eq!(victims(&world, 2), [3, 4, 1, 2], "whoever else there is");
}

#[test]
fn no_more_go_than_are_too_many_and_none_that_is_needed() {
    let mut world = three_ages();
    world.group.replace.max_unhealthy = Amount::Percent(100);
    fall_ill(&mut world, 1);
    fall_ill(&mut world, 2);
    world.run(seconds(60));
    assert_eq!(victims(&world, 5), [1], "though neither of the two serves");
    for slot in [1, 2] {
        world.state.members.get_mut(&Slot(slot)).unwrap().protected = true;
    }
    assert_eq!(victims(&world, 3), [5], "four serve, three of them must");
    ask(&mut world, 3);
    let told = Hold::SurplusNeeded { kept: 2, surplus: 3 };
    let holds = world.look().holds;
    assert!(holds.contains(&told), "{holds:?}");
}

#[test]
fn nobody_goes_while_more_are_ill_than_may_be_or_a_high_signal_fires() {
    let mut ill = three_ages();
    fall_ill(&mut ill, 1);
    fall_ill(&mut ill, 2);
    ill.run(seconds(60));
    assert_eq!(victims(&ill, 4), [0; 0], "two of six, where one may be");
    let mut high = three_ages();
    high.group.size.max = 4;
    assert_eq!(victims(&high, 4), [5, 6]);
    high.hear("WebCpuHigh", AlertState::Firing);
    assert_eq!(victims(&high, 4), [0; 0]);
}

#[test]
fn ill_members_that_can_not_go_kept_the_others_from_going() {
    let mut world = three_ages();
    fall_ill(&mut world, 1);
    fall_ill(&mut world, 2);
    world.run(seconds(60));
    assert_eq!(victims(&world, 4), [0; 0], "two of six, where one may be");
    let mut protected = world.clone();
    protected.state.members.get_mut(&Slot(1)).unwrap().protected = true;
    assert_eq!(victims(&protected, 4), [2]);
    let ill = world.state.members[&Slot(1)].instance.unwrap();
    world.machines.get_mut(&ill).unwrap().instance.locked = true;
    assert_eq!(victims(&world, 4), [2]);
}

#[test]
fn nobody_goes_for_whom_a_call_is_under_way() {
    let mut world = three_ages();
    ask(&mut world, 5);
    let mut observation = world.observe();
    observation.in_flight.insert(Slot(5));
    let signals = Signals::read(&world.group, &world.alerts, &world.freshness, world.now);
    let turn = reconcile(&world.group, &observation, &signals, &world.state, world.now);
    assert_eq!(turn.plan.permits, [Slot(6)]);
}

/// Four serve, three more are on their way, the one in slot 7 as the last; who is deleted at once, and who drains, for `desired` to
/// remain.
fn given_up(desired: u32) -> (Vec<u64>, Vec<u64>, Vec<Hold>) {
    let mut world = grown(2, 12, 4);
    for more in [6, 7] {
        ask(&mut world, more);
        world.turn();
        world.pass(seconds(10));
    }
    ask(&mut world, desired);
    let turn = world.look();
    let deletes = turn.plan.steps.iter().filter_map(|(step, _)| match step {
        Step::Delete { slot, .. } => Some(slot.0),
        _ => None,
    });
    (deletes.collect(), turn.plan.permits.iter().map(|slot| slot.0).collect(), turn.holds)
}

#[test]
fn of_those_on_their_way_the_newest_are_given_up_and_no_more_than_are_too_many() {
    assert_eq!(given_up(6), (vec![7], vec![], vec![]));
    assert_eq!(given_up(5), (vec![7, 6], vec![], vec![]));
    assert_eq!(given_up(3), (vec![7, 6, 5], vec![3], vec![]), "one of those that serve, and nothing is held");
}
