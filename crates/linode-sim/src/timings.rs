//! How long things take in the simulated cloud, and how often it may be asked.

use std::time::Duration;

/// A time that is drawn anew each time it is needed, uniformly between two bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delay {
    /// The shortest it takes.
    pub least: Duration,
    /// The longest it takes.
    pub most: Duration,
}

impl Delay {
    /// Nothing at all.
    pub const ZERO: Self = Self { least: Duration::ZERO, most: Duration::ZERO };

    /// Always the same.
    #[must_use]
    pub const fn fixed(time: Duration) -> Self {
        Self { least: time, most: time }
    }

    /// Always this many seconds.
    #[must_use]
    pub const fn secs(seconds: u64) -> Self {
        Self::fixed(Duration::from_secs(seconds))
    }

    /// Somewhere between two numbers of seconds.
    #[must_use]
    pub const fn between_secs(least: u64, most: u64) -> Self {
        Self { least: Duration::from_secs(least), most: Duration::from_secs(most) }
    }

    pub(crate) fn draw(self, rng: &mut fastrand::Rng) -> Duration {
        let spread = self.most.saturating_sub(self.least);
        if spread.is_zero() { self.least } else { self.least.saturating_add(spread.mul_f64(rng.f64())) }
    }
}

impl From<Duration> for Delay {
    fn from(time: Duration) -> Self {
        Self::fixed(time)
    }
}

/// How long things take, in simulated time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timings {
    /// `provisioning` of an instance with an image.
    pub provision: Delay,
    /// `provisioning` of an instance without one.
    pub provision_bare: Delay,
    /// `booting`, and the second half of `rebooting`.
    pub boot: Delay,
    /// From `running` until the guest's service answers.
    pub service: Delay,
    /// `shutting_down`, and the first half of `rebooting`.
    pub shutdown: Delay,
    /// How long a deleted instance is still shown as `deleting`.
    pub delete: Delay,
    /// How long after a change of status jobs are still refused with `Linode busy.`
    pub busy_tail: Delay,
    /// From the PUT of a node's mode until the NodeBalancer acts on it.
    pub mode: Delay,
    /// How long a list still shows what was before a write.
    pub list_lag: Delay,
    /// How long after it happened an event can be seen.
    pub event_lag: Delay,
    /// From a guest that powered itself off until Lassie boots it again.
    pub lassie: Delay,
}

impl Timings {
    /// As recordings of the real API show it: a member takes one to two minutes, modes apply within 60 s.
    #[must_use]
    pub fn realistic() -> Self {
        Self {
            provision: Delay::between_secs(41, 65),
            provision_bare: Delay::between_secs(3, 8),
            boot: Delay::between_secs(24, 67),
            service: Delay::between_secs(2, 6),
            shutdown: Delay::between_secs(10, 28),
            delete: Delay::between_secs(2, 6),
            busy_tail: Delay::between_secs(1, 5),
            mode: Delay::between_secs(5, 60),
            // In recordings each of 21 lists that follow a write shows it; lag is a fault: `list:lag=10s`.
            list_lag: Delay::ZERO,
            event_lag: Delay::between_secs(1, 4),
            lassie: Delay::between_secs(5, 20),
        }
    }

    /// The same states in seconds, for demonstrations and tests against real sockets.
    #[must_use]
    pub fn quick() -> Self {
        Self {
            provision: Delay::secs(2),
            provision_bare: Delay::secs(1),
            boot: Delay::secs(3),
            service: Delay::secs(1),
            shutdown: Delay::secs(1),
            delete: Delay::secs(1),
            busy_tail: Delay::ZERO,
            mode: Delay::secs(2),
            list_lag: Delay::ZERO,
            event_lag: Delay::ZERO,
            lassie: Delay::secs(2),
        }
    }

    /// Nothing takes any time. Health checks still take their interval.
    #[must_use]
    pub fn instant() -> Self {
        Self {
            provision: Delay::ZERO,
            provision_bare: Delay::ZERO,
            boot: Delay::ZERO,
            service: Delay::ZERO,
            shutdown: Delay::ZERO,
            delete: Delay::ZERO,
            busy_tail: Delay::ZERO,
            mode: Delay::ZERO,
            list_lag: Delay::ZERO,
            event_lag: Delay::ZERO,
            lassie: Delay::ZERO,
        }
    }
}

impl Default for Timings {
    fn default() -> Self {
        Self::realistic()
    }
}

/// One rate limit: so many requests in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests that a window admits. Shown in `X-RateLimit-Limit`.
    pub requests: u32,
    /// The window's length in simulated time.
    pub window: Duration,
}

impl RateLimit {
    /// So many requests in so many seconds.
    #[must_use]
    pub const fn new(requests: u32, seconds: u64) -> Self {
        Self { requests, window: Duration::from_secs(seconds) }
    }
}

/// The rate limits of the account, per user and operation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimits {
    /// `POST /linode/instances`.
    pub creates: RateLimit,
    /// GETs of collections.
    pub collections: RateLimit,
    /// Everything else.
    pub general: RateLimit,
}

impl RateLimits {
    /// As documented: creates 20 in 15 s, collections 200 a minute, the rest 1,600 in two minutes.
    #[must_use]
    pub fn documented() -> Self {
        Self {
            creates: RateLimit::new(20, 15),
            collections: RateLimit::new(200, 60),
            general: RateLimit::new(1600, 120),
        }
    }

    /// So wide that nobody meets them; the headers are still sent.
    #[must_use]
    pub fn off() -> Self {
        let wide = RateLimit::new(u32::MAX, 60);
        Self { creates: wide, collections: wide, general: wide }
    }
}

impl Default for RateLimits {
    fn default() -> Self {
        Self::documented()
    }
}
