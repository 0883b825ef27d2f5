//! Configs that the group left: its members are drained there and taken off, once they serve at the group's configs.

use jiff::Timestamp;

use crate::model::{
    DrainWhy, Group, InstanceId, Member, Mode, Node, NodeStatus, RequestedMode, after, elapsed,
};
use crate::reconcile::plan::Planner;
use crate::reconcile::timing::NODE_LAG;
use crate::state::{Cause, Hold, LAPSE, Step};

impl Planner<'_> {
    pub(super) fn leave_configs(&mut self) {
        let state = self.state;
        let stays = |member: &&Member| !member.standby && !member.failed && !member.is_leaving();
        let behind: Vec<(&Member, Vec<&Node>)> = state
            .members
            .values()
            .filter(stays)
            .map(|member| (member, self.observation.nodes_left_behind(self.group, member)))
            .filter(|(_, nodes)| !nodes.is_empty())
            .collect();
        let Some(config) = behind.iter().flat_map(|(_, nodes)| nodes).map(|node| node.config).min() else {
            return;
        };
        if !self.may_remove() {
            return;
        }
        // Nobody goes from where the group was before all that are needed serve where it is.
        let serving = state.count(|member| self.serves_here(member));
        let needed = self.desired.max(self.group.size.min);
        if serving < needed {
            self.hold(Hold::ConfigLeft { config, needed, serving });
            return;
        }
        for (member, nodes) in behind {
            // A mode shows at once and works later: who was let accept again a moment ago serves at neither.
            let soon = |config| {
                member
                    .modes
                    .get(config)
                    .is_some_and(|asked| asked.mode == Mode::Accept && elapsed(asked.at, self.now) < LAPSE)
            };
            if self.group.balancers.iter().any(soon) {
                continue;
            }
            if let Some(instance) = member.instance.filter(|_| self.serves_here(member) && self.free(member))
            {
                for node in nodes {
                    self.leave(member, node, instance);
                }
            }
        }
    }

    /// Whether it takes traffic at each of the group's configs. One that lost its tags or that is let accept again may serve by the
    /// others alone.
    fn serves_here(&self, member: &Member) -> bool {
        let nodes = self.observation.nodes_of(self.group, member);
        let takes = |node: &&Node| node.status == NodeStatus::Up && node.mode == Mode::Accept;
        member.is_serving() && nodes.len() == self.group.balancers.len() && nodes.iter().all(takes)
    }

    /// Drain, reject, deregister: each when the one before has lasted long enough.
    fn leave(&mut self, member: &Member, node: &Node, instance: InstanceId) {
        let settled = self.observation.settled(self.state, self.now);
        let (slot, config, node, shown) = (member.slot, node.config, node.id, node.mode);
        let asked = member.modes.get(&config);
        let over = settled
            && asked.and_then(|asked| lasts_until(self.group, asked)).is_some_and(|until| until <= self.now);
        let set = |mode| Step::SetMode { slot, config, node, mode, why: Some(DrainWhy::Moved) };
        let step = match asked.map(|asked| (asked.mode, elapsed(asked.at, self.now))) {
            Some((Mode::Drain, _)) if shown == Mode::Drain => over.then(|| set(Mode::Reject)),
            Some((Mode::Reject, _)) if shown == Mode::Reject => {
                over.then_some(Step::Deregister { slot, config, node, instance, stays: true })
            }
            // Asked for a moment ago: lists lag.
            Some((Mode::Drain | Mode::Reject, since)) if since < NODE_LAG => None,
            Some((Mode::Reject, _)) if shown == Mode::Drain => Some(set(Mode::Reject)),
            _ => Some(set(Mode::Drain)),
        };
        if let Some(step) = step {
            self.step(step, Cause::Converge);
        }
    }
}

/// When a member that stays has drained or rejected for long enough at a config that its group left: so long as it is to, and as
/// long again as modes take to work.
fn lasts_until(group: &Group, asked: &RequestedMode) -> Option<Timestamp> {
    let lasts = match asked.mode {
        Mode::Drain => group.remove.drain,
        Mode::Reject => group.remove.reject,
        _ => return None,
    };
    Some(after(asked.at, lasts.saturating_add(LAPSE)))
}

/// When the next step may follow for a member that leaves configs.
pub(in crate::reconcile) fn leaves_at(group: &Group, member: &Member) -> Option<Timestamp> {
    if member.is_leaving() {
        return None;
    }
    let left = member.old_configs(group).into_iter();
    left.filter_map(|config| lasts_until(group, member.modes.get(&config)?)).min()
}
