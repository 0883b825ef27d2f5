//! Random histories: loads, faults, illness, crashes, lost stores, second processes, people. In a quarter of them the group
//! moves between configs, and in a quarter the store is put back to what it was some minutes ago.

use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use scaler_core::model::{InstanceId, Phase};
use scaler_core::state::{Cause, GroupMode};
use serde_json::json;
use tokio::time::Instant;

use super::clock::stopwatch;
use super::invariants::Breach;
use super::kill_switch::{Blow, Fate, Strike};
use super::simulate;
use super::world::{Backup, Happened, Quirk, Setup, World, seconds};

/// How many, unless `SCALER_SEEDS` says otherwise: what two cores play in a good minute. `just histories` plays 2,000.
const HISTORIES: u64 = 300;

/// So long each is troubled.
const TROUBLED: Duration = Duration::from_secs(720);

/// What the cloud may do to us.
const FAULTS: &[&str] = &[
    "any:500%20~30s",
    "any:500~15s",
    "any:429=5*3",
    "any:429=-5*3",
    "any:reset*3",
    "any:lost*2",
    "any:hang=20s*2",
    "any:late=15s*2",
    "any:html=502*2",
    "any:maintenance*2",
    "any:nonsense*1",
    "create:lost*1",
    "create:lost=408*1",
    "create:500*1",
    "create:late=45s*1",
    "create:sold-out*1",
    "create:limit*1",
    "create:429=90*2",
    "delete:lost*1",
    "delete:lost=408*1",
    "nodes:lost*2",
    "nodes:500*4",
    "POST /nodebalancers/*/configs/*/nodes:lost*1",
    "PUT /nodebalancers/*/configs/*/nodes/*:500*9",
    "PUT /nodebalancers/*/configs/*/nodes/*:late=40s*1",
    "boot:slow=60s*2",
    "boot:never*1",
    "health:never*1",
    "health:after=30s*1",
    "instances:half~30s",
    "instances:short~30s",
    "instances:empty~30s",
    "instances:all-tags~60s",
    "list:half*4",
    "list:lag=10s~60s",
    "GET /linode/instances/*:500~40s",
    "mode:delay=8s~60s",
];

/// So long it takes to put a copy of the store back.
const COPIED: Duration = Duration::from_secs(12);

/// So many copies of the store are kept.
const KEPT: usize = 3;

/// What else befalls the group of a history.
enum Theme {
    Plain,
    /// Its configs change at starts, and its store is never lost: what it left is in the log alone.
    Moves,
    /// Copies of its store are put back, of which these are kept.
    Restores(Vec<Backup>),
}

struct History {
    rng: fastrand::Rng,
    /// For the theme alone, so that histories without one stay as they are.
    chance: fastrand::Rng,
    theme: Theme,
    world: World,
    /// Instances whose tags somebody took off, and puts back in the end: path, and what they were.
    stripped: Vec<(String, String)>,
}

impl History {
    async fn new(seed: u64, quirk: Quirk) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let theme = match seed % 4 {
            1 => Theme::Moves,
            3 => Theme::Restores(Vec::new()),
            _ => Theme::Plain,
        };
        let min = rng.u32(1..=3);
        let mut setup = Setup::new(seed, min, min + rng.u32(1..=5));
        setup.quirk = quirk;
        setup.moves = matches!(theme, Theme::Moves);
        setup.slack = seconds(90);
        setup.timings.list_lag = linode_sim::Delay::between_secs(0, 2);
        setup.timings.boot = linode_sim::Delay::between_secs(2, 20);
        let mut world = World::new(setup).await;
        world.start();
        let chance = fastrand::Rng::with_seed(!seed);
        Self { rng, chance, theme, world, stripped: Vec::new() }
    }

    async fn run(mut self) -> Told {
        let end = Instant::now() + TROUBLED;
        let mut next = Instant::now();
        while Instant::now() < end && self.world.judge.breaches().is_empty() {
            if Instant::now() >= next {
                self.something().await;
                self.something_of_its_theme().await;
                next = Instant::now() + seconds(self.rng.u64(5..60));
            }
            let left = next.min(end).saturating_duration_since(Instant::now());
            match self.world.run(left, |_| false).await {
                Happened::Done | Happened::TimeOut => {}
                Happened::Struck(number, Blow::Kill) => {
                    self.world.judge.tell(format!("process {number} is killed"));
                    self.again().await;
                }
                Happened::Struck(number, Blow::Overtake) if self.rng.u32(..3) == 0 => {
                    let time = seconds(self.rng.u64(20..400));
                    self.world.judge.tell(format!("process {number} is frozen for {} s", time.as_secs()));
                    let _ = self.world.run(time, |_| false).await;
                    self.world.processes.iter().for_each(|process| process.fuse.release());
                }
                Happened::Struck(number, Blow::Overtake) => {
                    self.world.judge.tell(format!("process {number} is overtaken"));
                    self.world.start();
                    self.world.pass(Duration::from_millis(self.rng.u64(1..3_000))).await;
                    for process in &self.world.processes {
                        process.fuse.release();
                    }
                }
                Happened::Ended(number, ended) => {
                    self.world.judge.tell(format!("process {number} ends: {ended:?}"));
                    if self.world.processes.is_empty() {
                        self.again().await;
                    }
                }
            }
        }
        if self.world.judge.breaches().is_empty() {
            self.rest().await;
        }
        let judge = &self.world.judge;
        Told { breaches: judge.breaches(), story: judge.story(), time: self.world.age() }
    }

    /// Starts again, after a while, perhaps without the store.
    async fn again(&mut self) {
        self.world.kill_all();
        let pause = if self.rng.bool() { 0 } else { self.rng.u64(0..40) };
        self.world.pass(seconds(pause)).await;
        let lost = self.rng.u32(..8) == 0;
        match &self.theme {
            Theme::Moves if self.chance.bool() => {
                let both = self.world.configs.clone();
                let homes = [both[..1].to_vec(), both[1..].to_vec(), both];
                self.world.home = self.chance.choice(homes).unwrap_or_default();
            }
            Theme::Moves => {}
            Theme::Restores(kept) if !kept.is_empty() && self.chance.bool() => {
                // What was on its way has landed and is listed by then, as with an operator who copies files.
                self.world.pass(COPIED).await;
                let backup = &kept[self.chance.usize(..kept.len())];
                self.world.restore(backup).await;
            }
            _ if lost => self.world.lose_store().await,
            _ => {}
        }
        self.world.start();
    }

    /// A copy is made of the store, or the program is started again.
    async fn something_of_its_theme(&mut self) {
        if let Theme::Restores(kept) = &mut self.theme
            && self.chance.u32(..3) == 0
        {
            kept.truncate(KEPT - 1);
            kept.insert(0, self.world.back_up().await);
        }
        if !matches!(self.theme, Theme::Plain) && self.chance.u32(..8) == 0 {
            self.again().await;
        }
    }

    async fn something(&mut self) {
        match self.rng.u32(..100) {
            0..25 => {
                let most = f64::from(self.world.group.size.max) * 0.8;
                self.world.load(self.rng.f64() * most);
            }
            25..55 => {
                let fault = self.rng.choice(FAULTS).copied().unwrap_or_default();
                self.world.faults(fault);
            }
            55..70 => {
                let (blow, fates): (_, &[Fate]) = match self.rng.u32(..4) {
                    0 => (Blow::Overtake, &[Fate::Never, Fate::Landed]),
                    _ => (Blow::Kill, &[Fate::Never, Fate::Landed, Fate::Late]),
                };
                let fate = self.rng.choice(fates).copied().unwrap_or(Fate::Never);
                self.world.arm(Some(Strike { point: self.rng.usize(..80), fate, blow }));
            }
            70..80 => {
                if let Some(id) = self.anyone() {
                    let healthy = self.rng.bool();
                    self.world.judge.tell(format!("instance {id} is healthy: {healthy}"));
                    self.world.sim.set_healthy(id, healthy);
                }
            }
            80..84 => {
                if let Some(id) = self.anyone() {
                    self.world.judge.tell(format!("the guest of {id} powers itself off"));
                    self.world.sim.power_off_guest(id);
                }
            }
            84..87 => {
                if let Some(id) = self.anyone() {
                    self.world.person("DELETE", &format!("/linode/instances/{id}"), "").await;
                }
            }
            87..89 => self.world.silence(self.rng.bool()),
            89..91 => self.somebody_strips_an_instance().await,
            91..95 => self.pause().await,
            _ => {
                self.world.kill_all();
                self.again().await;
            }
        }
    }

    /// Takes the tags off one of ours.
    async fn somebody_strips_an_instance(&mut self) {
        let Some(id) = self.anyone() else { return };
        let found = self.world.sim.snapshot().instances.into_iter().find(|one| one.id == id);
        let Some(tags) = found.map(|one| one.tags).filter(|tags| !tags.is_empty()) else { return };
        let path = format!("/linode/instances/{id}");
        self.world.judge.strip(id);
        self.world.person("PUT", &path, r#"{"tags":[]}"#).await;
        self.stripped.push((path, json!({ "tags": tags }).to_string()));
    }

    async fn pause(&mut self) {
        let modes = [GroupMode::Paused, GroupMode::Observe, GroupMode::AddOnly, GroupMode::On];
        let mode = self.rng.choice(modes).unwrap_or_default();
        let until = scaler_core::model::after(self.world.sim.now(), seconds(self.rng.u64(20..200)));
        if let Some(process) = self.world.processes.last() {
            // A person calls beside the loop, which waits for nobody.
            let web = process.scaler.group("web").unwrap();
            let asked = async move {
                let _ = web.set_mode(mode, Some(until), "somebody", "a whim").await;
            };
            let asked = tokio::spawn(asked);
            self.world.pass(seconds(2)).await;
            asked.abort();
        }
    }

    /// Where the store may be older than the members an operator has the last word, also on those that a log of before takes for
    /// somebody's: it does not know of the drain that it sent.
    async fn somebody_decides(&mut self) {
        let Some(process) = self.world.processes.last() else { return };
        let web = process.scaler.group("web").unwrap();
        let standby: Vec<InstanceId> = self.world.judge.with(|_, state| {
            let standby = state.members.values().filter(|member| member.phase == Phase::Standby);
            standby.filter_map(|member| member.instance).collect()
        });
        let asked = async move {
            for id in standby {
                web.activate(id, Cause::operator("it is ours")).await.unwrap();
            }
            web.set_mode(GroupMode::On, None, "somebody", "looked at").await.unwrap();
        };
        let asked = tokio::spawn(asked);
        self.world.pass(seconds(2)).await;
        asked.abort();
    }

    fn anyone(&mut self) -> Option<u64> {
        let ours: Vec<u64> = self.world.judge.with(|truth, _| truth.ours().keys().copied().collect());
        self.rng.choice(ours)
    }

    /// Signals at rest, the API answering, everybody well.
    async fn rest(&mut self) {
        self.world.judge.tell("rest");
        self.world.sim.faults().clear();
        self.world.silence(false);
        for (path, was) in std::mem::take(&mut self.stripped) {
            self.world.person("PUT", &path, &was).await;
        }
        let min = f64::from(self.world.group.size.min);
        self.world.load(min * 0.5);
        if self.world.processes.is_empty() {
            self.world.start();
        }
        self.world.arm(None);
        for process in &self.world.processes {
            process.fuse.release();
        }
        // What was to fall ill later does so by now.
        self.world.pass(seconds(60)).await;
        for instance in self.world.sim.snapshot().instances {
            self.world.sim.set_healthy(instance.id, true);
        }
        self.world.pass(seconds(20)).await;
        if matches!(self.theme, Theme::Restores(_)) {
            self.somebody_decides().await;
        }
        self.world.settles(seconds(7_200), seconds(150)).await;
    }
}

/// What there is to tell of a history.
pub struct Told {
    pub breaches: Vec<Breach>,
    story: Vec<String>,
    /// Simulated.
    time: Duration,
}

/// One history.
pub fn history(seed: u64, quirk: Quirk) -> Told {
    simulate(async move { History::new(seed, quirk).await.run().await })
}

fn tell(seed: u64, told: &Told) -> String {
    let mut text = String::new();
    for line in told.story.iter().rev().take(150).rev() {
        let _ = writeln!(text, "{}", line.chars().take(400).collect::<String>());
    }
    for breach in &told.breaches {
        let _ = writeln!(text, "{}", breach.to_string().chars().take(2_000).collect::<String>());
    }
    let _ = writeln!(
        text,
        "replay with SCALER_SEED={seed} cargo test -p integration --test integration simulation::replay -- --nocapture"
    );
    text
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().and_then(|text| text.parse().ok())
}

#[test]
fn random_histories_keep_the_invariants() {
    let began = stopwatch();
    let (first, number) = (number("SCALER_FROM").unwrap_or(0), number("SCALER_SEEDS").unwrap_or(HISTORIES));
    let next = AtomicU64::new(first);
    let failures = Mutex::new(Vec::new());
    let simulated = AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZeroUsize::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + number {
                        return;
                    }
                    let told = history(seed, Quirk::default());
                    simulated.fetch_add(told.time.as_secs(), Ordering::Relaxed);
                    if let Some(breach) = told.breaches.first() {
                        println!("seed {seed}: {}", breach.to_string().chars().take(160).collect::<String>());
                        failures.lock().unwrap().push((seed, told));
                    }
                }
            });
        }
    });
    super::figure(&format!(
        "{number} histories, {} simulated hours in {} s on {threads} threads",
        simulated.into_inner() / 3_600,
        began.elapsed().as_secs()
    ));
    let mut failures = failures.into_inner().unwrap();
    failures.sort_by_key(|(seed, _)| *seed);
    if let Some((seed, told)) = failures.first() {
        let seeds: Vec<u64> = failures.iter().map(|(seed, _)| *seed).collect();
        panic!("{}\nfailing seeds: {seeds:?}", tell(*seed, told));
    }
}

/// The history of `SCALER_SEED`, told whole.
pub fn replay() {
    let Some(seed) = number("SCALER_SEED") else {
        println!("SCALER_SEED is not set: nothing to replay");
        return;
    };
    let told = history(seed, Quirk::default());
    println!("{}", told.story.join("\n"));
    assert!(told.breaches.is_empty(), "{}", tell(seed, &told));
}
