//! The simulator as a library.

use std::path::PathBuf;
use std::time::Duration;

use api_sim::{Faults, SeedError, SimulatedClock, Simulation, World as _};
use jiff::Timestamp;
use tokio::sync::watch;

use crate::faults::{Effect, Target};
use crate::machine::{Commands, Listener};
use crate::seed::{self, Seed, SeedJob, SeedUser};
use crate::settings::{Settings, Shell, Timings};
use crate::snapshot::Snapshot;
use crate::world::{ErrandId, ErrandResult, World};

/// Simulated time begins here unless a builder says otherwise, so that runs are alike.
const START: &str = "2026-01-05T08:00:00Z";

/// A simulated Jenkins with its API. A clone is the same Jenkins.
#[derive(Debug, Clone)]
pub struct Simulator {
    simulation: Simulation<World>,
    faults: Faults<Target, Effect>,
    commands: Commands,
}

/// Makes a [`Simulator`]; every setting has a default.
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until `build`"]
pub struct SimulatorBuilder {
    users: Vec<SeedUser>,
    seed: u64,
    start: Timestamp,
    speed: f64,
    timings: Timings,
    settings: Settings,
}

impl Default for SimulatorBuilder {
    fn default() -> Self {
        Self {
            users: Vec::new(),
            seed: 0,
            start: START.parse().unwrap_or(Timestamp::UNIX_EPOCH),
            speed: 1.0,
            timings: Timings::default(),
            settings: Settings {
                prefix: String::new(),
                root_url: None,
                version: "2.541.3".to_owned(),
                crumbs: true,
                shell: Shell::Modelled,
                home: PathBuf::from("/var/jenkins_home"),
                executors: 2,
                stage_view: true,
                coalesced_status: 303,
            },
        }
    }
}

impl SimulatorBuilder {
    /// Somebody who may log in. Without anybody there is no security: every name and password is taken.
    pub fn user(mut self, user: SeedUser) -> Self {
        self.users.push(user);
        self
    }

    /// Where all chance comes from: crumbs, sessions, faults with a probability.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The simulated time at which the simulator is built.
    pub fn start(mut self, start: Timestamp) -> Self {
        self.start = start;
        self
    }

    /// The simulated time is the machine's at first.
    pub fn start_now(self) -> Self {
        let now = api_sim::wall_clock();
        self.start(now)
    }

    /// Simulated seconds per second of tokio's clock, from a millionth to a million; anything else is 1. Real commands
    /// go no faster.
    pub fn speed(mut self, speed: f64) -> Self {
        self.speed = speed;
        self
    }

    /// How long things take.
    pub fn timings(mut self, timings: Timings) -> Self {
        self.timings = timings;
        self
    }

    /// The context path, such as `/jenkins`; none by default.
    pub fn prefix(mut self, prefix: &str) -> Self {
        let prefix = prefix.trim_matches('/');
        self.settings.prefix = if prefix.is_empty() { String::new() } else { format!("/{prefix}") };
        self
    }

    /// The root URL as an administrator configured it, which may differ from the address that clients use. Without
    /// one, URLs in answers begin with the `Host` of the request.
    pub fn root_url(mut self, url: &str) -> Self {
        self.settings.root_url = Some(format!("{}/", url.trim_end_matches('/')));
        self
    }

    /// What `X-Jenkins` says.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.settings.version = version.into();
        self
    }

    /// Whether POSTs need a crumb, unless they come with an API token; they do by default.
    pub fn crumbs(mut self, crumbs: bool) -> Self {
        self.settings.crumbs = crumbs;
        self
    }

    /// Whether the stage view's plugin is there, whose pages are below `wfapi`; it is by default.
    pub fn stage_view(mut self, stage_view: bool) -> Self {
        self.settings.stage_view = stage_view;
        self
    }

    /// The status of a trigger whose item was waiting already: 303 in current releases, 201 in older ones.
    pub fn coalesced_status(mut self, status: u16) -> Self {
        self.settings.coalesced_status = status;
        self
    }

    /// How many builds the built-in node runs at once; 2 by default.
    pub fn executors(mut self, executors: usize) -> Self {
        self.settings.executors = executors;
        self
    }

    /// Who carries out shell commands; a model by default.
    pub fn shell(mut self, shell: Shell) -> Self {
        self.settings.shell = shell;
        self
    }

    /// `JENKINS_HOME`, below which workspaces of real commands are made.
    pub fn home(mut self, home: impl Into<PathBuf>) -> Self {
        self.settings.home = home.into();
        self
    }

    /// Builds the simulator; its clock begins now.
    #[must_use]
    pub fn build(self) -> Simulator {
        let clock = SimulatedClock::new(self.start, self.speed);
        let faults = Faults::new(clock.clone());
        let commands = Commands::new(self.settings.home.clone());
        let mut world = World::new(self.start, self.settings, self.timings, faults.clone(), self.seed);
        self.users.iter().for_each(|user| seed::user(&mut world, user));
        Simulator { simulation: Simulation::new(clock, world), faults, commands }
    }
}

impl Simulator {
    /// Begins to build one.
    pub fn builder() -> SimulatorBuilder {
        SimulatorBuilder::default()
    }

    /// Simulated time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.simulation.clock().now()
    }

    /// How long a simulated time takes on tokio's clock.
    #[must_use]
    pub fn real(&self, simulated: Duration) -> Duration {
        self.simulation.clock().real(simulated)
    }

    /// The faults, to be dialled in at run time.
    #[must_use]
    pub fn faults(&self) -> &Faults<Target, Effect> {
        &self.faults
    }

    /// The world as it is now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.with(|world| world.snapshot())
    }

    /// Puts a job or a folder into the world.
    ///
    /// # Errors
    /// When Jenkins would refuse it.
    pub fn seed_job(&self, job: &SeedJob) -> Result<(), SeedError> {
        self.with(|world| seed::job(world, job))
    }

    /// Adds somebody who may log in, or changes what they may do.
    pub fn seed_user(&self, user: &SeedUser) {
        self.with(|world| seed::user(world, user));
    }

    /// Puts everything that a seed file holds into the world.
    ///
    /// # Errors
    /// Names the first entry that Jenkins would refuse; entries before it stay.
    pub fn seed(&self, seed: &Seed) -> Result<(), SeedError> {
        self.with(|world| seed::all(world, seed))
    }

    /// Restarts Jenkins as an administrator does: it answers 503 for a while; what waits survives, pipelines resume,
    /// freestyle builds are aborted; sessions and crumbs are void.
    pub fn restart(&self) {
        self.with(|world| world.restart(true));
    }

    /// The same without an orderly end: freestyle builds fail, and their log just ends.
    pub fn crash(&self) {
        self.with(|world| world.restart(false));
    }

    /// Changes how long things take, from now on.
    pub fn set_timings(&self, timings: Timings) {
        self.with(|world| world.timings = timings);
    }

    /// Changes with every change of the world. What time alone brings is noticed when somebody asks, or by
    /// [`Simulator::keep_time`].
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.simulation.subscribe()
    }

    /// Turns the world for as long as it is polled, so that builds go on though nobody asks.
    pub async fn keep_time(&self) {
        self.simulation.keep_time(|| self.with(|world| world.next_due())).await;
    }

    /// Ends the processes of all real commands, and waits until they are gone.
    pub async fn end_commands(&self) {
        self.commands.end_all().await;
    }

    /// Does something with the world as it is now; what builds want done on the machine is begun.
    pub(crate) fn with<R>(&self, act: impl FnOnce(&mut World) -> R) -> R {
        let (result, errands) = self.simulation.with(|world| (act(world), world.take_errands()));
        for errand in errands {
            self.commands.take(self, errand);
        }
        result
    }
}

impl Listener for Simulator {
    fn printed(&self, id: ErrandId, text: &[u8]) {
        self.with(|world| world.errand_printed(id, text));
    }

    fn done(&self, id: ErrandId, result: ErrandResult) {
        self.with(|world| world.errand_done(id, result));
    }
}
