//! Instances that are read by id: those that the shared listing left out or that a step changed since, and those that move while no
//! newer listing has its turn.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::model::{Instance, InstanceId, Member, Phase};
use crate::runtime::pace::Pace;
use crate::state::{GroupState, Step};

/// What moves is looked at again so long after it was read.
const AGAIN: Duration = Duration::from_secs(2);

/// What a group's own calls made out of date, by the numbers of a [`Sequence`](super::sequence::Sequence).
#[derive(Clone, Debug, Default)]
pub(super) struct Outdated {
    /// The last call ended then.
    pub(super) before: u64,
    instances: BTreeMap<InstanceId, u64>,
}

impl Outdated {
    /// Calls ended that changed these instances, or none.
    pub(super) fn mark(&mut self, number: u64, instances: impl IntoIterator<Item = InstanceId>) {
        self.before = self.before.max(number);
        self.instances.extend(instances.into_iter().map(|id| (id, number)));
    }

    /// What is out of date of the members of `state`; the others are forgotten.
    pub(super) fn of(&mut self, state: &GroupState) -> Self {
        self.instances.retain(|id, _| state.member_of(*id).is_some());
        self.clone()
    }
}

/// The instance that `step` changes, where it is known before.
pub(super) const fn changed_instance(step: &Step) -> Option<InstanceId> {
    match step {
        Step::Delete { instance, .. } => Some(*instance),
        _ => None,
    }
}

/// A listing, as far as it matters for what is read by id.
#[derive(Clone, Copy, Debug)]
pub(super) struct ListedAt {
    pub(super) number: u64,
    /// By the monotonic clock.
    pub(super) read: Duration,
}

/// Members of a group that were read by id since the instances were listed.
#[derive(Debug, Default)]
pub(super) struct LookUps {
    seen: BTreeMap<InstanceId, LookedUp>,
    needed_only: bool,
}

/// The answer to a call of this number, read at that time; no instance where it is not there, or not ours.
#[derive(Debug)]
pub(super) struct LookedUp {
    pub(super) number: u64,
    pub(super) read: Duration,
    pub(super) instance: Option<Instance>,
}

impl LookUps {
    /// Those of somebody who leaves it at what the listing shows of what moves.
    pub(super) fn needed_only() -> Self {
        Self { needed_only: true, ..Self::default() }
    }

    /// Whom to read by id now, where a listing showed `shown`: all that it can't tell of, and of those that move as many as the
    /// account's rate allows, whoever was not seen for the longest first.
    pub(super) fn wanted(
        &mut self,
        state: &GroupState,
        outdated: &Outdated,
        shown: &BTreeSet<InstanceId>,
        listed: ListedAt,
        pace: &Pace,
        now: Duration,
    ) -> Vec<InstanceId> {
        let changed = |id: &InstanceId| outdated.instances.get(id).copied().unwrap_or_default();
        self.seen.retain(|id, seen| seen.number > listed.number.max(changed(id)));
        let (mut wanted, mut moving) = (Vec::new(), Vec::new());
        for (member, id) in state.members.values().filter_map(|member| Some((member, member.instance?))) {
            let seen = self.seen.get(&id);
            // An older listing tells nothing of one that was not there, or not ours: it is asked for each time.
            let lost = seen.is_some_and(|seen| seen.instance.is_none());
            let told = shown.contains(&id) && changed(&id) < listed.number;
            let read = seen.map_or(listed.read, |seen| seen.read);
            if lost || (seen.is_none() && !told) {
                wanted.push(id);
            } else if !self.needed_only && may_change(member) && now.saturating_sub(read) >= AGAIN {
                moving.push((read, id));
            }
        }
        moving.sort_unstable();
        let room = pace.look_ups(wanted.len(), moving.len(), now);
        wanted.extend(moving.into_iter().take(room).map(|(_, id)| id));
        wanted
    }

    /// It was read by id.
    pub(super) fn answered(&mut self, id: InstanceId, answer: LookedUp) {
        self.seen.insert(id, answer);
    }

    /// Puts what was read since in the place of what the listing showed.
    pub(super) fn replace(&self, instances: &mut Vec<Instance>) {
        instances.retain(|instance| !self.seen.contains_key(&instance.id));
        instances.extend(self.seen.values().filter_map(|seen| seen.instance.clone()));
    }
}

/// Whether its instance may change any moment.
fn may_change(member: &Member) -> bool {
    !matches!(member.phase, Phase::InService | Phase::Standby) || member.is_leaving() || member.failed
}
