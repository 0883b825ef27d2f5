//! Who may ask, and how often.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::timings::{RateLimit, RateLimits};
use api_sim::later;

/// The account's tokens and the windows of its rate limits.
#[derive(Debug)]
pub(crate) struct Limits {
    tokens: Vec<(String, String)>,
    rates: RateLimits,
    windows: BTreeMap<(usize, String), Window>,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    used: u32,
    ends: Timestamp,
}

/// What a request's rate limit says after it was counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    pub(crate) reset: Timestamp,
    pub(crate) exceeded: bool,
}

/// Which limit counts for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Creates,
    Collections,
    General,
}

/// A token that was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    /// Tells callers' rate limits apart without keeping the token.
    pub(crate) user: usize,
    /// What `X-OAuth-Scopes` shows.
    pub(crate) scopes: String,
}

impl Limits {
    pub(crate) fn new(tokens: Vec<(String, String)>, rates: RateLimits) -> Self {
        Self { tokens, rates, windows: BTreeMap::new() }
    }

    pub(crate) fn set_rates(&mut self, rates: RateLimits) {
        self.rates = rates;
        self.windows.clear();
    }

    /// Whose token it is. Without any configured token every token has every scope.
    pub(crate) fn caller(&self, token: &str) -> Option<Caller> {
        if self.tokens.is_empty() {
            return (!token.is_empty()).then(|| Caller { user: 0, scopes: "*".to_owned() });
        }
        let user = self.tokens.iter().position(|(known, _)| known == token)?;
        let scopes = self.tokens.get(user).map(|(_, scopes)| scopes.clone())?;
        Some(Caller { user, scopes })
    }

    pub(crate) fn count(&mut self, user: usize, operation: &str, family: Family, now: Timestamp) -> Standing {
        let rate = self.rate(family);
        let window = self
            .windows
            .entry((user, operation.to_owned()))
            .and_modify(|window| {
                if window.ends <= now {
                    *window = Window { used: 0, ends: later(now, rate.window) };
                }
            })
            .or_insert_with(|| Window { used: 0, ends: later(now, rate.window) });
        let exceeded = window.used >= rate.requests;
        if !exceeded {
            window.used += 1;
        }
        Standing {
            limit: rate.requests,
            remaining: rate.requests - window.used,
            reset: window.ends,
            exceeded,
        }
    }

    const fn rate(&self, family: Family) -> RateLimit {
        match family {
            Family::Creates => self.rates.creates,
            Family::Collections => self.rates.collections,
            Family::General => self.rates.general,
        }
    }
}

/// Whether scopes such as `linodes:read_only events:read_write` cover `family:read_write`.
pub(crate) fn covers(scopes: &str, needed: &str) -> bool {
    if needed == "*" {
        return true;
    }
    let (family, access) = needed.split_once(':').unwrap_or((needed, "read_write"));
    scopes.split([' ', ',']).any(|scope| {
        scope == "*"
            || scope.split_once(':').is_some_and(|(held, held_access)| {
                held == family && (held_access == access || held_access == "read_write")
            })
    })
}
