//! The calls that embedding programs, the daemon and the command line use.

use std::sync::Arc;

use jiff::Timestamp;

use crate::model::{Amount, GroupName, InstanceId, Member, Position, Slot, after};
use crate::ports::LogName;
use crate::runtime::dry_run::dry_run;
use crate::runtime::goal::Goal;
use crate::runtime::group_runtime::GroupRuntime;
use crate::runtime::journal::{CHUNK, Journal};
use crate::runtime::{Accepted, Error, Run, ScaleRequest, Scaler, TargetSize, controller};
use crate::state::{Cause, Fact, GroupMode, GroupState, Mark};
use crate::view::{Activity, HistoryBuilder, Live, Preview, Status};

impl Scaler {
    /// Sets the desired size and waits until it is reached.
    pub fn scale_to(&self, group: &str, desired: u32, cause: Cause) -> Run {
        self.ask(group, ScaleRequest::new(TargetSize::Exactly(desired), cause))
    }

    /// Adds members and waits until they serve.
    pub fn scale_up(&self, group: &str, by: Amount, cause: Cause) -> Run {
        self.ask(group, ScaleRequest::new(TargetSize::More(by), cause))
    }

    /// Removes members, drained first and within the removal budget, and waits until they are gone.
    pub fn scale_down(&self, group: &str, by: Amount, cause: Cause) -> Run {
        self.ask(group, ScaleRequest::new(TargetSize::Fewer(by), cause))
    }

    /// Asks for a size and waits until it is reached. Where no actor of this process turns the group's loop, the returned
    /// run does.
    pub fn ask(&self, group: &str, ask: ScaleRequest) -> Run {
        let (scaler, group) = (self.clone(), group.to_owned());
        self.run_of(&group.clone(), async move {
            let (group_runtime, accepted) =
                (scaler.shared.group_runtime(&group)?, scaler.request(&group, &ask).await?);
            let until = ask.deadline.map(|deadline| after(scaler.shared.clock.now(), deadline));
            controller::follow(
                Arc::clone(&scaler.shared),
                group_runtime,
                Goal::Size(accepted.position),
                until,
            )
            .await
        })
    }

    /// Waits for the end of a request that was accepted before, as [`ask`](Self::ask) does.
    pub fn follow(&self, group: &str, accepted: Accepted) -> Run {
        let (scaler, group) = (self.clone(), group.to_owned());
        self.run_of(&group.clone(), async move {
            let group_runtime = scaler.shared.group_runtime(&group)?;
            controller::follow(Arc::clone(&scaler.shared), group_runtime, Goal::Size(accepted.position), None)
                .await
        })
    }

    /// Replaces a member: another one is launched, and it goes once that serves.
    pub fn replace(&self, group: &str, instance: InstanceId, cause: Cause) -> Run {
        let (scaler, group) = (self.clone(), group.to_owned());
        self.run_of(&group.clone(), async move {
            let group_runtime = scaler.shared.group_runtime(&group)?;
            awake(&scaler, &group_runtime).await?;
            let slot = scaler.mark_replaceable(&group_runtime, instance, cause).await?;
            controller::follow(Arc::clone(&scaler.shared), group_runtime, Goal::Gone(slot), None).await
        })
    }

    fn run_of(
        &self,
        group: &str,
        driver: impl Future<Output = Result<crate::runtime::Outcome, Error>> + Send + 'static,
    ) -> Run {
        let name = group.parse().ok();
        Run::new(Box::pin(driver), self.shared.hub.subscribe(name))
    }

    /// Writes a request for a size down and returns without waiting for anything.
    ///
    /// # Errors
    /// [`Error::UnknownGroup`], [`Error::Generation`], [`Error::Asleep`], [`Error::Store`].
    pub async fn request(&self, group: &str, ask: &ScaleRequest) -> Result<Accepted, Error> {
        let group_runtime = self.shared.group_runtime(group)?;
        let undecided = self.undecided(&group_runtime, ask.wanted).await?;
        let mut repeated = None;
        let mut before = (0, 0);
        let now = self.shared.clock.now();
        let position = {
            let mut journal = group_runtime.journal.lock().await;
            journal
                .post(|journal, state| {
                    repeated =
                        ask.request.as_ref().and_then(|id| journal.answers().requests.get(id)).copied();
                    let desired = match undecided.filter(|_| state.desired.is_none()) {
                        Some(now) => ask.wanted.from(now),
                        None => ask.wanted.of(state),
                    };
                    before = (state.generation, desired);
                    if repeated.is_some() {
                        return Ok(Vec::new());
                    }
                    if let Some(asked) = ask.generation.filter(|asked| *asked != state.generation) {
                        let (group, current) = (group_runtime.name.clone(), state.generation);
                        return Err(Error::Generation { group, asked, current });
                    }
                    refuse_asleep(&group_runtime.name, state, now)?;
                    let (floor_until, over_budget) = (ask.floor_until, ask.over_budget);
                    let fact = Fact::SizeAsked { desired: before.1, floor_until, over_budget };
                    let mut draft = journal.draft(now, fact, ask.cause.clone());
                    draft.request.clone_from(&ask.request);
                    Ok(vec![draft])
                })
                .await?
        };
        group_runtime.rouse.notify_one();
        let (generation, desired) = before;
        Ok(match repeated {
            Some((position, desired)) => Accepted { position, desired, generation, repeated: true },
            None => Accepted { position, desired, generation, repeated: false },
        })
    }

    /// The size that a first decision would find, where a relative one is asked for before any was made: a log without
    /// members says nothing about how many serve.
    async fn undecided(
        &self,
        group_runtime: &Arc<GroupRuntime>,
        wanted: TargetSize,
    ) -> Result<Option<u32>, Error> {
        if matches!(wanted, TargetSize::Exactly(_)) {
            return Ok(None);
        }
        let known = {
            let mut journal = group_runtime.journal.lock().await;
            journal.catch_up().await?;
            journal.state().desired.is_some()
        };
        if known {
            return Ok(None);
        }
        let found = dry_run(&self.shared, group_runtime, None).await?;
        let (found, observation) = found;
        match (found.decision.desired, observation.discarded) {
            (Some(desired), None) => Ok(Some(desired)),
            (_, why) => Err(Error::Refused {
                what: format!("a size relative to that of group {}", group_runtime.name),
                why: why.map_or_else(|| "nobody knows how many serve".to_owned(), |why| why.to_string()),
                fix: "ask for an absolute size, or again once the cloud answers".to_owned(),
            }),
        }
    }

    /// Sets the group's mode, until a time or for good. It holds across restarts.
    ///
    /// # Errors
    /// [`Error::UnknownGroup`], [`Error::Store`].
    pub async fn set_mode(
        &self,
        group: &str,
        mode: GroupMode,
        until: Option<Timestamp>,
        who: &str,
        why: &str,
    ) -> Result<(), Error> {
        let group_runtime = self.shared.group_runtime(group)?;
        let now = self.shared.clock.now();
        let fact = Fact::ModeSet { mode, until, who: who.to_owned(), why: why.to_owned() };
        let cause = Cause::Operator(if why.is_empty() { who.to_owned() } else { format!("{who}: {why}") });
        self.post(&group_runtime, |journal, _| Ok(vec![journal.draft(now, fact.clone(), cause.clone())]))
            .await?;
        Ok(())
    }

    /// Has a member never removed.
    ///
    /// # Errors
    /// [`Error::UnknownGroup`], [`Error::NoMember`], [`Error::Store`].
    pub async fn protect(&self, group: &str, instance: InstanceId, cause: Cause) -> Result<(), Error> {
        self.mark(&self.shared.group_runtime(group)?, instance, Mark::Protected, cause).await.map(drop)
    }

    /// Takes the protection away.
    ///
    /// # Errors
    /// As [`protect`](Self::protect).
    pub async fn unprotect(&self, group: &str, instance: InstanceId, cause: Cause) -> Result<(), Error> {
        self.mark(&self.shared.group_runtime(group)?, instance, Mark::Unprotected, cause).await.map(drop)
    }

    /// Leaves a member to the operator: it is not counted and not touched.
    ///
    /// # Errors
    /// As [`protect`](Self::protect).
    pub async fn standby(&self, group: &str, instance: InstanceId, cause: Cause) -> Result<(), Error> {
        self.mark(&self.shared.group_runtime(group)?, instance, Mark::Standby, cause).await.map(drop)
    }

    /// Takes a member back from standby.
    ///
    /// # Errors
    /// As [`protect`](Self::protect).
    pub async fn activate(&self, group: &str, instance: InstanceId, cause: Cause) -> Result<(), Error> {
        self.mark(&self.shared.group_runtime(group)?, instance, Mark::Active, cause).await.map(drop)
    }

    /// Thresholds a member as being replaced, unless it is never removed.
    async fn mark_replaceable(
        &self,
        group_runtime: &Arc<GroupRuntime>,
        instance: InstanceId,
        cause: Cause,
    ) -> Result<Slot, Error> {
        {
            let mut journal = group_runtime.journal.lock().await;
            journal.catch_up().await?;
            if let Some(member) = journal.state().member_of(instance)
                && (member.protected || member.standby)
            {
                let (why, fix) = if member.protected {
                    ("it is protected", "unprotect it first")
                } else {
                    ("it is on standby", "activate it first")
                };
                return Err(Error::Refused {
                    what: format!("replacing instance {instance} of group {}", group_runtime.name),
                    why: why.to_owned(),
                    fix: fix.to_owned(),
                });
            }
        }
        self.mark(group_runtime, instance, Mark::Replacing, cause).await
    }

    pub(super) async fn mark(
        &self,
        group_runtime: &Arc<GroupRuntime>,
        instance: InstanceId,
        mark: Mark,
        cause: Cause,
    ) -> Result<Slot, Error> {
        let now = self.shared.clock.now();
        let mut marked = Slot(0);
        self.post(group_runtime, |journal, state| {
            let member = state
                .member_of(instance)
                .ok_or_else(|| Error::NoMember { group: group_runtime.name.clone(), instance })?;
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
        group_runtime: &Arc<GroupRuntime>,
        make: impl FnMut(&Journal, &GroupState) -> Result<Vec<crate::state::Draft>, Error> + Send,
    ) -> Result<Position, Error> {
        let posted = group_runtime.journal.lock().await.post(make).await;
        group_runtime.rouse.notify_one();
        posted
    }

    /// What a turn would decide and plan now. Appends nothing, and needs no actor.
    ///
    /// # Errors
    /// [`Error::UnknownGroup`], [`Error::Store`].
    pub async fn plan(&self, group: &str) -> Result<Preview, Error> {
        let group = self.shared.group_runtime(group)?;
        let (turn, observation) = dry_run(&self.shared, &group, None).await?;
        Ok(Preview::of(&group.name, &turn, &observation))
    }

    /// What a turn would decide and plan if `ask` were asked now. Appends nothing.
    ///
    /// # Errors
    /// As [`plan`](Self::plan).
    pub async fn plan_with(&self, group: &str, ask: &ScaleRequest) -> Result<Preview, Error> {
        let group = self.shared.group_runtime(group)?;
        let (turn, observation) = dry_run(&self.shared, &group, Some(ask)).await?;
        Ok(Preview::of(&group.name, &turn, &observation))
    }

    /// The latest activities of a group, at most `limit`, the latest first. Also of a group that left the configuration.
    ///
    /// # Errors
    /// [`Error::UnknownGroup`] where the name is none, [`Error::Store`].
    pub async fn history(&self, group: &str, limit: usize) -> Result<Vec<Activity>, Error> {
        let failed = |source| Error::Store { group: group.to_owned(), source };
        let name: GroupName = match self.shared.group_runtime(group) {
            Ok(group_runtime) => group_runtime.name.clone(),
            Err(unknown) => group.parse().map_err(|_| unknown)?,
        };
        let log = LogName::Group(name);
        let mut history = HistoryBuilder::new(limit);
        let mut from = Position::START;
        loop {
            let entries = self.shared.store.read(&log, from, CHUNK).await.map_err(failed)?;
            for entry in &entries {
                from = entry.position;
                history.take(entry);
            }
            if entries.len() < CHUNK {
                return Ok(history.latest_first());
            }
        }
    }

    /// Groups that the store knows and the configuration does not: their members are kept, and nobody touches them.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn unmanaged(&self) -> Result<Vec<GroupName>, Error> {
        let logs = self.shared.store.logs().await;
        let logs = logs.map_err(|source| Error::Store { group: "any".to_owned(), source })?;
        Ok(logs
            .into_iter()
            .filter_map(|log| match log {
                LogName::Group(name) if !self.shared.groups.contains_key(name.as_str()) => Some(name),
                _ => None,
            })
            .collect())
    }

    /// How a group stands by its log and by the last turn of this process. Reads the store only.
    ///
    /// # Errors
    /// [`Error::UnknownGroup`], [`Error::Store`].
    pub async fn status(&self, group: &str) -> Result<Status, Error> {
        let group_runtime = self.shared.group_runtime(group)?;
        let turning = group_runtime.turning.try_lock().is_err();
        let state = {
            let mut journal = group_runtime.journal.lock().await;
            if !turning {
                journal.catch_up().await?;
            }
            journal.state()
        };
        let (now, last) = (self.shared.clock.now(), group_runtime.report());
        let about = Live {
            turning,
            trouble: group_runtime.trouble(),
            in_flight: group_runtime.under_way.steps(),
            cost_per_hour: group_runtime.cost(&state),
        };
        Ok(Status::of(&group_runtime.group(), &state, now, last.as_deref(), about))
    }
}

fn has(member: &Member, mark: Mark) -> bool {
    match mark {
        Mark::Protected => member.protected,
        Mark::Unprotected => !member.protected,
        Mark::Standby => member.standby,
        Mark::Active => !member.standby,
        Mark::Replacing => member.replacing.is_some(),
        Mark::Failed | Mark::Kept | Mark::Released | Mark::Lapsed => false,
    }
}

async fn awake(scaler: &Scaler, group_runtime: &GroupRuntime) -> Result<(), Error> {
    let mut journal = group_runtime.journal.lock().await;
    journal.catch_up().await?;
    refuse_asleep(&group_runtime.name, &journal.state(), scaler.shared.clock.now())
}

fn refuse_asleep(group: &GroupName, state: &GroupState, now: Timestamp) -> Result<(), Error> {
    match state.mode_at(now) {
        mode @ (GroupMode::Observe | GroupMode::Paused) => Err(Error::Asleep { group: group.clone(), mode }),
        GroupMode::On | GroupMode::AddOnly => Ok(()),
    }
}
