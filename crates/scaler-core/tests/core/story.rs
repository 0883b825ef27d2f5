//! The spine, told in the modelled world.

use scaler_core::model::AlertState;

use super::world::{World, seconds, web};

#[test]
fn a_spike_doubles_the_group_and_calm_brings_it_back() {
    let mut world = World::new(web(2, 8));
    world.run(seconds(600));
    assert_eq!((world.serving(), world.machines.len()), (2, 2), "the group comes to its minimum");
    let quiet = world.log.len();
    world.run(seconds(600));
    assert_eq!(world.log.len(), quiet, "at rest nothing is appended");

    world.run_with("WebCpuHigh", seconds(60));
    assert_eq!(world.state.desired, Some(4));
    world.hear("WebCpuHigh", AlertState::Resolved);
    world.run(seconds(400));
    assert_eq!(world.serving(), 4);

    world.run_with("WebCpuLow", seconds(3600));
    assert_eq!((world.serving(), world.machines.len()), (2, 2), "{:#?}", world.state);
    assert_eq!((world.created, world.deleted), (4, 2));
    let quiet = world.log.len();
    world.run_with("WebCpuLow", seconds(600));
    assert_eq!(world.log.len(), quiet, "at rest nothing is appended");
}

#[test]
fn a_spike_that_comes_back_takes_draining_members_back_and_creates_nothing() {
    let mut world = World::new(web(2, 8));
    world.run(seconds(600));
    world.run_with("WebCpuHigh", seconds(60));
    world.hear("WebCpuHigh", AlertState::Resolved);
    world.run(seconds(400));
    while world.state.desired == Some(4) {
        world.run_with("WebCpuLow", seconds(10));
    }
    world.run_with("WebCpuLow", seconds(20));
    assert_eq!(world.serving(), 3, "one drains");
    world.hear("WebCpuLow", AlertState::Resolved);
    world.run_with("WebCpuHigh", seconds(20));
    assert_eq!(world.serving(), 4, "{:#?}", world.state);
    assert_eq!(
        world.created, 6,
        "the one that drained is reinstated, and two more are created: {:#?}",
        world.state.desired
    );
}
