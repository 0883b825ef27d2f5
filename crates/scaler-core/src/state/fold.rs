//! The fold: entry by entry, total, without a clock.

use crate::model::{
    Amount, ConfigId, Drain, DrainWhy, Member, Mode, Origin, Phase, Position, RequestedMode, Signal, Slot,
    StepId, elapsed,
};
use crate::state::{
    Asked, Cause, Draft, DrawnPermit, Entry, Fact, FailureReason, GroupMode, GroupState, Mark, Operation,
    Outcome, Refusal, SizeReason, Step, StepOutcome,
};

/// Permits are remembered for so long (seconds): longer than any window that a configuration may ask for.
const REMEMBER_DRAWS: u64 = 7 * 86_400;

/// Labels of members that are gone are remembered for so long (seconds), in which their nodes may still show up.
const REMEMBER: u64 = 3_600;

impl GroupState {
    /// The fold of a whole log.
    pub fn fold<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut state = Self::default();
        for entry in entries {
            state.apply(entry);
        }
        state
    }

    /// Takes the next entry in.
    pub fn apply(&mut self, entry: &Entry) {
        self.position = entry.position;
        let draft = &entry.draft;
        if let Some(step) = draft.step {
            self.next_step = self.next_step.max(step.0.saturating_add(1));
        }
        match &draft.fact {
            Fact::Began { incarnation } => self.began_anew(draft, incarnation),
            Fact::ClockSet { by } => self.clock_set(draft, jiff::SignedDuration::from_secs(*by)),
            Fact::Decided { desired, .. } => self.decided(entry.position, draft, *desired),
            Fact::PermitDrawn { group, slot, over } => {
                self.permits.retain(|draw| elapsed(draw.at, draft.at).as_secs() < REMEMBER_DRAWS);
                self.permits.push(DrawnPermit {
                    at: draft.at,
                    group: group.clone(),
                    slot: *slot,
                    over: *over,
                });
                self.with(*slot, |member| {
                    if let Some(drain) = member.drain.as_mut().filter(|drain| !drain.drawn) {
                        // In full from now on: nobody knows since when it drained.
                        *drain = Drain { at: draft.at, drawn: true, seen: None, ..*drain };
                    }
                });
            }
            Fact::PermitReturned { slot, .. } => {
                self.unused_permits.remove(slot);
                if let Some(last) = self.permits.iter().rposition(|permit| permit.slot == *slot) {
                    self.permits.remove(last);
                }
            }
            Fact::StoreOlder { incarnation } => {
                self.incarnation.clone_from(incarnation);
                self.older = Some(draft.at);
                self.rebuilt = Some(draft.at);
                let present = self.expected();
                self.desired = self.desired.map(|desired| desired.max(present));
            }
            Fact::Intended { step } => self.intended(draft, step),
            Fact::Done { outcome } => self.done(draft, outcome),
            Fact::Seen { slot, phase } => self.seen(draft, *slot, *phase),
            Fact::Found { slot, instance, label, instance_type, created, origin, draining } => {
                self.next_slot = self.next_slot.max(slot.0.saturating_add(1));
                let rebuilding = self.generation == 0;
                if rebuilding && *origin == Origin::Found {
                    self.rebuilt = Some(draft.at);
                }
                self.reopen(*slot);
                let member = self.members.entry(*slot).or_insert_with(|| {
                    Member::new(*slot, label.clone(), *origin, instance_type.clone(), draft.at)
                });
                member.instance = Some(*instance);
                member.created = Some(*created);
                if *origin == Origin::Created {
                    member.launched = between(member.begun, *created, draft.at);
                }
                if *draining {
                    member.drain = Some(Drain {
                        why: DrainWhy::Surplus,
                        at: draft.at,
                        drawn: false,
                        seen: None,
                        reject_at: None,
                        rejected: None,
                        // Somebody sent it, or nodes would accept.
                        sent: 1,
                    });
                    member.last_drain = Some(draft.at);
                    member.phase = Phase::Draining;
                }
                self.close_create(*slot);
            }
            Fact::Missing { slot } => self.with(*slot, |member| member.missing = Some(draft.at)),
            Fact::Reappeared { slot } => self.with(*slot, |member| member.missing = None),
            Fact::NodeSeen { slot, config, node } => self.with(*slot, |member| match node {
                Some(node) => {
                    member.nodes.insert(*config, *node);
                }
                None => forget_node(member, *config),
            }),
            Fact::Gone { slot } => self.gone(draft, *slot),
            Fact::Marked { slot, mark } => self.marked(draft, *slot, *mark),
            Fact::ModeSet { mode, until, .. } => self.mode_set(draft, *mode, *until),
            Fact::SizeAsked { desired, floor_until, over_budget } => {
                self.asked =
                    Some(Asked { position: entry.position, desired: *desired, cause: draft.cause.clone() });
                self.floor = floor_until.map(|until| (*desired, until)).or(self.floor);
                self.over_budget = *over_budget;
                self.older = None;
            }
            Fact::SignalChanged { signal, since } => {
                self.low_before = match (self.signal, signal) {
                    (Some((Signal::Low, since)), Signal::Unknown) => Some(since),
                    _ => None,
                };
                self.signal = Some((*signal, since.unwrap_or(draft.at)));
            }
            // Of the installation, which has a log of its own.
            Fact::Belongs { .. } => {}
            Fact::Finished { outcome } => {
                if matches!(outcome, Outcome::Reached) {
                    self.over_budget = false;
                }
                if let Some(operation) = &mut self.operation {
                    operation.outcome = Some((outcome.clone(), draft.at));
                }
            }
        }
    }

    /// Takes in what would be appended next at `at`, as the last actor would append it: a decision opens a new generation.
    pub fn apply_fact(&mut self, at: jiff::Timestamp, fact: Fact, cause: Cause) {
        let position = self.position.next();
        let (operation, generation) = self.envelope_of(&fact);
        let actor = self.actor.clone().unwrap_or_else(|| "".into());
        self.apply(&Entry { position, draft: Draft::new(at, actor, operation, generation, cause, fact) });
    }

    /// The operation and the generation of an entry that is appended next: a decision opens both.
    pub(crate) fn envelope_of(&self, fact: &Fact) -> (Position, u64) {
        match fact {
            Fact::Decided { .. } => (self.position.next(), self.generation.saturating_add(1)),
            _ => {
                let operation = self.operation.as_ref().map_or(Position::START, |operation| operation.id);
                (operation, self.generation)
            }
        }
    }

    fn with(&mut self, slot: Slot, change: impl FnOnce(&mut Member)) {
        if let Some(member) = self.members.get_mut(&slot) {
            change(member);
        }
    }

    fn began_anew(&mut self, draft: &Draft, incarnation: &str) {
        if self.incarnation.is_empty() {
            incarnation.clone_into(&mut self.incarnation);
            self.opened = Some(draft.at);
        }
        // What an earlier actor left without an outcome is planned anew from what is observed; a create without an answer
        // stays known by its member.
        self.open.clear();
        self.actor = Some(draft.actor.clone());
        self.began = Some(draft.at);
    }

    fn decided(&mut self, position: Position, draft: &Draft, desired: u32) {
        self.fell = self.desired.is_some_and(|before| desired < before);
        self.desired = Some(desired);
        self.generation = draft.generation;
        self.operation = Some(Operation {
            id: position,
            generation: draft.generation,
            began: draft.at,
            cause: draft.cause.clone(),
            outcome: None,
        });
        self.batch = match &draft.fact {
            Fact::Decided { reason: Some(SizeReason::High { counted, .. }), signals, .. }
                if signals.iter().any(|policy| matches!(policy.step, Some(Amount::Percent(_)))) =>
            {
                Some((*counted, draft.at))
            }
            _ => self.batch.filter(|_| !self.fell),
        };
        if let Fact::Decided { asked: Some(asked), .. } = &draft.fact {
            if self.asked.as_ref().is_some_and(|request| request.position <= *asked) {
                self.asked = None;
            }
        } else {
            self.over_budget = false;
        }
    }

    fn intended(&mut self, draft: &Draft, step: &Step) {
        if let Some(id) = draft.step {
            self.open.insert(id, step.clone());
        }
        match step {
            Step::Create { slot, label, instance_type, template } => {
                self.next_slot = self.next_slot.max(slot.0.saturating_add(1));
                let member = self.members.entry(*slot).or_insert_with(|| {
                    Member::new(*slot, label.clone(), Origin::Created, instance_type.clone(), draft.at)
                });
                member.kind = instance_type.clone();
                member.template = Some(template.clone());
                self.launches.sent.retain(|at| elapsed(*at, draft.at).as_secs() < REMEMBER);
                self.launches.sent.push(draft.at);
            }
            Step::LookUp { .. } => {}
            Step::Register { slot, config, .. } => self.with(*slot, |member| {
                member.registering.insert(*config, draft.at);
                member.modes.insert(*config, RequestedMode { mode: Mode::Accept, at: draft.at, done: false });
            }),
            Step::SetMode { slot, config, node, mode, why } => self.with(*slot, |member| {
                member.nodes.insert(*config, *node);
                member.modes.insert(*config, RequestedMode { mode: *mode, at: draft.at, done: false });
                match mode {
                    _ if *why == Some(DrainWhy::Moved) => {}
                    Mode::Drain | Mode::Reject => {
                        member.last_drain = Some(draft.at);
                        let drain = member.drain.get_or_insert(Drain {
                            why: why.unwrap_or(DrainWhy::Surplus),
                            at: draft.at,
                            drawn: true,
                            seen: None,
                            reject_at: None,
                            rejected: None,
                            sent: 0,
                        });
                        drain.sent = drain.sent.saturating_add(1);
                        if *mode == Mode::Reject && drain.reject_at.is_none() {
                            drain.reject_at = Some(draft.at);
                        }
                    }
                    Mode::Accept | Mode::Other => {
                        if member.drain.take().is_some() {
                            // Expected again from now on, so that it is not reinstated twice.
                            member.phase = Phase::Registering;
                            member.since = draft.at;
                        }
                    }
                }
            }),
            Step::Deregister { slot, config, stays: true, .. } => self.with(*slot, |member| {
                member.modes.insert(*config, RequestedMode { mode: Mode::Reject, at: draft.at, done: false });
            }),
            Step::Deregister { slot, .. } | Step::Delete { slot, .. } => self.with(*slot, |member| {
                member.delete_intended.get_or_insert(draft.at);
            }),
            Step::Sweep { .. } => {}
        }
    }

    fn done(&mut self, draft: &Draft, outcome: &StepOutcome) {
        let Some(step) = draft.step.and_then(|id| self.open.get(&id).cloned()) else { return };
        if !matches!(outcome, StepOutcome::Unanswered { .. }) || !matches!(step, Step::Create { .. }) {
            self.open.retain(|id, _| Some(*id) != draft.step);
        }
        if let (Step::SetMode { slot, mode: Mode::Drain | Mode::Reject, .. }, StepOutcome::Refused { .. }) =
            (&step, outcome)
            && !matches!(step, Step::SetMode { why: Some(DrainWhy::Moved), .. })
        {
            self.with(*slot, |member| {
                if let Some(drain) = &mut member.drain {
                    drain.sent = drain.sent.saturating_sub(1);
                }
            });
        }
        match (&step, outcome) {
            (Step::LookUp { slot, overdue: false, .. }, StepOutcome::Ok) => {
                self.with(*slot, |member| member.looked = member.looked.saturating_add(1));
            }
            (
                Step::LookUp { slot, .. },
                StepOutcome::Ok | StepOutcome::Refused { refusal: Refusal::Guarded, .. },
            ) => {
                self.close_create(*slot);
                self.closed.remove(slot);
                if let Some(member) = self.members.remove(slot) {
                    self.launch_failed(draft, member.begun);
                    if matches!(outcome, StepOutcome::Ok) {
                        self.closed.insert(*slot, Member { failed: true, since: draft.at, ..member });
                    }
                }
            }
            (
                Step::Create { slot, .. } | Step::LookUp { slot, .. },
                StepOutcome::Created { instance, created },
            ) => {
                let answered = matches!(step, Step::Create { .. });
                self.reopen(*slot);
                self.with(*slot, |member| {
                    member.instance = Some(*instance);
                    member.created = Some(*created);
                    member.launched =
                        if answered { draft.at } else { between(member.begun, *created, draft.at) };
                });
                self.launches.halted = None;
                self.close_create(*slot);
            }
            (Step::Create { slot, instance_type, .. }, StepOutcome::Refused { refusal, why, retry_at }) => {
                // Of creates that were under way together each is told a time: the next one begins after the last of these.
                if let Some(until) = retry_at
                    && self.launches.postponed.is_none_or(|(_, known)| known < *until)
                {
                    self.launches.postponed = Some((*refusal, *until));
                }
                self.close_create(*slot);
                let begun = self.members.remove(slot).map_or(draft.at, |member| member.begun);
                // It did not happen.
                if let Some(sent) = self.launches.sent.iter().position(|at| *at == begun) {
                    self.launches.sent.remove(sent);
                }
                match refusal {
                    // Nothing was launched, so no launch failed.
                    Refusal::NotSent | Refusal::RateLimited | Refusal::Transient => {}
                    Refusal::SoldOut => {
                        self.launches.sold_out.insert(instance_type.clone(), draft.at);
                    }
                    Refusal::Account | Refusal::Request => {
                        let said = why.to_string();
                        let halted = match refusal {
                            Refusal::Account => FailureReason::AccountRefuses { said },
                            _ => FailureReason::RequestRefused { said },
                        };
                        self.launches.halted = Some((halted, draft.at));
                        self.launch_failed(draft, begun);
                    }
                    Refusal::Guarded => self.launch_failed(draft, begun),
                }
            }
            (Step::Register { slot, config, .. }, StepOutcome::Registered { node }) => {
                self.with(*slot, |member| {
                    member.nodes.insert(*config, *node);
                    if let Some(wish) = member.modes.get_mut(config) {
                        wish.done = true;
                    }
                })
            }
            (Step::Register { slot, config, .. }, StepOutcome::Refused { .. }) => {
                self.with(*slot, |member| {
                    member.registering.remove(config);
                })
            }
            (Step::SetMode { slot, config, .. }, StepOutcome::Ok) => self.with(*slot, |member| {
                if let Some(wish) = member.modes.get_mut(config) {
                    wish.done = true;
                }
            }),
            (Step::Deregister { slot, config, .. }, StepOutcome::Ok) => {
                self.with(*slot, |member| forget_node(member, *config))
            }
            // Its member serves on, whatever became of it.
            (Step::SetMode { why: Some(DrainWhy::Moved), .. } | Step::Deregister { stays: true, .. }, _) => {}
            (Step::Delete { slot, .. }, StepOutcome::Ok) => {
                self.with(*slot, |member| {
                    member.delete_intended.get_or_insert(draft.at);
                });
                self.gone(draft, *slot);
            }
            (Step::Sweep { node, .. }, StepOutcome::Refused { refusal: Refusal::Guarded, .. }) => {
                let (at, tries) = self.not_swept.entry(*node).or_insert((draft.at, 0));
                (*at, *tries) = (draft.at, tries.saturating_add(1));
            }
            (
                Step::SetMode { slot, .. } | Step::Deregister { slot, .. } | Step::Delete { slot, .. },
                StepOutcome::Refused { refusal: Refusal::Guarded, .. },
            ) => self.back_to_accept(draft, *slot, matches!(step, Step::Delete { .. })),
            _ => {}
        }
    }

    /// A removal ends without one: once, however many calls of it were refused.
    fn back_to_accept(&mut self, draft: &Draft, slot: Slot, deleting: bool) {
        let Some(member) = self.members.get_mut(&slot) else { return };
        let unused = match member.drain {
            Some(drain) => drain.sent == 0 && drain.why != DrainWhy::FailedLaunch,
            None => deleting,
        };
        if member.drain.is_some() || deleting {
            member.refusals = member.refusals.saturating_add(1);
        }
        back_to_accept(member, draft);
        if unused && self.permits.iter().any(|permit| permit.slot == slot) {
            self.unused_permits.insert(slot);
        }
    }

    fn close_create(&mut self, slot: Slot) {
        self.open.retain(|_, step| !matches!(step, Step::Create { slot: of, .. } if *of == slot));
    }

    /// What was given up is there after all: it is led out.
    fn reopen(&mut self, slot: Slot) {
        let found = self.closed.remove(&slot);
        self.members.extend(found.map(|member| (slot, member)));
    }

    fn launch_failed(&mut self, draft: &Draft, begun: jiff::Timestamp) {
        if !self.launches.counted.contains(&begun) {
            self.launches.counted.push(begun);
            self.launches.failures = self.launches.failures.saturating_add(1);
            self.launches.failed = Some(draft.at);
        }
    }

    fn seen(&mut self, draft: &Draft, slot: Slot, phase: Phase) {
        let (mut entered, mut launched, mut died) = (false, false, None);
        let watched = self.began.max(self.resumed);
        self.with(slot, |member| {
            if member.phase == Phase::Unhealthy && phase != Phase::Unhealthy {
                // Nobody knows how it was while nobody looked.
                let since = watched.map_or(member.since, |watched| watched.max(member.since));
                member.was_unhealthy(since, draft.at);
            }
            let was_in_service = matches!(member.phase, Phase::Warming | Phase::InService);
            let trial = member.origin == Origin::Created && !member.proven;
            if member.phase == Phase::Standby {
                // Its time to reach service begins when it is ours again.
                (member.begun, member.launched) = (draft.at, draft.at);
            }
            member.phase = phase;
            member.since = draft.at;
            if phase == Phase::InService {
                launched = trial;
                member.proven = true;
            }
            match phase {
                Phase::Warming | Phase::InService if !was_in_service => {
                    member.served = Some(draft.at);
                    // Given up, kept by a protection, and up after all.
                    member.failed = false;
                    entered = true;
                }
                // It came up, and did not last.
                Phase::Unhealthy if trial && !member.is_leaving() => died = Some(member.begun),
                Phase::Draining => {
                    if let Some(drain) = &mut member.drain {
                        drain.seen.get_or_insert(draft.at);
                        drain.rejected = None;
                    }
                }
                Phase::Rejecting => {
                    if let Some(drain) = &mut member.drain {
                        drain.rejected = Some(draft.at);
                    }
                }
                Phase::Registering => {
                    if let Some(drain) = &mut member.drain {
                        let reject_at = drain.reject_at.filter(|_| drain.why == DrainWhy::FailedLaunch);
                        *drain = Drain { at: draft.at, seen: None, reject_at, rejected: None, ..*drain };
                    }
                }
                _ => {}
            }
        });
        if entered {
            self.last_added = Some(draft.at);
        }
        if let Some(begun) = died {
            self.launch_failed(draft, begun);
        }
        if launched {
            self.launches.failures = 0;
            self.launches.counted.clear();
        }
    }

    fn gone(&mut self, draft: &Draft, slot: Slot) {
        let missing = self.count(|member| member.missing.is_some());
        let Some(member) = self.members.remove(&slot) else { return };
        if member.missing.is_some() && missing * 2 > self.count(|_| true) + 1 {
            self.mass_loss = Some(draft.at);
        }
        self.open.retain(|_, step| step.slot() != Some(slot));
        self.deleted.retain(|_, at| elapsed(*at, draft.at).as_secs() < REMEMBER);
        self.gone_labels.retain(|_, at| elapsed(*at, draft.at).as_secs() < REMEMBER);
        if let (Some(instance), Some(_)) = (member.instance, member.delete_intended) {
            self.deleted.insert(instance, draft.at);
        }
        if !member.is_leaving() && member.served.is_none() {
            self.launch_failed(draft, member.begun);
            if member.origin == Origin::Created && member.phase == Phase::Provisioning {
                self.launches.unseen.retain(|at| elapsed(*at, draft.at).as_secs() < REMEMBER);
                self.launches.unseen.push(draft.at);
            }
        }
        self.gone_labels.insert(member.label, draft.at);
    }

    fn marked(&mut self, draft: &Draft, slot: Slot, mark: Mark) {
        if mark == Mark::Lapsed {
            self.back_to_accept(draft, slot, false);
            return;
        }
        if mark == Mark::Released {
            // What it serves with is its owner's from now on.
            let Some(member) = self.members.remove(&slot) else { return };
            // Lists show it with its tags for a while.
            self.deleted.extend(member.instance.map(|instance| (instance, draft.at)));
            self.released.extend(member.nodes.into_values());
            self.open.retain(|_, step| step.slot() != Some(slot));
            return;
        }
        let mut begun = None;
        self.with(slot, |member| match mark {
            Mark::Failed => {
                member.failed = true;
                begun = Some(member.begun);
            }
            Mark::Replacing => member.replacing = Some(draft.at),
            Mark::Kept => member.replacing = None,
            Mark::Protected => member.protected = true,
            Mark::Unprotected => member.protected = false,
            Mark::Standby => {
                member.standby = true;
                member.phase = Phase::Standby;
                member.since = draft.at;
            }
            Mark::Active => {
                member.standby = false;
                (member.begun, member.launched) = (draft.at, draft.at);
                // Whoever set another mode is overruled.
                let asked = RequestedMode { mode: Mode::Accept, at: draft.at, done: false };
                member.modes.extend(member.nodes.keys().map(|config| (*config, asked)));
            }
            Mark::Untagged => member.untagged = Some(draft.at),
            Mark::Tagged => member.untagged = None,
            Mark::Lapsed | Mark::Released => {}
        });
        if let Some(begun) = begun {
            self.launch_failed(draft, begun);
        }
    }

    fn mode_set(&mut self, draft: &Draft, mode: GroupMode, until: Option<jiff::Timestamp>) {
        let slept = matches!(self.mode_at(draft.at), GroupMode::Paused | GroupMode::Observe);
        // What holds for good comes back when what holds for a while is over.
        let lasting = if self.mode_until.is_some() { self.mode_after } else { self.mode };
        self.mode_after = if until.is_some() { lasting } else { GroupMode::On };
        self.mode = mode;
        self.mode_until = until;
        if slept && !matches!(mode, GroupMode::Paused | GroupMode::Observe) {
            self.resumed = Some(draft.at);
        }
        self.older = None;
    }

    /// The number of the next step.
    #[must_use]
    pub const fn step_id(&self) -> StepId {
        StepId(self.next_step)
    }
}

/// When the cloud says that it was created, which is neither before its create was intended nor after it was seen, whatever the
/// cloud's clock shows.
fn between(begun: jiff::Timestamp, created: jiff::Timestamp, seen: jiff::Timestamp) -> jiff::Timestamp {
    created.max(begun).min(seen)
}

/// A removal that was refused or lapsed: the member serves on and is left alone for a while.
fn back_to_accept(member: &mut Member, draft: &Draft) {
    member.refused = Some(draft.at);
    member.delete_intended = None;
    member.drain = None;
    member.phase = Phase::Registering;
    member.since = draft.at;
    for wish in member.modes.values_mut() {
        *wish = RequestedMode { mode: Mode::Accept, at: draft.at, done: false };
    }
}

fn forget_node(member: &mut Member, config: ConfigId) {
    member.nodes.remove(&config);
    member.registering.remove(&config);
    member.modes.remove(&config);
}
