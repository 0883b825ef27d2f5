//! The calls that embedding programs, the daemon and the command line use.

use std::sync::Arc;

use jiff::Timestamp;

use crate::model::{Amount, GroupName, InstanceId, Member, Phase, Position, Slot, after};
use crate::ports::LogName;
use crate::runtime::goal::Goal;
use crate::runtime::group_runtime::Seat;
use crate::runtime::journal::{CHUNK, Journal};
use crate::runtime::{Accepted, Ask, DryRun, Error, Run, Scaler, Wanted, controller, dry_run};
use crate::state::{Cause, Fact, GroupMode, Mark, Memory};
use crate::view::Gatherer;
use crate::view::{Activity, MemberStatus, OperationStatus, Status, Waiting};

impl Scaler {
    /// Sets the desired size and waits until it is reached.
    pub fn scale_to(&self, group: &str, desired: u32, cause: Cause) -> Run {
        self.ask(group, Ask::new(Wanted::Exactly(desired), cause))
    }

    /// Adds members and waits until they serve.
    pub fn scale_up(&self, group: &str, by: Amount, cause: Cause) -> Run {
        self.ask(group, Ask::new(Wanted::More(by), cause))
    }

    /// Removes members, drained first and within the ration, and waits until they are gone.
    pub fn scale_down(&self, group: &str, by: Amount, cause: Cause) -> Run {
        self.ask(group, Ask::new(Wanted::Fewer(by), cause))
    }

    /// Asks for a size and waits until it is reached. Where no actor of this process turns the group's loop, the returned
    /// run does.
    pub fn ask(&self, group: &str, ask: Ask) -> Run {
        let (scaler, group) = (self.clone(), group.to_owned());
        self.run_of(&group.clone(), async move {
            let (seat, accepted) = (scaler.shared.seat(&group)?, scaler.request(&group, &ask).await?);
            let until = ask.deadline.map(|deadline| after(scaler.shared.clock.now(), deadline));
            controller::follow(Arc::clone(&scaler.shared), seat, Goal::Size(accepted.position), until).await
        })
    }

    /// Waits for the end of a request that was accepted before, as [`ask`](Self::ask) does.
    pub fn follow(&self, group: &str, accepted: Accepted) -> Run {
        let (scaler, group) = (self.clone(), group.to_owned());
        self.run_of(&group.clone(), async move {
            let seat = scaler.shared.seat(&group)?;
            controller::follow(Arc::clone(&scaler.shared), seat, Goal::Size(accepted.position), None).await
        })
    }

    /// Replaces a member: another one is launched, and it goes once that serves.
    pub fn replace(&self, group: &str, instance: InstanceId, cause: Cause) -> Run {
        let (scaler, group) = (self.clone(), group.to_owned());
        self.run_of(&group.clone(), async move {
            let seat = scaler.shared.seat(&group)?;
            awake(&scaler, &seat).await?;
            let slot = scaler.mark_replaceable(&seat, instance, cause).await?;
            controller::follow(Arc::clone(&scaler.shared), seat, Goal::Gone(slot), None).await
        })
    }

    fn run_of(
        &self,
        group: &str,
        driver: impl Future<Output = Result<crate::runtime::Ending, Error>> + Send + 'static,
    ) -> Run {
        let name = group.parse().ok();
        Run::new(Box::pin(driver), self.shared.hub.subscribe(name))
    }

    /// Writes a request for a size down and returns without waiting for anything.
    ///
    /// # Errors
    /// [`Error::UnknownGroup`], [`Error::Generation`], [`Error::Asleep`], [`Error::Store`].
    pub async fn request(&self, group: &str, ask: &Ask) -> Result<Accepted, Error> {
        let seat = self.shared.seat(group)?;
        let undecided = self.undecided(&seat, ask.wanted).await?;
        let mut repeated = None;
        let mut before = (0, 0);
        let now = self.shared.clock.now();
        let position = {
            let mut journal = seat.journal.lock().await;
            journal
                .post(|journal, memory| {
                    repeated =
                        ask.request.as_ref().and_then(|id| journal.answers().requests.get(id)).copied();
                    let desired = match undecided.filter(|_| memory.desired.is_none()) {
                        Some(now) => ask.wanted.from(now),
                        None => ask.wanted.of(memory),
                    };
                    before = (memory.generation, desired);
                    if repeated.is_some() {
                        return Ok(Vec::new());
                    }
                    if let Some(asked) = ask.generation.filter(|asked| *asked != memory.generation) {
                        let (group, current) = (seat.name.clone(), memory.generation);
                        return Err(Error::Generation { group, asked, current });
                    }
                    refuse_asleep(&seat.name, memory, now)?;
                    let (floor_until, over_ration) = (ask.floor_until, ask.over_ration);
                    let fact = Fact::SizeAsked { desired: before.1, floor_until, over_ration };
                    let mut draft = journal.draft(now, fact, ask.cause.clone());
                    draft.request.clone_from(&ask.request);
                    Ok(vec![draft])
                })
                .await?
        };
        seat.rouse.notify_one();
        let (generation, desired) = before;
        Ok(match repeated {
            Some((position, desired)) => Accepted { position, desired, generation, repeated: true },
            None => Accepted { position, desired, generation, repeated: false },
        })
    }

    /// The size that a first decision would find, where a relative one is asked for before any was made: a log without
    /// members says nothing about how many serve.
    async fn undecided(&self, seat: &Arc<Seat>, wanted: Wanted) -> Result<Option<u32>, Error> {
        if matches!(wanted, Wanted::Exactly(_)) {
            return Ok(None);
        }
        let known = {
            let mut journal = seat.journal.lock().await;
            journal.catch_up().await?;
            journal.memory().desired.is_some()
        };
        if known {
            return Ok(None);
        }
        let found = dry_run::dry_run(&self.shared, seat, None).await?;
        match (found.decision.desired, found.observation.useless) {
            (Some(desired), None) => Ok(Some(desired)),
            (_, why) => Err(Error::Refused {
                what: format!("a size relative to that of group {}", seat.name),
                why: why.unwrap_or_else(|| "nobody knows how many serve".to_owned()),
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
        let seat = self.shared.seat(group)?;
        let now = self.shared.clock.now();
        let fact = Fact::ModeSet { mode, until, who: who.to_owned(), why: why.to_owned() };
        let cause = Cause::Operator(if why.is_empty() { who.to_owned() } else { format!("{who}: {why}") });
        self.post(&seat, |journal, _| Ok(vec![journal.draft(now, fact.clone(), cause.clone())])).await?;
        Ok(())
    }

    /// Has a member never removed.
    ///
    /// # Errors
    /// [`Error::UnknownGroup`], [`Error::NoMember`], [`Error::Store`].
    pub async fn protect(&self, group: &str, instance: InstanceId, cause: Cause) -> Result<(), Error> {
        self.mark(&self.shared.seat(group)?, instance, Mark::Protected, cause).await.map(drop)
    }

    /// Takes the protection away.
    ///
    /// # Errors
    /// As [`protect`](Self::protect).
    pub async fn unprotect(&self, group: &str, instance: InstanceId, cause: Cause) -> Result<(), Error> {
        self.mark(&self.shared.seat(group)?, instance, Mark::Unprotected, cause).await.map(drop)
    }

    /// Leaves a member to the operator: it is not counted and not touched.
    ///
    /// # Errors
    /// As [`protect`](Self::protect).
    pub async fn standby(&self, group: &str, instance: InstanceId, cause: Cause) -> Result<(), Error> {
        self.mark(&self.shared.seat(group)?, instance, Mark::Standby, cause).await.map(drop)
    }

    /// Takes a member back from standby.
    ///
    /// # Errors
    /// As [`protect`](Self::protect).
    pub async fn activate(&self, group: &str, instance: InstanceId, cause: Cause) -> Result<(), Error> {
        self.mark(&self.shared.seat(group)?, instance, Mark::Active, cause).await.map(drop)
    }

    /// Marks a member as being replaced, unless it is never removed.
    async fn mark_replaceable(
        &self,
        seat: &Arc<Seat>,
        instance: InstanceId,
        cause: Cause,
    ) -> Result<Slot, Error> {
        {
            let mut journal = seat.journal.lock().await;
            journal.catch_up().await?;
            if let Some(member) = journal.memory().member_of(instance)
                && (member.protected || member.standby)
            {
                let (why, fix) = if member.protected {
                    ("it is protected", "unprotect it first")
                } else {
                    ("it is on standby", "activate it first")
                };
                return Err(Error::Refused {
                    what: format!("replacing instance {instance} of group {}", seat.name),
                    why: why.to_owned(),
                    fix: fix.to_owned(),
                });
            }
        }
        self.mark(seat, instance, Mark::Replacing, cause).await
    }

    pub(super) async fn mark(
        &self,
        seat: &Arc<Seat>,
        instance: InstanceId,
        mark: Mark,
        cause: Cause,
    ) -> Result<Slot, Error> {
        let now = self.shared.clock.now();
        let mut marked = Slot(0);
        self.post(seat, |journal, memory| {
            let member = memory
                .member_of(instance)
                .ok_or_else(|| Error::NoMember { group: seat.name.clone(), instance })?;
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
        seat: &Arc<Seat>,
        make: impl FnMut(&Journal, &Memory) -> Result<Vec<crate::state::Draft>, Error> + Send,
    ) -> Result<Position, Error> {
        let posted = seat.journal.lock().await.post(make).await;
        seat.rouse.notify_one();
        posted
    }

    /// What a turn would decide and plan now. Appends nothing, and needs no actor.
    ///
    /// # Errors
    /// [`Error::UnknownGroup`], [`Error::Store`].
    pub async fn plan(&self, group: &str) -> Result<DryRun, Error> {
        dry_run::dry_run(&self.shared, &self.shared.seat(group)?, None).await
    }

    /// What a turn would decide and plan if `ask` were asked now. Appends nothing.
    ///
    /// # Errors
    /// As [`plan`](Self::plan).
    pub async fn plan_with(&self, group: &str, ask: &Ask) -> Result<DryRun, Error> {
        dry_run::dry_run(&self.shared, &self.shared.seat(group)?, Some(ask)).await
    }

    /// The latest activities of a group, at most `limit`, the latest first. Also of a group that left the configuration.
    ///
    /// # Errors
    /// [`Error::UnknownGroup`] where the name is none, [`Error::Store`].
    pub async fn history(&self, group: &str, limit: usize) -> Result<Vec<Activity>, Error> {
        let failed = |source| Error::Store { group: group.to_owned(), source };
        let name: GroupName = match self.shared.seat(group) {
            Ok(seat) => seat.name.clone(),
            Err(unknown) => group.parse().map_err(|_| unknown)?,
        };
        let log = LogName::Group(name);
        let mut gatherer = Gatherer::new(limit);
        let mut from = Position::START;
        loop {
            let entries = self.shared.store.read(&log, from, CHUNK).await.map_err(failed)?;
            for entry in &entries {
                from = entry.position;
                gatherer.take(entry);
            }
            if entries.len() < CHUNK {
                return Ok(gatherer.latest_first());
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
                LogName::Group(name) if !self.shared.seats.contains_key(name.as_str()) => Some(name),
                _ => None,
            })
            .collect())
    }

    /// How a group stands by its log and by the last turn of this process. Reads the store only.
    ///
    /// # Errors
    /// [`Error::UnknownGroup`], [`Error::Store`].
    pub async fn status(&self, group: &str) -> Result<Status, Error> {
        let seat = self.shared.seat(group)?;
        let turning = seat.turning.try_lock().is_err();
        let memory = {
            let mut journal = seat.journal.lock().await;
            if !turning {
                journal.catch_up().await?;
            }
            journal.memory()
        };
        let (group, now, report) = (seat.group(), self.shared.clock.now(), seat.report());
        let seen = report.as_ref().map(|report| &report.observation);
        let address = |member: &Member| {
            let instance = member.instance.and_then(|id| seen.and_then(|seen| seen.instance(id)));
            instance.and_then(|instance| instance.address.clone())
        };
        let plan = report.as_ref().map(|report| &report.plan);
        let decision = report.as_ref().map(|report| &report.decision);
        Ok(Status {
            group: group.name.to_string(),
            at: now,
            turning,
            mode: memory.mode_at(now),
            mode_until: memory.mode_until.filter(|until| *until > now),
            min: group.size.min,
            max: group.size.max,
            desired: memory.desired,
            generation: memory.generation,
            wished: decision.and_then(|decision| decision.desired),
            operation: OperationStatus::of(&memory),
            in_service: memory.count(Member::in_service),
            warming: memory.count(|member| member.in_service() && member.phase == Phase::Warming),
            on_their_way: memory.count(Member::on_its_way),
            unhealthy: memory.count(Member::ill),
            leaving: memory.count(Member::leaving),
            may_exist: memory.may_exist(),
            members: memory
                .members
                .values()
                .map(|member| MemberStatus::of(&group, member, address(member)))
                .collect(),
            signal: memory.signal.map(|(signal, _)| signal),
            policies: report.as_ref().map(|report| report.signals.policies.clone()).unwrap_or_default(),
            reason: decision.map(|decision| decision.reason.clone()).unwrap_or_default(),
            held: decision
                .into_iter()
                .flat_map(|decision| &decision.held)
                .chain(plan.into_iter().flat_map(|plan| &plan.held))
                .cloned()
                .collect(),
            waiting: plan.map(Waiting::of).unwrap_or_default(),
            under_way: report.as_ref().map(|report| report.under_way.clone()).unwrap_or_default(),
            ration_left: memory.ration_left(&group, now),
            cost_per_hour: seat.cost(&memory),
            observed: seen.filter(|seen| seen.useless.is_none()).map(|seen| seen.at),
            blind: seen.and_then(|seen| seen.useless.clone()),
            trouble: seat.trouble(),
            position: memory.position,
        })
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

async fn awake(scaler: &Scaler, seat: &Seat) -> Result<(), Error> {
    let mut journal = seat.journal.lock().await;
    journal.catch_up().await?;
    refuse_asleep(&seat.name, &journal.memory(), scaler.shared.clock.now())
}

fn refuse_asleep(group: &GroupName, memory: &Memory, now: Timestamp) -> Result<(), Error> {
    match memory.mode_at(now) {
        mode @ (GroupMode::Observe | GroupMode::Paused) => Err(Error::Asleep { group: group.clone(), mode }),
        GroupMode::On | GroupMode::AddOnly => Ok(()),
    }
}
