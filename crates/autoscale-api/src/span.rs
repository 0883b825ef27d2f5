//! Durations as people write them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Units with their length in milliseconds, the largest first.
const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Nothing that a group waits for takes a year.
const LONGEST: u64 = 365 * 86_400_000;

/// A duration, written `90s`, `10m`, `1h30m` or `2d`: whole numbers with units `d`, `h`, `m`, `s`, `ms`, the largest
/// first, each at most once, and a year at most. It is kept to the millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span(pub Duration);

/// A text is not a valid [`Span`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a valid duration: write 90s, 10m, 1h30m or 2d (units d, h, m, s, ms, the largest first; at most 365d)"
)]
pub struct InvalidSpan(String);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        if left == 0 {
            return f.write_str("0s");
        }
        for (unit, length) in UNITS {
            if left >= length {
                write!(f, "{}{unit}", left / length)?;
                left %= length;
            }
        }
        Ok(())
    }
}

impl FromStr for Span {
    type Err = InvalidSpan;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let length = milliseconds(text.trim()).map(Duration::from_millis);
        length.map(Self).ok_or_else(|| InvalidSpan(text.to_owned()))
    }
}

fn milliseconds(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut units = UNITS.iter();
    let mut total: u64 = 0;
    loop {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u64 = rest.get(..digits)?.parse().ok()?;
        rest = rest.get(digits..)?;
        let end = rest.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(rest.len());
        let unit = rest.get(..end)?;
        let (_, length) = units.find(|(name, _)| *name == unit)?;
        total = total.checked_add(number.checked_mul(*length)?).filter(|total| *total <= LONGEST)?;
        rest = rest.get(end..)?;
        if rest.is_empty() {
            return Some(total);
        }
    }
}

impl TryFrom<String> for Span {
    type Error = InvalidSpan;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}
