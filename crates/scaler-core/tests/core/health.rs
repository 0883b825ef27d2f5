//! Whether a member is ill, and which nodes tell it.

use scaler_core::model::{AlertState, InstanceId};
use scaler_core::state::{Fact, Step};

use super::world::{World, grown, seconds};

const HOUR: u64 = 3_600;

/// A group of four at a low signal, one of whose members is down and up again by turns for a day.
fn flapping(down: u64, up: u64) -> (World, InstanceId) {
    let mut world = grown(2, 4, 4);
    let id = *world.machines.keys().next().unwrap();
    for second in (0..24 * HOUR).step_by(10) {
        if let Some(machine) = world.machines.get_mut(&id) {
            machine.healthy = second % (down + up) >= down;
        }
        if second > HOUR {
            world.hear("WebCpuLow", AlertState::Firing);
        }
        world.turn();
        world.pass(seconds(10));
    }
    (world, id)
}

#[test]
fn a_member_that_flapped_was_never_replaced_and_kept_the_others() {
    for (down, up) in [(90, 90), (20, 10), (110, 80)] {
        let (world, id) = flapping(down, up);
        assert!(!world.machines.contains_key(&id), "{down} s down, {up} s up");
        assert_eq!((world.state.desired, world.machines.len()), (Some(2), 2));
    }
}

#[test]
fn a_member_that_is_down_now_and_then_stays() {
    let mut world = grown(4, 6, 4);
    let id = *world.machines.keys().next().unwrap();
    for second in (0..24 * HOUR).step_by(10) {
        world.machines.get_mut(&id).unwrap().healthy = second % 300 >= 100;
        world.turn();
        world.pass(seconds(10));
    }
    assert!(world.machines.contains_key(&id), "a third of the time is not half of it");
}

#[test]
fn a_member_that_was_renamed_before_the_store_was_lost_was_registered_a_second_time() {
    let mut world = grown(2, 4, 3);
    let id = *world.machines.keys().next().unwrap();
    let label = std::mem::replace(
        &mut world.machines.get_mut(&id).unwrap().instance.label,
        "a-name-of-their-own".to_owned(),
    );
    world.lose_store("fghij");
    world.run(seconds(600));
    world.machines.get_mut(&id).unwrap().instance.label = label;
    world.run(seconds(HOUR));
    let registers = |fact: &Fact| matches!(fact, Fact::Intended { step: Step::Register { .. } });
    assert!(!world.log.iter().any(|entry| registers(&entry.draft.fact)), "it has a node, by its address");
    assert_eq!((world.serving(), world.nodes.len()), (3, 3));
}
