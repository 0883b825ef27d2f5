//! Deliberately broken variants: a mistake is put between the scaler and one of its ports, and the tests of this folder must
//! catch it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use scaler_core::model::{Amount, Group};

use super::crash_points::{Then, Trial, Work, try_it};
use super::histories::history;
use super::invariants::Breach;
use super::kill_switch::{Fate, Strike};
use super::mistakes::balancer::{self, WrongBalancer};
use super::mistakes::compute::{self, WrongCompute};
use super::mistakes::store::{self, WrongStore};
use super::scenes::SCENES;
use super::world::{Kept, Quirk, seconds};

/// Where a mistake is put.
enum Mistake {
    Compute(compute::Wrong),
    Balancer(balancer::Wrong),
    Store(store::Wrong),
    /// The scaler works by another configuration than it was given.
    Group(fn(&mut Group)),
    Deaf,
}

impl Mistake {
    fn quirk(&self) -> Quirk {
        let mut quirk = Quirk::default();
        match *self {
            Self::Compute(wrong) => {
                quirk.compute = Some(Arc::new(move |inner| Arc::new(WrongCompute::new(inner, wrong))));
            }
            Self::Balancer(wrong) => {
                quirk.balancer = Some(Arc::new(move |inner| Arc::new(WrongBalancer::new(inner, wrong))));
            }
            Self::Store(wrong) => {
                quirk.store = Some(Arc::new(move |inner| Arc::new(WrongStore::new(inner, wrong))));
            }
            Self::Group(change) => quirk.group = Some(Arc::new(change)),
            Self::Deaf => quirk.deaf = true,
        }
        quirk
    }
}

/// Each with the invariants of which it must break one.
const VARIANTS: &[(&str, Mistake, &[&str])] = &[
    ("skip the drain", Mistake::Balancer(balancer::Wrong::SkipsDrains), &["I2"]),
    ("drain for no time", Mistake::Group(|group| group.remove.drain = seconds(0)), &["I2"]),
    ("reject for no time", Mistake::Group(|group| group.remove.reject = seconds(0)), &["I2"]),
    ("create twice", Mistake::Compute(compute::Wrong::CreatesTwice), &["I1", "I3", "I8"]),
    ("create again when no answer came", Mistake::Compute(compute::Wrong::CreatesAgain), &["I1", "I3", "I8"]),
    ("take no answer for a refusal", Mistake::Compute(compute::Wrong::IsSure), &["I1", "I3"]),
    (
        "count a rate limit as a failed launch",
        Mistake::Compute(compute::Wrong::ForgetsRateLimits),
        &["launches"],
    ),
    ("ignore launch.per_hour", Mistake::Group(|group| group.launch.per_hour = Some(1_000)), &["launches"]),
    ("use the slot of a lost create again", Mistake::Compute(compute::Wrong::ReusesLabels), &["I3"]),
    ("count a launch's time from its intent", Mistake::Store(store::Wrong::StampsIntents), &["launches"]),
    ("share a listing for ever", Mistake::Compute(compute::Wrong::ListsOnce), &["I3"]),
    ("show old nodes as fresh", Mistake::Balancer(balancer::Wrong::ShowsOldNodes), &["I1"]),
    ("take one 404 for gone", Mistake::Compute(compute::Wrong::BelievesOne404), &["I3"]),
    ("read by id what was", Mistake::Compute(compute::Wrong::ReadsOld), &["I5"]),
    ("register twice", Mistake::Balancer(balancer::Wrong::RegistersTwice), &["I3"]),
    ("forget the intent", Mistake::Store(store::Wrong::ForgetsIntents), &["I8"]),
    ("ignore a conflict", Mistake::Store(store::Wrong::IgnoresConflicts), &["I4"]),
    ("not notice another actor", Mistake::Store(store::Wrong::HidesActors), &["I4"]),
    ("drop the windows at restart", Mistake::Store(store::Wrong::DropsWindows), &["I6", "I9"]),
    ("forget the mode at restart", Mistake::Store(store::Wrong::ForgetsModes), &["I6"]),
    ("forget a protection at restart", Mistake::Store(store::Wrong::ForgetsProtection), &["I5"]),
    ("believe a half-read list", Mistake::Compute(compute::Wrong::BelievesHalfLists), &["I10"]),
    ("take an error for absence", Mistake::Compute(compute::Wrong::TakesErrorsForAbsence), &["I10"]),
    ("delete without reading again", Mistake::Compute(compute::Wrong::NeverReadsAgain), &["I5"]),
    ("adopt by the label's prefix", Mistake::Compute(compute::Wrong::AdoptsByLabel), &["I5"]),
    ("take every node for healthy", Mistake::Balancer(balancer::Wrong::ShowsAllHealthy), &["I1", "I7"]),
    ("count warming members as evidence", Mistake::Group(|group| group.launch.warm_up = seconds(0)), &["I6"]),
    ("ignore the removal budget", Mistake::Group(without_budget), &["I9"]),
    ("ignore remove.low_for", Mistake::Group(|group| group.remove.low_for = seconds(0)), &["I6"]),
    ("ignore min", Mistake::Group(|group| group.size.min = 0), &["I1"]),
    ("ignore max", Mistake::Group(|group| group.size.max += 5), &["I1"]),
    ("read unknown as low", Mistake::Deaf, &["signals"]),
];

fn without_budget(group: &mut Group) {
    group.remove.at_most = Amount::Percent(100);
    group.remove.every = seconds(0);
}

/// The tests of this folder, the quick ones first.
fn catches(quirk: &Quirk, wanted: &[&str]) -> Option<(String, String)> {
    let caught = |by: String, run: &dyn Fn() -> Vec<Breach>| {
        // A mistake may also bring the scene itself to a halt, which proves nothing.
        let breaches = catch_unwind(AssertUnwindSafe(run)).unwrap_or_default();
        let breach = breaches.into_iter().find(|breach| wanted.contains(&breach.invariant))?;
        Some((by, breach.to_string()))
    };
    for scene in SCENES {
        if let Some(found) = caught(format!("scene {}", scene.name), &|| scene.play(quirk.clone()).0) {
            return Some(found);
        }
    }
    for then in [Then::Restart, Then::Overtaken] {
        for work in [Work::ScaleUp, Work::ScaleDown, Work::Replacement] {
            for point in (0..60).step_by(3) {
                let strike = Strike { point, fate: Fate::Landed, blow: then.blow() };
                let trial = Trial { work, kept: Kept::GroupState, then, strike };
                let run = || try_it(trial, quirk.clone()).0;
                if let Some(found) = caught(format!("{work:?}, {then:?} at point {point}"), &run) {
                    return Some(found);
                }
            }
        }
    }
    (0..100).find_map(|seed| caught(format!("history {seed}"), &|| history(seed, quirk.clone()).breaches))
}

#[test]
fn every_broken_variant_is_caught() {
    let mut missed = Vec::new();
    for (name, mistake, breaks) in VARIANTS {
        match catches(&mistake.quirk(), breaks) {
            Some((by, breach)) => {
                let breach: String = breach.chars().take(120).collect();
                super::figure(&format!("{name:<34} caught by {by}: {breach}"));
            }
            None => {
                println!("{name:<34} NOT caught");
                missed.push(name);
            }
        }
    }
    assert!(VARIANTS.len() >= 10);
    assert!(missed.is_empty(), "nothing catches: {missed:?}");
}
