//! What a log amounts to.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

use crate::model::{
    ActorId, Group, InstanceId, InstanceType, Member, NodeId, Position, Price, Signal, Slot, StepId, after,
    elapsed,
};
use crate::state::{Cause, DrawnPermit, FailureReason, GroupMode, LAPSE, Outcome, Refusal, Step};

/// An instance that was created and answered 404 before anybody saw it counts for so long: lists lag.
const UNSEEN_COUNTS: Duration = Duration::from_secs(3_600);

/// The fold of a group's log: desired size, generation, intents, times, budgets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct GroupState {
    /// The last entry that is in it.
    pub position: Position,
    /// The five letters that tell this log's labels from another's; empty before the first entry.
    pub incarnation: String,
    /// When the log was begun.
    pub opened: Option<Timestamp>,
    /// When it was begun over members that were there before (a lost store), or found to be older than they are: the removal
    /// budget counts as used up then.
    pub rebuilt: Option<Timestamp>,
    /// The actor that began last.
    pub actor: Option<ActorId>,
    /// When it began.
    pub began: Option<Timestamp>,
    /// The desired size; none before the first decision.
    pub desired: Option<u32>,
    /// Whether the last decision lowered it.
    pub fell: bool,
    /// The members that the last percentage step counted, and when it was taken; none once something else was decided.
    pub batch: Option<(u32, Timestamp)>,
    /// Counts changes of the desired size.
    pub generation: u64,
    /// The span since the last of them.
    pub operation: Option<Operation>,
    /// The members, by slot.
    pub members: BTreeMap<Slot, Member>,
    /// The next slot.
    pub next_slot: u64,
    /// The next step's number.
    pub next_step: u64,
    /// Intents without an outcome.
    pub open: BTreeMap<StepId, Step>,
    /// Permits drawn, in order.
    pub permits: Vec<DrawnPermit>,
    /// Members whose permit is of no use to them: it goes back.
    pub unused_permits: BTreeSet<Slot>,
    /// The store was found older than the world then: nothing is removed until an operator sets a size or a mode.
    pub older: Option<Timestamp>,
    /// How launches fare.
    pub launches: Launches,
    /// The mode that was set last.
    pub mode: GroupMode,
    /// When that mode ends by itself.
    pub mode_until: Option<Timestamp>,
    /// The mode that comes back then.
    pub mode_after: GroupMode,
    /// When the mode last let the loop go on after a pause.
    pub resumed: Option<Timestamp>,
    /// A size that somebody asked for.
    pub asked: Option<Asked>,
    /// A size below which the group does not fall until then.
    pub floor: Option<(u32, Timestamp)>,
    /// The request that is being fulfilled may go over the removal budget.
    pub over_budget: bool,
    /// What the policies last said together, and since when.
    pub signal: Option<(Signal, Timestamp)>,
    /// Since when they said low before they were unknown, while they are.
    pub low_before: Option<Timestamp>,
    /// The last entry of a member into service.
    pub last_added: Option<Timestamp>,
    /// Instances that were released or whose deletion was confirmed, and when: lists may show them for a while.
    pub deleted: BTreeMap<InstanceId, Timestamp>,
    /// Slots of creates that had no answer and were not found in time: never used again, and looked up once more.
    pub closed: BTreeMap<Slot, Member>,
    /// Labels that were ours and are gone: their nodes are swept.
    pub gone_labels: BTreeMap<String, Timestamp>,
    /// Nodes in our form that were not swept since their instance exists: when that was last found, and how often.
    pub not_swept: BTreeMap<NodeId, (Timestamp, u32)>,
    /// The nodes of members that a person released: they are their owner's.
    pub released: BTreeSet<NodeId>,
    /// When more than half of the members were gone at once.
    pub mass_loss: Option<Timestamp>,
}

impl Default for Position {
    fn default() -> Self {
        Self::START
    }
}

/// The span from one desired size to the next.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Operation {
    /// The decision that opened it.
    pub id: Position,
    /// Its generation.
    pub generation: u64,
    /// When it began.
    pub began: Timestamp,
    /// Why.
    pub cause: Cause,
    /// How it ended, and when.
    pub outcome: Option<(Outcome, Timestamp)>,
}

/// A size that somebody asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Asked {
    /// Where the request stands in the log.
    pub position: Position,
    /// The size.
    pub desired: u32,
    /// By whom, and why.
    pub cause: Cause,
}

/// How launches fare: creates begun in one turn count once as a failure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Launches {
    /// Failures in a row.
    pub failures: u32,
    /// The last of them.
    pub failed: Option<Timestamp>,
    /// The turns whose failure is counted.
    pub counted: Vec<Timestamp>,
    /// Types that could not be had, and when that was said.
    pub sold_out: BTreeMap<InstanceType, Timestamp>,
    /// Why no create begins before that time: the last one was refused until then.
    pub postponed: Option<(Refusal, Timestamp)>,
    /// Creates that were sent within the last hour and may have happened, by when they were intended.
    pub sent: Vec<Timestamp>,
    /// Members that were gone before anybody saw them, and when: for an hour they count against `size.max`.
    pub unseen: Vec<Timestamp>,
    /// A refusal that a person must cure, and when it was given.
    pub halted: Option<(FailureReason, Timestamp)>,
}

impl Launches {
    /// When the next create may begin: at once after the first failure, then after 5, 10, 20, 30 minutes.
    #[must_use]
    pub fn next(&self, below_min: bool) -> Option<Timestamp> {
        let minutes = match self.failures {
            0 | 1 => return None,
            2 => 5,
            3 => 10,
            4 => 20,
            _ => 30,
        };
        let minutes = if below_min { minutes.min(5) } else { minutes };
        self.failed.map(|at| after(at, Duration::from_secs(60 * minutes)))
    }
}

impl GroupState {
    /// The mode in force at `now`.
    #[must_use]
    pub fn mode_at(&self, now: Timestamp) -> GroupMode {
        match self.mode_until {
            Some(until) if until <= now => self.mode_after,
            _ => self.mode,
        }
    }

    /// Since when the mode is one in which deadlines pass.
    #[must_use]
    pub fn awake_since(&self, now: Timestamp) -> Option<Timestamp> {
        match (self.mode, self.mode_until) {
            (GroupMode::Paused | GroupMode::Observe, Some(until)) if until <= now => Some(until),
            _ => self.resumed,
        }
    }

    /// The member whose instance is `id`.
    #[must_use]
    pub fn member_of(&self, id: InstanceId) -> Option<&Member> {
        self.members.values().find(|member| member.instance == Some(id))
    }

    /// The first slot that was never used.
    #[must_use]
    pub fn free_slot(&self) -> Slot {
        Slot(self.next_slot.max(1))
    }

    /// Members for which `which` holds.
    #[must_use]
    pub fn count(&self, which: impl Fn(&Member) -> bool) -> u32 {
        u32::try_from(self.members.values().filter(|member| which(member)).count()).unwrap_or(u32::MAX)
    }

    /// Members that exist or may exist at `now`, and count against max.
    #[must_use]
    pub fn may_exist(&self, now: Timestamp) -> u32 {
        let unseen = self.launches.unseen.iter().filter(|at| elapsed(**at, now) < UNSEEN_COUNTS).count();
        self.count(Member::counts_against_max).saturating_add(u32::try_from(unseen).unwrap_or(u32::MAX))
    }

    /// Members that the group may expect to serve.
    #[must_use]
    pub fn expected(&self) -> u32 {
        self.count(Member::is_expected)
    }

    /// Members that are in service and stay.
    #[must_use]
    pub fn serving(&self) -> u32 {
        self.count(Member::is_serving)
    }

    /// Members that may be serving: the base of the removal budget.
    #[must_use]
    pub fn accepting(&self) -> u32 {
        self.count(|member| member.is_in_service() || member.is_unhealthy())
    }

    /// What the members that may exist cost.
    ///
    /// # Errors
    /// A type whose price is not known.
    pub fn cost(&self, group: &Group) -> Result<Price, InstanceType> {
        let priced = self.members.values().filter(|member| member.counts_against_max());
        priced
            .map(|member| group.price(&member.kind).ok_or_else(|| member.kind.clone()))
            .try_fold(Price::default(), |sum, price| price.map(|price| sum.plus(price)))
    }

    /// Removals that the group's removal budget leaves at `now`.
    #[must_use]
    pub fn budget_left(&self, group: &Group, now: Timestamp) -> u32 {
        if self.rebuilt.is_some_and(|at| crate::model::elapsed(at, now) < group.remove.every + LAPSE) {
            return 0;
        }
        let at_most = group.remove.at_most.of(self.accepting()).max(1);
        crate::state::budget::left(at_most, group.remove.every, &self.permits, now)
    }
}
