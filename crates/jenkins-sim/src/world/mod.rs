//! The state machine: plain data, changed by requests and by the passing of time.
//!
//! Everything that will happen stands in an agenda; [`World::advance`] carries out what is due. Only a real command
//! of a build lives outside: [`World::errands`] says which are to be started and stopped, and their output comes back
//! as a change like any other.

mod artifact;
mod begin;
mod build;
mod carry_out;
mod command;
mod condition;
mod credential;
mod errand;
mod evaluate;
mod failure;
mod groovy;
mod input;
mod interrupt;
mod item;
mod log;
mod node;
mod outcome;
mod permalink;
mod question;
mod queue;
mod restart;
mod run;
mod scm;
mod shell_step;
mod stage;
mod step;
mod test_report;
mod unwind;
mod user;
mod value;
mod view;

use std::collections::BTreeMap;
use std::time::Duration;

use api_sim::{Agenda, Faults, later};
use jiff::Timestamp;

use crate::faults::{Effect, Target};
use crate::settings::{Settings, Timings};

pub(crate) use artifact::is_match;
pub(crate) use build::{Build, Cause};
pub(crate) use credential::{Credential, CredentialStore};
pub(crate) use errand::{Errand, ErrandId, ErrandResult, Work};
pub(crate) use input::Input;
pub(crate) use item::{Item, check_name, join, parent, short_name};
pub(crate) use node::Node;
pub(crate) use outcome::{BuildId, Outcome};
pub(crate) use permalink::Permalink;
pub(crate) use queue::{Queue, QueueItem, QueueState, Scheduled};
pub(crate) use restart::Phase;
pub(crate) use run::Level;
pub(crate) use stage::{Stage, StageStatus};
pub(crate) use test_report::{TestCase, TestReport, TestSuite};
pub(crate) use user::{Caller, Login, Sessions, User};
pub(crate) use value::ParameterValue;
pub(crate) use view::View;

/// Something that happens when its time comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// The queue is looked at.
    Queue,
    /// An item of the queue becomes a build.
    Start { id: u64 },
    /// A build that waited goes on, unless it did so meanwhile.
    Wake { build: BuildId, epoch: u64 },
    /// A scope of a build has lasted too long.
    Timeout { build: BuildId, frame: u64 },
    /// A build with a result is over.
    Finish { build: BuildId },
    /// An item that left the queue is forgotten.
    Forget { id: u64 },
    /// Jenkins answers again.
    Up,
}

/// The whole simulated Jenkins.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) now: Timestamp,
    pub(crate) settings: Settings,
    pub(crate) timings: Timings,
    pub(crate) rng: fastrand::Rng,
    pub(crate) faults: Faults<Target, Effect>,
    /// Requests by method and path, with `*` for names and numbers.
    pub(crate) calls: BTreeMap<String, u64>,
    pub(crate) users: BTreeMap<String, User>,
    pub(crate) sessions: Sessions,
    pub(crate) items: BTreeMap<String, Item>,
    pub(crate) queue: Queue,
    pub(crate) nodes: BTreeMap<String, Node>,
    pub(crate) views: BTreeMap<String, View>,
    pub(crate) credentials: BTreeMap<String, CredentialStore>,
    pub(crate) repositories: scm::Repositories,
    pub(crate) phase: Phase,
    /// Files of modelled workspaces, by job.
    workspaces: BTreeMap<u64, BTreeMap<String, Vec<u8>>>,
    errands: Vec<Errand>,
    /// Results that came while Jenkins was down.
    held: Vec<restart::ErrandHeld>,
    agenda: Agenda<Due>,
    version: u64,
    last_id: u64,
}

impl api_sim::World for World {
    fn advance(&mut self, now: Timestamp) {
        while let Some((at, due)) = self.agenda.pop(now) {
            self.now = self.now.max(at);
            match self.phase.down_until() {
                Some(until) if due != Due::Up && !matches!(due, Due::Forget { .. }) => {
                    self.agenda.add(until, due);
                }
                _ => self.carry_out(due),
            }
            self.touch();
        }
        self.now = self.now.max(now);
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.agenda.next()
    }

    fn version(&self) -> u64 {
        self.version
    }
}

impl World {
    pub(crate) fn new(
        now: Timestamp,
        settings: Settings,
        timings: Timings,
        faults: Faults<Target, Effect>,
        seed: u64,
    ) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let phase = Phase::new(&mut rng);
        let sessions = Sessions::new(&mut rng);
        let mut nodes = BTreeMap::new();
        nodes.insert(String::new(), Node::built_in(settings.executors));
        Self {
            now,
            settings,
            timings,
            rng,
            faults,
            calls: BTreeMap::new(),
            users: BTreeMap::new(),
            sessions,
            items: BTreeMap::new(),
            queue: Queue::default(),
            nodes,
            views: BTreeMap::new(),
            credentials: BTreeMap::new(),
            repositories: BTreeMap::new(),
            phase,
            workspaces: BTreeMap::new(),
            errands: Vec::new(),
            held: Vec::new(),
            agenda: Agenda::default(),
            version: 0,
            last_id: 0,
        }
    }

    pub(crate) fn touch(&mut self) {
        self.version += 1;
    }

    fn carry_out(&mut self, due: Due) {
        match due {
            Due::Queue => self.maintain_queue(),
            Due::Start { id } => self.start(id),
            Due::Wake { build, epoch } => self.wake(build, epoch),
            Due::Timeout { build, frame } => self.timed_out(build, frame),
            Due::Finish { build } => self.finish(build),
            Due::Forget { id } => self.queue.forget(id),
            Due::Up => self.up(),
        }
    }

    fn at(&mut self, after: Duration, due: Due) {
        self.agenda.add(later(self.now, after), due);
    }

    fn new_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// Whether a fault strikes something that is not a request.
    fn struck(&mut self, target: &Target) -> Option<Effect> {
        self.faults.strike(self.now, &mut self.rng, |at, _| at == target)
    }

    /// What is to be done outside, in the order in which it was asked for.
    pub(crate) fn take_errands(&mut self) -> Vec<Errand> {
        std::mem::take(&mut self.errands)
    }
}
