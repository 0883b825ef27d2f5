//! Configs that the group left: its members are drained there and taken off, once they serve at the group's configs.

use crate::model::{DrainWhy, InstanceId, Member, Mode, Node, elapsed};
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
        let (needed, serving) = (self.desired.max(self.group.size.min), state.serving());
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
            if let Some(instance) = member.instance.filter(|_| member.is_serving() && self.free(member)) {
                for node in nodes {
                    self.leave(member, node, instance);
                }
            }
        }
    }

    /// Drain, reject, deregister: each so long after the one before, and as long again as modes take to work.
    fn leave(&mut self, member: &Member, node: &Node, instance: InstanceId) {
        let settled = self.observation.settled(self.state, self.now);
        let (slot, config, node, shown) = (member.slot, node.config, node.id, node.mode);
        let asked = member.modes.get(&config).map(|wish| (wish.mode, elapsed(wish.at, self.now)));
        let set = |mode| Step::SetMode { slot, config, node, mode, why: Some(DrainWhy::Moved) };
        let remove = &self.group.remove;
        let step = match asked {
            Some((Mode::Drain, since)) if shown == Mode::Drain => {
                (settled && since >= remove.drain.saturating_add(LAPSE)).then(|| set(Mode::Reject))
            }
            Some((Mode::Reject, since)) if shown == Mode::Reject => {
                let step = Step::Deregister { slot, config, node, instance, stays: true };
                (settled && since >= remove.reject.saturating_add(LAPSE)).then_some(step)
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
