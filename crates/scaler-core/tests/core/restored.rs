//! A store that was restored from a backup: it is older than the members.

use scaler_core::model::{Mode, Phase, VictimOrder};
use scaler_core::state::{Cause, Fact, GroupMode, Step};

use super::world::{Fate, World, grown, seconds};

const HOUR: u64 = 3_600;

fn ask(world: &mut World, desired: u32) {
    let asked = Fact::SizeAsked { desired, floor_until: None, over_budget: false };
    world.append(Cause::operator("ops"), asked);
}

/// Eight serve and the oldest of them drains, as a store from the time of four does not know.
fn restored_while_one_drains() -> World {
    let mut world = grown(2, 12, 4);
    world.group.remove.order = VictimOrder::Oldest;
    let backup = world.clone();
    ask(&mut world, 8);
    world.run(seconds(1_800));
    ask(&mut world, 7);
    while world.nodes.values().all(|node| node.mode == Mode::Accept) {
        world.run(seconds(10));
    }
    world.restore(&backup);
    world
}

#[test]
fn a_restored_store_forgot_a_removal_and_made_another_in_its_window() {
    let mut world = restored_while_one_drains();
    world.turn();
    ask(&mut world, 4);
    let mut drained = 0;
    for _ in 0..world.group.remove.every.as_secs() / 10 {
        world.turn_with(|step| {
            drained += u32::from(matches!(step, Step::SetMode { mode: Mode::Drain, .. }));
            Fate::Done
        });
        world.pass(seconds(10));
    }
    assert_eq!(drained, 0, "one drained when the store was restored");
    world.run(seconds(4 * HOUR));
    assert_eq!((world.serving(), world.machines.len()), (4, 4), "{}", world.look());
}

#[test]
fn a_drain_that_a_restored_store_forgot_was_taken_for_a_persons() {
    let mut world = restored_while_one_drains();
    world.run(seconds(HOUR));
    assert_eq!(world.state.count(|member| member.phase == Phase::Standby), 0, "{}", world.look());
    assert_eq!(world.serving(), 8, "it accepts again");
}

#[test]
fn members_that_a_newer_log_labelled_were_surplus_to_a_restored_one() {
    let mut world = grown(2, 12, 2);
    let backup = world.clone();
    world.lose_store("fghij");
    world.run(seconds(1_800));
    ask(&mut world, 8);
    world.run(seconds(1_800));
    world.restore(&backup);
    world.run(seconds(4 * HOUR));
    assert_eq!(world.serving(), 8, "nothing goes until an operator decides: {}", world.look());
    let set = Fact::ModeSet { mode: GroupMode::On, until: None, who: "ops".into(), why: String::new() };
    world.append(Cause::operator("ops"), set);
    world.run(seconds(HOUR));
    assert_eq!((world.serving(), world.state.desired), (8, Some(8)));
}

#[test]
fn members_of_a_log_that_was_lost_are_no_sign_of_a_backup() {
    let mut world = grown(2, 12, 4);
    let hidden = world.machines.pop_last();
    world.lose_store("fghij");
    world.run(seconds(300));
    assert!(world.state.generation > 0);
    world.machines.extend(hidden);
    world.run(seconds(60));
    assert_eq!(world.state.older, None);
}
