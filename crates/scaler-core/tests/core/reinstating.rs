//! Who is let accept again when the load returns.

use scaler_core::model::{DrainWhy, Mode, Slot};
use scaler_core::state::{Cause, Fact, Step};

use super::world::{World, grown, seconds};

fn ask(world: &mut World, desired: u32) {
    let cause = Cause::operator("for the test");
    world.append(cause, Fact::SizeAsked { desired, floor_until: None, over_budget: true });
}

/// Of six members the one in slot 3 drains for a minute, and then the one in slot 4 too.
fn two_that_drain() -> World {
    let mut world = grown(2, 12, 6);
    for desired in [5, 4] {
        ask(&mut world, desired);
        world.run(seconds(60));
    }
    let drains = world.state.members.values().filter(|member| member.drain.is_some());
    assert_eq!(drains.map(|member| member.slot.0).collect::<Vec<_>>(), [3, 4]);
    world
}

/// Whom it lets accept again so that `desired` serve, in their order, and how many it creates.
fn reinstated(world: &World, desired: u32) -> (Vec<u64>, usize) {
    let mut world = world.clone();
    ask(&mut world, desired);
    let steps: Vec<Step> = world.look().plan.steps.into_iter().map(|(step, _)| step).collect();
    let accepts = steps.iter().filter_map(|step| match step {
        Step::SetMode { slot, mode: Mode::Accept, .. } => Some(slot.0),
        _ => None,
    });
    (accepts.collect(), steps.iter().filter(|step| matches!(step, Step::Create { .. })).count())
}

#[test]
fn who_was_drained_last_is_let_accept_first() {
    let world = two_that_drain();
    assert_eq!(reinstated(&world, 5), (vec![4], 0));
    assert_eq!(reinstated(&world, 6), (vec![4, 3], 0));
    assert_eq!(reinstated(&world, 8), (vec![4, 3], 2));
}

#[test]
fn who_can_not_serve_again_at_once_was_reinstated() {
    let world = two_that_drain();
    let now = world.now;
    let altered = |change: fn(&mut scaler_core::model::Member, jiff::Timestamp)| {
        let mut world = world.clone();
        change(world.state.members.get_mut(&Slot(4)).unwrap(), now);
        world
    };
    let mut down = world.clone();
    let ill = down.state.members[&Slot(4)].instance.unwrap();
    down.machines.get_mut(&ill).unwrap().healthy = false;
    let mut without_a_node = world.clone();
    let node = *without_a_node.state.members[&Slot(4)].nodes.values().next().unwrap();
    without_a_node.nodes.remove(&node);
    for (what, world) in [
        ("its delete is intended", altered(|member, now| member.delete_intended = Some(now))),
        ("it was replaced", altered(|member, _| member.drain.as_mut().unwrap().why = DrainWhy::Replaced)),
        ("it rejects", altered(|member, now| member.drain.as_mut().unwrap().reject_at = Some(now))),
        ("it is down", down),
        ("its node is gone", without_a_node),
    ] {
        assert_eq!(reinstated(&world, 6), (vec![3], 1), "{what}");
    }
}
