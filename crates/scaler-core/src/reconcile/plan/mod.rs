//! What is to be done, as short steps that leave no choice open.

mod leave;
mod repair;
mod scale_in;
mod scale_out;

use std::fmt;

pub(super) use leave::leaves_at;

use jiff::Timestamp;

use crate::model::{DrainWhy, Group, Member, Mode, Price, Slot, after, elapsed};
use crate::reconcile::timing::{REMOVAL_REFUSED, REMOVAL_REFUSED_MOST};
use crate::reconcile::{Decision, Observation};
use crate::state::{BudgetScope, Cause, Change, GroupMode, GroupState, Hold, Step};

/// What is to be done now, as short steps. It leaves no choice open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Plan {
    /// Steps to begin now, with their cause, in order of importance: additions first.
    pub steps: Vec<(Step, Cause)>,
    /// Members for which a permit is to be drawn before their steps are intended: without it these steps don't begin.
    pub permits: Vec<Slot>,
    /// The cost ceiling that yields to min or to a replacement, and what it would cost.
    pub over_ceiling: Option<(Price, Price)>,
}

/// What is to be done now, and what is held back. Pure and total.
pub(super) fn plan(
    group: &Group,
    observation: &Observation,
    decision: &Decision,
    state: &GroupState,
    now: Timestamp,
) -> (Plan, Vec<Hold>) {
    let hold = match (state.mode_at(now), state.desired) {
        (mode @ (GroupMode::Observe | GroupMode::Paused), _) => Hold::Mode { what: Change::Any, mode },
        (_, None) => Hold::Undecided,
        (_, Some(desired)) => {
            let (plan, holds) = (Plan::default(), Vec::new());
            let mut planner = Planner { group, observation, decision, state, now, desired, plan, holds };
            let untagged = state.members.values().filter(|member| member.untagged.is_some());
            planner.holds.extend(untagged.map(|member| Hold::Untagged { member: member.label.clone() }));
            planner.scale_out();
            planner.repair();
            planner.leave_configs();
            planner.lead_out();
            planner.scale_in();
            return (planner.plan, planner.holds);
        }
    };
    (Plan::default(), vec![hold])
}

/// The state of one planning.
struct Planner<'a> {
    group: &'a Group,
    observation: &'a Observation,
    decision: &'a Decision,
    state: &'a GroupState,
    now: Timestamp,
    desired: u32,
    plan: Plan,
    holds: Vec<Hold>,
}

impl Planner<'_> {
    fn step(&mut self, step: Step, cause: Cause) {
        self.plan.steps.push((step, cause));
    }

    fn hold(&mut self, hold: Hold) {
        self.holds.push(hold);
    }

    /// Permits that may still be drawn, beside those that are in the plan.
    fn permits_left(&self) -> Result<u32, Hold> {
        let planned = u32::try_from(self.plan.permits.len()).unwrap_or(u32::MAX);
        let left = |left: u32, scope| match left.saturating_sub(planned) {
            0 => Err(Hold::RemovalBudget { scope }),
            left => Ok(left),
        };
        let of_group = left(self.state.budget_left(self.group, self.now), BudgetScope::Group)?;
        let of_all = self.observation.installation_left.unwrap_or(u32::MAX);
        Ok(of_group.min(left(of_all, BudgetScope::Installation)?))
    }

    /// Nothing is under way for it, and nothing was planned for it yet.
    fn free(&self, member: &Member) -> bool {
        member.untagged.is_none()
            && !self.observation.in_flight.contains(&member.slot)
            && self.plan.steps.iter().all(|(step, _)| step.slot() != Some(member.slot))
    }

    fn set_mode(&mut self, member: &Member, mode: Mode, why: Option<DrainWhy>, cause: &Cause) {
        for node in self.observation.all_nodes_of(self.group, member) {
            if node.mode != mode {
                let step = Step::SetMode { slot: member.slot, config: node.config, node: node.id, mode, why };
                self.step(step, cause.clone());
            }
        }
    }

    /// How many may exist: one more while a member is replaced.
    fn limit(&self) -> u32 {
        let replacing = self.state.count(|member| member.replacing.is_some() && member.counts_against_max());
        self.group.size.max.saturating_add(u32::from(replacing > 0))
    }

    /// Undoes a drain, also where the nodes still show accept: a drain that was just sent must be undone.
    fn let_accept(&mut self, member: &Member, cause: &Cause) {
        for node in self.observation.nodes_of(self.group, member) {
            let (slot, config, node) = (member.slot, node.config, node.id);
            self.step(Step::SetMode { slot, config, node, mode: Mode::Accept, why: None }, cause.clone());
        }
    }

    /// How many may exist for the cost ceiling, which yields to the smallest size.
    fn within_ceiling(&self) -> u32 {
        let Some(cost) = &self.group.cost else { return u32::MAX };
        let price = self.group.template.types.first().and_then(|kind| self.group.price(kind));
        let most = price.map_or(Some(0), |price| cost.per_hour.0.checked_div(price.0));
        most.map_or(u32::MAX, |most| u32::try_from(most).unwrap_or(u32::MAX)).max(self.group.least())
    }

    fn add_only(&self) -> bool {
        self.state.mode_at(self.now) == GroupMode::AddOnly
    }

    /// Not locked, and it did not refuse to go a while ago.
    fn may_go(&self, member: &Member) -> bool {
        let shown = member.instance.and_then(|id| self.observation.instance(id));
        let pause = REMOVAL_REFUSED.saturating_mul(1 << member.refusals.saturating_sub(1).min(8));
        member.refused.is_none_or(|at| elapsed(at, self.now) >= pause.min(REMOVAL_REFUSED_MOST))
            && shown.is_some_and(|instance| !instance.locked)
    }

    /// Whether removing is allowed now at all; says why not.
    fn may_remove(&mut self) -> bool {
        let hold = if self.add_only() {
            Some(Hold::Mode { what: Change::Removing, mode: GroupMode::AddOnly })
        } else if !self.observation.fresh {
            Some(Hold::NotFresh)
        } else if self.state.older.is_some() {
            Some(Hold::StoreOlder)
        } else {
            let until = self.state.mass_loss.map(|at| after(at, self.group.remove.every));
            until.filter(|until| *until > self.now).map(|until| Hold::ManyLost { until })
        };
        let allowed = hold.is_none();
        self.holds.extend(hold);
        allowed
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.steps.is_empty() {
            f.write_str("nothing to do now")?;
        }
        for (n, (step, cause)) in self.steps.iter().enumerate() {
            let line = if n == 0 { "" } else { "\n" };
            write!(f, "{line}{step} — {cause}")?;
        }
        if let Some((cost, ceiling)) = self.over_ceiling {
            write!(
                f,
                "
{cost} exceeds cost.per_hour, {ceiling}, which yields to min and to a replacement"
            )?;
        }
        Ok(())
    }
}
