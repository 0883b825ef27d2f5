//! Too few: reinstate what drains, then create the rest.

use crate::model::{DrainWhy, InstanceType, Member, NodeStatus, Slot, after, elapsed};
use crate::reconcile::plan::Planner;
use crate::reconcile::timing::{LAUNCH_BELOW_MIN, LAUNCHES_WINDOW, SOLD_OUT};
use crate::state::{Cause, Hold, Step};

/// Creates begun in one turn at the most: a turn stays short, and the account's rate is shared with others.
const CREATES: u32 = 10;

impl Planner<'_> {
    pub(super) fn scale_out(&mut self) {
        let cause =
            self.state.operation.as_ref().map_or(Cause::Converge, |operation| operation.cause.clone());
        let mut lack = self.desired.saturating_sub(self.state.expected());
        let state = self.state;
        let mut back: Vec<&Member> =
            state.members.values().filter(|member| self.can_be_reinstated(member)).collect();
        back.sort_by_key(|member| std::cmp::Reverse((member.last_drain, member.slot)));
        for member in back {
            if lack == 0 {
                return;
            }
            self.let_accept(member, &cause);
            lack -= 1;
        }
        if lack > 0 {
            self.create(lack, &cause);
        }
    }

    /// Drained as surplus, up, and not past the point of no return.
    fn can_be_reinstated(&self, member: &Member) -> bool {
        let nodes = self.observation.nodes_of(self.group, member);
        self.free(member)
            && member.delete_intended.is_none()
            && member.drain.is_some_and(|drain| drain.why == DrainWhy::Surplus && drain.reject_at.is_none())
            && nodes.len() == self.group.balancers.len()
            && nodes.iter().all(|node| node.status == NodeStatus::Up)
    }

    fn create(&mut self, lack: u32, cause: &Cause) {
        let replacing = self.state.count(|member| member.replacing.is_some() && member.counts_against_max());
        let limit = self.limit();
        let room = limit.saturating_sub(self.state.may_exist(self.now));
        if room < lack {
            self.hold(Hold::NoRoom { lack, may_exist: self.state.may_exist(self.now), limit });
        }
        if self.is_postponed() {
            return;
        }
        let below_min = self.state.serving() < self.group.size.min;
        if let Some(next) = self.state.launches.next(below_min)
            && next > self.now
        {
            self.hold(Hold::LaunchBackoff { failures: self.state.launches.failures, until: next });
            return;
        }
        let allowed = self.launches_left(below_min);
        if allowed == 0 {
            return;
        }
        let Some(kind) = self.kind() else {
            self.hold(Hold::SoldOut);
            return;
        };
        let ceiling = self.group.cost.as_ref().map(|cost| cost.per_hour);
        let mut cost = self.state.cost(self.group);
        for n in 0..lack.min(room).min(allowed).min(CREATES) {
            let price = self.group.price(&kind).ok_or_else(|| kind.clone());
            cost = cost.and_then(|cost| price.map(|price| cost.plus(price)));
            let above_min = self.state.may_exist(self.now).saturating_add(n) >= self.group.least();
            if let Some(ceiling) = ceiling
                && cost.as_ref().map_or(true, |cost| *cost > ceiling)
            {
                // It yields to one replacement at a time.
                let within = self.state.count(Member::counts_against_max) <= self.within_ceiling();
                if above_min && !(replacing > 0 && n == 0 && within) {
                    let wanted = self.state.expected().saturating_add(lack);
                    self.hold(match cost {
                        Ok(_) => Hold::CostCeiling { wanted, ceiling },
                        Err(instance_type) => Hold::PriceUnknown { wanted, instance_type },
                    });
                    return;
                }
                if let Ok(cost) = &cost {
                    self.plan.over_ceiling = Some((*cost, ceiling));
                }
            }
            let slot = Slot(self.state.free_slot().0.saturating_add(u64::from(n)));
            let step = Step::Create {
                slot,
                label: self.group.name.label(&self.state.incarnation, slot),
                instance_type: kind.clone(),
                template: self.group.template.hash.clone(),
            };
            self.step(step, cause.clone());
        }
    }

    /// How many creates the bound of an hour leaves, which no fact resets; says so where it leaves none.
    fn launches_left(&mut self, below_min: bool) -> u32 {
        let per_hour = self.group.launches_per_hour();
        let now = self.now;
        let recent = || self.state.launches.sent.iter().filter(|at| elapsed(**at, now) < LAUNCHES_WINDOW);
        let left = per_hour.saturating_sub(u32::try_from(recent().count()).unwrap_or(u32::MAX));
        if left > 0 {
            return left;
        }
        let (first, last) = (recent().min().copied(), recent().max().copied());
        let next = last.filter(|_| below_min).map(|last| after(last, LAUNCH_BELOW_MIN));
        let until = first.map(|first| after(first, LAUNCHES_WINDOW)).into_iter().chain(next).min();
        match until {
            Some(until) if until > now => {
                self.hold(Hold::LaunchesPerHour { per_hour, until });
                0
            }
            _ => 1,
        }
    }

    /// Whether the last create was refused until a time that has not come yet; says so.
    fn is_postponed(&mut self) -> bool {
        let postponed = self.state.launches.postponed.filter(|(_, until)| *until > self.now);
        let hold = postponed.map(|(refusal, until)| Hold::LaunchPostponed { refusal, until });
        self.holds.extend(hold);
        postponed.is_some()
    }

    /// The first type of the template that was not said to be sold out lately.
    fn kind(&self) -> Option<InstanceType> {
        let sold = |kind: &&InstanceType| {
            self.state.launches.sold_out.get(*kind).is_some_and(|at| elapsed(*at, self.now) < SOLD_OUT)
        };
        self.group.template.types.iter().find(|kind| !sold(kind)).cloned()
    }
}
