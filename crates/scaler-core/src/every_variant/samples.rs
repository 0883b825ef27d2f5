//! A sample of every variant.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::{
    Amount, ConfigId, DrainWhy, Installation, InstanceId, Mode, NodeId, Origin, Phase, PolicySignal,
    Position, Price, Signal, SignalReason, Slot, after,
};
use crate::state::{
    BudgetScope, Busy, Cause, Change, Difference, Discarded, Fact, FailureReason, GroupMode, HealthReason,
    Hold, Mark, Outcome, Refusal, SizeReason, Stalled, Step, StepOutcome, StepReason, StoreFailure, Window,
};
use crate::view::Moment;

/// Samples of every variant of a type. A variant that is added does not compile before it stands here.
macro_rules! every {
    ($of:ident: $($variant:ident => [$($sample:expr),+ $(,)?]),+ $(,)?) => {{
        // A match without a wildcard: it names every variant, or the compiler says which one is missing.
        const fn is_listed(value: &$of) -> bool {
            match value {
                $($of::$variant { .. } => true,)+
            }
        }
        let mut samples: Vec<$of> = Vec::new();
        $(
            let of_variant = vec![$($sample),+];
            assert!(of_variant.iter().all(|sample| matches!(sample, $of::$variant { .. }) && is_listed(sample)));
            samples.extend(of_variant);
        )+
        samples
    }};
}

const SLOT: Slot = Slot(1);
const CONFIG: ConfigId = ConfigId(7);
const INSTANCE: InstanceId = InstanceId(101);
const NODE: NodeId = NodeId(11);

/// Noon, and so many seconds more.
pub(super) fn at(seconds: u64) -> Timestamp {
    after("2026-03-01T12:00:00Z".parse().unwrap(), Duration::from_secs(seconds))
}

fn member() -> String {
    "web-abcde-1".to_owned()
}

fn said() -> String {
    "creating web-abcde-1 was refused with 403: ask for more".to_owned()
}

pub(super) fn refusals() -> Vec<Refusal> {
    every!(Refusal:
        Transient => [Refusal::Transient],
        RateLimited => [Refusal::RateLimited],
        SoldOut => [Refusal::SoldOut],
        Account => [Refusal::Account],
        Request => [Refusal::Request],
        Guarded => [Refusal::Guarded],
        NotSent => [Refusal::NotSent],
    )
}

fn differences() -> Vec<Difference> {
    every!(Difference:
        Tags => [Difference::Tags],
        Type => [Difference::Type],
        Older => [Difference::Older],
        Label => [Difference::Label],
        Created => [Difference::Created],
        Locked => [Difference::Locked],
        Other => [Difference::Other],
    )
}

pub(super) fn step_reasons() -> Vec<StepReason> {
    let differing = differences().into_iter().map(|how| StepReason::Differs { instance: INSTANCE, how });
    let mut reasons = every!(StepReason:
        Said => [StepReason::said(said())],
        TimedOut => [StepReason::TimedOut { seconds: 60 }],
        Stopping => [StepReason::Stopping],
        AccountRefuses => [StepReason::AccountRefuses { until: at(300), said: said() }],
        PermitLapsed => [StepReason::PermitLapsed],
        NoPermit => [StepReason::NoPermit],
        Untouchable => [StepReason::Untouchable],
        UnknownInstance => [StepReason::UnknownInstance { instance: INSTANCE }],
        Differs => [StepReason::Differs { instance: INSTANCE, how: Difference::Tags }],
        LabelHeld => [StepReason::LabelHeld { instance: INSTANCE, label: member(), how: Difference::Older }],
        ForeignNode => [StepReason::ForeignNode],
        NodeRelabelled => [StepReason::NodeRelabelled],
        InstanceExists => [StepReason::InstanceExists { instance: INSTANCE }],
        NodeServes => [StepReason::NodeServes],
        NotServing => [StepReason::NotServing],
        Other => [StepReason::Other],
    );
    reasons.extend(differing.skip(1));
    reasons
}

pub(super) fn discarded() -> Vec<Discarded> {
    every!(Discarded:
        ListingChanged => [Discarded::ListingChanged],
        Unread => [Discarded::Unread { refusal: Refusal::RateLimited, said: said() }],
        OtherOwner => [Discarded::OtherOwner { store: "k3x9w2".to_owned(), ours: "b7m4q1".to_owned() }],
        OtherAccount => [Discarded::OtherAccount { store: "FFFF-1".to_owned(), shown: "EEEE-2".to_owned() }],
        AccountUntold => [Discarded::AccountUntold],
        TimedOut => [Discarded::TimedOut { seconds: 60 }],
        NodesWait => [Discarded::NodesWait],
        Other => [Discarded::Other],
    )
}

pub(super) fn store_failures() -> Vec<StoreFailure> {
    let said = || "the store failed while appending: free some space".to_owned();
    every!(StoreFailure:
        Conflict => [StoreFailure::Conflict { said: said() }],
        Unreadable => [StoreFailure::Unreadable { said: said() }],
        Broken => [StoreFailure::Broken { said: said() }],
        Other => [StoreFailure::Other],
    )
}

pub(super) fn troubles() -> Vec<Stalled> {
    every!(Stalled:
        Store => [Stalled::Store { why: StoreFailure::Broken { said: "the disk is full".to_owned() } }],
        Overtaken => [Stalled::Overtaken { by: "a1b2c3".into() }],
        Busy => [Stalled::Busy],
        Failed => [Stalled::Failed { said: said() }],
        Other => [Stalled::Other],
    )
}

pub(super) fn signal_reasons() -> Vec<SignalReason> {
    let policy = || "WebCpuHigh".to_owned();
    every!(SignalReason:
        Fires => [SignalReason::Fires { policy: policy() }],
        Resolved => [SignalReason::Resolved { policy: policy() }],
        Silent => [SignalReason::Silent { policy: policy() }],
        Suppressed => [SignalReason::Suppressed { policy: policy() }],
        Unconfirmed => [SignalReason::Unconfirmed { policy: policy(), fingerprint: Some("58b2a7f1c0d3e4a9".to_owned()), within: Some(600) }],
        PollsUnanswered => [SignalReason::PollsUnanswered],
        HeartbeatUnconfirmed => [SignalReason::HeartbeatUnconfirmed { within: Some(600) }],
        Other => [SignalReason::Other],
    )
}

fn fires() -> Vec<SignalReason> {
    vec![SignalReason::Fires { policy: "WebCpuHigh".to_owned() }]
}

pub(super) fn size_reasons() -> Vec<SizeReason> {
    every!(SizeReason:
        Asked => [SizeReason::Asked { desired: 4 }],
        Present => [SizeReason::Present { members: 3 }],
        High => [SizeReason::High { why: fires(), counted: 2, add: 1 }],
        Low => [SizeReason::Low { why: fires(), counted: 4, remove: 1 }],
        Unknown => [SizeReason::Unknown { why: vec![SignalReason::PollsUnanswered], least: 6 }],
        Floor => [SizeReason::Floor { floor: 5, until: at(7200) }],
        Min => [SizeReason::Min { min: 2 }],
        Other => [SizeReason::Other],
    )
}

pub(super) fn causes() -> Vec<Cause> {
    let health = every!(HealthReason:
        LaunchFailed => [HealthReason::LaunchFailed],
        UnhealthyTooLong => [HealthReason::UnhealthyTooLong],
        BeingReplaced => [HealthReason::BeingReplaced],
        Recovered => [HealthReason::Recovered],
        DrainUnseen => [HealthReason::DrainUnseen],
        Other => [HealthReason::Other],
    );
    let mut causes = every!(Cause:
        Policy => [Cause::Policy { why: fires() }],
        Floor => [Cause::Floor],
        Operator => [Cause::operator("ops: release 4.2")],
        Health => [Cause::Health(HealthReason::LaunchFailed)],
        Converge => [Cause::Converge],
    );
    causes.extend(health.into_iter().skip(1).map(Cause::Health));
    causes
}

pub(super) fn holds() -> Vec<Hold> {
    let busy = every!(Busy:
        Leaving => [Busy::Leaving],
        Missing => [Busy::Missing],
        OnItsWay => [Busy::OnItsWay],
        Warming => [Busy::Warming],
        Unhealthy => [Busy::Unhealthy],
        BeingReplaced => [Busy::BeingReplaced],
        Other => [Busy::Other],
    );
    let windows = every!(Window:
        LowFor => [Window::LowFor],
        AfterAdd => [Window::AfterAdd],
        Every => [Window::Every],
        Other => [Window::Other],
    );
    let until = at(300);
    let first = |refusal| Hold::LaunchPostponed { refusal, until };
    let mut holds = every!(Hold:
        ObservationDiscarded => [Hold::ObservationDiscarded { why: Discarded::TimedOut { seconds: 60 } }],
        JustBegan => [Hold::JustBegan { until: at(300) }],
        ManyUntagged => [Hold::ManyUntagged { untagged: 3, known: 4 }],
        Untagged => [Hold::Untagged { member: member() }],
        NothingListed => [Hold::NothingListed { nodes: 4, example: member() }],
        StrayNode => [Hold::StrayNode { node: member() }],
        StoreOlder => [Hold::StoreOlder],
        LaunchesPerHour => [Hold::LaunchesPerHour { per_hour: 12, until: at(300) }],
        InstallationLaunches => [Hold::InstallationLaunches { per_hour: 40, until: at(300) }],
        ManyMissing => [Hold::ManyMissing { missing: 3, known: 4 }],
        NodesWithoutInstances => [Hold::NodesWithoutInstances { nodes: 2, example: member() }],
        Mode => [
            Hold::Mode { what: Change::Removing, mode: GroupMode::AddOnly },
            Hold::Mode { what: Change::Any, mode: GroupMode::Paused },
        ],
        Undecided => [Hold::Undecided],
        StepCut => [Hold::StepCut { step: 9, largest: 4 }],
        AtMax => [Hold::AtMax { wanted: 9, max: 6 }],
        NoRoom => [Hold::NoRoom { lack: 3, may_exist: 5, limit: 6 }],
        CostCeiling => [Hold::CostCeiling { wanted: 9, ceiling: Price(1_200_000) }],
        PriceUnknown => [Hold::PriceUnknown { wanted: 9, instance_type: "g6-standard-2".into() }],
        LaunchBackoff => [Hold::LaunchBackoff { failures: 3, until }],
        LaunchPostponed => [
            first(Refusal::RateLimited), first(Refusal::NotSent), first(Refusal::Transient),
        ],
        CreateRate => [Hold::CreateRate],
        SoldOut => [Hold::SoldOut],
        AccountRefuses => [Hold::AccountRefuses { until, said: said() }],
        SignalUnknown => [Hold::SignalUnknown { why: signal_reasons().split_off(4) }],
        SignalHigh => [Hold::SignalHigh],
        MemberBusy => [Hold::MemberBusy { member: member(), busy: Busy::Leaving }],
        RemovalUnfinished => [Hold::RemovalUnfinished],
        Window => [Hold::Window { window: Window::LowFor, until }],
        RemovalBudget => [
            Hold::RemovalBudget { scope: BudgetScope::Group },
            Hold::RemovalBudget { scope: BudgetScope::Installation },
        ],
        WouldOverload => [Hold::WouldOverload],
        NotFresh => [Hold::NotFresh],
        ManyLost => [Hold::ManyLost { until }],
        MaxUnhealthy => [Hold::MaxUnhealthy { unhealthy: 3, limit: 1, allowed: Amount::Percent(20) }],
        ReplacementFirst => [
            Hold::ReplacementFirst { member: member(), needed: 3, serving: 2, warmed: false },
            Hold::ReplacementFirst { member: member(), needed: 3, serving: 2, warmed: true },
        ],
        ConfigLeft => [Hold::ConfigLeft { config: CONFIG, needed: 4, serving: 3 }],
        SurplusNeeded => [Hold::SurplusNeeded { kept: 1, surplus: 2 }],
        FailedMayNotGo => [Hold::FailedMayNotGo { member: member() }],
        DrainWithoutPermit => [Hold::DrainWithoutPermit { member: member() }],
        PermitNotDrawn => [
            Hold::PermitNotDrawn { why: StoreFailure::Broken { said: "the disk is full".to_owned() } },
        ],
        Other => [Hold::Other { text: "the region lends no more instances".to_owned() }],
    );
    holds.extend(busy.into_iter().skip(1).map(|busy| Hold::MemberBusy { member: member(), busy }));
    holds.extend(windows.into_iter().skip(1).map(|window| Hold::Window { window, until }));
    holds
}

pub(super) fn failure_reasons() -> Vec<FailureReason> {
    every!(FailureReason:
        AccountRefuses => [FailureReason::AccountRefuses { said: said() }],
        RequestRefused => [FailureReason::RequestRefused { said: said() }],
        DeadlinePassed => [FailureReason::DeadlinePassed],
        Mode => [
            FailureReason::Mode { mode: GroupMode::Paused }, FailureReason::Mode { mode: GroupMode::AddOnly },
        ],
        ReplacementFailed => [FailureReason::ReplacementFailed { member: member() }],
        Other => [FailureReason::Other],
    )
}

pub(super) fn outcomes() -> Vec<Outcome> {
    every!(Outcome:
        Reached => [Outcome::Reached],
        Superseded => [Outcome::Superseded { by: 18 }],
        Failed => [Outcome::Failed { why: FailureReason::DeadlinePassed }],
    )
}

fn steps() -> Vec<Step> {
    let create = Step::Create {
        slot: SLOT,
        label: member(),
        instance_type: "g6-standard-2".into(),
        template: "t1".into(),
    };
    let deregister =
        |stays| Step::Deregister { slot: SLOT, config: CONFIG, node: NODE, instance: INSTANCE, stays };
    let mode = |mode, why| Step::SetMode { slot: SLOT, config: CONFIG, node: NODE, mode, why };
    every!(Step:
        Create => [create],
        LookUp => [
            Step::LookUp { slot: SLOT, label: member(), instance_type: "g6-standard-2".into(), overdue: false },
            Step::LookUp { slot: SLOT, label: member(), instance_type: "g6-standard-2".into(), overdue: true },
        ],
        Register => [
            Step::Register {
                slot: SLOT, config: CONFIG, instance: INSTANCE, address: "192.168.130.1".into(), label: member(),
            },
        ],
        SetMode => [
            mode(Mode::Accept, None),
            mode(Mode::Drain, Some(DrainWhy::Surplus)),
            mode(Mode::Drain, Some(DrainWhy::Replaced)),
            mode(Mode::Reject, Some(DrainWhy::FailedLaunch)),
            mode(Mode::Drain, Some(DrainWhy::Moved)),
        ],
        Deregister => [deregister(false), deregister(true)],
        Delete => [Step::Delete { slot: SLOT, instance: INSTANCE }],
        Sweep => [
            Step::Sweep { config: CONFIG, node: NODE, label: member(), beside: None },
            Step::Sweep { config: CONFIG, node: NODE, label: member(), beside: Some(Slot(2)) },
        ],
    )
}

pub(super) fn step_outcomes() -> Vec<StepOutcome> {
    let refused =
        |refusal| StepOutcome::Refused { refusal, why: StepReason::said(said()), retry_at: Some(at(20)) };
    let mut outcomes = every!(StepOutcome:
        Created => [StepOutcome::Created { instance: INSTANCE, created: at(1) }],
        Registered => [StepOutcome::Registered { node: NODE }],
        Ok => [StepOutcome::Ok],
        Unanswered => [StepOutcome::Unanswered { why: StepReason::TimedOut { seconds: 60 } }],
        Refused => [refused(Refusal::Transient)],
    );
    outcomes.extend(refusals().into_iter().skip(1).map(refused));
    outcomes.extend(step_reasons().into_iter().map(|why| StepOutcome::Refused {
        refusal: Refusal::Guarded,
        why,
        retry_at: None,
    }));
    outcomes
}

fn marks() -> Vec<Mark> {
    every!(Mark:
        Failed => [Mark::Failed],
        Replacing => [Mark::Replacing],
        Kept => [Mark::Kept],
        Protected => [Mark::Protected],
        Unprotected => [Mark::Unprotected],
        Standby => [Mark::Standby],
        Active => [Mark::Active],
        Released => [Mark::Released],
        Untagged => [Mark::Untagged],
        Tagged => [Mark::Tagged],
        Lapsed => [Mark::Lapsed],
    )
}

/// Every fact, with every variant of what it holds.
pub(super) fn facts() -> Vec<Fact> {
    let signals = signal_reasons().into_iter().map(|why| PolicySignal {
        policy: "WebCpuHigh".to_owned(),
        signal: Signal::High,
        step: Some(Amount::Percent(50)),
        can_remove: false,
        since: Some(at(0)),
        why,
    });
    let slot = SLOT;
    let mut facts = every!(Fact:
        Began => [Fact::Began { incarnation: "abcde".to_owned() }],
        Decided => [
            Fact::Decided {
                desired: 3,
                previous: Some(2),
                reason: size_reasons().into_iter().next(),
                holds: holds(),
                signals: signals.collect(),
                value_milli: Some(812),
                asked: Some(Position(3)),
            },
            Fact::Decided {
                desired: 3,
                previous: None,
                reason: None,
                holds: Vec::new(),
                signals: Vec::new(),
                value_milli: None,
                asked: None,
            },
        ],
        ClockSet => [Fact::ClockSet { by: -3_600 }],
        PermitDrawn => [
            Fact::PermitDrawn { group: "web".parse().unwrap(), slot, over: false },
            Fact::PermitDrawn { group: "web".parse().unwrap(), slot, over: true },
        ],
        PermitReturned => [Fact::PermitReturned { group: "web".parse().unwrap(), slot }],
        StoreOlder => [Fact::StoreOlder { incarnation: "fghij".to_owned() }],
        Intended => [Fact::Intended { step: Step::Delete { slot, instance: INSTANCE } }],
        Done => [Fact::Done { outcome: StepOutcome::Ok }],
        Seen => [Fact::Seen { slot, phase: Phase::InService }],
        Found => [
            Fact::Found {
                slot,
                instance: INSTANCE,
                label: member(),
                instance_type: "g6-standard-2".into(),
                created: at(0),
                origin: Origin::Adopted,
                draining: true,
            },
        ],
        Missing => [Fact::Missing { slot }],
        Reappeared => [Fact::Reappeared { slot }],
        NodeSeen => [
            Fact::NodeSeen { slot, config: CONFIG, node: Some(NODE) },
            Fact::NodeSeen { slot, config: CONFIG, node: None },
        ],
        Gone => [Fact::Gone { slot }],
        Marked => [Fact::Marked { slot, mark: Mark::Failed }],
        ModeSet => [
            Fact::ModeSet {
                mode: GroupMode::AddOnly, until: Some(at(900)), who: "ops".to_owned(), why: "a look".to_owned(),
            },
            Fact::ModeSet { mode: GroupMode::On, until: None, who: "ops".to_owned(), why: String::new() },
        ],
        SizeAsked => [Fact::SizeAsked { desired: 3, floor_until: Some(at(7200)), over_budget: true }],
        SignalChanged => [Fact::SignalChanged { signal: Signal::Unknown, since: None }],
        Belongs => [Fact::Belongs { to: Installation::new("k3x9w2") }],
        Finished => [Fact::Finished { outcome: Outcome::Reached }],
    );
    facts.extend(steps().into_iter().map(|step| Fact::Intended { step }));
    facts.extend(step_outcomes().into_iter().map(|outcome| Fact::Done { outcome }));
    facts.extend(marks().into_iter().map(|mark| Fact::Marked { slot, mark }));
    facts.extend(outcomes().into_iter().map(|outcome| Fact::Finished { outcome }));
    let failed = failure_reasons().into_iter().map(|why| Fact::Finished { outcome: Outcome::Failed { why } });
    facts.extend(failed);
    facts
}

pub(super) fn moments() -> Vec<Moment> {
    let mut moments = every!(Moment:
        Waiting => [Moment::Waiting { waits: Vec::new() }],
        Held => [Moment::Held { holds: Vec::new() }, Moment::Held { holds: holds() }],
        Trouble => [Moment::Trouble { why: Stalled::Busy }],
        Other => [Moment::Other],
    );
    moments.extend(troubles().into_iter().map(|why| Moment::Trouble { why }));
    moments
}
