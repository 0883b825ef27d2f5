//! Too many: who goes, and whether the removal budget allows it.

use std::cmp::Reverse;

use crate::model::{DrainWhy, Member, Mode, Origin, Signal, VictimOrder};
use crate::reconcile::plan::Planner;
use crate::state::{Cause, HealthReason, Hold, Step};

impl Planner<'_> {
    pub(super) fn scale_in(&mut self) {
        let wanted =
            self.state.members.values().any(|member| member.replacing.is_some() && !member.is_leaving())
                || self.state.expected() > self.desired;
        if !wanted || !self.may_remove() {
            return;
        }
        let gone = self.never_registered();
        self.replaced();
        self.surplus(gone);
    }

    /// Only if the desired size fell: members that were never registered serve nobody.
    fn never_registered(&mut self) -> u32 {
        if !self.state.fell {
            return 0;
        }
        let surplus = self.state.expected().saturating_sub(self.desired);
        let state = self.state;
        let mut early: Vec<&Member> = state
            .members
            .values()
            .filter(|member| {
                member.is_on_its_way()
                    && member.instance.is_some()
                    && member.served.is_none()
                    && member.registering.is_empty()
                    && self.eligible(member)
                    && self.observation.all_nodes_of(self.group, member).is_empty()
            })
            .collect();
        early.sort_by_key(|member| Reverse((member.launched, member.slot)));
        let mut gone = 0;
        for member in early {
            if let Some(instance) = member.instance.filter(|_| gone < surplus) {
                self.step(Step::Delete { slot: member.slot, instance }, self.cause());
                gone += 1;
            }
        }
        gone
    }

    /// Members that are being replaced go once enough others are in service.
    fn replaced(&mut self) {
        let state = self.state;
        let mut marked: Vec<&Member> = state
            .members
            .values()
            .filter(|member| member.replacing.is_some() && self.eligible(member))
            .collect();
        marked.sort_by_key(|member| (member.refusals, !member.is_unhealthy(), member.replacing, member.slot));
        if marked.is_empty() {
            return;
        }
        let over_max_unhealthy = self.over_max_unhealthy();
        let enough = if over_max_unhealthy { state.count(Member::is_warm) } else { state.serving() };
        let needed = self.desired.max(self.group.size.min);
        // With no room for a replacement one goes first, but never one that the minimum still rests on.
        let spared =
            state.count(|member| member.is_in_service() && member.missing.is_none()) > self.group.size.min;
        // What was gone before anybody saw it takes no room from those that serve.
        let exist = state.count(Member::counts_against_max);
        let full = exist > self.group.size.max || exist > self.within_ceiling();
        let crowded = full && state.count(Member::is_on_its_way) == 0;
        let allowed = if over_max_unhealthy { self.lasting_replacements() } else { usize::MAX };
        for (n, member) in marked.into_iter().enumerate() {
            if n >= allowed {
                self.hold_for_illness();
                return;
            }
            let room = enough >= needed || (crowded && n == 0 && (member.is_unhealthy() || spared));
            if !room {
                let member = member.label.clone();
                self.hold(Hold::ReplacementFirst {
                    member,
                    needed,
                    serving: enough,
                    warmed: over_max_unhealthy,
                });
                return;
            }
            let cause = Cause::Health(HealthReason::BeingReplaced);
            if !self.drain(member, DrainWhy::Replaced, &cause, false) {
                return;
            }
        }
    }

    /// `gone` of those that are too many go already.
    fn surplus(&mut self, gone: u32) {
        let state = self.state;
        let extra = state.expected().saturating_sub(self.desired).saturating_sub(gone);
        if extra == 0 {
            return;
        }
        if self.decision.signal == Signal::High {
            self.hold(Hold::SignalHigh);
            return;
        }
        // An operator who asks for a size has decided what is needed.
        let asked = matches!(self.cause(), Cause::Operator { .. });
        if self.decision.signal == Signal::Unknown && !asked {
            // The decision says why.
            return;
        }
        if self.over_max_unhealthy() {
            self.hold_for_illness();
            return;
        }
        let mut candidates: Vec<&Member> = state
            .members
            .values()
            .filter(|member| {
                (member.is_in_service() || member.is_unhealthy())
                    && member.replacing.is_none()
                    && self.eligible(member)
            })
            .collect();
        candidates.sort_by_key(|member| self.rank(member));
        let mut surplus = state.serving().saturating_sub(self.desired.max(self.group.size.min));
        let mut chosen = 0;
        for member in candidates {
            if chosen == extra {
                break;
            }
            if member.is_serving() {
                if surplus == 0 {
                    continue;
                }
                surplus -= 1;
            }
            // An operator's exception is for what was asked for, not for replacements.
            if !self.drain(member, DrainWhy::Surplus, &self.cause(), self.state.over_budget) {
                return;
            }
            chosen += 1;
        }
        if chosen < extra {
            self.hold(Hold::SurplusNeeded { kept: extra - chosen, surplus: extra });
        }
    }

    fn drain(&mut self, member: &Member, why: DrainWhy, cause: &Cause, over_budget: bool) -> bool {
        if !over_budget && let Err(hold) = self.permits_left() {
            self.hold(hold);
            return false;
        }
        self.plan.permits.push(member.slot);
        if self.observation.all_nodes_of(self.group, member).is_empty() {
            // Nobody can reach it: there is nothing to drain.
            if let Some(instance) = member.instance {
                self.step(Step::Delete { slot: member.slot, instance }, cause.clone());
            }
        } else {
            self.set_mode(member, Mode::Drain, Some(why), cause);
        }
        true
    }

    fn cause(&self) -> Cause {
        self.state.operation.as_ref().map_or(Cause::Converge, |operation| operation.cause.clone())
    }

    fn hold_for_illness(&mut self) {
        let (unhealthy, limit) = self.unhealthy();
        self.hold(Hold::MaxUnhealthy { unhealthy, limit, allowed: self.group.replace.max_unhealthy });
    }

    /// Members that were launched since the first of the unhealthy ones was to be replaced, have served their whole warm-up and serve still: what made the others
    /// ill does not make these. Each lets one go, and those that went are taken off.
    fn lasting_replacements(&self) -> usize {
        let marked = self.state.members.values().filter(|member| member.is_unhealthy());
        let Some(since) = marked.filter_map(|member| member.replacing).min() else { return 0 };
        let lasting = self.state.members.values().filter(|member| member.begun >= since && member.is_warm());
        let leaves = |slot| self.state.members.get(slot).is_none_or(Member::is_leaving);
        let gone = self.state.permits.iter().filter(|permit| permit.at >= since && leaves(&permit.slot));
        lasting.count().saturating_sub(gone.count())
    }

    fn over_max_unhealthy(&self) -> bool {
        let (unhealthy, limit) = self.unhealthy();
        unhealthy > limit
    }

    /// Unhealthy members, and how many may be. One that can't be removed in any case does not stop the others for good.
    fn unhealthy(&self) -> (u32, u32) {
        let unhealthy =
            self.state.count(|member| member.is_unhealthy() && !member.protected && self.may_go(member));
        let all = self.state.count(|member| member.counts_against_max() && !member.is_leaving());
        (unhealthy, self.group.most_unhealthy(all))
    }

    /// Protected, locked and standby members never; one that refused to go, not for a while.
    fn eligible(&self, member: &Member) -> bool {
        self.free(member)
            && !member.protected
            && !member.standby
            && !member.is_leaving()
            && !member.failed
            && member.missing.is_none()
            && self.may_go(member)
    }

    /// Those that refused to go after the others; unhealthy first, adopted last; older template, the group's rule.
    fn rank(&self, member: &Member) -> impl Ord + use<> {
        let born = member.created.unwrap_or(member.launched).as_second();
        let rule = match self.group.remove.order {
            VictimOrder::Newest => -born,
            VictimOrder::Oldest => born,
        };
        let current = member.template.as_ref() == Some(&self.group.template.hash);
        (
            member.refusals,
            !member.is_unhealthy(),
            member.origin == Origin::Adopted,
            current,
            rule,
            member.slot,
        )
    }
}
