//! What an observation tells that the log does not say yet.

use jiff::Timestamp;

use crate::model::{
    ConfigId, Group, Instance, InstanceStatus, Member, Mode, Node, NodeStatus, Origin, Phase, Slot, after,
    elapsed,
};
use crate::reconcile::Observation;
use crate::reconcile::timing::{CLOCK_SKEW, DELETED_SHOWN, DRAIN_IS_OURS, FLAPS, GONE_TWICE, NODE_LAG};
use crate::state::{Fact, GroupMode, GroupState, LAPSE, Mark};

/// Facts to be appended before anything is decided: members found, missing and gone, phases, and deadlines that passed.
/// Pure and total; noticing the same again after they were folded yields nothing.
pub(super) fn notice(
    group: &Group,
    observation: &Observation,
    state: &GroupState,
    now: Timestamp,
) -> Vec<Fact> {
    if observation.discarded.is_some() || observation.nothing_listed(group, state).is_some() {
        return Vec::new();
    }
    let view = View { group, observation, state, now };
    let returned = state
        .unused_permits
        .iter()
        .map(|slot| Fact::PermitReturned { group: group.name.clone(), slot: *slot });
    let mut facts: Vec<Fact> = returned.collect();
    let found = view.found();
    let unheard = found.iter().any(|fact| match fact {
        Fact::Found { label, created, origin: Origin::Found, .. } => {
            match group.name.slot_of(&state.incarnation, label) {
                Some(slot) => slot >= state.free_slot(),
                // Another log gave it, and later than this one was begun.
                None => {
                    group.name.owns_label(label)
                        && !state.gone_labels.contains_key(label)
                        && state.opened.is_some_and(|at| after(at, CLOCK_SKEW) < *created)
                }
            }
        }
        _ => false,
    });
    facts.extend(found);
    if unheard {
        // The rest is noticed by a log that knows how old it is.
        facts.push(Fact::StoreOlder { incarnation: next_incarnation(&state.incarnation, now) });
        return facts;
    }
    for member in state.members.values() {
        view.member(member, &mut facts);
    }
    facts
}

/// Five letters and digits that follow from the ones before and the time: what is derived twice is the same.
fn next_incarnation(before: &str, now: Timestamp) -> String {
    const DIGITS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let seed = before.bytes().chain(now.as_second().to_be_bytes());
    // FNV-1a: spread enough for a name that only has to differ.
    let mut hash = seed.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mut letters = String::new();
    for _ in 0..5 {
        let digit = usize::try_from(hash % 36).unwrap_or_default();
        letters.extend(DIGITS.get(digit).map(|digit| char::from(*digit)));
        hash /= 36;
    }
    letters
}

struct View<'a> {
    group: &'a Group,
    observation: &'a Observation,
    state: &'a GroupState,
    now: Timestamp,
}

impl View<'_> {
    fn found(&self) -> Vec<Fact> {
        let mut strangers: Vec<&Instance> = self
            .observation
            .instances
            .iter()
            .filter(|instance| {
                instance.status != InstanceStatus::Deleting
                    && self.state.member_of(instance.id).is_none()
                    && self
                        .state
                        .deleted
                        .get(&instance.id)
                        .is_none_or(|at| elapsed(*at, self.now) >= DELETED_SHOWN)
            })
            .collect();
        strangers.sort_by_key(|instance| (instance.created, instance.id));
        let mut next = self.state.free_slot();
        let mut facts = Vec::new();
        for instance in strangers {
            let awaited = self.state.members.values().find(|member| {
                member.instance.is_none() && member.label == instance.label && member.kind == instance.kind
            });
            let nodes: Vec<&Node> = self
                .observation
                .nodes
                .iter()
                .filter(|node| Some(&node.address) == instance.address.as_ref())
                .collect();
            let given_up = self.state.closed.iter().find(|(_, closed)| closed.label == instance.label);
            let (slot, origin) = match awaited {
                None if given_up.is_some() => {
                    let Some((slot, _)) = given_up else { continue };
                    (*slot, Origin::Created)
                }
                Some(member) if after(instance.created, CLOCK_SKEW) >= member.begun => {
                    (member.slot, Origin::Created)
                }
                Some(_) => continue,
                None if nodes.is_empty() && !self.group.name.owns_label(&instance.label) => continue,
                None => {
                    let slot = next;
                    next = Slot(next.0.saturating_add(1));
                    (slot, Origin::Found)
                }
            };
            facts.push(Fact::Found {
                slot,
                instance: instance.id,
                label: instance.label.clone(),
                instance_type: instance.kind.clone(),
                created: instance.created,
                origin,
                // Only a log that has just begun takes a drain for its own; later on it is a person's.
                draining: self.state.generation == 0
                    && origin == Origin::Found
                    && nodes.iter().any(|node| matches!(node.mode, Mode::Drain | Mode::Reject)),
            });
        }
        facts
    }

    fn member(&self, member: &Member, facts: &mut Vec<Fact>) {
        let slot = member.slot;
        let Some(id) = member.instance else { return };
        self.nodes(member, facts);
        if self.observation.untagged.contains(&id) {
            if member.standby {
                return;
            }
            // Somebody's script, or an API that shows no tags for a moment: nobody has said that it is not ours any more.
            if member.untagged.is_none() {
                facts.push(Fact::Marked { slot, mark: Mark::Untagged });
            }
            let phase = self.phase_by_nodes(member);
            if phase != member.phase {
                facts.push(Fact::Seen { slot, phase });
            }
            if matches!(self.state.mode_at(self.now), GroupMode::On | GroupMode::AddOnly) {
                facts.extend(self.overdue(member, phase, false).map(|mark| Fact::Marked { slot, mark }));
            }
            return;
        }
        let Some(instance) = self.observation.instance(id) else {
            if self.observation.absent.contains(&id) {
                match member.missing {
                    _ if member.delete_intended.is_some() => facts.push(Fact::Gone { slot }),
                    None => facts.push(Fact::Missing { slot }),
                    Some(since) if elapsed(since, self.now) >= GONE_TWICE => facts.push(Fact::Gone { slot }),
                    Some(_) => {}
                }
            }
            return;
        };
        if member.missing.is_some() {
            facts.push(Fact::Reappeared { slot });
        }
        if member.untagged.is_some() {
            facts.push(Fact::Marked { slot, mark: Mark::Tagged });
        }
        let phase = self.phase(member, instance);
        let newly = |since: Option<Timestamp>| since.is_none() && !self.observation.in_flight.contains(&slot);
        let seen = match (phase, member.drain) {
            (Phase::Draining, Some(drain)) => {
                newly(drain.seen) && self.all(member, &[Mode::Drain, Mode::Reject])
            }
            (Phase::Rejecting, Some(drain)) => newly(drain.rejected),
            _ => false,
        };
        if phase != member.phase || seen {
            facts.push(Fact::Seen { slot, phase });
        }
        if !matches!(self.state.mode_at(self.now), GroupMode::On | GroupMode::AddOnly) {
            return;
        }
        facts.extend(self.overdue(member, phase, seen).map(|mark| Fact::Marked { slot, mark }));
    }

    fn all(&self, member: &Member, modes: &[Mode]) -> bool {
        self.observation.fresh
            && self.observation.all_nodes_of(self.group, member).iter().all(|node| modes.contains(&node.mode))
    }

    /// Nodes that the log does not know, and those that it knows at configs that the group left and that are not there any more.
    fn nodes(&self, member: &Member, facts: &mut Vec<Fact>) {
        let slot = member.slot;
        if !self.observation.fresh || self.observation.in_flight.contains(&slot) {
            return;
        }
        let old = member.old_configs(self.group);
        for config in self.group.balancers.iter().chain(&old) {
            let node = self.observation.node_of(self.group, member, *config);
            let node = node.or_else(|| self.node_at_its_address(member, *config)).map(|node| node.id);
            let young = member.registering.get(config).is_some_and(|at| elapsed(*at, self.now) < NODE_LAG);
            let differs = match node {
                Some(_) => node != member.nodes.get(config).copied(),
                None => old.contains(config) && !young,
            };
            if differs {
                facts.push(Fact::NodeSeen { slot, config: *config, node });
            }
        }
    }

    /// A node at a member's address with a label in our form that nobody has: the address says whose it is. Its instance was
    /// renamed before the log heard of it. One whose label was another member's a while ago may be a ghost of a lagging list.
    fn node_at_its_address(&self, member: &Member, config: ConfigId) -> Option<&Node> {
        let instance = self.observation.instance(member.instance?)?;
        let others = |label: &String| {
            self.state.gone_labels.contains_key(label)
                || self.state.members.values().any(|other| other.slot != member.slot && other.label == *label)
                || self
                    .observation
                    .instances
                    .iter()
                    .any(|other| other.id != instance.id && other.label == *label)
        };
        let mut here = self.observation.nodes.iter().filter(|node| node.config == config);
        here.find(|node| Some(&node.address) == instance.address.as_ref() && !others(&node.label))
    }

    /// The phase of a member whose instance is not shown, by the nodes that the log has: whether it serves is seen there.
    fn phase_by_nodes(&self, member: &Member) -> Phase {
        let nodes = self.observation.nodes_of(self.group, member);
        if member.is_leaving() || member.standby || nodes.is_empty() || !self.observation.fresh {
            return member.phase;
        }
        let down = nodes.iter().any(|node| node.status == NodeStatus::Down && node.mode == Mode::Accept);
        let up = nodes.len() == self.group.balancers.len()
            && nodes.iter().all(|node| node.status == NodeStatus::Up && node.mode == Mode::Accept);
        match member.phase {
            Phase::InService | Phase::Warming if down => Phase::Unhealthy,
            Phase::Unhealthy if up => Phase::Warming,
            Phase::Warming if up && elapsed(member.since, self.now) >= self.group.launch.warm_up => {
                Phase::InService
            }
            phase => phase,
        }
    }

    fn phase(&self, member: &Member, instance: &Instance) -> Phase {
        if member.standby {
            return Phase::Standby;
        }
        if member.delete_intended.is_some() || instance.status == InstanceStatus::Deleting {
            return Phase::Deleting;
        }
        if let Some(drain) = member.drain {
            // A drain that was found may show reject from the start: it drains in full all the same.
            let drained = drain.seen.is_some_and(|at| elapsed(at, self.now) >= self.group.remove.drain);
            let seen = drain.seen.is_some() || drain.rejected.is_some();
            return if (drain.reject_at.is_some() || drained) && self.all(member, &[Mode::Reject]) {
                Phase::Rejecting
            } else if self.all(member, &[Mode::Drain, Mode::Reject]) {
                // If `reject` was seen but reverted, draining restarts.
                Phase::Draining
            } else if seen && self.observation.fresh && !self.observation.in_flight.contains(&member.slot) {
                // Somebody let it accept: it drains in full again.
                Phase::Registering
            } else {
                member.phase
            };
        }
        let nodes = self.observation.nodes_of(self.group, member);
        let held = nodes.iter().any(|node| node.mode != Mode::Accept);
        // A config that the group left and came back to.
        let came_back = |node: &&Node| {
            let asked = member.modes.get(&node.config).map(|wish| wish.mode);
            matches!(asked, Some(Mode::Drain | Mode::Reject))
        };
        let foreign = nodes.iter().any(|node| node.mode != Mode::Accept && !came_back(node));
        // After the loss of a store a call of the actor before may still land: for a while what drains is ours, too.
        let late = |since: Option<Timestamp>| since.is_some_and(|at| elapsed(at, self.now) < DRAIN_IS_OURS);
        let ours = late(member.last_drain)
            || late(self.state.rebuilt)
            || member
                .modes
                .values()
                .any(|wish| wish.mode == Mode::Accept && !wish.done && late(Some(wish.at)));
        if foreign && !ours {
            return Phase::Standby;
        }
        let complete = nodes.len() == self.group.balancers.len();
        if complete && !held && nodes.iter().all(|node| node.status == NodeStatus::Up) {
            return match member.phase {
                Phase::InService => Phase::InService,
                Phase::Warming if elapsed(member.since, self.now) >= self.group.launch.warm_up => {
                    Phase::InService
                }
                _ if self.group.launch.warm_up.is_zero() => Phase::InService,
                _ => Phase::Warming,
            };
        }
        let down = instance.status == InstanceStatus::Stopped
            || nodes.iter().any(|node| node.status == NodeStatus::Down && node.mode == Mode::Accept);
        if member.served.is_some() {
            let behind = self.observation.nodes_left_behind(self.group, member);
            let behind = behind.iter().any(|node| node.status == NodeStatus::Up && node.mode == Mode::Accept);
            // Where nobody comes up at the configs that the group moves to, these are at fault, not the members.
            let at_fault = !behind || self.state.serving() > 0;
            let overdue = member.phase == Phase::Registering && at_fault && self.late(member.since);
            return match member.phase {
                _ if (down && !behind) || overdue => Phase::Unhealthy,
                Phase::Unhealthy => Phase::Unhealthy,
                _ if !complete => Phase::Registering,
                Phase::InService | Phase::Warming => member.phase,
                _ => Phase::Registering,
            };
        }
        if member.origin != Origin::Created && self.late(member.launched) {
            // By a broken log nobody can tell whether it served before: it does not go as a failed launch.
            return Phase::Unhealthy;
        }
        match instance.status {
            InstanceStatus::Provisioning => Phase::Provisioning,
            InstanceStatus::Stopped => Phase::Booting,
            InstanceStatus::Running | InstanceStatus::Deleting => Phase::Registering,
        }
    }

    fn late(&self, since: Timestamp) -> bool {
        // By nodes that were read a while ago it may long serve.
        self.observation.fresh
            && elapsed(since, self.now) >= self.group.launch.timeout
            && self.observation.settled(self.state, self.now)
    }

    fn overdue(&self, member: &Member, phase: Phase, seen: bool) -> Option<Mark> {
        let settled = self.observation.settled(self.state, self.now);
        if let Some(drain) = member.drain {
            let unseen = drain.seen.is_none() && drain.rejected.is_none() && !seen;
            let lapsed = unseen && drain.reject_at.is_none() && elapsed(drain.at, self.now) >= LAPSE;
            return (lapsed && self.observation.fresh && !self.observation.in_flight.contains(&member.slot))
                .then_some(Mark::Lapsed);
        }
        if member.is_leaving() || member.standby || phase == Phase::Standby {
            return None;
        }
        let launching = matches!(phase, Phase::Provisioning | Phase::Booting | Phase::Registering);
        if launching && member.served.is_none() && !member.failed && self.late(member.launched) {
            return Some(Mark::Failed);
        }
        match (phase, member.replacing) {
            (Phase::Unhealthy, None) if member.phase == Phase::Unhealthy => {
                let after = self.group.replace.after;
                let long = elapsed(member.since, self.now) >= after
                    || member.unhealthy_within(after.saturating_mul(FLAPS), self.now)
                        >= after.saturating_mul(FLAPS / 2);
                (settled && self.observation.fresh && long).then_some(Mark::Replacing)
            }
            (Phase::Warming | Phase::InService, Some(since)) => {
                let failed = self.state.launches.failures > 0
                    && self.state.launches.failed.is_some_and(|at| at > since);
                failed.then_some(Mark::Kept)
            }
            _ => None,
        }
    }
}
