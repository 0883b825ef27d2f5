//! A dry run says what the turn that follows it does: the same facts, decision, steps, holds and waits.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::Config;
use scaler_core::model::{AlertState, Amount, Group, after};
use scaler_core::ports::{Clock, FailureKind};
use scaler_core::reconcile::{Observation, TurnReport, reconcile};
use scaler_core::state::{GroupMode, GroupState};
use scaler_core::view::Preview;

use super::cloud::Fate;
use super::{Bench, CONFIG, alert, group, seconds};

/// What happens to a group.
#[derive(Clone, Debug)]
enum Happening {
    /// Somebody asks for a size, perhaps over the removal budget.
    Asked(u32, bool),
    Alert(&'static str, AlertState),
    /// The next call of this name fares so.
    Call(&'static str, Fate),
    /// The nth instance falls ill, or is well again.
    Health(usize, bool),
    /// A person deletes the nth instance, or locks it.
    Deleted(usize),
    Locked(usize, bool),
    Mode(GroupMode, u64),
    /// Lists of nodes lag.
    Lag(u64),
    /// The actor is gone, and another one begins.
    Crash,
}

fn happening() -> impl Strategy<Value = Happening> {
    use Happening::{Alert, Asked, Call, Crash, Deleted, Health, Lag, Locked, Mode};
    let states =
        prop_oneof![Just(AlertState::Firing), Just(AlertState::Resolved), Just(AlertState::Suppressed)];
    let kinds = prop_oneof![
        1 => Just(FailureKind::Transient),
        1 => Just(FailureKind::RateLimited),
        1 => Just(FailureKind::NotSent),
        1 => Just(FailureKind::SoldOut),
        2 => Just(FailureKind::Account),
        1 => Just(FailureKind::Guarded),
    ];
    let fates = prop_oneof![
        3 => kinds.prop_map(Fate::Refused),
        1 => Just(Fate::Lost),
        1 => Just(Fate::Vanished),
        1 => (1_u64..50).prop_map(|time| Fate::Slow(seconds(time))),
    ];
    let calls = prop::sample::select(vec![
        "create",
        "create",
        "create",
        "register",
        "mode",
        "deregister",
        "delete",
        "list",
    ]);
    let modes =
        prop::sample::select(vec![GroupMode::On, GroupMode::AddOnly, GroupMode::Observe, GroupMode::Paused]);
    prop_oneof![
        3 => (1_u32..=12, any::<bool>()).prop_map(|(size, over)| Asked(size, over)),
        3 => (prop::sample::select(vec!["WebCpuHigh", "WebCpuLow"]), states).prop_map(|(name, to)| Alert(name, to)),
        6 => (calls, fates).prop_map(|(call, fate)| Call(call, fate)),
        2 => (0_usize..12, any::<bool>()).prop_map(|(nth, well)| Health(nth, well)),
        1 => (0_usize..12).prop_map(Deleted),
        1 => (0_usize..12, any::<bool>()).prop_map(|(nth, locked)| Locked(nth, locked)),
        1 => (modes, 10_u64..300).prop_map(|(mode, time)| Mode(mode, time)),
        1 => (0_u64..20).prop_map(Lag),
        1 => Just(Crash),
    ]
}

/// What happens, each with the time until the next.
fn history() -> impl Strategy<Value = Vec<(Happening, u64)>> {
    prop::collection::vec((happening(), 1_u64..150), 1..16)
}

/// What a dry run said, and what the turn after it did.
struct Pair {
    dry: Preview,
    turn: Preview,
    report: Arc<TurnReport>,
    /// The log before the turn.
    before: GroupState,
}

fn wide() -> Group {
    let mut group = group("web", CONFIG, 1, 12);
    group.remove.at_most = Amount::Percent(100);
    group.remove.drain = seconds(60);
    group
}

/// Turns a group through a history. Calls take no time, so that a turn and its dry run look at the same moment.
async fn live(history: &[(Happening, u64)]) -> Vec<Pair> {
    let bench = Bench::new();
    bench.cloud.state().instant = true;
    let scaler = bench.scaler([wide()], 1);
    let web = scaler.group("web").unwrap();
    let mut actor = web.actor().await.unwrap();
    let mut pairs = Vec::new();
    for (happening, time) in history {
        match happening {
            Happening::Asked(size, over) => {
                let call = web.scale_to(*size).because("somebody");
                let call = if *over { call.over_budget() } else { call };
                // While the group is asleep it is refused.
                let _ = call.submit().await;
            }
            Happening::Alert(name, state) => {
                scaler.alerts().notified(vec![alert(name, *state)]).await.unwrap()
            }
            Happening::Call(call, fate) => bench.cloud.fate(call, fate.clone()),
            Happening::Health(nth, well) => {
                if let Some(machine) = bench.cloud.state().machines.values_mut().nth(*nth) {
                    machine.healthy = *well;
                }
            }
            Happening::Deleted(nth) => {
                let mut state = bench.cloud.state();
                let id = state.machines.keys().nth(*nth).copied();
                id.map(|id| state.machines.remove(&id));
            }
            Happening::Locked(nth, locked) => {
                if let Some(machine) = bench.cloud.state().machines.values_mut().nth(*nth) {
                    machine.instance.locked = *locked;
                }
            }
            Happening::Mode(mode, time) => {
                let until = after(bench.clock.now(), seconds(*time));
                web.set_mode(*mode, Some(until), "somebody", "").await.unwrap();
            }
            Happening::Lag(time) => bench.cloud.state().lag = seconds(*time),
            Happening::Crash => {
                drop(actor);
                actor = web.actor().await.unwrap();
            }
        }
        let end = after(bench.clock.now(), seconds(*time));
        while bench.clock.now() < end {
            let before = GroupState::fold(&bench.entries().await);
            let dry = web.plan().await.unwrap();
            let report = actor.turn().await.unwrap();
            let turn = Preview::of(web.name(), &report.turn, &report.observation);
            pairs.push(Pair { dry, turn, report, before });
            actor.rest().await.unwrap();
        }
    }
    pairs
}

fn lived(history: &[(Happening, u64)]) -> Vec<Pair> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(live(history))
}

fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(config(32))]

    #[test]
    fn a_dry_run_is_the_turn_that_follows_it(history in history()) {
        for pair in lived(&history) {
            prop_assert_eq!(&pair.dry, &pair.turn, "\nat {}", pair.report.turn.at);
        }
    }
}

type Forget = fn(&mut Observation);

/// What a dry run may fail to know: each a broken variant, which the comparison has to catch.
const FORGETS: &[(&str, Forget)] = &[
    ("steps in flight", |observation| observation.in_flight.clear()),
    ("steps whose effect is not visible yet", |observation| observation.recent.clear()),
    ("the account's refusals", |observation| observation.account_refusal = None),
    ("the installation's removal budget", |observation| observation.installation_left = None),
    ("that the nodes were read", |observation| observation.fresh = false),
];

#[test]
fn a_dry_run_that_does_not_know_what_the_actor_knows_is_caught() {
    use Happening::{Asked, Call};
    let history = [
        (Asked(12, false), 200),
        (Call("mode", Fate::Slow(seconds(20))), 1),
        (Call("mode", Fate::Refused(FailureKind::Transient)), 1),
        // Five may go in ten minutes, of the whole installation.
        (Asked(1, false), 200),
        (Call("create", Fate::Refused(FailureKind::Account)), 1),
        (Asked(12, false), 30),
    ];
    let mut caught = BTreeSet::new();
    for pair in lived(&history) {
        for (what, forget) in FORGETS {
            let TurnReport { turn, observation, signals, .. } = &*pair.report;
            let mut partial = observation.clone();
            forget(&mut partial);
            let blind = reconcile(&wide(), &partial, signals, &pair.before, turn.at);
            if Preview::of(&wide().name, &blind, &partial) != pair.turn {
                caught.insert(*what);
            }
        }
    }
    for (what, _) in FORGETS {
        assert!(caught.contains(what), "nothing shows that a dry run does not know {what}: {caught:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_step_that_ended_is_not_in_flight_any_more() {
    let bench = Bench::new();
    let scaler = bench.web(1);
    let web = scaler.group("web").unwrap();
    let mut actor = web.actor().await.unwrap();
    actor.turn().await.unwrap();
    assert_eq!(web.status().await.unwrap().in_flight.len(), 1, "the first member is being created");
    actor.rest().await.unwrap();
    assert!(web.status().await.unwrap().in_flight.is_empty(), "its create was answered");
    drop(actor);
    assert!(web.status().await.unwrap().in_flight.is_empty(), "what an actor has under way ends with it");
}
