//! Creates that wait for the account's rate.

use linode_sim::{RateLimits, Timings};
use scaler_core::runtime::{ScaleRequest, TargetSize};
use scaler_core::state::Cause;

use super::world::{Setup, World, seconds};
use super::{figure, simulate};

/// A world whose account lets 20 creates through in 15 s, where a launch takes 70 to 140 s of the three minutes that it has.
async fn rationed() -> World {
    let mut setup = Setup::new(5, 2, 152);
    setup.timings = Timings::realistic();
    setup.rates = RateLimits::documented();
    setup.change = |group| {
        group.launch.timeout = seconds(180);
        group.launch.per_hour = Some(1_000);
        group.policies.clear();
    };
    let mut world = World::new(setup).await;
    world.start();
    world.run_on(seconds(400), |world| serving(world) == 2).await;
    world
}

fn serving(world: &World) -> usize {
    world.judge.with(|truth, _| truth.truly_serving())
}

/// Instances of ours that were ever made, and those that are there.
fn made(world: &World) -> (usize, usize) {
    world.judge.with(|truth, _| (truth.lives.len(), truth.ours().len()))
}

async fn ask(world: &World, size: u32) {
    let ask = ScaleRequest::new(TargetSize::Exactly(size), Cause::operator("a busy evening"));
    world.processes[0].scaler.group("web").unwrap().ask(ask).submit().await.unwrap();
}

#[test]
fn launches_that_waited_for_the_rate_of_creates_were_deleted_as_failed() {
    simulate(async {
        let mut world = rationed().await;
        ask(&world, 152).await;
        let asked = world.age();
        let done = world.run_on(seconds(900), |world| serving(world) == 152).await;
        let took = (world.age() - asked).as_secs();
        let (made, there) = made(&world);
        figure(&format!("150 more: {made} were made, {there} are there, all serve after {took} s"));
        assert!(done && (made, there) == (152, 152), "{made} were made for 152, {there} are there");
        // Seven windows of 15 s and the longest launch take 255 s.
        assert!(took <= 270, "{took} s");
        assert!(world.judge.breaches().is_empty(), "{:#?}", world.judge.breaches());
    });
}
