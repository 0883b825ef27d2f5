//! The only code that calls the ports that change something; every safety check runs here.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::watch;
use tracing::Instrument;

use crate::model::{
    ConfigId, Group, Instance, InstanceId, Mode, NodeId, Position, Slot, StepId, after, elapsed,
};
use crate::ports::{Balancer, Clock, Compute, Failure, FailureKind, NewInstance, NewNode};
use crate::reconcile::timing::{CLOCK_SKEW, CREATE_AGAIN};
use crate::runtime::ended::{Ended, done, failed, guarded, not_sent, unanswered, unread};
use crate::runtime::journal::Journal;
use crate::runtime::limiter::{FairQueue, Limiter};
use crate::runtime::removal_budget::Permit;
use crate::runtime::within;
use crate::state::{Cause, Difference, Draft, Fact, GroupState, Refusal, Step, StepOutcome, StepReason};

/// A step that has no answer by then has none: the log says so, and the next turn looks.
const LIMIT: Duration = Duration::from_secs(60);

/// The ports for changes, of one group.
pub(super) struct Executor {
    pub(super) compute: Arc<dyn Compute>,
    pub(super) balancer: Arc<dyn Balancer>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) group: Arc<Group>,
    pub(super) limiter: Arc<Limiter>,
    pub(super) queue: FairQueue,
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
    pub(super) cause: Cause,
    pub(super) operation: Position,
    pub(super) generation: u64,
    pub(super) permit: Option<Permit>,
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
    launched: Option<Timestamp>,
    untouchable: bool,
    registered_before: bool,
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
            launched: Some(member.launched),
            untouchable: member.protected || member.standby,
            registered_before,
        }
    }
}

/// A step that ended.
#[derive(Debug)]
pub(super) struct StepEnd {
    pub(super) id: StepId,
    pub(super) step: Step,
    pub(super) cause: Cause,
    pub(super) operation: Position,
    pub(super) generation: u64,
    pub(super) outcome: StepOutcome,
    pub(super) request: Option<String>,
    pub(super) at: Timestamp,
}

impl StepEnd {
    /// As an entry, in the envelope of its intent.
    pub(super) fn draft(self, journal: &Journal) -> Draft {
        let fact = Fact::Done { outcome: self.outcome };
        let actor = journal.actor().clone();
        let draft = Draft::new(self.at, actor, self.operation, self.generation, self.cause, fact);
        Draft { request: self.request, ..draft.of_step(self.id) }
    }
}

/// A step that is being carried out.
pub(super) struct Running {
    pub(super) id: StepId,
    pub(super) step: Step,
    pub(super) future: BoxFuture<'static, StepEnd>,
}

impl Executor {
    /// Carries `work` out once the limiter lets it, unless `stop` comes first. Nothing happens before it is polled.
    pub(super) fn begin(self: &Arc<Self>, work: Intent, stop: watch::Receiver<bool>) -> Running {
        let executor = Arc::clone(self);
        let (id, step) = (work.id, work.step.clone());
        let span = tracing::info_span!(
            "step", group = %executor.group.name, generation = work.generation, operation = work.operation.0,
            step = work.id.0, what = %work.step
        );
        let future = Box::pin(async move { executor.turn_and_carry_out(work, stop).await }.instrument(span));
        Running { id, step, future }
    }

    async fn turn_and_carry_out(&self, work: Intent, mut stop: watch::Receiver<bool>) -> StepEnd {
        let entered = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => None,
            permit = self.limiter.enter(&work.step, &self.queue) => Some(permit),
        };
        let create = matches!(work.step, Step::Create { .. });
        let refusal = if create { self.limiter.refusal(self.clock.now()) } else { None };
        let now = self.clock.now();
        let limit = work.lapses.map_or(LIMIT, |lapses| elapsed(now, lapses).min(LIMIT));
        let ended = match (&entered, refusal) {
            (None, _) => not_sent(StepReason::Stopping),
            (Some(_), Some(refusal)) => {
                not_sent(StepReason::AccountRefuses { until: refusal.until, said: refusal.said })
            }
            // Whatever held it up, a drain that lands later than its permit counts would come on top of the next one.
            (Some(_), None) if limit.is_zero() => not_sent(StepReason::PermitLapsed),
            (Some(_), None) => match within(&*self.clock, limit, self.carry_out(&work)).await {
                Some(ended) => ended,
                None => {
                    let why = StepReason::TimedOut { seconds: limit.as_secs() };
                    StepOutcome::Unanswered { why }.into()
                }
            },
        };
        let (outcome, request) = ended.at(self.clock.now());
        if create {
            match &outcome {
                StepOutcome::Created { .. } => self.limiter.accepted(),
                StepOutcome::Refused { refusal: Refusal::Account, why, .. } => {
                    self.limiter.refused(&why.to_string(), self.clock.now())
                }
                _ => {}
            }
        }
        tracing::info!(%outcome, "step ended");
        StepEnd {
            id: work.id,
            step: work.step,
            cause: work.cause,
            operation: work.operation,
            generation: work.generation,
            outcome,
            request,
            at: self.clock.now(),
        }
    }

    async fn carry_out(&self, work: &Intent) -> Ended {
        let known = &work.known;
        match &work.step {
            Step::Create { label, instance_type, again, .. } => {
                let new = NewInstance {
                    group: self.group.name.clone(),
                    label: label.clone(),
                    kind: instance_type.clone(),
                };
                self.create(&new, *again, known).await
            }
            Step::LookUp { label, instance_type, .. } => {
                let new = NewInstance {
                    group: self.group.name.clone(),
                    label: label.clone(),
                    kind: instance_type.clone(),
                };
                match self.compute.find(label).await {
                    Ok(Some((instance, owner))) => self.answer_of(&new, &instance, owner.as_ref(), known),
                    Ok(None) => StepOutcome::Ok.into(),
                    Err(failure) => unanswered(failure),
                }
            }
            Step::Register { config, address, label, .. } => {
                let new = NewNode { config: *config, address: address.clone(), label: label.clone() };
                self.register(&new, known.registered_before).await
            }
            Step::SetMode { slot, config, node, mode, .. } => {
                self.set_mode(*slot, (*config, *node, *mode), work.permit.as_ref(), known).await
            }
            Step::Deregister { config, node, instance, .. } => match self.preflight(*instance, known).await {
                Err(ended) => ended,
                // Its instance may be gone already; its node is not to stay.
                Ok(_) => done(self.balancer.deregister(*config, *node).await),
            },
            Step::Delete { instance, .. } => match self.preflight(*instance, known).await {
                Err(ended) => ended,
                Ok(None) => StepOutcome::Ok.into(),
                Ok(Some(_)) => done(self.compute.delete(*instance).await),
            },
            Step::Sweep { config, node, label } => self.sweep(*config, *node, label).await,
        }
    }

    /// A create without an answer is never sent again here: the label is looked up before another one.
    async fn create(&self, new: &NewInstance, again: bool, known: &Known) -> Ended {
        if again {
            match self.compute.find(&new.label).await {
                Ok(Some((instance, owner))) => return self.answer_of(new, &instance, owner.as_ref(), known),
                Ok(None) => {}
                // The one that was intended before may still have happened, so its slot stays open.
                Err(failure) => return unanswered(failure),
            }
        }
        match self.compute.create(new).await {
            Ok(instance) => StepOutcome::Created { instance: instance.id, created: instance.created }.into(),
            Err(failure) if failure.kind == FailureKind::LabelTaken => {
                match self.compute.find(&new.label).await {
                    Ok(Some((instance, owner))) => self.answer_of(new, &instance, owner.as_ref(), known),
                    // Lists lag writes: what has the label will show.
                    Ok(None) => unanswered(failure),
                    Err(unread) => unanswered(unread),
                }
            }
            Err(failure) => failed(failure).again_in(CREATE_AGAIN),
        }
    }

    /// Whether what has the label is what we asked for.
    fn answer_of(
        &self,
        new: &NewInstance,
        instance: &Instance,
        owner: Option<&crate::model::GroupName>,
        known: &Known,
    ) -> Ended {
        let how = if owner != Some(&self.group.name) {
            Difference::Tags
        } else if instance.kind != new.kind {
            Difference::Type
        } else if known.launched.is_some_and(|launched| after(instance.created, CLOCK_SKEW) < launched) {
            Difference::Older
        } else {
            return StepOutcome::Created { instance: instance.id, created: instance.created }.into();
        };
        guarded(StepReason::LabelHeld { instance: instance.id, label: new.label.clone(), how })
    }

    /// A registration that was intended before may have happened, so it is looked for among the nodes.
    async fn register(&self, new: &NewNode, before: bool) -> Ended {
        if before {
            match self.registered(new).await {
                Ok(Some(node)) => return StepOutcome::Registered { node }.into(),
                Ok(None) => {}
                Err(failure) => return unanswered(failure),
            }
        }
        match self.balancer.register(new).await {
            Ok(node) => StepOutcome::Registered { node }.into(),
            Err(failure) if matches!(failure.kind, FailureKind::LabelTaken | FailureKind::Request) => {
                match self.registered(new).await {
                    Ok(Some(node)) => StepOutcome::Registered { node }.into(),
                    Ok(None) | Err(_) => failed(failure),
                }
            }
            Err(failure) => failed(failure),
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
    ) -> Ended {
        if matches!(mode, Mode::Drain | Mode::Reject) {
            if permit.is_none_or(|permit| permit.slot() != slot) {
                return guarded(StepReason::NoPermit);
            }
            // A removal that would be refused later costs capacity now: what forbids it is looked for before.
            if let Some(instance) = known.instance
                && let Err(ended) = self.preflight(instance, known).await
            {
                return ended;
            }
        }
        done(self.balancer.set_mode(config, node, mode).await)
    }

    /// Reads the instance again by id. What is to be removed must be the one that the log means, and free to go; one
    /// that does not exist has gone.
    async fn preflight(&self, id: InstanceId, known: &Known) -> Result<Option<Instance>, Ended> {
        if known.untouchable {
            return Err(guarded(StepReason::Untouchable));
        }
        if known.instance != Some(id) {
            return Err(guarded(StepReason::UnknownInstance { instance: id }));
        }
        let Some((instance, owner)) = self.compute.get(id).await.map_err(unread)? else { return Ok(None) };
        let how = if owner.as_ref() != Some(&self.group.name) {
            Difference::Tags
        } else if instance.label != known.label {
            Difference::Label
        } else if known.created != Some(instance.created) {
            Difference::Created
        } else if instance.locked {
            Difference::Locked
        } else {
            return Ok(Some(instance));
        };
        Err(guarded(StepReason::Differs { instance: id, how }))
    }

    /// Removes a node in our form, if it is still the same and its instance is gone indeed.
    async fn sweep(&self, config: ConfigId, id: NodeId, label: &str) -> Ended {
        if !self.group.name.owns_label(label) {
            return guarded(StepReason::ForeignNode);
        }
        match self.balancer.node(config, id).await {
            Ok(None) => return StepOutcome::Ok.into(),
            Ok(Some(node)) if node.label != label => return guarded(StepReason::NodeRelabelled),
            Ok(Some(_)) => {}
            Err(failure) => return unread(failure),
        }
        match self.compute.find(label).await {
            Ok(None) => done(self.balancer.deregister(config, id).await),
            Ok(Some((instance, _))) => guarded(StepReason::InstanceExists { instance: instance.id }),
            Err(failure) => unread(failure),
        }
    }
}
