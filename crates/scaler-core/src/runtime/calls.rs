//! What is asked of a group.

use std::sync::Arc;

use jiff::Timestamp;

use crate::model::{GroupName, InstanceId, Member, Phase, Position, Slot, after};
use crate::runtime::dry_run::dry_run;
use crate::runtime::goal::Goal;
use crate::runtime::group_runtime::{GroupRuntime, Runtime};
use crate::runtime::journal::Journal;
use crate::runtime::{Accepted, CallRefusal, Error, Outcome, Run, ScaleRequest, TargetSize, actor};
use crate::state::{Cause, Draft, Fact, GroupMode, GroupState, Mark};

/// The calls of one group.
#[derive(Clone, Debug)]
pub(super) struct Calls {
    pub(super) runtime: Arc<Runtime>,
    pub(super) group: Arc<GroupRuntime>,
}

impl Calls {
    /// Asks for a size and waits until it is reached. Where no actor of this process turns the group's loop, the returned
    /// run does.
    pub(super) fn ask(&self, ask: ScaleRequest) -> Run {
        let calls = self.clone();
        self.run_of(async move {
            let accepted = calls.request(&ask).await?;
            let until = ask.deadline.map(|deadline| after(calls.runtime.clock.now(), deadline));
            calls.reach(Goal::Size(accepted.position), until).await
        })
    }

    /// Waits for the end of a request that was accepted before, as [`ask`](Self::ask) does.
    pub(super) fn follow(&self, accepted: Accepted) -> Run {
        let calls = self.clone();
        self.run_of(async move { calls.reach(Goal::Size(accepted.position), None).await })
    }

    /// Replaces a member: another one is launched, and it goes once that serves.
    pub(super) fn replace(&self, instance: InstanceId, cause: Cause) -> Run {
        let calls = self.clone();
        self.run_of(async move {
            let slot = calls.mark_replaceable(instance, cause).await?;
            calls.reach(Goal::Gone(slot), None).await
        })
    }

    /// Has whoever turns the loop replace a member. One that is being replaced stays so.
    pub(super) async fn begin_replacing(&self, instance: InstanceId, cause: Cause) -> Result<(), Error> {
        let begun = {
            let mut journal = self.group.journal.lock().await;
            journal.catch_up().await?;
            journal.state().member_of(instance).is_some_and(|member| has(member, Mark::Replacing))
        };
        if begun { Ok(()) } else { self.mark_replaceable(instance, cause).await.map(drop) }
    }

    fn run_of(&self, driver: impl Future<Output = Result<Outcome, Error>> + Send + 'static) -> Run {
        Run::new(Box::pin(driver), self.runtime.hub.subscribe(Some(self.group.name.clone())))
    }

    async fn reach(&self, goal: Goal, until: Option<Timestamp>) -> Result<Outcome, Error> {
        actor::follow(Arc::clone(&self.runtime), Arc::clone(&self.group), goal, until).await
    }

    /// Writes a request for a size down and returns without waiting for anything.
    pub(super) async fn request(&self, ask: &ScaleRequest) -> Result<Accepted, Error> {
        let undecided = self.undecided(ask.wanted).await?;
        let mut repeated = None;
        let mut before = (0, 0);
        let (now, limits) = (self.runtime.clock.now(), self.group.group().size);
        let position = {
            let mut journal = self.group.journal.lock().await;
            journal
                .post(|journal, state| {
                    repeated =
                        ask.request.as_ref().and_then(|id| journal.answers().requests.get(id)).copied();
                    let desired = ask.wanted.of(limits, state, undecided);
                    before = (state.generation, desired);
                    if repeated.is_some() {
                        return Ok(Vec::new());
                    }
                    if let Some(asked) = ask.generation.filter(|asked| *asked != state.generation) {
                        let (group, current) = (self.group.name.clone(), state.generation);
                        return Err(Error::Generation { group, asked, current });
                    }
                    refuse_asleep(&self.group.name, state, now)?;
                    let (floor_until, over_budget) = (ask.floor_until, ask.over_budget);
                    let fact = Fact::SizeAsked { desired: before.1, floor_until, over_budget };
                    let mut draft = journal.draft(now, fact, ask.cause.clone());
                    draft.request.clone_from(&ask.request);
                    Ok(vec![draft])
                })
                .await?
        };
        self.group.rouse.notify_one();
        let (generation, desired) = before;
        Ok(match repeated {
            Some((position, desired)) => Accepted { position, desired, generation, repeated: true },
            None => Accepted { position, desired, generation, repeated: false },
        })
    }

    /// The size that a first decision would find, where a relative one is asked for before any was made.
    async fn undecided(&self, wanted: TargetSize) -> Result<Option<u32>, Error> {
        if matches!(wanted, TargetSize::Exactly(_)) {
            return Ok(None);
        }
        let known = {
            let mut journal = self.group.journal.lock().await;
            journal.catch_up().await?;
            journal.state().desired.is_some()
        };
        if known {
            return Ok(None);
        }
        let (found, observation) = dry_run(&self.runtime, &self.group, None).await?;
        match (found.decision.desired, observation.discarded) {
            (Some(desired), None) => Ok(Some(desired)),
            (_, why) => {
                let group = self.group.name.clone();
                Err(Error::Refused { group, why: CallRefusal::SizeUnknown { why } })
            }
        }
    }

    /// Sets the group's mode, until a time or for good.
    pub(super) async fn set_mode(
        &self,
        mode: GroupMode,
        until: Option<Timestamp>,
        who: &str,
        why: &str,
    ) -> Result<(), Error> {
        let now = self.runtime.clock.now();
        let fact = Fact::ModeSet { mode, until, who: who.to_owned(), why: why.to_owned() };
        let cause = Cause::Operator(if why.is_empty() { who.to_owned() } else { format!("{who}: {why}") });
        self.post(|journal, _| Ok(vec![journal.draft(now, fact.clone(), cause.clone())])).await?;
        Ok(())
    }

    /// Marks a member as being replaced, unless it is never removed or the group is asleep.
    async fn mark_replaceable(&self, instance: InstanceId, cause: Cause) -> Result<Slot, Error> {
        {
            let mut journal = self.group.journal.lock().await;
            journal.catch_up().await?;
            let state = journal.state();
            refuse_asleep(&self.group.name, &state, self.runtime.clock.now())?;
            let why = state.member_of(instance).and_then(|member| match member {
                Member { protected: true, .. } => Some(CallRefusal::Protected { instance }),
                Member { standby: true, .. } => Some(CallRefusal::Standby { instance }),
                _ => None,
            });
            if let Some(why) = why {
                return Err(Error::Refused { group: self.group.name.clone(), why });
            }
        }
        self.mark(instance, Mark::Replacing, cause).await
    }

    pub(super) async fn mark(&self, instance: InstanceId, mark: Mark, cause: Cause) -> Result<Slot, Error> {
        let now = self.runtime.clock.now();
        let mut marked = Slot(0);
        self.post(|journal, state| {
            let member = state
                .member_of(instance)
                .ok_or_else(|| Error::NoMember { group: self.group.name.clone(), instance })?;
            marked = member.slot;
            if has(member, mark) {
                return Ok(Vec::new());
            }
            Ok(vec![journal.draft(now, Fact::Marked { slot: member.slot, mark }, cause.clone())])
        })
        .await?;
        Ok(marked)
    }

    pub(super) async fn post(
        &self,
        make: impl FnMut(&Journal, &GroupState) -> Result<Vec<Draft>, Error> + Send,
    ) -> Result<Position, Error> {
        let posted = self.group.journal.lock().await.post(make).await;
        self.group.rouse.notify_one();
        posted
    }
}

fn has(member: &Member, mark: Mark) -> bool {
    match mark {
        Mark::Protected => member.protected,
        Mark::Unprotected => !member.protected,
        Mark::Standby => member.standby,
        // One whose nodes somebody set to another mode is on standby too.
        Mark::Active => !member.standby && member.phase != Phase::Standby,
        Mark::Replacing => member.replacing.is_some(),
        Mark::Failed | Mark::Kept | Mark::Released | Mark::Lapsed | Mark::Untagged | Mark::Tagged => false,
    }
}

fn refuse_asleep(group: &GroupName, state: &GroupState, now: Timestamp) -> Result<(), Error> {
    match state.mode_at(now) {
        mode @ (GroupMode::Observe | GroupMode::Paused) => Err(Error::Asleep { group: group.clone(), mode }),
        GroupMode::On | GroupMode::AddOnly => Ok(()),
    }
}
