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

const TARGETS: &str = "any, create, delete, list, instances, nodes, balancers, events, boot, health, mode, \
                       or a method and a path such as `GET /linode/instances/*`";
const EFFECTS: &str = "a status such as 500 or 429=30, html, maintenance, hang, reset, lost, lost=408, late=30s, \
                       nonsense, half, short, empty, all-tags, lag=5s, slow=120s, never, after=60s, \
                       sold-out, sold-out=TYPE, limit, delay=60s";

impl Fault {
    /// Reads faults separated by commas.
    ///
    /// One is `TARGET:EFFECT[=VALUE]` with any of `*2` (two times at most), `%10` (in 10 of 100 cases), `^3` (from
    /// the fourth on), `+30s` (begins in 30 s), `~60s` (for 60 s) after it. A target is a name or a method and a
    /// path, in which `*` stands for anything.
    ///
    /// ```
    /// use linode_sim::Fault;
    /// let faults = Fault::parse_all("create:lost*2,boot:slow=120s,GET /linode/instances/*:500%10~60s")?;
    /// assert_eq!(faults.len(), 3);
    /// # Ok::<(), linode_sim::ParseFaultError>(())
    /// ```
    ///
    /// # Errors
    /// Names the fault that could not be read, and what would be right.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, ParseFaultError> {
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::parse).collect()
    }
}

impl FromStr for Fault {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = |problem: String| ParseFaultError { text: text.to_owned(), problem };
        let (target, effect) = text
            .rsplit_once(':')
            .ok_or_else(|| wrong("there is no `:` between target and effect".to_owned()))?;
        let cut = effect.find(['*', '%', '^', '+', '~']).unwrap_or(effect.len());
        let (effect, mut suffixes) = effect.split_at(cut);
        let target =
            read_target(target.trim()).ok_or_else(|| wrong(format!("a target is one of {TARGETS}")))?;
        let effect = read_effect(&target, effect.trim())
            .ok_or_else(|| wrong(format!("an effect is one of {EFFECTS}")))?;
        let mut fault = Self::new(target, effect);
        while let Some(kind) = suffixes.chars().next() {
            let rest = suffixes.get(kind.len_utf8()..).unwrap_or_default();
            let end = rest.find(['*', '%', '^', '+', '~']).unwrap_or(rest.len());
            let (value, next) = rest.split_at(end);
            fault = suffix(fault, kind, value.trim())
                .ok_or_else(|| wrong(format!("`{value}` after `{kind}` is not a number or a time")))?;
            suffixes = next;
        }
        Ok(fault)
    }
}

fn suffix(fault: Fault, kind: char, value: &str) -> Option<Fault> {
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

fn read_target(text: &str) -> Option<Target> {
    Some(match text {
        "any" | "*" => Target::Any,
        "create" => Target::Create,
        "delete" => Target::Delete,
        "list" => Target::List,
        "instances" => Target::Instances,
        "nodes" => Target::Nodes,
        "balancers" => Target::Balancers,
        "events" => Target::Events,
        "boot" => Target::Boot,
        "health" => Target::Health,
        "mode" => Target::Mode,
        _ => {
            let (method, path) = text.split_once(' ')?;
            let known = matches!(method, "*" | "GET" | "POST" | "PUT" | "DELETE");
            let path = path.trim();
            if !known || !path.starts_with('/') {
                return None;
            }
            Target::Request { method: method.to_owned(), path: path.to_owned() }
        }
    })
}

fn read_effect(target: &Target, text: &str) -> Option<Effect> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (text, None),
    };
    let millis = |value: Option<&str>| value.map_or(Some(None), |value| Some(Some(as_millis(time(value)?))));
    let needed = |value: Option<&str>| Some(as_millis(time(value?)?));
    let of_requests = match (target, name) {
        (Target::Boot, "slow") => return Some(Effect::SlowBoot { millis: needed(value)? }),
        (Target::Boot, "never") => return Some(Effect::NeverBoots),
        (Target::Health, "never") => return Some(Effect::NeverHealthy),
        (Target::Health, "after") => return Some(Effect::TurnsUnhealthy { millis: needed(value)? }),
        (Target::Mode, "delay") => return Some(Effect::ModeDelay { millis: needed(value)? }),
        (Target::Boot | Target::Health | Target::Mode, _) => return None,
        (_, name) => name,
    };
    Some(match of_requests {
        "html" => Effect::Html { status: value.map_or(Some(502), |value| value.parse().ok())? },
        "maintenance" => Effect::Maintenance,
        "hang" => Effect::Hang { millis: millis(value)? },
        "reset" => Effect::Reset,
        "lost" => match value {
            None => Effect::Lost,
            Some(status) => Effect::LostAs { status: status.parse().ok()? },
        },
        "late" => Effect::LateAnswer { millis: millis(value)? },
        "nonsense" => Effect::Nonsense,
        "half" => Effect::HalfList,
        "short" => Effect::ShortList,
        "empty" => Effect::EmptyList,
        "all-tags" => Effect::TagsMatchAll,
        "lag" => Effect::Lag { millis: needed(value)? },
        "sold-out" => Effect::SoldOut { plan: value.map(str::to_owned) },
        "limit" => Effect::AccountLimit,
        status => Effect::Status {
            status: status.parse().ok().filter(|status| (100..=599).contains(status))?,
            reason: None,
            retry_after: match value {
                None => None,
                Some(seconds) => Some(seconds.parse().ok()?),
            },
        },
    })
}

/// A time such as `500ms`, `30s`, `2m`, `1h`, or a number of seconds.
pub(crate) fn time(text: &str) -> Option<Duration> {
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

fn as_millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
