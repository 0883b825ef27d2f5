//! A world: the simulated cloud, a store, processes that scale, a load, and a judge.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use jiff::Timestamp;
use linode_api::models::{NodeBalancerConfigId, NodeBalancerId};
use linode_api::{Client, InProcess, Retry, Service as _, Token};
use linode_sim::{RateLimits, SeedBalancer, SeedConfig, SeedInstance, SeedNode, Simulator, Timings};
use scaler_core::clock::TokioClock;
use scaler_core::in_memory::InMemoryStore;
use scaler_core::model::{AlertRow, Amount, ConfigId, Group, Position, Size, StepPolicy, Template};
use scaler_core::ports::{Balancer, Compute, LogName, Store};
use scaler_core::runtime::{Error, Scaler};
use scaler_core::state::{Draft, Entry};
use scaler_linode::{Backend, LinodeBalancers, LinodeCompute, LinodeGroup, OwnerTags};
use scaler_sqlite::SqliteStore;
use tokio::time::{Instant, sleep_until};

use super::invariants::Judge;
use super::kill_switch::{Blow, Fuse, Strike};
use super::lasting_store::{Keep, Watch};
use super::load::Weather;
use super::wire::Wire;

const OWNER: &str = "k3x9w2";
const START: &str = "2026-01-05T08:00:00Z";
const KINDS: [&str; 2] = ["g6-standard-2", "g6-dedicated-2"];

/// Nodes at each config that are nobody's business.
pub const FOREIGN_NODES: usize = 2;

/// The pace at which the harness looks.
const TICK: Duration = Duration::from_secs(1);

/// Which store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    GroupState,
    Sqlite,
}

/// What is put between the scaler and its ports: nothing, or a mistake.
#[derive(Clone, Default)]
pub struct Quirk {
    pub compute: Option<Arc<dyn Fn(Arc<dyn Compute>) -> Arc<dyn Compute> + Send + Sync>>,
    pub balancer: Option<Arc<dyn Fn(Arc<dyn Balancer>) -> Arc<dyn Balancer> + Send + Sync>>,
    pub store: Option<Arc<dyn Fn(Arc<dyn Store>) -> Arc<dyn Store> + Send + Sync>>,
    pub group: Option<Arc<dyn Fn(&mut Group) + Send + Sync>>,
    /// A silenced alert is told as resolved.
    pub deaf: bool,
}

/// What a world begins with.
#[derive(Clone)]
pub struct Setup {
    pub seed: u64,
    pub min: u32,
    pub max: u32,
    pub timings: Timings,
    pub rates: RateLimits,
    pub kept: Kept,
    pub change: fn(&mut Group),
    pub quirk: Quirk,
    /// There is a second NodeBalancer, to which the group may move.
    pub moves: bool,
    /// A call may land so long after what it was decided by.
    pub slack: Duration,
}

impl Setup {
    pub fn new(seed: u64, min: u32, max: u32) -> Self {
        Self {
            seed,
            min,
            max,
            timings: Timings::quick(),
            rates: RateLimits::off(),
            kept: Kept::GroupState,
            change: |_| {},
            quirk: Quirk::default(),
            moves: false,
            slack: seconds(30),
        }
    }
}

pub fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// A group with short times.
fn web(min: u32, max: u32, config: u64) -> Group {
    let template = Template::new("t1", KINDS);
    let config = vec![ConfigId(config)];
    let mut group = Group::new("web".parse().unwrap(), Size { min, max }, config, template);
    let on = |name: &str| [("alertname".to_owned(), name.to_owned())].into();
    group.policies = vec![
        StepPolicy::on(on("WebCpuHigh")).adding(Amount::Percent(100)),
        StepPolicy::on(on("WebCpuLow")).removing(Amount::Count(1)),
    ];
    group.launch.timeout = seconds(90);
    group.launch.warm_up = seconds(20);
    group.replace.after = seconds(20);
    group.remove.low_for = seconds(20);
    group.remove.after_add = seconds(20);
    group.remove.every = seconds(60);
    group.remove.drain = seconds(20);
    group.remove.reject = seconds(10);
    group
}

/// The store of a world.
enum Place {
    GroupState(InMemoryStore),
    Sqlite(Box<(tempfile::TempDir, SqliteStore)>),
}

/// A copy of a store.
pub struct Backup {
    logs: Vec<(LogName, Vec<Entry>)>,
    alerts: (Vec<AlertRow>, Option<Timestamp>),
    at: Timestamp,
}

/// One start of the program.
pub struct Process {
    pub number: u32,
    pub fuse: Arc<Fuse>,
    pub scaler: Scaler,
    future: Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>,
}

/// What ended or interrupted a run.
#[derive(Debug)]
pub enum Happened {
    /// What was waited for came about.
    Done,
    /// It did not in time.
    TimeOut,
    /// A point was struck, in this process; one that was killed is gone.
    Struck(u32, Blow),
    /// A process ended.
    Ended(u32, Result<(), Error>),
}

pub struct World {
    pub sim: Simulator,
    pub judge: Arc<Judge>,
    weather: Arc<Mutex<Weather>>,
    pub group: Group,
    pub clock: TokioClock,
    pub processes: Vec<Process>,
    /// Each config with its NodeBalancer.
    balancers: Vec<(u64, u64)>,
    /// All configs, the group's first one first.
    pub configs: Vec<u64>,
    /// Those of the group, as processes are started with them.
    pub home: Vec<u64>,
    pub foreign: Vec<u64>,
    setup: Setup,
    place: Place,
    started: u32,
}

impl World {
    /// A world with an empty group, and things in it that are nobody's business.
    pub async fn new(setup: Setup) -> Self {
        let start: Timestamp = START.parse().unwrap();
        let sim = Simulator::builder()
            .token("secret")
            .seed(setup.seed)
            .start(start)
            .profile(setup.timings.clone())
            .rate_limits(setup.rates.clone())
            .build();
        let clock = TokioClock::new(start);
        let owner = OwnerTags::new(OWNER).unwrap().owner_tag().to_owned();
        let group_tag = |name: &str| OwnerTags::group_tag(&name.parse().unwrap());
        let strangers = [
            SeedInstance::new("legacy-one"),
            SeedInstance::new("web-zzzzz-1"),
            SeedInstance::new("web-zzzzz-2").tag("autoscale-owner:another").tag(group_tag("web")),
            SeedInstance::new("api-one").tag(owner.clone()).tag(group_tag("api")),
        ];
        let foreign = strangers.iter().map(|one| sim.seed_instance(one).unwrap()).collect();
        let mut balancers = Vec::new();
        for (label, port) in
            [("web-lb", 80), ("web-next", 443)].into_iter().take(1 + usize::from(setup.moves))
        {
            let mut config = SeedConfig::new(port).nodes(8080, ["legacy-one"]);
            let mut elsewhere = SeedNode::default();
            elsewhere.address = Some("192.168.200.7:80".to_owned());
            config.nodes.push(elsewhere);
            let seeded = sim.seed_nodebalancer(&SeedBalancer::new(label).config(config)).unwrap();
            balancers.push((seeded.configs[0], seeded.id));
        }
        let configs: Vec<u64> = balancers.iter().map(|(config, _)| *config).collect();
        let mut group = web(setup.min, setup.max, configs[0]);
        (setup.change)(&mut group);
        let judge = Judge::new(&sim, group.clone(), configs.clone(), [owner, group_tag("web")], setup.slack);
        let place = match setup.kept {
            Kept::GroupState => Place::GroupState(InMemoryStore::new()),
            Kept::Sqlite => {
                // Where state can be had as a disk, nothing waits for a real one.
                let shm = std::path::Path::new("/dev/shm");
                let folder = if shm.is_dir() { tempfile::tempdir_in(shm) } else { tempfile::tempdir() };
                let folder = folder.unwrap();
                let store = SqliteStore::open(folder.path().join("store")).await.unwrap();
                Place::Sqlite(Box::new((folder, store)))
            }
        };
        Self {
            judge,
            weather: Arc::new(Mutex::new(Weather::new(0.5))),
            group,
            clock,
            processes: Vec::new(),
            home: vec![configs[0]],
            configs,
            balancers,
            foreign,
            setup,
            place,
            started: 0,
            sim,
        }
    }

    fn store(&self) -> Arc<dyn Store> {
        match &self.place {
            Place::GroupState(store) => Arc::new(store.clone()),
            Place::Sqlite(place) => Arc::new(place.1.clone()),
        }
    }

    /// The program is started on what the store holds.
    pub fn start(&mut self) -> u32 {
        self.started += 1;
        let number = self.started;
        let seed = self.setup.seed.wrapping_mul(1_000).wrapping_add(u64::from(number));
        let fuse = Arc::new(Fuse::default());
        let wire = Wire::new(&self.sim, &self.judge, &fuse, number);
        let mut retry = Retry::default();
        retry.seed = Some(seed);
        let linode = Client::builder(Token::new("secret").unwrap())
            .address("http://simulated")
            .service(Arc::new(wire))
            .retry(retry)
            .build()
            .unwrap();
        let linode_group = LinodeGroup::of(self.group.clone(), "nl-ams", "linode/debian12")
            .template(|create| create.authorized_keys(vec!["ssh-ed25519 simulated".to_owned()]));
        let at_home = self.balancers.iter().filter(|(config, _)| self.home.contains(config));
        let linode_group = at_home.fold(linode_group, |group, (config, nodebalancer)| {
            group.backend(Backend {
                nodebalancer: NodeBalancerId::new(*nodebalancer).unwrap(),
                config: NodeBalancerConfigId::new(*config).unwrap(),
                port: 8080,
            })
        });
        let quirk = &self.setup.quirk;
        let mut balancer: Arc<dyn Balancer> = Arc::new(LinodeBalancers::new(linode.clone(), [&linode_group]));
        let marks = OwnerTags::new(OWNER).unwrap();
        let mut compute: Arc<dyn Compute> = Arc::new(LinodeCompute::new(linode, marks, [linode_group]));
        let (inner, judge) = (self.store(), Arc::clone(&self.judge));
        let mut store: Arc<dyn Store> =
            Arc::new(Keep { inner, judge, fuse: Arc::clone(&fuse), process: number });
        let mut group = self.group.clone();
        group.balancers = self.home.iter().copied().map(ConfigId).collect();
        if let Some(wrap) = &quirk.compute {
            compute = wrap(compute);
        }
        if let Some(wrap) = &quirk.balancer {
            balancer = wrap(balancer);
        }
        if let Some(wrap) = &quirk.store {
            store = wrap(store);
        }
        if let Some(change) = &quirk.group {
            change(&mut group);
        }
        let scaler = Scaler::builder()
            .compute(compute)
            .balancer(balancer)
            .store(store)
            .clock(Watch { clock: self.clock, fuse: Arc::clone(&fuse) })
            .group(group)
            .seed(seed)
            .build()
            .unwrap();
        let (turned, heard) = (scaler.group("web").unwrap(), scaler.clone());
        let (weather, judge) = (Arc::clone(&self.weather), Arc::clone(&self.judge));
        let deaf = quirk.deaf;
        let future = Box::pin(async move {
            tokio::select! {
                biased;
                ended = turned.turn() => ended,
                () = Weather::tell(&weather, &judge, heard.alerts(), deaf) => Ok(()),
            }
        });
        self.judge.begins(number, self.home.clone());
        self.processes.push(Process { number, fuse, scaler, future });
        number
    }

    /// Every process is gone.
    pub fn kill_all(&mut self) {
        if !self.processes.is_empty() {
            self.judge.tell("every process is killed");
        }
        self.processes.clear();
    }

    /// The file is closed and opened again, as by another process.
    pub async fn reopen(&mut self) {
        if let Place::Sqlite(place) = &mut self.place {
            place.1.close().await;
            place.1 = SqliteStore::open(place.0.path().join("store")).await.unwrap();
        }
    }

    /// The store is lost.
    pub async fn lose_store(&mut self) {
        self.judge.tell("the store is lost");
        self.judge.store_lost();
        self.empty_store().await;
    }

    async fn empty_store(&mut self) {
        match &mut self.place {
            Place::GroupState(store) => *store = InMemoryStore::new(),
            Place::Sqlite(place) => {
                place.1.close().await;
                let name = format!("store-{}", self.started);
                place.1 = SqliteStore::open(place.0.path().join(name)).await.unwrap();
            }
        }
    }

    /// Copies the store.
    pub async fn back_up(&self) -> Backup {
        let store = self.store();
        let mut logs = Vec::new();
        for log in store.logs().await.unwrap() {
            let entries = store.read(&log, Position::START, usize::MAX).await.unwrap();
            logs.push((log, entries));
        }
        let alerts = store.alerts().await.unwrap();
        Backup { logs, alerts: (alerts.rows().collect(), alerts.polled), at: self.sim.now() }
    }

    /// An operator puts a copy in the place of the store.
    pub async fn restore(&mut self, backup: &Backup) {
        self.judge.tell(format!("the store is as it was at {}", backup.at));
        self.empty_store().await;
        let store = self.store();
        for (log, entries) in &backup.logs {
            let drafts: Vec<Draft> = entries.iter().map(|entry| entry.draft.clone()).collect();
            store.append(log, Position::START, &drafts).await.unwrap();
        }
        let (rows, polled) = &backup.alerts;
        store.keep_alerts(rows, *polled).await.unwrap();
        let of_group = |(log, _): &&(LogName, _)| *log != LogName::Installation;
        let entries = backup.logs.iter().find(of_group).map_or(&[][..], |(_, entries)| entries);
        self.judge.store_restored(entries, backup.at);
    }

    /// A person calls the API.
    pub async fn person(&self, method: &str, path: &str, body: &str) -> u16 {
        self.judge.tell(format!("a person: {method} {path} {body}"));
        let request = http::Request::builder().method(method).uri(format!("/v4{path}"));
        let request = request.header("Authorization", "Bearer secret");
        let service = InProcess::new(self.sim.service());
        let answer = service.call(request.body(body.to_owned().into()).unwrap()).await;
        answer.map_or(0, |answer| answer.status().as_u16())
    }

    /// Faults, as the simulator's command line has them.
    pub fn faults(&self, text: &str) {
        self.judge.tell(format!("faults: {text}"));
        self.sim.faults().add_all(text).unwrap();
    }

    /// Somebody silences the high alert, or ends the silence.
    pub fn silence(&self, silenced: bool) {
        self.judge.tell(format!("the high alert is silenced: {silenced}"));
        self.weather().silenced = silenced;
    }

    pub fn load(&self, load: f64) {
        self.judge.tell(format!("the load is {load:.2}"));
        self.weather().load = load;
    }

    pub fn weather(&self) -> MutexGuard<'_, Weather> {
        self.weather.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets time pass until `done`, for so long at most.
    pub async fn run(&mut self, limit: Duration, mut done: impl FnMut(&Self) -> bool) -> Happened {
        let end = Instant::now() + limit;
        loop {
            if done(self) {
                return Happened::Done;
            }
            let now = Instant::now();
            if now >= end {
                return Happened::TimeOut;
            }
            if let Some(happened) = self.turn(end.min(now + TICK)).await {
                return happened;
            }
            self.judge.look();
        }
    }

    async fn turn(&mut self, until: Instant) -> Option<Happened> {
        let mut tick = pin!(sleep_until(until));
        let processes = &mut self.processes;
        let (happened, gone) = poll_fn(|cx| {
            for (n, process) in processes.iter_mut().enumerate() {
                let polled = process.future.as_mut().poll(cx);
                if let Some(blow) = process.fuse.take_struck() {
                    let gone = (blow == Blow::Kill).then_some(n);
                    return Poll::Ready((Some(Happened::Struck(process.number, blow)), gone));
                }
                if let Poll::Ready(ended) = polled {
                    return Poll::Ready((Some(Happened::Ended(process.number, ended)), Some(n)));
                }
            }
            tick.as_mut().poll(cx).map(|()| (None, None))
        })
        .await;
        if let Some(gone) = gone {
            drop(self.processes.remove(gone));
        }
        happened
    }

    /// How long the world is there, by its own clock.
    pub fn age(&self) -> Duration {
        scaler_core::model::elapsed(START.parse().unwrap(), self.sim.now())
    }

    /// Runs on, whatever happens to processes.
    pub async fn run_on(&mut self, limit: Duration, mut done: impl FnMut(&Self) -> bool) -> bool {
        let end = Instant::now() + limit;
        loop {
            match self.run(end.saturating_duration_since(Instant::now()), &mut done).await {
                Happened::Done => return true,
                Happened::TimeOut => return false,
                Happened::Struck(_, Blow::Overtake) => {
                    self.processes.iter().for_each(|process| process.fuse.release());
                }
                Happened::Struck(..) | Happened::Ended(..) => {}
            }
        }
    }

    /// Time passes.
    pub async fn pass(&mut self, time: Duration) {
        self.run_on(time, |_| false).await;
    }

    /// Arms the only process.
    pub fn arm(&self, strike: Option<Strike>) {
        if let Some(process) = self.processes.last() {
            process.fuse.arm(strike);
        }
    }
}
