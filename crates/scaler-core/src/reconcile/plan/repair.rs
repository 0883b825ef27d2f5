//! What is on its way is led on, what differs from the log is mended, and what leaves is led out.

use crate::model::{DrainWhy, InstanceStatus, Member, Mode, Node, NodeStatus, Origin, Phase, Slot, elapsed};
use crate::reconcile::plan::Planner;
use crate::reconcile::timing::{FOUND_LEFT_ALONE, LOOK_UP, LOOK_UP_LAST, MODE_AGAIN, NODE_LAG, SWEEP_AGAIN};
use crate::state::{Cause, HealthReason, Hold, Step};

/// A node whose instance exists after all is looked at so often.
const SWEEPS: u32 = 3;

impl Planner<'_> {
    pub(super) fn repair(&mut self) {
        let state = self.state;
        for member in state.members.values().filter(|member| !member.standby && !member.is_leaving()) {
            if !self.free(member) || member.failed || member.phase == Phase::Standby {
                continue;
            }
            match member.instance {
                None => self.look_up(member),
                Some(_) => {
                    self.register(member);
                    self.accept(member);
                }
            }
        }
        self.look_up_given_up();
        self.sweep();
    }

    /// A create without an answer: its label is looked up a few times while it has time, and then for good.
    fn look_up(&mut self, member: &Member) {
        let waited = elapsed(member.begun, self.now);
        let overdue = waited >= self.group.launch.timeout;
        let next = usize::try_from(member.looked).ok().and_then(|looked| LOOK_UP.get(looked));
        if overdue || next.is_some_and(|next| waited >= *next) {
            let (slot, label, instance_type) = (member.slot, member.label.clone(), member.kind.clone());
            self.step(Step::LookUp { slot, label, instance_type, overdue }, Cause::Converge);
        }
    }

    /// Creates that were given up are looked up once more.
    fn look_up_given_up(&mut self) {
        for (slot, closed) in &self.state.closed {
            if elapsed(closed.since, self.now) >= LOOK_UP_LAST && !self.observation.in_flight.contains(slot) {
                let (label, instance_type) = (closed.label.clone(), closed.kind.clone());
                let step = Step::LookUp { slot: *slot, label, instance_type, overdue: true };
                self.step(step, Cause::Converge);
            }
        }
    }

    /// Running, its address known, not registered → registered at each config.
    fn register(&mut self, member: &Member) {
        let Some(instance) = member.instance.and_then(|id| self.observation.instance(id)) else { return };
        let (InstanceStatus::Running, Some(address)) = (instance.status, &instance.address) else { return };
        if member.origin == Origin::Found && elapsed(member.launched, self.now) < FOUND_LEFT_ALONE {
            return;
        }
        for config in &self.group.balancers {
            let waiting = member.registering.get(config).is_some_and(|at| elapsed(*at, self.now) < NODE_LAG);
            if waiting || self.observation.node_of(self.group, member, *config).is_some() {
                continue;
            }
            let step = Step::Register {
                slot: member.slot,
                config: *config,
                instance: instance.id,
                address: address.clone(),
                label: member.label.clone(),
            };
            self.step(step, Cause::Converge);
        }
    }

    /// A node that should accept and does not.
    fn accept(&mut self, member: &Member) {
        for node in self.observation.nodes_of(self.group, member) {
            let asked =
                member.modes.get(&node.config).is_some_and(|wish| elapsed(wish.at, self.now) < MODE_AGAIN);
            if node.mode != Mode::Accept && !asked {
                let step = Step::SetMode {
                    slot: member.slot,
                    config: node.config,
                    node: node.id,
                    mode: Mode::Accept,
                    why: None,
                };
                self.step(step, Cause::Converge);
            }
        }
    }

    /// Nodes in our form whose instance is gone.
    fn sweep(&mut self) {
        if !self.observation.fresh {
            return;
        }
        let settled = self.observation.settled(self.state, self.now);
        for node in &self.observation.nodes {
            let gone = self.state.gone_labels.contains_key(&node.label)
                || (settled && self.group.name.owns_label(&node.label));
            let owned =
                self.state.members.values().any(|member| {
                    member.label == node.label || member.nodes.get(&node.config) == Some(&node.id)
                }) || self.observation.instances.iter().any(|instance| instance.label == node.label);
            if !gone || owned || self.state.released.contains(&node.id) {
                continue;
            }
            let beside = self.own_node_beside(node);
            if node.status == NodeStatus::Up && beside.is_none() {
                // Something answers there, whatever the listing says.
                self.hold(Hold::StrayNode { node: node.label.clone() });
                continue;
            }
            let step = Step::Sweep { config: node.config, node: node.id, label: node.label.clone(), beside };
            // One whose instance exists after all is looked at again, and after some looks left alone.
            let left = self
                .state
                .not_swept
                .get(&node.id)
                .is_some_and(|(at, tries)| *tries >= SWEEPS || elapsed(*at, self.now) < SWEEP_AGAIN);
            if !left && !self.state.open.values().any(|open| *open == step) {
                self.step(step, Cause::Converge);
            }
        }
    }

    /// The member at whose address `node` is, where it has a node of its own in that config: without this one it serves as before,
    /// and with it it would be reached after its drain.
    fn own_node_beside(&self, node: &Node) -> Option<Slot> {
        let at = |member: &&Member| {
            let instance = member.instance.and_then(|id| self.observation.instance(id));
            instance.is_some_and(|instance| instance.address.as_ref() == Some(&node.address))
                && self
                    .observation
                    .node_of(self.group, member, node.config)
                    .is_some_and(|own| own.id != node.id)
        };
        self.state.members.values().find(at).map(|member| member.slot)
    }

    /// Drain, reject, deregister, delete: each when the one before is over.
    pub(super) fn lead_out(&mut self) {
        let state = self.state;
        let leaving: Vec<&Member> = state
            .members
            .values()
            .filter(|member| (member.is_leaving() || member.failed) && !member.standby)
            .collect();
        if leaving.is_empty() {
            return;
        }
        let allowed = self.may_remove();
        for member in leaving {
            if !self.free(member) {
                continue;
            }
            let cause = cause(member);
            // What nobody can reach any more goes also where removing is held: it only takes up room.
            let lost = member.delete_intended.is_some() || member.failed;
            if lost && self.observation.fresh {
                self.lead_on(member, &cause);
            } else if member.protected || self.add_only() {
                if member.drain.is_some() {
                    self.let_accept(member, &Cause::Converge);
                }
            } else if allowed {
                self.lead_on(member, &cause);
            }
        }
    }

    fn lead_on(&mut self, member: &Member, cause: &Cause) {
        let settled = self.observation.settled(self.state, self.now);
        let nodes = self.observation.all_nodes_of(self.group, member);
        let rejecting = nodes.iter().all(|node| node.mode == Mode::Reject);
        if member.delete_intended.is_some() {
            self.end(member, cause);
            return;
        }
        let Some(drain) = member.drain else {
            if member.protected || !self.may_go(member) {
                self.hold(Hold::FailedMayNotGo { member: member.label.clone() });
            } else if nodes.is_empty() {
                self.end(member, cause);
            } else {
                self.set_mode(member, Mode::Reject, Some(DrainWhy::FailedLaunch), cause);
            }
            return;
        };
        if !drain.drawn {
            self.draw_permit_late(member);
            return;
        }
        let over = |since: Option<jiff::Timestamp>, needed| {
            settled && since.is_some_and(|since| elapsed(since, self.now) >= needed)
        };
        if over(drain.rejected, self.group.remove.reject) && rejecting {
            self.end(member, cause);
        } else if drain.reject_at.is_some() || over(drain.seen, self.group.remove.drain) {
            self.set_mode(member, Mode::Reject, Some(drain.why), cause);
        } else if drain.seen.is_none() || nodes.iter().all(|node| node.mode != Mode::Reject) {
            self.set_mode(member, Mode::Drain, Some(drain.why), cause);
        }
    }

    /// A drain that a rebuilt log found has no permit: it draws one, and then drains in full from that time.
    fn draw_permit_late(&mut self, member: &Member) {
        match self.permits_left() {
            Ok(_) => self.plan.permits.push(member.slot),
            Err(_) => self.hold(Hold::DrainWithoutPermit { member: member.label.clone() }),
        }
    }

    /// The end of a member: its nodes first, then its instance.
    fn end(&mut self, member: &Member, cause: &Cause) {
        let Some(instance) = member.instance else { return };
        let nodes = self.observation.all_nodes_of(self.group, member);
        if nodes.is_empty() {
            self.step(Step::Delete { slot: member.slot, instance }, cause.clone());
        }
        for node in nodes {
            let (slot, config, node) = (member.slot, node.config, node.id);
            self.step(Step::Deregister { slot, config, node, instance, stays: false }, cause.clone());
        }
    }
}

fn cause(member: &Member) -> Cause {
    match member.drain.map(|drain| drain.why) {
        _ if member.failed => Cause::Health(HealthReason::LaunchFailed),
        Some(DrainWhy::Replaced) => Cause::Health(HealthReason::BeingReplaced),
        _ => Cause::Converge,
    }
}
