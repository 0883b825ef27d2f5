use std::fmt;
use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};

use crate::outcome::{Idempotency, Verdict};

/// How an API means its refusals: given by the API's client.
pub trait Refusals: Send + Sync + fmt::Debug {
    /// Judges an answer whose status is not a success.
    fn judge(&self, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Verdict;
}

/// What HTTP itself says, for APIs without words of their own: 429 turns away, 408 and 5xx leave doubt, all else is final.
#[derive(Debug, Clone, Copy, Default)]
pub struct HttpRefusals;

impl Refusals for HttpRefusals {
    fn judge(&self, status: StatusCode, _headers: &HeaderMap, _body: &[u8]) -> Verdict {
        match status.as_u16() {
            429 => Verdict::TURNED_AWAY,
            408 | 500..=599 => Verdict::DOUBTFUL,
            _ => Verdict::FINAL,
        }
    }
}

/// When to send again: bounded in number and in time, with jittered exponential back-off.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retry {
    /// The most times a request is sent.
    pub attempts: u32,
    /// The longest time from the first attempt to the beginning of the last, waits for the rate budget included.
    pub total: Duration,
    /// The first wait; each later one is twice as long.
    pub first: Duration,
    /// The longest wait of our own choice. A server's `Retry-After` may be longer.
    pub longest: Duration,
    /// Makes the jitter repeatable.
    pub seed: Option<u64>,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 8,
            total: Duration::from_secs(60),
            first: Duration::from_millis(100),
            longest: Duration::from_secs(2),
            seed: None,
        }
    }
}

impl Retry {
    /// Sends once.
    pub fn never() -> Self {
        Self { attempts: 1, ..Self::default() }
    }

    /// Sends at most this many times.
    #[must_use]
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Begins no attempt later than this after the first.
    #[must_use]
    pub const fn total(mut self, total: Duration) -> Self {
        self.total = total;
        self
    }

    /// Back-off from `first`, doubling, to `longest`.
    #[must_use]
    pub const fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.first = first;
        self.longest = longest;
        self
    }

    /// Makes the jitter repeatable.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The wait before the next attempt, or `None` to give up.
    ///
    /// `attempt` counts from 1 and is the one that just failed after `elapsed`; `jitter` lies in 0..1.
    pub fn next(
        &self,
        idempotency: Idempotency,
        verdict: Verdict,
        attempt: u32,
        elapsed: Duration,
        retry_after: Option<Duration>,
        jitter: f64,
    ) -> Option<Duration> {
        let safe = idempotency == Idempotency::Idempotent || !verdict.may_have_happened;
        if !verdict.again || !safe || attempt >= self.attempts {
            return None;
        }
        // Half of the wait is certain, so that a crowd spreads out and none of it comes back at once.
        let own = self.backoff_of(attempt).mul_f64(0.5 + 0.5 * jitter.clamp(0.0, 1.0));
        // Sooner than the server asks is a wasted request; a little later spreads those that it told the same.
        let wait = retry_after.map_or(own, |asked| asked.max(self.first) + own.min(asked) / 4);
        // Equal is too late: with no time at all there is no second attempt.
        (elapsed.saturating_add(wait) < self.total).then_some(wait)
    }

    fn backoff_of(&self, attempt: u32) -> Duration {
        let doublings = attempt.saturating_sub(1).min(20);
        self.first.saturating_mul(1 << doublings).min(self.longest)
    }
}

/// The server's `Retry-After` in seconds. A negative number (servers were seen to send one) means no wait; a date is not
/// understood, because it would need the wall clock.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds: f64 = text.parse().ok().filter(|s: &f64| s.is_finite())?;
    // A century is beyond any caller's patience and still fits every sum.
    Some(Duration::from_secs_f64(seconds.clamp(0.0, 3.2e9)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Stage;
    use Idempotency::{Creates, Idempotent, NotIdempotent};

    const S: Duration = Duration::from_secs(1);

    fn next(idempotency: Idempotency, verdict: Verdict) -> Option<Duration> {
        Retry::default().next(idempotency, verdict, 1, Duration::ZERO, None, 1.0)
    }

    #[test]
    fn only_what_is_safe_goes_again() {
        for idempotency in [Idempotent, NotIdempotent, Creates] {
            assert!(next(idempotency, Verdict::TURNED_AWAY).is_some(), "{idempotency:?}");
            assert!(next(idempotency, Verdict::FINAL).is_none(), "{idempotency:?}");
            assert_eq!(next(idempotency, Verdict::DOUBTFUL).is_some(), idempotency == Idempotent);
            assert!(next(idempotency, Verdict::of_stage(Stage::Connecting)).is_some());
            assert_eq!(
                next(idempotency, Verdict::of_stage(Stage::Sending)).is_some(),
                idempotency == Idempotent
            );
            assert_eq!(
                next(idempotency, Verdict::of_stage(Stage::Reading)).is_some(),
                idempotency == Idempotent
            );
            assert!(next(idempotency, Verdict::of_stage(Stage::Decoding)).is_none());
        }
    }

    #[test]
    fn the_back_off_doubles_to_its_longest_and_jitters_down_to_half() {
        let retry = Retry::default();
        let wait = |attempt, jitter| {
            retry
                .next(Idempotent, Verdict::TURNED_AWAY, attempt, Duration::ZERO, None, jitter)
                .unwrap()
                .as_millis()
        };
        assert_eq!((1..=7).map(|n| wait(n, 1.0)).collect::<Vec<_>>(), [100, 200, 400, 800, 1600, 2000, 2000]);
        assert_eq!(wait(1, 0.0), 50);
        assert_eq!(wait(5, 0.0), 800);
    }

    #[test]
    fn number_and_time_are_bounded() {
        let retry = Retry::default().attempts(3).total(10 * S);
        let next = |attempt, elapsed| retry.next(Idempotent, Verdict::DOUBTFUL, attempt, elapsed, None, 0.5);
        assert!(next(2, S).is_some());
        assert!(next(3, S).is_none());
        assert!(next(1, 10 * S).is_none());
        assert!(Retry::never().next(Idempotent, Verdict::DOUBTFUL, 1, Duration::ZERO, None, 0.5).is_none());
    }

    #[test]
    fn retry_after_is_never_undercut_and_never_beyond_patience() {
        let retry = Retry::default();
        let next = |after| retry.next(Creates, Verdict::TURNED_AWAY, 1, Duration::ZERO, Some(after), 1.0);
        assert!(next(5 * S).unwrap() >= 5 * S);
        assert!(next(5 * S).unwrap() < 6 * S);
        assert_eq!(next(Duration::ZERO).unwrap(), retry.first);
        assert_eq!(next(600 * S), None);
    }

    #[test]
    fn retry_after_is_read_signed_and_clamped() {
        let read = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().unwrap());
            retry_after(&headers)
        };
        assert_eq!(read("7"), Some(7 * S));
        assert_eq!(read(" 1.5 "), Some(Duration::from_millis(1500)));
        assert_eq!(read("-3"), Some(Duration::ZERO));
        assert!(read("1e300").unwrap() > 365 * 86400 * S);
        assert_eq!(read("NaN"), None);
        assert_eq!(read("Wed, 21 Oct 2026 07:28:00 GMT"), None);
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
