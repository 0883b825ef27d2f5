//! Every await point of a scale-up, of a scale-down and of a replacement.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use scaler_core::runtime::{ScaleRequest, TargetSize};
use scaler_core::state::Cause;

use super::invariants::Breach;
use super::kill_switch::{Blow, Strike};
use super::simulate;
use super::world::{Happened, Kept, Quirk, Setup, World, seconds};

/// What a process does while it is struck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    ScaleUp,
    ScaleDown,
    Replacement,
}

/// What comes after the blow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Started again from the store.
    Restart,
    /// Started again without it.
    RestartFromTheCloud,
    /// Overtaken by a second process on the same store.
    Overtaken,
}

impl Then {
    pub const fn blow(self) -> Blow {
        match self {
            Self::Restart | Self::RestartFromTheCloud => Blow::Kill,
            Self::Overtaken => Blow::Overtake,
        }
    }
}

/// One trial.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    pub work: Work,
    pub kept: Kept,
    pub then: Then,
    pub strike: Strike,
}

/// A world in which the work is about to begin.
async fn about_to(work: Work, kept: Kept, quirk: Quirk) -> World {
    let mut setup = Setup::new(7, 2, 6);
    setup.kept = kept;
    setup.quirk = quirk;
    let mut world = World::new(setup).await;
    world.load(1.0);
    world.start();
    world.comes_to_rest().await;
    match work {
        Work::ScaleUp => {}
        Work::ScaleDown => {
            let ask = ScaleRequest::new(TargetSize::Exactly(3), Cause::operator("to begin with"));
            world.processes[0].scaler.group("web").unwrap().ask(ask).submit().await.unwrap();
            world.pass(seconds(20)).await;
            world.comes_to_rest().await;
        }
        Work::Replacement => {
            // Deadlines pass only once an actor has watched for two minutes.
            world.pass(seconds(120)).await;
        }
    }
    world
}

fn begin(world: &World, work: Work) {
    match work {
        // Three would do: nothing more is added when one of the two comes later.
        Work::ScaleUp => world.load(2.05),
        Work::ScaleDown => world.load(0.5),
        Work::Replacement => {
            world.load(0.65);
            let oldest = world.judge.with(|truth, _| truth.ours().keys().copied().min()).unwrap();
            world.judge.tell(format!("instance {oldest} falls ill"));
            world.sim.set_healthy(oldest, false);
        }
    }
}

fn end(work: Work) -> usize {
    match work {
        Work::ScaleUp => 4,
        Work::ScaleDown | Work::Replacement => 2,
    }
}

fn finished(world: &World, work: Work, before: u64) -> bool {
    world.judge.work().0 > before
        && world.at_rest()
        && world.judge.with(|truth, _| truth.ours().len()) == end(work)
}

/// The work as it goes undisturbed: how many points it has.
pub fn undisturbed(work: Work, kept: Kept) -> Vec<super::kill_switch::Kind> {
    simulate(async {
        let mut world = about_to(work, kept, Quirk::default()).await;
        let before = world.judge.work().0;
        begin(&world, work);
        world.arm(None);
        let done = world.run_on(seconds(900), |world| finished(world, work, before)).await;
        assert!(done, "{work:?} goes undisturbed:\n{}", world.judge.story().join("\n"));
        let points = world.processes[0].fuse.points();
        world.rests().await;
        let breaches = world.judge.breaches();
        assert!(breaches.is_empty(), "{work:?}: {breaches:#?}\n{}", world.judge.story().join("\n"));
        points.into_iter().map(|(kind, _)| kind).collect()
    })
}

/// Carries a trial out; what was broken, and the story.
pub fn try_it(trial: Trial, quirk: Quirk) -> (Vec<Breach>, Vec<String>) {
    simulate(async {
        let mut world = about_to(trial.work, trial.kept, quirk).await;
        begin(&world, trial.work);
        world.arm(Some(trial.strike));
        let happened = world.run(seconds(900), |_| false).await;
        if !matches!(happened, Happened::Struck(..)) {
            world.judge.breach("trial", format!("its point was never reached: {happened:?}"));
        }
        match trial.then {
            Then::Restart => {
                world.reopen().await;
                world.start();
            }
            Then::RestartFromTheCloud => {
                world.lose_store().await;
                world.start();
            }
            Then::Overtaken => {
                world.start();
                // The second has begun, and is in the middle of its first turn.
                let before = world.judge.work().1;
                world.run_on(seconds(1), |world| world.judge.work().1 > before).await;
                world.processes[0].fuse.release();
            }
        }
        world.rests().await;
        let size = world.judge.with(|truth, _| truth.ours().len());
        if size != end(trial.work) && trial.then != Then::RestartFromTheCloud {
            world.judge.breach("I7", format!("{size} exist at the end, {} are wanted", end(trial.work)));
        }
        if trial.then == Then::Overtaken && world.processes.len() != 1 {
            world.judge.breach("I4", "the actor that was overtaken goes on");
        }
        (world.judge.breaches(), world.judge.story())
    })
}

/// Tries `trials` on as many threads as there are processors; returns the failures.
pub fn try_all(trials: &[Trial]) -> Vec<(Trial, Vec<Breach>)> {
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZeroUsize::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(trial) = trials.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (breaches, _) = try_it(*trial, Quirk::default());
                    if !breaches.is_empty() {
                        failures.lock().unwrap().push((*trial, breaches));
                    }
                }
            });
        }
    });
    failures.into_inner().unwrap()
}

pub fn trials(work: Work, kept: Kept, then: Then) -> (usize, Vec<Trial>) {
    let points = undisturbed(work, kept);
    let blow = then.blow();
    let strikes = points.iter().enumerate().flat_map(|(point, kind)| {
        kind.fates(blow).iter().map(move |fate| Strike { point, fate: *fate, blow })
    });
    (points.len(), strikes.map(|strike| Trial { work, kept, then, strike }).collect())
}

fn every_point(work: Work, kept: Kept, then: Then) {
    let (points, trials) = trials(work, kept, then);
    let failures = try_all(&trials);
    super::figure(&format!("{work:?}, {kept:?}, {then:?}: {points} points, {} trials", trials.len()));
    if failures.is_empty() {
        return;
    }
    for (trial, breaches) in &failures {
        println!("{trial:?}");
        for breach in breaches.iter().take(2) {
            println!("    {}", breach.to_string().chars().take(300).collect::<String>());
        }
    }
    let (first, breaches) = &failures[0];
    let (_, story) = try_it(*first, Quirk::default());
    println!("{}", story.join("\n"));
    panic!("{} of {} trials failed; the first: {first:?}: {}", failures.len(), trials.len(), breaches[0]);
}

macro_rules! every_point {
    ($($name:ident: $work:ident, $kept:ident, $then:ident;)*) => {$(
        #[test]
        fn $name() {
            every_point(Work::$work, Kept::$kept, Then::$then);
        }
    )*};
}

every_point! {
    scale_up_killed_anywhere: ScaleUp, GroupState, Restart;
    scale_up_killed_anywhere_with_sqlite: ScaleUp, Sqlite, Restart;
    scale_up_killed_anywhere_and_the_store_lost: ScaleUp, GroupState, RestartFromTheCloud;
    scale_up_overtaken_anywhere: ScaleUp, GroupState, Overtaken;
    scale_down_killed_anywhere: ScaleDown, GroupState, Restart;
    scale_down_killed_anywhere_with_sqlite: ScaleDown, Sqlite, Restart;
    scale_down_killed_anywhere_and_the_store_lost: ScaleDown, GroupState, RestartFromTheCloud;
    scale_down_overtaken_anywhere: ScaleDown, GroupState, Overtaken;
    replacement_killed_anywhere: Replacement, GroupState, Restart;
    replacement_killed_anywhere_with_sqlite: Replacement, Sqlite, Restart;
    replacement_killed_anywhere_and_the_store_lost: Replacement, GroupState, RestartFromTheCloud;
    replacement_overtaken_anywhere: Replacement, GroupState, Overtaken;
}
