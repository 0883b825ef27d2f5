//! A world that a clock turns.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use crate::clock::{SimulatedClock, between};

/// Plain data, changed by requests and by the passing of time.
pub trait World: Send + 'static {
    /// Carries out everything that is due by `now`, each at its own time.
    fn advance(&mut self, now: Timestamp);

    /// Counts up with every change, so that watchers can tell.
    fn version(&self) -> u64;

    /// When the next thing happens by itself.
    fn next_due(&self) -> Option<Timestamp>;
}

/// A world behind a lock, brought up to the time of its clock whenever somebody looks. A clone is the same world.
#[derive(Debug)]
pub struct Simulation<W> {
    shared: Arc<Shared<W>>,
}

impl<W> Clone for Simulation<W> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

#[derive(Debug)]
struct Shared<W> {
    clock: SimulatedClock,
    world: Mutex<W>,
    changed: watch::Sender<u64>,
    /// Wakes [`Simulation::keep_time`] when the world has something earlier.
    next: watch::Sender<Option<Timestamp>>,
}

impl<W: World> Simulation<W> {
    /// A world on a clock.
    pub fn new(clock: SimulatedClock, world: W) -> Self {
        let shared = Shared {
            clock,
            world: Mutex::new(world),
            changed: watch::Sender::new(0),
            next: watch::Sender::new(None),
        };
        Self { shared: Arc::new(shared) }
    }

    /// The clock that turns it.
    #[must_use]
    pub fn clock(&self) -> &SimulatedClock {
        &self.shared.clock
    }

    /// Changes with every change of the world. What time alone brings is noticed when somebody asks, or by
    /// [`Simulation::keep_time`].
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.shared.changed.subscribe()
    }

    /// Does something with the world as it is now, and tells those who watch when it changed.
    pub fn with<R>(&self, act: impl FnOnce(&mut W) -> R) -> R {
        let mut world = self.lock();
        world.advance(self.shared.clock.now());
        let result = act(&mut world);
        let (version, next) = (world.version(), world.next_due());
        drop(world);
        self.shared.changed.send_if_modified(|seen| std::mem::replace(seen, version) != version);
        self.shared.next.send_if_modified(|seen| std::mem::replace(seen, next) != next);
        result
    }

    /// Turns the world for as long as it is polled: by `turn`, which says when the next thing happens by itself.
    pub async fn keep_time(&self, turn: impl Fn() -> Option<Timestamp> + Send + Sync) {
        let mut earlier = self.shared.next.subscribe();
        loop {
            earlier.mark_unchanged();
            let clock = &self.shared.clock;
            let wait = turn().map(|at| clock.real(between(clock.now(), at)).max(Duration::from_millis(1)));
            tokio::select! {
                () = async { match wait {
                    Some(wait) => tokio::time::sleep(wait).await,
                    None => std::future::pending().await,
                } } => {}
                changed = earlier.changed() => if changed.is_err() { return },
            }
        }
    }

    /// A panic elsewhere leaves plain data behind, so a poisoned lock is still good.
    fn lock(&self) -> MutexGuard<'_, W> {
        self.shared.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
