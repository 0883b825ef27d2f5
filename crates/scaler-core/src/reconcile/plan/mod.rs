//! What is to be done now, and what is being waited for.

mod repair;
mod scale_in;
mod scale_out;
mod waits;

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use crate::model::{DrainWhy, Group, Member, Mode, Observation, Slot, after, elapsed};
use crate::reconcile::Decision;
use crate::state::{Cause, GroupMode, GroupState, Step};

/// What is to be done now, as short steps, and what is being waited for, until when. It leaves no choice open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Plan {
    /// Steps to begin now, with their cause, in order of importance: additions first.
    pub steps: Vec<(Step, Cause)>,
    /// Members for which a permit is to be drawn before their steps are intended: without it these steps don't begin.
    pub permits: Vec<Slot>,
    /// What is being waited for.
    pub waits: Vec<Wait>,
    /// What is held back, and why, in words.
    pub held: Vec<String>,
    /// When to look again at the latest, where something is on its way.
    pub wake: Option<Timestamp>,
}

/// Something that is being waited for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Wait {
    /// For what, in words.
    pub what: String,
    /// Until when.
    pub until: Timestamp,
}

/// What is to be done now. Pure and total.
#[must_use]
pub fn plan(
    group: &Group,
    observation: &Observation,
    decision: &Decision,
    state: &GroupState,
    now: Timestamp,
) -> Plan {
    let mut plan = Plan::default();
    let held = match (observation.doubt(state), state.mode_at(now), state.desired) {
        (Some(doubt), ..) => Some(doubt),
        (None, mode @ (GroupMode::Observe | GroupMode::Paused), _) => Some(format!("the mode is {mode}")),
        (None, _, None) => Some("no desired size has been decided yet".to_owned()),
        _ => None,
    };
    match held {
        Some(held) => plan.held.push(held),
        None => {
            let mut planner = Planner {
                group,
                observation,
                decision,
                state,
                now,
                desired: state.desired.unwrap_or_default(),
                plan,
            };
            planner.scale_out();
            planner.repair();
            planner.lead_out();
            planner.scale_in();
            plan = planner.plan;
        }
    }
    waits::list(group, state, now, &mut plan);
    plan
}

/// A member whose removal was refused is left alone for so long.
const REFUSED: Duration = Duration::from_secs(600);

/// The state of one planning.
struct Planner<'a> {
    group: &'a Group,
    observation: &'a Observation,
    decision: &'a Decision,
    state: &'a GroupState,
    now: Timestamp,
    desired: u32,
    plan: Plan,
}

impl Planner<'_> {
    fn step(&mut self, step: Step, cause: Cause) {
        self.plan.steps.push((step, cause));
    }

    fn hold(&mut self, why: impl Into<String>) {
        self.plan.held.push(why.into());
    }

    /// Nothing is under way for it, and nothing was planned for it yet.
    fn free(&self, member: &Member) -> bool {
        !self.observation.in_flight.contains(&member.slot)
            && self.plan.steps.iter().all(|(step, _)| step.slot() != Some(member.slot))
    }

    fn set_mode(&mut self, member: &Member, mode: Mode, why: Option<DrainWhy>, cause: &Cause) {
        for node in self.observation.nodes_of(self.group, member) {
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

    fn add_only(&self) -> bool {
        self.state.mode_at(self.now) == GroupMode::AddOnly
    }

    /// Not locked, all its nodes are at configs of the group, and it did not refuse to go a while ago.
    fn may_go(&self, member: &Member) -> bool {
        let shown = member.instance.and_then(|id| self.observation.instance(id));
        member.refused.is_none_or(|at| elapsed(at, self.now) >= REFUSED)
            && member.nodes.keys().all(|config| self.group.balancers.contains(config))
            && shown.is_some_and(|instance| !instance.locked)
    }

    /// Whether removing is allowed now at all; says why not.
    fn may_remove(&mut self) -> bool {
        let held = if self.add_only() {
            Some("removals: the mode is add_only".to_owned())
        } else if !self.observation.nodes_fresh {
            Some("removals: the nodes were not read in this turn".to_owned())
        } else {
            let until = self.state.mass_loss.map(|at| after(at, self.group.remove.every));
            until
                .filter(|until| *until > self.now)
                .map(|until| format!("removals: many instances were lost at once, until {until}"))
        };
        let allowed = held.is_none();
        self.plan.held.extend(held);
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
        for wait in &self.waits {
            write!(f, "\nwaiting for {} until {}", wait.what, wait.until)?;
        }
        for held in &self.held {
            write!(f, "\nheld back: {held}")?;
        }
        Ok(())
    }
}
