//! The state machine: plain data, changed by requests and by the passing of time.
//!
//! Everything that will happen stands in an agenda; [`World::advance`] carries out what is due. So nothing runs in
//! the background, and a clock that jumps by hours gives the same world as one that ticks.

mod address;
mod agenda;
mod balancer;
mod create;
mod event;
mod firewall;
mod health;
mod instance;
mod lag;
mod ledger;
mod lock;
mod node;
mod power;
mod rules;
mod stackscript;
mod status;
mod tag;
mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use api_sim::{Agenda, Faults, later};
use jiff::Timestamp;
use serde_json::Value;

use crate::catalog::Catalog;
use crate::faults::{Effect, Request, Target};
use crate::limits::Limits;
use crate::refusal::Refusal;
use crate::settings::Settings;
use crate::timings::Timings;

pub(crate) use address::{Addresses, is_private};
pub(crate) use agenda::Due;
pub(crate) use balancer::{Config, NodeBalancer};
use event::Subject;
pub(crate) use event::{Event, EventView};
pub(crate) use firewall::{Entity, Firewall};
pub(crate) use instance::Instance;
pub(crate) use lag::{Collection, Lags, Row};
use ledger::Ledger;
pub(crate) use lock::Lock;
pub(crate) use node::Node;
pub(crate) use status::Status;

/// The whole simulated account.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) now: Timestamp,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) timings: Timings,
    pub(crate) settings: Settings,
    pub(crate) rng: fastrand::Rng,
    pub(crate) faults: Faults<Target, Effect>,
    pub(crate) limits: Limits,
    pub(crate) calls: BTreeMap<String, u64>,
    pub(crate) instances: BTreeMap<u64, Instance>,
    pub(crate) balancers: BTreeMap<u64, NodeBalancer>,
    pub(crate) configs: BTreeMap<u64, Config>,
    pub(crate) nodes: BTreeMap<u64, Node>,
    pub(crate) locks: BTreeMap<u64, Lock>,
    pub(crate) stackscripts: BTreeMap<u64, Value>,
    pub(crate) firewalls: BTreeMap<u64, Firewall>,
    pub(crate) events: Vec<Event>,
    pub(crate) tags: BTreeSet<String>,
    pub(crate) lags: Lags,
    pub(crate) addresses: Addresses,
    ledger: Ledger,
    agenda: Agenda<Due>,
    labels: BTreeMap<String, u64>,
    owners: BTreeMap<Ipv4Addr, u64>,
    backends: BTreeMap<Ipv4Addr, BTreeSet<u64>>,
    next_id: u64,
    version: u64,
}

impl api_sim::World for World {
    fn advance(&mut self, now: Timestamp) {
        while let Some((at, due)) = self.agenda.pop(now) {
            self.now = self.now.max(at);
            self.carry_out(due);
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
        timings: Timings,
        settings: Settings,
        limits: Limits,
        faults: Faults<Target, Effect>,
        seed: u64,
    ) -> Self {
        let addresses = Addresses::new(settings.loopback);
        let catalog = Catalog::recorded();
        let id = |script: &Value| script.get("id").and_then(Value::as_u64);
        let stackscripts =
            catalog.stackscripts.iter().filter_map(|one| Some((id(one)?, one.clone()))).collect();
        Self {
            now,
            catalog: Arc::new(catalog),
            timings,
            settings,
            rng: fastrand::Rng::with_seed(seed),
            faults,
            limits,
            calls: BTreeMap::new(),
            instances: BTreeMap::new(),
            balancers: BTreeMap::new(),
            configs: BTreeMap::new(),
            nodes: BTreeMap::new(),
            locks: BTreeMap::new(),
            stackscripts,
            firewalls: BTreeMap::new(),
            events: Vec::new(),
            tags: BTreeSet::new(),
            lags: Lags::default(),
            addresses,
            ledger: Ledger::default(),
            agenda: Agenda::default(),
            labels: BTreeMap::new(),
            owners: BTreeMap::new(),
            backends: BTreeMap::new(),
            next_id: 1000,
            version: 0,
        }
    }

    pub(crate) fn touch(&mut self) {
        self.version += 1;
    }

    fn carry_out(&mut self, due: Due) {
        match due {
            Due::Power { instance, epoch, step } => self.power_step(instance, epoch, step),
            Due::Health { instance, epoch, healthy } => self.health_due(instance, epoch, healthy),
            Due::Mode { node, epoch } => self.mode_due(node, epoch),
            Due::Check { node, epoch, status } => self.check_due(node, epoch, status),
            Due::Started { event } => self.event_started(event),
        }
    }

    fn at(&mut self, after: Duration, due: Due) {
        self.agenda.add(later(self.now, after), due);
    }

    /// A new id, from one row for everything, with gaps as real ids have them.
    fn new_id(&mut self) -> u64 {
        self.next_id += 1 + self.rng.u64(0..7);
        self.next_id
    }

    /// Whether the account's user may add StackScripts and firewalls.
    fn check_may_add(&self) -> Result<(), Refusal> {
        if self.settings.restricted { Err(Refusal::new(403, "Unauthorized")) } else { Ok(()) }
    }

    /// Whether a fault strikes something that is not a request.
    fn struck(&mut self, target: &Target, wanted: impl Fn(&Effect) -> bool) -> Option<Effect> {
        self.faults.strike(self.now, &mut self.rng, |at, effect| at == target && wanted(effect))
    }

    /// Whether a fault strikes a request.
    pub(crate) fn strike(
        &mut self,
        request: Request<'_>,
        wanted: impl Fn(&Effect) -> bool,
    ) -> Option<Effect> {
        self.faults.strike(self.now, &mut self.rng, |at, effect| wanted(effect) && at.matches(request))
    }
}
