//! Faults as text, for a command line: `create:lost*2,boot:slow=120s`.

use std::str::FromStr;
use std::time::Duration;

use super::{Effect, Fault, Target};

/// A fault that could not be read: which part, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseFaultError {
    text: String,
    problem: String,
}

impl std::fmt::Display for ParseFaultError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot read the fault `{}`: {}", self.text, self.problem)
    }
}

impl std::error::Error for ParseFaultError {}

/// What begins a suffix.
const SUFFIXES: [char; 5] = ['*', '%', '^', '+', '~'];

impl<T: Target, E: Effect<T>> Fault<T, E> {
    /// Reads faults separated by commas.
    ///
    /// One is `TARGET:EFFECT[=VALUE]` with any of `*2` (two times at most), `%10` (in 10 of 100 cases), `^3` (from
    /// the fourth on), `+30s` (begins in 30 s), `~60s` (for 60 s) after it.
    ///
    /// # Errors
    /// Names the fault that could not be read, and what would be right.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, ParseFaultError> {
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::parse).collect()
    }
}

impl<T: Target, E: Effect<T>> FromStr for Fault<T, E> {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = |problem: String| ParseFaultError { text: text.to_owned(), problem };
        let (target, effect) = text
            .rsplit_once(':')
            .ok_or_else(|| wrong("there is no `:` between target and effect".to_owned()))?;
        let (effect, mut suffixes) = effect.split_at(effect.find(SUFFIXES).unwrap_or(effect.len()));
        let target =
            T::read(target.trim()).ok_or_else(|| wrong(format!("a target is one of {}", T::FORMS)))?;
        let effect = match effect.trim().split_once('=') {
            Some((name, value)) => E::read(&target, name, Some(value)),
            None => E::read(&target, effect.trim(), None),
        };
        let effect = effect.ok_or_else(|| wrong(format!("an effect is one of {}", E::FORMS)))?;
        let mut fault = Self::new(target, effect);
        while let Some(kind) = suffixes.chars().next() {
            let rest = suffixes.get(kind.len_utf8()..).unwrap_or_default();
            let (value, next) = rest.split_at(rest.find(SUFFIXES).unwrap_or(rest.len()));
            fault = suffix(fault, kind, value.trim())
                .ok_or_else(|| wrong(format!("`{value}` after `{kind}` is not a number or a time")))?;
            suffixes = next;
        }
        Ok(fault)
    }
}

fn suffix<T, E>(fault: Fault<T, E>, kind: char, value: &str) -> Option<Fault<T, E>> {
    Some(match kind {
        '*' => fault.times(value.parse().ok()?),
        '%' => {
            fault.with_probability(value.parse::<f64>().ok().filter(|p| (0.0..=100.0).contains(p))? / 100.0)
        }
        '^' => fault.skipping(value.parse().ok()?),
        '+' => fault.after(time(value)?),
        _ => fault.lasting(time(value)?),
    })
}

/// Reads a time such as `500ms`, `30s`, `2m`, `1h`, or a number of seconds.
#[must_use]
pub fn time(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    Some(match unit {
        "ms" => Duration::from_millis(number),
        "" | "s" => Duration::from_secs(number),
        "m" => Duration::from_secs(number.checked_mul(60)?),
        "h" => Duration::from_secs(number.checked_mul(3600)?),
        _ => return None,
    })
}
