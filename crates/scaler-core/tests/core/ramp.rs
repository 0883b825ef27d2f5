//! A load that grows while boots are late: the loop is closed, the alert follows from what serves.

use std::collections::VecDeque;

use scaler_core::model::{AlertState, Amount};

use super::world::{Fate, grown, seconds};

/// The largest desired size of an hour in which `load` members are fully loaded and the high alert fires over 80 % of a mean over
/// `window` seconds. Each boot takes another time within `boots`.
fn largest_under_load(
    add: Amount,
    start: u32,
    load: f64,
    boots: (u64, u64),
    window: usize,
    seed: u64,
) -> u32 {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut world = grown(start, 200, start);
    world.group.policies[0].add = Some(add);
    let (mut samples, mut firing, mut largest) = (VecDeque::new(), false, start);
    for _ in 0..360 {
        world.settle_cloud();
        samples.push_back((load / f64::from(u32::try_from(world.serving()).unwrap())).min(1.0));
        while samples.len() > window / 10 {
            samples.pop_front();
        }
        let high = samples.iter().sum::<f64>() > 0.8 * f64::from(u32::try_from(samples.len()).unwrap());
        if high {
            world.hear("WebCpuHigh", AlertState::Firing);
        } else if firing {
            world.hear("WebCpuHigh", AlertState::Resolved);
        }
        firing = high;
        let (_, _, intents) = world.intend();
        for (id, step) in intents {
            world.boot = seconds(rng.u64(boots.0..=boots.1));
            world.carry_out(id, &step, Fate::Done);
        }
        world.pass(seconds(10));
        largest = largest.max(world.state.desired.unwrap());
    }
    largest
}

#[test]
fn a_ramp_took_a_step_for_each_member_that_came_up() {
    for (add, start, load, boots, most) in [
        (Amount::Percent(50), 20, 22.0, (40, 560), 30),
        (Amount::Percent(100), 10, 11.0, (40, 560), 20),
        (Amount::Percent(100), 20, 22.0, (40, 560), 40),
        (Amount::Count(2), 4, 6.0, (40, 160), 10),
    ] {
        for window in [60, 300] {
            let largest = (0..3).map(|seed| largest_under_load(add, start, load, boots, window, seed)).max();
            assert!(largest <= Some(most), "{add} from {start}, a mean over {window} s: {largest:?}");
        }
    }
}
