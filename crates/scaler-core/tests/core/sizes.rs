//! What the desired size is made of: headroom, and one percentage step a batch.

use scaler_core::model::{AlertState, Amount};

use super::world::{World, at_rest, grown, seconds, web};

#[test]
fn headroom_of_a_whole_group_climbed_to_max_by_itself() {
    let mut world = at_rest(4, 60);
    world.group.headroom = Amount::Percent(100);
    world.boot = seconds(3_600);
    world.group.launch.timeout = seconds(7_200);
    let mut sizes = Vec::new();
    for _ in 0..12 {
        world.hear("WebCpuHigh", AlertState::Firing);
        world.turn();
        sizes.extend(world.state.desired);
        world.pass(seconds(10));
    }
    sizes.dedup();
    assert_eq!(sizes.len(), 1, "deciding again with nothing new changes nothing: {sizes:?}");
}

#[test]
fn headroom_was_not_kept_at_rest() {
    let mut group = web(2, 12);
    group.headroom = Amount::Count(2);
    let mut world = World::new(group);
    world.run(seconds(1_800));
    assert_eq!(world.serving(), 4, "two, and two on top");
    world.run_with("WebCpuLow", seconds(4 * 3_600));
    assert_eq!(world.serving(), 4, "also when scaling in");
}

#[test]
fn headroom_made_percentage_steps_smaller() {
    let mut world = grown(2, 40, 12);
    world.group.headroom = Amount::Percent(50);
    world.group.policies[0].add = Some(Amount::Percent(50));
    world.hear("WebCpuHigh", AlertState::Firing);
    world.turn();
    // Eight of the twelve are counted, four are headroom: 8 + 50 % are 12, and 6 on top.
    assert_eq!(world.state.desired, Some(18));
}

/// Runs until the next turn decides another size.
fn sizes(world: &mut World, name: &str, time: u64) -> Vec<u32> {
    let mut sizes = Vec::new();
    for _ in 0..time / 10 {
        world.hear(name, AlertState::Firing);
        world.turn();
        sizes.extend(world.state.desired);
        world.pass(seconds(10));
    }
    sizes.dedup();
    sizes
}

#[test]
fn a_percentage_step_was_taken_again_for_each_member_of_a_batch() {
    let mut world = grown(2, 100, 20);
    world.group.policies[0].add = Some(Amount::Percent(50));
    world.group.largest_step = (100, Amount::Percent(100));
    // They boot one after the other, over ten minutes.
    let mut late = 0;
    let mut seen = Vec::new();
    for _ in 0..90 {
        world.hear("WebCpuHigh", AlertState::Firing);
        world.turn();
        for machine in world.machines.values_mut().skip(20) {
            if machine.instance.status == scaler_core::model::InstanceStatus::Provisioning
                && machine.runs.as_second() - machine.instance.created.as_second() == 45
            {
                late += 1;
                machine.runs = scaler_core::model::after(machine.runs, seconds(40 * late));
            }
        }
        seen.extend(world.state.desired);
        world.pass(seconds(10));
        if world.serving() >= 30 {
            break;
        }
    }
    seen.dedup();
    assert_eq!(seen, [30], "one step a batch: the next waits until each of it is warm");
    assert!(sizes(&mut world, "WebCpuHigh", 600).contains(&45), "and then it follows by itself");
}

#[test]
fn a_larger_step_raises_a_batch_at_once() {
    let mut world = grown(2, 100, 20);
    world.group.largest_step = (100, Amount::Percent(100));
    world.group.policies[0].add = Some(Amount::Percent(25));
    let mut critical = world.group.policies[0].clone();
    critical.on = std::collections::BTreeMap::from([("alertname".to_owned(), "WebCpuCritical".to_owned())]);
    critical.add = Some(Amount::Percent(50));
    world.group.policies.push(critical);
    world.hear("WebCpuHigh", AlertState::Firing);
    world.turn();
    assert_eq!(world.state.desired, Some(25));
    world.run_with("WebCpuHigh", seconds(60));
    world.hear("WebCpuCritical", AlertState::Firing);
    world.turn();
    assert_eq!(world.state.desired, Some(30), "the batch's base and the larger step");
}

#[test]
fn deciding_again_with_nothing_new_changes_nothing_for_every_setting() {
    let amounts =
        [Amount::Count(0), Amount::Count(1), Amount::Count(3), Amount::Percent(10), Amount::Percent(50)];
    let more = [Amount::Percent(100), Amount::Percent(150), Amount::Percent(300)];
    let rest = grown(2, 500, 7);
    for headroom in amounts.into_iter().chain(more) {
        for step in amounts.into_iter().chain(more) {
            for largest in [(4, Amount::Percent(100)), (1, Amount::Percent(0)), (500, Amount::Percent(500))] {
                for alert in ["WebCpuHigh", "WebCpuLow"] {
                    let mut world = rest.clone();
                    world.boot = seconds(300);
                    (world.group.headroom, world.group.largest_step) = (headroom, largest);
                    (world.group.policies[0].add, world.group.policies[1].remove) = (Some(step), Some(step));
                    world.hear(alert, AlertState::Firing);
                    world.turn();
                    let desired = world.state.desired;
                    for _ in 0..20 {
                        world.pass(seconds(10));
                        world.hear(alert, AlertState::Firing);
                        world.turn();
                        assert_eq!(
                            world.state.desired, desired,
                            "{headroom} on top, {step} at {largest:?}, {alert}"
                        );
                    }
                }
            }
        }
    }
}
