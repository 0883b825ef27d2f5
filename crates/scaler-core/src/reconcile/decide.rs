//! How many there should be, and why.

use std::fmt;

use jiff::Timestamp;

use crate::model::{
    Amount, Group, InstanceType, Member, OnUnknown, Phase, Position, Price, Signal, Signals, Size, after,
    elapsed,
};
use crate::reconcile::Observation;
use crate::state::{BudgetScope, Busy, Cause, Change, Fact, GroupMode, GroupState, Hold, SizeReason, Window};

/// Signals, observation and limits → the desired size, with the reason and what held it back.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Decision {
    /// The desired size, absolute; none where nothing is known yet.
    pub desired: Option<u32>,
    /// The desired size before.
    pub previous: Option<u32>,
    /// What the policies say together.
    pub signal: Signal,
    /// The request of an operator that this decision answers.
    pub asked: Option<Position>,
    /// Why, as it is written to the log.
    pub cause: Cause,
    /// Why it is this size; none where it stands.
    pub reason: Option<SizeReason>,
    /// What held it back.
    pub holds: Vec<Hold>,
}

impl Decision {
    /// Whether it changes the desired size or answers a request, so that a new generation begins.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.desired.is_some() && (self.desired != self.previous || self.asked.is_some())
    }

    /// The desired size that stands, without a reason: what remains where nothing can be decided.
    pub(super) fn standing(signals: &Signals, state: &GroupState) -> Self {
        Self {
            desired: state.desired,
            previous: state.desired,
            signal: signals.together(),
            asked: None,
            cause: Cause::Converge,
            reason: None,
            holds: Vec::new(),
        }
    }

    /// As it is written to the log, where it is new.
    pub(super) fn fact(&self, signals: &Signals) -> Option<Fact> {
        let desired = self.desired.filter(|_| self.is_new())?;
        // `as` saturates, which is what a nonsensical value deserves.
        #[expect(clippy::cast_possible_truncation, reason = "see above")]
        let value_milli = signals.value.map(|value| (value * 1e3).round() as i64);
        Some(Fact::Decided {
            desired,
            previous: self.previous,
            reason: self.reason.clone(),
            holds: self.holds.clone(),
            signals: signals.policies.clone(),
            value_milli,
            asked: self.asked,
        })
    }
}

/// How many there should be. Pure and total; deciding again changes nothing.
pub(super) fn decide(
    group: &Group,
    observation: &Observation,
    signals: &Signals,
    state: &GroupState,
    now: Timestamp,
) -> Decision {
    let mut decision = Decision::standing(signals, state);
    let decider = Decider { group, observation, signals, state, now };
    let base = decider.base(&mut decision);
    let wanted = decider.proposed(base, &mut decision);
    decision.desired = Some(decider.limited(wanted, base, &mut decision));
    decision
}

struct Decider<'a> {
    group: &'a Group,
    observation: &'a Observation,
    signals: &'a Signals,
    state: &'a GroupState,
    now: Timestamp,
}

impl Decider<'_> {
    /// The size that stands unless something argues for another.
    fn base(&self, decision: &mut Decision) -> u32 {
        if let Some(asked) = &self.state.asked {
            decision.asked = Some(asked.position);
            decision.cause = asked.cause.clone();
            decision.reason = Some(SizeReason::Asked { desired: asked.desired });
            return asked.desired;
        }
        self.state.desired.unwrap_or_else(|| {
            let present = self.state.expected();
            decision.reason = Some(SizeReason::Present { members: present });
            present
        })
    }

    /// What the policies make of it: the largest proposal wins.
    fn proposed(&self, base: u32, decision: &mut Decision) -> u32 {
        let warm = self.state.count(Member::is_warm);
        let counted = self.group.without_headroom(warm);
        let mut wanted = base;
        let mut raise = |to: u32, decision: &mut Decision, cause: Cause, reason: SizeReason| {
            if to > wanted {
                wanted = to;
                decision.cause = cause;
                decision.reason = Some(reason);
            }
        };
        let steps = self.signals.policies.iter().filter(|policy| policy.signal == Signal::High);
        let batch = self.batch();
        let from = |step: &Amount| match step {
            Amount::Percent(_) => batch.unwrap_or(counted),
            Amount::Count(_) => counted,
        };
        let steps =
            steps.filter_map(|policy| policy.step).map(|step| (from(&step), step.to_add(from(&step))));
        if let Some((counted, step)) = steps.max_by_key(|(counted, step)| counted.saturating_add(*step)) {
            let (count, part) = self.group.largest_step;
            let largest = count.max(part.of(counted)).max(1);
            let why = self.signals.why(Signal::High);
            if step > largest {
                decision.holds.push(Hold::StepCut { step, largest });
            }
            let add = step.min(largest);
            let cause = Cause::Policy { why: why.clone() };
            let to = self.group.with_headroom(counted.saturating_add(add));
            raise(to, decision, cause, SizeReason::High { why, counted, add });
        }
        if let OnUnknown::AtLeast(least) = self.group.on_unknown
            && self.signals.policies.iter().any(|policy| policy.signal == Signal::Unknown)
        {
            let why = self.signals.why(Signal::Unknown);
            raise(least, decision, Cause::Policy { why: why.clone() }, SizeReason::Unknown { why, least });
        }
        if let Some((floor, until)) = self.state.floor
            && until > self.now
        {
            raise(floor, decision, Cause::Floor, SizeReason::Floor { floor, until });
        }
        // A group that is only observed has no desired size, and still shows what it would remove.
        let known = self.state.desired.is_some() || self.state.mode_at(self.now) == GroupMode::Observe;
        if wanted == base && decision.asked.is_none() && decision.signal == Signal::Low && known {
            match self.lower(base, counted, warm) {
                Ok(remove) => {
                    let why = self.signals.why(Signal::Low);
                    decision.cause = Cause::Policy { why: why.clone() };
                    decision.reason = Some(SizeReason::Low { why, counted, remove });
                    wanted = warm - remove;
                }
                Err(Some(hold)) => decision.holds.push(hold),
                Err(None) => {}
            }
        }
        if matches!(decision.signal, Signal::Unknown) {
            decision.holds.push(Hold::SignalUnknown { why: self.signals.why(Signal::Unknown) });
        }
        wanted
    }

    /// The members that a percentage step counted whose batch is not done: each of it is warm, has failed, or has had all the
    /// time that a launch may take. Until then the same step gives the same size, however many of the batch are warm.
    fn batch(&self) -> Option<u32> {
        let (counted, at) = self.state.batch?;
        let launch = &self.group.launch;
        let coming = |member: &Member| {
            member.begun >= at && (member.is_on_its_way() || member.phase == Phase::Warming)
        };
        let open = self.state.members.values().any(coming)
            || self.state.desired.is_some_and(|desired| desired > self.state.expected());
        (open && elapsed(at, self.now) < launch.timeout.saturating_add(launch.warm_up)).then_some(counted)
    }

    /// By how many to lower the size, or what forbids it; nothing to say where the group is as small as it may be.
    fn lower(&self, base: u32, counted: u32, warm: u32) -> Result<u32, Option<Hold>> {
        let (state, now, remove) = (self.state, self.now, &self.group.remove);
        let floor = state.floor.filter(|(_, until)| *until > now).map_or(0, |(floor, _)| floor);
        let least = self.group.least().max(floor);
        if base <= least {
            return Err(None);
        }
        if state.older.is_some() {
            return Err(Some(Hold::StoreOlder));
        }
        match state.mode_at(now) {
            GroupMode::On | GroupMode::Observe => {}
            mode => return Err(Some(Hold::Mode { what: Change::Removing, mode })),
        }
        let locked = |member: &&Member| {
            member
                .instance
                .and_then(|id| self.observation.instance(id))
                .is_some_and(|instance| instance.locked)
        };
        let movable = |member: &&Member| {
            !member.standby && !member.protected && member.untagged.is_none() && !locked(member)
        };
        for member in state.members.values().filter(movable) {
            let busy = match member.phase {
                _ if member.is_leaving() => Some(Busy::Leaving),
                _ if member.missing.is_some() => Some(Busy::Missing),
                Phase::Provisioning | Phase::Booting | Phase::Registering => Some(Busy::OnItsWay),
                Phase::Warming => Some(Busy::Warming),
                Phase::Unhealthy => Some(Busy::Unhealthy),
                _ if member.replacing.is_some() => Some(Busy::BeingReplaced),
                _ => None,
            };
            if let Some(busy) = busy {
                return Err(Some(Hold::MemberBusy { member: member.label.clone(), busy }));
            }
        }
        if warm > base {
            return Err(Some(Hold::RemovalUnfinished));
        }
        let windows = [
            (Some(self.low_since()), remove.low_for, Window::LowFor),
            (state.last_added, remove.after_add, Window::AfterAdd),
            (state.permits.last().map(|permit| permit.at), remove.every, Window::Every),
        ];
        for (since, needed, window) in windows {
            if let Some(since) = since
                && elapsed(since, now) < needed
            {
                return Err(Some(Hold::Window { window, until: after(since, needed) }));
            }
        }
        let left = state.budget_left(self.group, now);
        if left == 0 {
            return Err(Some(Hold::RemovalBudget { scope: BudgetScope::Group }));
        }
        let steps = self.signals.policies.iter().filter(|policy| policy.signal == Signal::Low);
        let step =
            steps.filter_map(|policy| policy.step).map(|step| step.to_remove(counted)).min().unwrap_or(0);
        let room = warm.saturating_sub(least);
        // Headroom shrinks with what it is headroom of.
        let step = match step {
            0 => 0,
            step => warm.saturating_sub(self.group.with_headroom(counted.saturating_sub(step))),
        };
        let by = (1..=step.min(left).min(room)).rev().find(|by| self.bears(warm, *by));
        match by {
            Some(by) => Ok(by),
            None if room == 0 || step == 0 => Err(None),
            None => Err(Some(Hold::WouldOverload)),
        }
    }

    /// Whether the load, where known, stays under 0.9 of the high mark with `by` members fewer.
    fn bears(&self, members: u32, by: u32) -> bool {
        match (self.signals.value, self.group.thresholds) {
            (Some(value), Some(marks)) if members > by => {
                value * f64::from(members) / f64::from(members - by) <= 0.9 * marks.high
            }
            _ => true,
        }
    }

    /// Since when the policies say low together; each policy that waits for a resolved alert has its own window too.
    /// A turn may take long: what changed to and fro meanwhile is in no log, but each alert says since when it fires.
    fn low_since(&self) -> Timestamp {
        let together = match self.state.signal {
            Some((Signal::Low, since)) => since,
            _ => self.now,
        };
        let low = self.signals.policies.iter().filter(|policy| policy.signal == Signal::Low);
        low.filter_map(|policy| policy.since).fold(together, Timestamp::max)
    }

    /// Policies propose, limits dispose.
    fn limited(&self, wanted: u32, base: u32, decision: &mut Decision) -> u32 {
        let Size { max, .. } = self.group.size;
        let min = self.group.least();
        let sized = Size { min, max }.clamp(wanted);
        if sized < wanted {
            decision.holds.push(Hold::AtMax { wanted, max });
        }
        if sized > wanted {
            decision.reason = Some(SizeReason::Min { min });
        }
        let (affordable, unpriced) = self.affordable();
        let before = self.state.desired.unwrap_or(0);
        let kept = sized.min(affordable.max(min).max(before.min(base)));
        if kept < sized {
            let ceiling = self.group.cost.as_ref().map_or_else(Default::default, |cost| cost.per_hour);
            decision.holds.push(match unpriced {
                Some(instance_type) => Hold::PriceUnknown { wanted: sized, instance_type },
                None => Hold::CostCeiling { wanted: sized, ceiling },
            });
        }
        kept
    }

    /// The size that the cost ceiling allows, where one is set: none beyond what there is while a price is not known.
    fn affordable(&self) -> (u32, Option<InstanceType>) {
        let Some(cost) = &self.group.cost else { return (u32::MAX, None) };
        let next = self.group.template.types.first();
        let price =
            next.map_or(Ok(Price::default()), |kind| self.group.price(kind).ok_or_else(|| kind.clone()));
        let (price, now) = match (price, self.state.cost(self.group)) {
            (Ok(price), Ok(now)) => (price, now),
            (Err(unpriced), _) | (_, Err(unpriced)) => return (self.state.expected(), Some(unpriced)),
        };
        let room = cost.per_hour.0.saturating_sub(now.0).checked_div(price.0);
        let room = room.map_or(u32::MAX, |room| u32::try_from(room).unwrap_or(u32::MAX));
        (self.state.expected().saturating_add(room), None)
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.previous, self.desired) {
            (Some(before), Some(desired)) if before != desired => {
                write!(f, "desired size {before} → {desired}")?
            }
            (_, Some(desired)) => write!(f, "desired size {desired}")?,
            (_, None) => f.write_str("no desired size")?,
        }
        self.reason.as_ref().map_or(Ok(()), |reason| write!(f, ": {reason}"))
    }
}
