//! The only code that calls the ports that change something; every safety check runs here.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::watch;
use tracing::Instrument;

use crate::model::{
    ConfigId, DrainWhy, Group, Instance, InstanceId, Mode, NodeId, NodeStatus, Slot, StepId, after, elapsed,
};
use crate::ports::{Balancer, Clock, Compute, Failure, FailureKind, NewInstance, NewNode, chain};
use crate::reconcile::timing::{CLOCK_SKEW, CREATE_AGAIN, TOLD_AT_LEAST, TOLD_AT_MOST};
use crate::runtime::limiter::{Grant, Limiter};
use crate::runtime::removal_budget::Permit;
use crate::runtime::within;
use crate::state::{Difference, Draft, Fact, GroupState, Refusal, Step, StepOutcome, StepReason};

/// A step that has no answer by then has none: the log says so, and the next turn looks.
const LIMIT: Duration = Duration::from_secs(60);

/// The ports for changes, of one group.
pub(super) struct Executor {
    pub(super) compute: Arc<dyn Compute>,
    pub(super) balancer: Arc<dyn Balancer>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) group: Arc<Group>,
    pub(super) limiter: Arc<Limiter>,
}

impl fmt::Debug for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Executor").field("group", &self.group.name).finish_non_exhaustive()
    }
}

/// A step whose intent is in the log, with what the log knew when it was intended.
#[derive(Debug)]
pub(super) struct Intent {
    pub(super) id: StepId,
    pub(super) step: Step,
    /// Its entry in the log: what comes of it stands in the same envelope.
    pub(super) intended: Draft,
    pub(super) permit: Option<Permit>,
    /// The account's rate lets it be sent, where it is a create.
    pub(super) grant: Option<Grant>,
    /// It is not to land later than this: a drain whose permit lapses meanwhile.
    pub(super) lapses: Option<Timestamp>,
    pub(super) known: Known,
}

/// What the log knows of the member that a step concerns.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    label: String,
    instance: Option<InstanceId>,
    created: Option<Timestamp>,
    begun: Option<Timestamp>,
    untouchable: bool,
    registered_before: bool,
    nodes: BTreeMap<ConfigId, NodeId>,
}

impl Known {
    /// By the log as it was before `step` was intended.
    pub(super) fn of(state: &GroupState, step: &Step) -> Self {
        let Some(member) = step.slot().and_then(|slot| state.members.get(&slot)) else {
            return Self::default();
        };
        let registered_before =
            matches!(step, Step::Register { config, .. } if member.registering.contains_key(config));
        Self {
            label: member.label.clone(),
            instance: member.instance,
            created: member.created,
            begun: Some(member.begun),
            untouchable: member.protected || member.standby,
            registered_before,
            nodes: member.nodes.clone(),
        }
    }
}

/// A step that is being carried out.
pub(super) struct Running {
    pub(super) id: StepId,
    pub(super) step: Step,
    /// Ends with the step and the entry that says what came of it.
    pub(super) future: BoxFuture<'static, (Step, Draft)>,
}

impl Executor {
    /// Carries `work` out once the limiter lets it, unless `stop` comes first. Nothing happens before it is polled.
    pub(super) fn begin(self: &Arc<Self>, work: Intent, stop: watch::Receiver<bool>) -> Running {
        let executor = Arc::clone(self);
        let (id, step) = (work.id, work.step.clone());
        let span = tracing::info_span!(
            "step", group = %executor.group.name, generation = work.intended.generation,
            operation = work.intended.operation.0, step = work.id.0, what = %work.step
        );
        let future = Box::pin(async move { executor.turn_and_carry_out(work, stop).await }.instrument(span));
        Running { id, step, future }
    }

    async fn turn_and_carry_out(&self, mut work: Intent, mut stop: watch::Receiver<bool>) -> (Step, Draft) {
        let entered = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => None,
            permit = self.limiter.enter(&work.step) => Some(permit),
        };
        let create = matches!(work.step, Step::Create { .. });
        let probe = work.grant.as_ref().is_some_and(|grant| grant.probe);
        let refusal = if create && !probe { self.limiter.refusal(self.clock.now()) } else { None };
        let now = self.clock.now();
        let limit = work.lapses.map_or(LIMIT, |lapses| elapsed(now, lapses).min(LIMIT));
        let ended = match (&entered, refusal) {
            (None, _) => Ok(not_sent(StepReason::Stopping)),
            (Some(_), Some(refusal)) => {
                Ok(not_sent(StepReason::AccountRefuses { until: refusal.until, said: refusal.said }))
            }
            // Whatever held it up, a drain that lands later than its permit counts would come on top of the next one.
            (Some(_), None) if limit.is_zero() => Ok(not_sent(StepReason::PermitLapsed)),
            (Some(_), None) => {
                work.grant.iter_mut().for_each(Grant::sent);
                within(&*self.clock, limit, self.carry_out(&work)).await.unwrap_or_else(|| {
                    let why = StepReason::TimedOut { seconds: limit.as_secs() };
                    Ok(StepOutcome::Unanswered { why })
                })
            }
        };
        let at = self.clock.now();
        let (outcome, request) = match ended {
            Ok(outcome) => (outcome, None),
            Err(failure) => outcome_of(failure, at),
        };
        if create {
            match &outcome {
                StepOutcome::Created { .. } => self.limiter.accepted(),
                StepOutcome::Refused { refusal: Refusal::Account, why, .. } => {
                    self.limiter.refused(&why.to_string(), at)
                }
                _ => {}
            }
        }
        tracing::info!(%outcome, "step ended");
        (work.step, Draft { fact: Fact::Done { outcome }, at, request, ..work.intended })
    }

    async fn carry_out(&self, work: &Intent) -> Result<StepOutcome, Failure> {
        let known = &work.known;
        match &work.step {
            Step::Create { label, instance_type, .. } => {
                let new = NewInstance {
                    group: self.group.name.clone(),
                    label: label.clone(),
                    kind: instance_type.clone(),
                };
                self.create(&new, known).await
            }
            Step::LookUp { label, instance_type, .. } => {
                let new = NewInstance {
                    group: self.group.name.clone(),
                    label: label.clone(),
                    kind: instance_type.clone(),
                };
                Ok(match self.compute.find(label).await.map_err(unanswered)? {
                    Some((instance, owner)) => self.answer_of(&new, &instance, owner.as_ref(), known),
                    None => StepOutcome::Ok,
                })
            }
            Step::Register { config, address, label, .. } => {
                let new = NewNode { config: *config, address: address.clone(), label: label.clone() };
                self.register(&new, known.registered_before).await
            }
            Step::SetMode { why: Some(DrainWhy::Moved), .. } | Step::Deregister { stays: true, .. }
                if !self.serves(known).await? =>
            {
                Ok(guarded(StepReason::NotServing))
            }
            Step::SetMode { config, node, mode, why: Some(DrainWhy::Moved), .. } => {
                done(self.balancer.set_mode(*config, *node, *mode).await)
            }
            Step::Deregister { config, node, stays: true, .. } => {
                done(self.balancer.deregister(*config, *node).await)
            }
            Step::SetMode { slot, config, node, mode, .. } => {
                self.set_mode(*slot, (*config, *node, *mode), work.permit.as_ref(), known).await
            }
            Step::Deregister { config, node, instance, .. } => {
                match self.preflight(*instance, known).await? {
                    Preflight::Guarded(why) => Ok(guarded(why)),
                    // Its instance may be gone already; its node is not to stay.
                    Preflight::Free | Preflight::Gone => done(self.balancer.deregister(*config, *node).await),
                }
            }
            Step::Delete { instance, .. } => match self.preflight(*instance, known).await? {
                Preflight::Guarded(why) => Ok(guarded(why)),
                Preflight::Gone => Ok(StepOutcome::Ok),
                Preflight::Free => done(self.compute.delete(*instance).await),
            },
            Step::Sweep { config, node, label, beside } => {
                self.sweep(*config, *node, label, beside.is_some()).await
            }
        }
    }

    /// A create without an answer is never sent again here: the label is looked up before another one.
    async fn create(&self, new: &NewInstance, known: &Known) -> Result<StepOutcome, Failure> {
        match self.compute.create(new).await {
            Ok(instance) => Ok(StepOutcome::Created { instance: instance.id, created: instance.created }),
            Err(failure) if failure.kind == FailureKind::LabelTaken => {
                match self.compute.find(&new.label).await.map_err(unanswered)? {
                    Some((instance, owner)) => Ok(self.answer_of(new, &instance, owner.as_ref(), known)),
                    // Lists lag writes: what has the label will show.
                    None => Err(unanswered(failure)),
                }
            }
            Err(mut failure) => {
                if matches!(
                    failure.kind,
                    FailureKind::RateLimited | FailureKind::NotSent | FailureKind::Transient
                ) {
                    failure.retry_after.get_or_insert(CREATE_AGAIN);
                }
                Err(failure)
            }
        }
    }

    /// Whether what has the label is what we asked for. What was made since under a label that only a create of ours has, and is
    /// marked for no group of ours, lost its tags: it counts, and is left alone.
    fn answer_of(
        &self,
        new: &NewInstance,
        instance: &Instance,
        owner: Option<&crate::model::GroupName>,
        known: &Known,
    ) -> StepOutcome {
        let since = known.begun.map(|begun| after(instance.created, CLOCK_SKEW) >= begun);
        let lost_tags = owner.is_none() && since == Some(true);
        let how = if owner != Some(&self.group.name) && !lost_tags {
            Difference::Tags
        } else if instance.kind != new.kind {
            Difference::Type
        } else if since == Some(false) {
            Difference::Older
        } else {
            return StepOutcome::Created { instance: instance.id, created: instance.created };
        };
        guarded(StepReason::LabelHeld { instance: instance.id, label: new.label.clone(), how })
    }

    /// A registration that was intended before may have happened, so it is looked for among the nodes.
    async fn register(&self, new: &NewNode, before: bool) -> Result<StepOutcome, Failure> {
        if before && let Some(node) = self.registered(new).await.map_err(unanswered)? {
            return Ok(StepOutcome::Registered { node });
        }
        match self.balancer.register(new).await {
            Ok(node) => Ok(StepOutcome::Registered { node }),
            Err(failure) if matches!(failure.kind, FailureKind::LabelTaken | FailureKind::Request) => {
                match self.registered(new).await {
                    Ok(Some(node)) => Ok(StepOutcome::Registered { node }),
                    Ok(None) | Err(_) => Err(failure),
                }
            }
            Err(failure) => Err(failure),
        }
    }

    async fn registered(&self, new: &NewNode) -> Result<Option<NodeId>, Failure> {
        let nodes = self.balancer.nodes(new.config).await?;
        Ok(nodes
            .iter()
            .find(|node| node.address == new.address && node.label == new.label)
            .map(|node| node.id))
    }

    async fn set_mode(
        &self,
        slot: Slot,
        (config, node, mode): (ConfigId, NodeId, Mode),
        permit: Option<&Permit>,
        known: &Known,
    ) -> Result<StepOutcome, Failure> {
        if matches!(mode, Mode::Drain | Mode::Reject) {
            if permit.is_none_or(|permit| permit.slot() != slot) {
                return Ok(guarded(StepReason::NoPermit));
            }
            // A removal that would be refused later costs capacity now: what forbids it is looked for before.
            if let Some(instance) = known.instance
                && let Preflight::Guarded(why) = self.preflight(instance, known).await?
            {
                return Ok(guarded(why));
            }
        }
        done(self.balancer.set_mode(config, node, mode).await)
    }

    /// Whether the member is up and accepts at each of the group's configs, by a look at each node.
    async fn serves(&self, known: &Known) -> Result<bool, Failure> {
        for config in &self.group.balancers {
            let Some(node) = known.nodes.get(config) else { return Ok(false) };
            let node = self.balancer.node(*config, *node).await.map_err(unread)?;
            if !node.is_some_and(|node| node.status == NodeStatus::Up && node.mode == Mode::Accept) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Reads the instance again by id. What is to be removed must be the one that the log means, and free to go; one
    /// that does not exist has gone.
    async fn preflight(&self, id: InstanceId, known: &Known) -> Result<Preflight, Failure> {
        if known.untouchable {
            return Ok(Preflight::Guarded(StepReason::Untouchable));
        }
        if known.instance != Some(id) {
            return Ok(Preflight::Guarded(StepReason::UnknownInstance { instance: id }));
        }
        let Some((instance, owner)) = self.compute.get(id).await.map_err(unread)? else {
            return Ok(Preflight::Gone);
        };
        let how = if owner.as_ref() != Some(&self.group.name) {
            Difference::Tags
        } else if instance.label != known.label && !self.group.name.owns_label(&instance.label) {
            Difference::Label
        } else if known.created != Some(instance.created) {
            Difference::Created
        } else if instance.locked {
            Difference::Locked
        } else {
            return Ok(Preflight::Free);
        };
        Ok(Preflight::Guarded(StepReason::Differs { instance: id, how }))
    }

    /// Removes a node in our form, if it is still the same and its instance is gone indeed.
    async fn sweep(
        &self,
        config: ConfigId,
        id: NodeId,
        label: &str,
        beside: bool,
    ) -> Result<StepOutcome, Failure> {
        if !self.group.name.owns_label(label) {
            return Ok(guarded(StepReason::ForeignNode));
        }
        match self.balancer.node(config, id).await.map_err(unread)? {
            None => return Ok(StepOutcome::Ok),
            Some(node) if node.label != label => return Ok(guarded(StepReason::NodeRelabelled)),
            Some(node) if node.status == NodeStatus::Up && !beside => {
                return Ok(guarded(StepReason::NodeServes));
            }
            Some(_) => {}
        }
        match self.compute.find(label).await.map_err(unread)? {
            None => done(self.balancer.deregister(config, id).await),
            Some((instance, _)) => Ok(guarded(StepReason::InstanceExists { instance: instance.id })),
        }
    }
}

/// What a member's instance is like right before its removal.
enum Preflight {
    /// It is the one that the log means, and may be removed.
    Free,
    Gone,
    Guarded(StepReason),
}

/// What came of a failed call at `now`, and the cloud's id of the request.
fn outcome_of(failure: Failure, now: Timestamp) -> (StepOutcome, Option<String>) {
    let why = StepReason::said(chain(&failure));
    let outcome = match failure.kind {
        FailureKind::MayHaveHappened => StepOutcome::Unanswered { why },
        kind => {
            let told = |wait: Duration| after(now, wait.clamp(TOLD_AT_LEAST, TOLD_AT_MOST));
            let retry_at = failure.retry_after.map(told);
            StepOutcome::Refused { refusal: kind.refusal(), why, retry_at }
        }
    };
    (outcome, failure.request)
}

fn done(result: Result<(), Failure>) -> Result<StepOutcome, Failure> {
    result.map(|()| StepOutcome::Ok)
}

const fn guarded(why: StepReason) -> StepOutcome {
    StepOutcome::Refused { refusal: Refusal::Guarded, why, retry_at: None }
}

const fn not_sent(why: StepReason) -> StepOutcome {
    StepOutcome::Refused { refusal: Refusal::NotSent, why, retry_at: None }
}

/// What had to be read before the step could not be, so the step was not sent.
fn unread(failure: Failure) -> Failure {
    Failure { kind: failure.kind.of_read(), ..failure }
}

/// Whether the step happened before could not be learnt.
fn unanswered(failure: Failure) -> Failure {
    Failure { kind: FailureKind::MayHaveHappened, ..failure }
}
