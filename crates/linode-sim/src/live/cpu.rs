//! The simulated processor of an instance: cores that work off requests one after another.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Some cores, each with a queue of work. Latency rises by itself once more work comes than they can do.
#[derive(Debug)]
pub(crate) struct Cpu {
    started: Instant,
    longest_wait: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    cores: Vec<Core>,
    load: f64,
    load_at: Instant,
}

#[derive(Clone, Copy, Debug)]
struct Core {
    accepted: Duration,
    free_at: Instant,
}

/// What the processor did since the instance booted.
#[derive(Clone, Debug)]
pub(crate) struct Usage {
    /// Time since boot.
    pub(crate) elapsed: Duration,
    /// Time each core spent on requests.
    pub(crate) busy: Vec<Duration>,
    /// Mean number of cores' worth of work wanted over about the last minute.
    pub(crate) load1: f64,
}

impl Cpu {
    /// `cores` cores (at least one), idle; work that would have to wait longer than `longest_wait` is refused.
    pub(crate) fn new(cores: u32, longest_wait: Duration) -> Self {
        let now = Instant::now();
        let core = Core { accepted: Duration::ZERO, free_at: now };
        let cores = vec![core; usize::try_from(cores.max(1)).unwrap_or(1)];
        let state = Mutex::new(State { cores, load: 0.0, load_at: now });
        Self { started: now, longest_wait, state }
    }

    /// Does `cost` of work on the core that is free first and returns when it is done; false if the queue is too long.
    pub(crate) async fn work(&self, cost: Duration) -> bool {
        let Some(done) = self.accept(cost) else { return false };
        tokio::time::sleep_until(done).await;
        true
    }

    fn accept(&self, cost: Duration) -> Option<Instant> {
        let now = Instant::now();
        let mut state = self.lock();
        state.age(now);
        let core = state.cores.iter_mut().min_by_key(|core| core.free_at)?;
        let begin = core.free_at.max(now);
        if begin - now > self.longest_wait {
            return None;
        }
        core.free_at = begin + cost;
        core.accepted += cost;
        Some(core.free_at)
    }

    /// The figures up to now.
    pub(crate) fn usage(&self) -> Usage {
        let now = Instant::now();
        let mut state = self.lock();
        state.age(now);
        let busy = state.cores.iter().map(|core| core.done(now)).collect();
        Usage { elapsed: now - self.started, busy, load1: state.load }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Core {
    /// A core's queue has no gaps, so what it has not done yet is just the time until it is free.
    fn done(&self, now: Instant) -> Duration {
        self.accepted.saturating_sub(self.free_at.saturating_duration_since(now))
    }
}

impl State {
    /// Moves the load average on to `now`, with each core's work taken as wanted until it is free.
    fn age(&mut self, now: Instant) {
        let span = now.saturating_duration_since(self.load_at).as_secs_f64();
        if span <= 0.0 {
            return;
        }
        let wanted: f64 = self
            .cores
            .iter()
            .map(|core| {
                let busy = core.free_at.min(now).saturating_duration_since(self.load_at);
                let waiting = core.free_at.saturating_duration_since(now);
                busy.as_secs_f64() / span + waiting.as_secs_f64()
            })
            .sum();
        let keep = (-span / 60.0).exp();
        self.load = self.load * keep + wanted * (1.0 - keep);
        self.load_at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn busy_time_is_the_work_done_and_no_more_than_the_cores_can_do() {
        let cpu = Cpu::new(2, Duration::from_secs(10));
        for _ in 0..30 {
            assert!(cpu.accept(Duration::from_millis(100)).is_some());
        }
        tokio::time::advance(Duration::from_secs(1)).await;
        let half_way = cpu.usage();
        assert_eq!(half_way.busy, vec![Duration::from_secs(1); 2]);
        assert!(half_way.load1 > 0.0);
        tokio::time::advance(Duration::from_secs(9)).await;
        let usage = cpu.usage();
        assert_eq!(usage.elapsed, Duration::from_secs(10));
        assert_eq!(usage.busy.iter().sum::<Duration>(), Duration::from_secs(3));
    }

    #[tokio::test(start_paused = true)]
    async fn latency_rises_with_the_queue_and_a_queue_too_long_refuses() {
        let cpu = Cpu::new(1, Duration::from_millis(250));
        let begin = Instant::now();
        for _ in 0..2 {
            assert!(cpu.accept(Duration::from_millis(100)).is_some());
        }
        assert!(cpu.work(Duration::from_millis(100)).await);
        assert_eq!(begin.elapsed(), Duration::from_millis(300));
        assert!(cpu.accept(Duration::from_millis(300)).is_some());
        assert!(cpu.accept(Duration::from_millis(1)).is_none());
    }
}
