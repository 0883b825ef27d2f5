use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::HeaderMap;
use tokio::time::Instant;

/// The longest window that we believe a server: a reset further away is a clock gone wrong.
const LONGEST_WINDOW: Duration = Duration::from_secs(300);

/// A rate limit that is known before the first answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Requests per window.
    pub requests: u64,
    /// The window.
    pub per: Duration,
}

/// The client's side of the server's rate limits: one window for each family of requests, kept in step with the
/// `X-RateLimit-Limit`, `-Remaining` and `-Reset` headers of every answer. Limits change without notice, so the headers
/// overrule whatever was assumed.
#[derive(Debug)]
pub struct Budget {
    assumed: HashMap<&'static str, Limit>,
    window: Duration,
    families: Mutex<HashMap<&'static str, Window>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Window {
    /// Requests that may still begin before `ends`; `None` while nothing is known.
    left: Option<u64>,
    limit: Option<u64>,
    ends: Option<Instant>,
    under_way: u64,
    /// Numbers of the last request that began, and of the latest one that was answered.
    begun: u64,
    answered: u64,
}

/// A request that was let through; told to [`Budget::answered`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticket(u64);

impl Default for Budget {
    fn default() -> Self {
        Self::new()
    }
}

impl Budget {
    /// A budget that assumes nothing, and windows of a minute where no header says otherwise.
    pub fn new() -> Self {
        Self { assumed: HashMap::new(), window: Duration::from_secs(60), families: Mutex::default() }
    }

    /// Assumes `limit` for `family` until an answer says otherwise.
    #[must_use]
    pub fn assume(mut self, family: &'static str, requests: u64, per: Duration) -> Self {
        self.assumed.insert(family, Limit { requests, per });
        self
    }

    /// Requests that may begin now; `None` when no limit is known.
    pub fn left(&self, family: &str) -> Option<u64> {
        let families = self.families.lock().unwrap_or_else(PoisonError::into_inner);
        match families.get(family) {
            Some(window) if window.ends.is_some_and(|ends| ends <= Instant::now()) => window.limit,
            Some(window) => window.left,
            None => self.assumed.get(family).map(|limit| limit.requests),
        }
    }

    /// How long a request of `family` would wait now; nothing where one may begin.
    pub fn wait(&self, family: &str) -> Duration {
        let families = self.families.lock().unwrap_or_else(PoisonError::into_inner);
        let used_up = families.get(family).filter(|window| window.left == Some(0));
        let ends = used_up.and_then(|window| window.ends);
        ends.map_or(Duration::ZERO, |ends| ends.saturating_duration_since(Instant::now()))
    }

    /// Takes one request from `family`, or says how long to wait.
    pub(crate) fn take(&self, family: &'static str) -> Result<Ticket, Duration> {
        if family.is_empty() {
            return Ok(Ticket(0));
        }
        let now = Instant::now();
        let mut families = self.families.lock().unwrap_or_else(PoisonError::into_inner);
        let window = families.entry(family).or_insert_with(|| {
            let limit = self.assumed.get(family).map(|limit| limit.requests);
            Window { left: limit, limit, ..Window::default() }
        });
        if window.ends.is_some_and(|ends| ends <= now) {
            // Requests under way will be counted by the server in its new window too, or not: count them.
            window.left = window.limit.map(|limit| limit.saturating_sub(window.under_way).max(1));
            window.ends = None;
        }
        match window.left {
            Some(0) => {
                let ends = *window.ends.get_or_insert_with(|| now + self.window_of(family));
                return Err(ends.saturating_duration_since(now).max(Duration::from_millis(1)));
            }
            Some(left) => window.left = Some(left - 1),
            None => {}
        }
        window.ends.get_or_insert_with(|| now + self.window_of(family));
        window.under_way += 1;
        window.begun += 1;
        Ok(Ticket(window.begun))
    }

    /// The request that was taken is over without an answer.
    pub(crate) fn lost(&self, family: &'static str) {
        let mut families = self.families.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(window) = families.get_mut(family) {
            window.under_way = window.under_way.saturating_sub(1);
        }
    }

    /// Keeps in step with an answer. `refused_for`: the server said 429, and for how long.
    pub(crate) fn answered(
        &self,
        family: &'static str,
        ticket: Ticket,
        headers: &HeaderMap,
        refused_for: Option<Duration>,
    ) {
        let now = Instant::now();
        let mut families = self.families.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(window) = families.get_mut(family) else { return };
        window.under_way = window.under_way.saturating_sub(1);
        if let Some(limit) =
            number(headers, "x-ratelimit-limit").and_then(|n| u64::try_from(n).ok()).filter(|&n| n > 0)
        {
            window.limit = Some(limit);
        }
        if let Some(left) = number(headers, "x-ratelimit-remaining") {
            let left = u64::try_from(left).unwrap_or(0).saturating_sub(window.under_way);
            // The answer to an older request than the last one that was answered shows more than there is; the answer to a
            // newer one is what the server says now, perhaps of a new window.
            let overtaken = ticket.0 < window.answered;
            window.left = Some(window.left.filter(|_| overtaken).map_or(left, |known| known.min(left)));
            window.answered = window.answered.max(ticket.0);
        }
        if let Some(until_reset) = reset(headers) {
            window.ends = Some(now + until_reset);
        }
        if let Some(wait) = refused_for {
            window.left = Some(0);
            window.ends = Some(now + wait.clamp(Duration::from_millis(100), LONGEST_WINDOW));
        }
    }

    fn window_of(&self, family: &str) -> Duration {
        self.assumed.get(family).map_or(self.window, |limit| limit.per)
    }
}

/// Time until the window ends, by the server's own clock: its `Date` against its reset, so that ours does not matter.
fn reset(headers: &HeaderMap) -> Option<Duration> {
    let reset = number(headers, "x-ratelimit-reset").filter(|&n| n > 0)?;
    let date = headers.get(http::header::DATE)?.to_str().ok()?;
    let left = reset - http_date(date)?;
    // A reset in the past is a window that just ended.
    Some(Duration::from_secs(u64::try_from(left).unwrap_or(0)).min(LONGEST_WINDOW))
}

fn number(headers: &HeaderMap, name: &str) -> Option<i64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// Seconds since 1970 of an IMF-fixdate, the only form that servers send today: `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(text: &str) -> Option<i64> {
    let mut words = text.split_once(", ")?.1.split(' ');
    let day: i64 = words.next()?.parse().ok()?;
    let month = words.next()?;
    let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        .iter()
        .position(|name| *name == month)?;
    let month = i64::try_from(month).ok()? + 1;
    let year: i64 = words.next()?.parse().ok().filter(|y| (1970..10_000).contains(y))?;
    let mut clock = words.next()?.splitn(3, ':').map(|part| part.parse::<i64>().ok());
    let (hours, minutes, seconds) = (clock.next()??, clock.next()??, clock.next()??);
    // Days of the Gregorian calendar, counted in years that begin in March.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    Some(days * 86_400 + hours * 3_600 + minutes * 60 + seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: Duration = Duration::from_secs(1);

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn dates_are_read() {
        assert_eq!(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(http_date("Thu, 29 Feb 2024 00:00:00 GMT"), Some(1_709_164_800));
        assert_eq!(http_date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(http_date("yesterday"), None);
        assert_eq!(http_date("Sun, 06 Foo 1994 08:49:37 GMT"), None);
    }

    #[tokio::test(start_paused = true)]
    async fn an_assumed_limit_holds_until_its_window_ends() {
        let budget = Budget::new().assume("creates", 2, 30 * S);
        assert_eq!(budget.left("creates"), Some(2));
        budget.take("creates").unwrap();
        tokio::time::advance(10 * S).await;
        budget.take("creates").unwrap();
        assert_eq!(budget.take("creates").unwrap_err(), 20 * S);
        assert_eq!((budget.wait("creates"), budget.wait("reads")), (20 * S, Duration::ZERO));
        tokio::time::advance(20 * S).await;
        assert_eq!(budget.wait("creates"), Duration::ZERO);
        budget.take("creates").unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_held_back_while_nothing_is_known() {
        let budget = Budget::new();
        for _ in 0..1000 {
            budget.take("reads").unwrap();
            budget.take("").unwrap();
        }
        assert_eq!(budget.left("reads"), None);
    }

    #[tokio::test(start_paused = true)]
    async fn headers_overrule_what_was_assumed() {
        let budget = Budget::new().assume("creates", 8, 30 * S);
        let first = budget.take("creates").unwrap();
        let headers_of = |left| headers(&[("x-ratelimit-limit", "20"), ("x-ratelimit-remaining", left)]);
        budget.answered("creates", first, &headers_of("19"), None);
        assert_eq!(budget.left("creates"), Some(19));
        let second = budget.take("creates").unwrap();
        budget.answered(
            "creates",
            second,
            &headers(&[
                ("x-ratelimit-limit", "20"),
                ("x-ratelimit-remaining", "1"),
                ("x-ratelimit-reset", "784111787"),
                ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ]),
            None,
        );
        assert_eq!(budget.left("creates"), Some(1));
        budget.take("creates").unwrap();
        assert_eq!(budget.take("creates").unwrap_err(), 10 * S);
        tokio::time::advance(10 * S).await;
        assert_eq!(budget.left("creates"), Some(20));
    }

    #[tokio::test(start_paused = true)]
    async fn requests_under_way_are_not_forgotten() {
        let budget = Budget::new();
        let tickets: Vec<_> = (0..3).map(|_| budget.take("reads").unwrap()).collect();
        // The server counted only the one it answers: two more are on their way.
        budget.answered("reads", tickets[1], &headers(&[("x-ratelimit-remaining", "5")]), None);
        assert_eq!(budget.left("reads"), Some(3));
        budget.lost("reads");
        budget.answered("reads", tickets[0], &headers(&[("x-ratelimit-remaining", "6")]), None);
        assert_eq!(budget.left("reads"), Some(3), "an overtaken answer does not add");
        // The server's window ended before ours did: it says so by the next answer.
        let next = budget.take("reads").unwrap();
        budget.answered("reads", next, &headers(&[("x-ratelimit-remaining", "9")]), None);
        assert_eq!(budget.left("reads"), Some(9));
    }

    #[tokio::test(start_paused = true)]
    async fn odd_headers_are_clamped() {
        let budget = Budget::new();
        let ticket = budget.take("reads").unwrap();
        budget.answered(
            "reads",
            ticket,
            &headers(&[
                ("x-ratelimit-limit", "-5"),
                ("x-ratelimit-remaining", "-1"),
                ("x-ratelimit-reset", "-1"),
                ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ]),
            None,
        );
        assert_eq!(budget.take("reads").unwrap_err(), 60 * S);
        tokio::time::advance(60 * S).await;
        let ticket = budget.take("reads").unwrap();
        budget.answered(
            "reads",
            ticket,
            &headers(&[
                ("x-ratelimit-remaining", "0"),
                ("x-ratelimit-reset", "99999999999"),
                ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ]),
            None,
        );
        assert_eq!(budget.take("reads").unwrap_err(), LONGEST_WINDOW);
    }

    #[tokio::test(start_paused = true)]
    async fn a_429_holds_the_whole_family() {
        let budget = Budget::new();
        let ticket = budget.take("reads").unwrap();
        budget.answered("reads", ticket, &headers(&[]), Some(7 * S));
        assert_eq!(budget.take("reads").unwrap_err(), 7 * S);
        budget.take("writes").unwrap();
        tokio::time::advance(7 * S).await;
        budget.take("reads").unwrap();
    }
}
