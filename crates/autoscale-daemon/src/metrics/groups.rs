//! How groups stand, put together at each scrape: what is not known is absent rather than out of date.

use std::fmt;
use std::sync::atomic::AtomicU64;

use jiff::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use scaler_core::model::{Phase, elapsed};
use scaler_core::view::Status;

use crate::sentinel::Gathered;

type Number = Gauge<f64, AtomicU64>;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Of {
    group: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InPhase {
    group: String,
    phase: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Held {
    group: String,
    kind: &'static str,
    what: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InMode {
    group: String,
    mode: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Says {
    group: String,
    signal: String,
}

/// What one number of a group is: none where it is not known.
type Reading = fn(&Status) -> Option<f64>;

const READINGS: [(&str, &str, Reading); 14] = [
    ("wished_members", "The size that the last turn wished for", |s| s.wished.map(f64::from)),
    ("desired_members", "The desired size", |s| s.desired.map(f64::from)),
    ("in_service_members", "Members in service, warming ones included", |s| Some(s.in_service.into())),
    ("warming_members", "Members in service that warm up", |s| Some(s.warming.into())),
    ("arriving_members", "Members on their way into service", |s| Some(s.on_their_way.into())),
    ("draining_members", "Members on their way out", |s| Some(s.leaving.into())),
    ("unhealthy_members", "Unhealthy members", |s| Some(s.unhealthy.into())),
    ("min_members", "The least size", |s| Some(s.min.into())),
    ("max_members", "The largest size", |s| Some(s.max.into())),
    ("generation", "The generation of the desired size", |s| Some(count(s.generation))),
    ("budget_left", "Removals that the removal budget leaves now", |s| Some(s.budget_left.into())),
    ("cost_dollars_per_hour", "What may exist costs so much an hour, where prices are known", |s| {
        s.cost_per_hour.map(scaler_core::model::Price::dollars)
    }),
    ("observation_discarded", "1 while the cloud can't be read completely", |s| {
        Some(f64::from(s.discarded().is_some()))
    }),
    ("troubled", "1 while the loop can't go on", |s| Some(f64::from(s.trouble.is_some()))),
];

pub(super) fn registry(groups: &[(Status, Gathered)], started: Timestamp) -> Registry {
    let mut registry = Registry::with_prefix("autoscaler");
    for (name, help, reading) in READINGS {
        let numbers = Family::<Of, Number>::default();
        for (status, _) in groups {
            if let Some(number) = reading(status) {
                numbers.get_or_create(&Of { group: status.group.clone() }).set(number);
            }
        }
        registry.register(name, help, numbers);
    }
    let ages = Family::<Of, Number>::default();
    let breaks = Family::<Of, Counter>::default();
    let short = Family::<Of, Counter<f64, AtomicU64>>::default();
    let phases = Family::<InPhase, Gauge>::default();
    let held = Family::<Held, Gauge>::default();
    let modes = Family::<InMode, Gauge>::default();
    let signals = Family::<Says, Gauge>::default();
    for (status, gathered) in groups {
        let group = &status.group;
        let of = Of { group: group.clone() };
        // One that was never seen is as old as this process.
        let seen = gathered.observed.unwrap_or(started);
        ages.get_or_create(&of).set(elapsed(seen, status.at).as_secs_f64());
        short.get_or_create(&of).inc_by(gathered.short.as_secs_f64());
        breaks.get_or_create(&of).inc_by(status.broke_off.into());
        for phase in PHASES {
            let members = status.members.iter().filter(|member| member.phase == phase).count();
            phases
                .get_or_create(&InPhase { group: group.clone(), phase: word(phase) })
                .set(i64::try_from(members).unwrap_or(i64::MAX));
        }
        for hold in &status.holds {
            let (kind, what) = (hold.kind(), hold.what().to_string());
            held.get_or_create(&Held { group: group.clone(), kind, what }).set(1);
        }
        modes.get_or_create(&InMode { group: group.clone(), mode: status.mode.to_string() }).set(1);
        if let Some(signal) = status.signal {
            signals.get_or_create(&Says { group: group.clone(), signal: signal.to_string() }).set(1);
        }
    }
    registry.register("observation_age_seconds", "Since the last complete observation", ages);
    registry.register(
        "breaks",
        "How often the task that turns the loop panicked, and was begun anew",
        breaks,
    );
    registry.register("at_max_while_high_seconds", "How long a signal was high at the largest size", short);
    registry.register("members", "Members by phase", phases);
    registry.register("held_back", "1 while something is held back for this reason", held);
    registry.register("mode", "1 for the mode in force", modes);
    registry.register("signal", "1 for what the policies say together", signals);
    registry
}

const PHASES: [Phase; 10] = [
    Phase::Provisioning,
    Phase::Booting,
    Phase::Registering,
    Phase::Warming,
    Phase::InService,
    Phase::Unhealthy,
    Phase::Draining,
    Phase::Rejecting,
    Phase::Deleting,
    Phase::Standby,
];

/// A phase as a label's value.
pub(crate) fn word(phase: impl fmt::Display) -> String {
    phase.to_string().replace(' ', "_")
}

#[expect(clippy::cast_precision_loss, reason = "no group decides 2^53 times")]
const fn count(n: u64) -> f64 {
    n as f64
}
