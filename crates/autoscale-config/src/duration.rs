//! Durations as people write them: `90s`, `10m`, `1h30m`.

use std::time::Duration;

/// Units with their length in milliseconds, the largest first.
const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Nothing that a group waits for takes a year.
const LONGEST: u64 = 365 * 86_400_000;

/// A text is not a valid duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a valid duration: write 90s, 10m, 1h30m or 2d (units d, h, m, s, ms, the largest first; at most 365d)"
)]
pub struct ParseDurationError(String);

/// Reads a duration: whole numbers with units `d`, `h`, `m`, `s`, `ms`, the largest first, each at most once.
///
/// # Errors
/// [`ParseDurationError`] where `text` has another form or is longer than a year.
pub fn parse_duration(text: &str) -> Result<Duration, ParseDurationError> {
    milliseconds(text.trim()).map(Duration::from_millis).ok_or_else(|| ParseDurationError(text.to_owned()))
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

/// Writes a duration in the form that [`parse_duration`] reads, to the millisecond.
#[must_use]
pub fn format_duration(duration: Duration) -> String {
    let mut left = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let mut text = String::new();
    for (unit, length) in UNITS {
        if left >= length {
            text.push_str(&format!("{}{unit}", left / length));
            left %= length;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}
