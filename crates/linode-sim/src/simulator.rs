//! The simulator as a library.

use std::time::Duration;

use api_sim::{Faults, SeedError, SimulatedClock, Simulation, World as _};
use jiff::Timestamp;
use tokio::sync::watch;

use crate::faults::{Effect, Target};
use crate::limits::Limits;
use crate::seed::{Seed, SeedBalancer, SeedInstance, SeededBalancer};
use crate::settings::Settings;
use crate::snapshot::{BalancerView, Bill, Guest, NodeView, Snapshot};
use crate::timings::{RateLimits, Timings};
use crate::world::World;

/// Simulated time begins here unless a builder says otherwise, so that runs are alike.
const START: &str = "2026-01-05T08:00:00Z";

/// A simulated Linode account with its API. A clone is the same account.
#[derive(Debug, Clone)]
pub struct Simulator {
    simulation: Simulation<World>,
    faults: Faults<Target, Effect>,
}

/// Makes a [`Simulator`]; every setting has a default.
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until `build`"]
pub struct SimulatorBuilder {
    tokens: Vec<(String, String)>,
    seed: u64,
    start: Timestamp,
    speed: f64,
    timings: Timings,
    rates: RateLimits,
    settings: Settings,
}

impl Default for SimulatorBuilder {
    fn default() -> Self {
        Self {
            tokens: Vec::new(),
            seed: 0,
            start: START.parse().unwrap_or(Timestamp::UNIX_EPOCH),
            speed: 1.0,
            timings: Timings::default(),
            rates: RateLimits::default(),
            settings: Settings::default(),
        }
    }
}

impl SimulatorBuilder {
    /// A token with every scope. Without any, every token is taken.
    pub fn token(self, token: impl Into<String>) -> Self {
        self.scoped_token(token, "*")
    }

    /// A token with scopes such as `linodes:read_only events:read_only`.
    pub fn scoped_token(mut self, token: impl Into<String>, scopes: impl Into<String>) -> Self {
        self.tokens.push((token.into(), scopes.into()));
        self
    }

    /// Where all chance comes from: delays between their bounds, faults with a probability, ids.
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

    /// Simulated seconds per second of tokio's clock, from a millionth to a million; anything else is 1.
    pub fn speed(mut self, speed: f64) -> Self {
        self.speed = speed;
        self
    }

    /// How long things take.
    pub fn profile(mut self, timings: Timings) -> Self {
        self.timings = timings;
        self
    }

    /// How often the API may be asked.
    pub fn rate_limits(mut self, rates: RateLimits) -> Self {
        self.rates = rates;
        self
    }

    /// The account's settings.
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// The second octet of the public addresses: 127.`octet`.0.0/16.
    pub fn loopback(mut self, octet: u8) -> Self {
        self.settings.loopback = octet;
        self
    }

    /// Builds the simulator; its clock begins now.
    #[must_use]
    pub fn build(self) -> Simulator {
        let limits = Limits::new(self.tokens, self.rates);
        let clock = SimulatedClock::new(self.start, self.speed);
        let faults = Faults::new(clock.clone());
        let world = World::new(self.start, self.timings, self.settings, limits, faults.clone(), self.seed);
        Simulator { simulation: Simulation::new(clock, world), faults }
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

    /// What it has cost so far.
    #[must_use]
    pub fn bill(&self) -> Bill {
        self.with(|world| world.bill())
    }

    /// Puts an instance into the world, running unless it says otherwise; returns its id.
    ///
    /// # Errors
    /// When the API would refuse such an instance.
    pub fn seed_instance(&self, instance: &SeedInstance) -> Result<u64, SeedError> {
        self.with(|world| crate::seed::instance(world, instance))
    }

    /// Puts a NodeBalancer with configs and nodes into the world; returns the ids.
    ///
    /// # Errors
    /// When the API would refuse such a NodeBalancer, or a node names an instance that doesn't exist.
    pub fn seed_nodebalancer(&self, balancer: &SeedBalancer) -> Result<SeededBalancer, SeedError> {
        self.with(|world| crate::seed::balancer(world, balancer))
    }

    /// Puts everything that a seed file holds into the world.
    ///
    /// # Errors
    /// Names the first entry that the API would refuse; entries before it stay.
    pub fn seed(&self, seed: &Seed) -> Result<Vec<SeededBalancer>, SeedError> {
        self.with(|world| crate::seed::all(world, seed))
    }

    /// Takes the result of a real health check in place of the modelled one; `false` when there is no such node.
    pub fn set_probe(&self, node: u64, up: bool) -> bool {
        self.with(|world| world.set_probe(node, up))
    }

    /// Makes an instance's service answer or not; `false` when there is no such instance.
    pub fn set_healthy(&self, instance: u64, healthy: bool) -> bool {
        self.with(|world| world.set_healthy(instance, healthy))
    }

    /// Has a guest power itself off, which Lassie notices; `false` when it doesn't run.
    pub fn power_off_guest(&self, instance: u64) -> bool {
        self.with(|world| world.guest_powers_off(instance))
    }

    /// Notes an instance's load, 0 to 1; `false` when there is no such instance.
    pub fn set_load(&self, instance: u64, load: f64) -> bool {
        self.with(|world| world.set_load(instance, load))
    }

    /// Changes how long things take, from now on.
    pub fn set_timings(&self, timings: Timings) {
        self.with(|world| world.timings = timings);
    }

    /// Changes how often the API may be asked, from now on.
    pub fn set_rate_limits(&self, rates: RateLimits) {
        self.with(|world| world.limits.set_rates(rates));
    }

    /// Changes the account's settings, except for its addresses.
    pub fn set_settings(&self, change: impl FnOnce(&mut Settings)) {
        self.with(|world| change(&mut world.settings));
    }

    /// Changes with every change of the world. What time alone brings is noticed when somebody asks, or by
    /// [`Simulator::keep_time`].
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.simulation.subscribe()
    }

    /// Turns the world for as long as it is polled, so that subscribers hear of what time alone brings.
    pub async fn keep_time(&self) {
        self.simulation.keep_time(|| self.with(|world| world.next_due())).await;
    }

    /// The NodeBalancers with configs and nodes, for the side that forwards.
    #[must_use]
    pub fn nodebalancers(&self) -> Vec<BalancerView> {
        self.with(|world| world.balancer_views())
    }

    /// The nodes of a config as the NodeBalancer acts on them by now.
    #[must_use]
    pub fn backends(&self, config: u64) -> Vec<NodeView> {
        self.with(|world| world.backends_of(config))
    }

    /// The instances that run now, for the side that runs guests.
    #[must_use]
    pub fn guests(&self) -> Vec<Guest> {
        self.with(|world| world.guests())
    }

    /// Does something with the world as it is now, and tells those who watch when it changed.
    pub(crate) fn with<R>(&self, act: impl FnOnce(&mut World) -> R) -> R {
        self.simulation.with(act)
    }
}
