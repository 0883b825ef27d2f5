//! What argues for a size. No alert is not the same as "all clear".

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::Amount;

/// The label that says which group an alert belongs to.
pub const GROUP_LABEL: &str = "autoscale_group";

/// What a signal says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// More is needed.
    High,
    /// Less would do.
    Low,
    /// Neither.
    Neutral,
    /// Nobody confirms anything.
    Unknown,
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::High => "high",
            Self::Low => "low",
            Self::Neutral => "neutral",
            Self::Unknown => "unknown",
        })
    }
}

/// What one policy says, and why.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PolicySignal {
    /// The policy, by the labels that it matches.
    pub policy: String,
    /// What it says.
    pub signal: Signal,
    /// The step that it asks for, where it asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Amount>,
    /// It can ask for removals.
    pub can_remove: bool,
    /// Since when it says so, where an alert tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Why.
    pub why: SignalReason,
}

/// Why a policy says what it says. `policy` is the one that says it, by the labels that it matches.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum SignalReason {
    /// Its alert fires.
    Fires {
        /// The policy.
        policy: String,
    },
    /// Its alert is resolved.
    Resolved {
        /// The policy.
        policy: String,
    },
    /// Its alert does not fire.
    Silent {
        /// The policy.
        policy: String,
    },
    /// Its alert is silenced or inhibited.
    Suppressed {
        /// The policy.
        policy: String,
    },
    /// Its alert fired, and nobody has confirmed it since.
    Unconfirmed {
        /// The policy.
        policy: String,
    },
    /// Alertmanager has not answered three polls.
    PollsUnanswered,
    /// The heartbeat alert is not confirmed.
    HeartbeatUnconfirmed,
    /// A reason that this version does not know.
    #[serde(other)]
    Other,
}

impl SignalReason {
    /// Several reasons as one text.
    pub(crate) fn list(reasons: &[Self]) -> String {
        reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }
}

impl fmt::Display for SignalReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fires { policy } => write!(f, "{policy} fires"),
            Self::Resolved { policy } => write!(f, "{policy} is resolved"),
            Self::Silent { policy } => write!(f, "{policy} does not fire"),
            Self::Suppressed { policy } => write!(f, "{policy} is silenced or inhibited"),
            Self::Unconfirmed { policy } => write!(f, "{policy} fired and has not been confirmed since"),
            Self::PollsUnanswered => f.write_str("Alertmanager has not answered three polls"),
            Self::HeartbeatUnconfirmed => f.write_str("the heartbeat alert is not confirmed"),
            Self::Other => f.write_str("a reason that this version does not know"),
        }
    }
}

/// What all policies of a group say at one time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Signals {
    /// By policy, in the group's order.
    pub policies: Vec<PolicySignal>,
    /// The largest load that the low alerts tell by their annotation `value`.
    pub value: Option<f64>,
}

/// How the table of alerts is to be believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertFreshness {
    /// Where Alertmanager is polled: how often. Its answers are then the truth.
    pub poll: Option<Duration>,
    /// Where it is not: a firing alert must repeat within this.
    pub confirm: Duration,
    /// The `alertname` of an alert that always fires while alerting intents.
    pub heartbeat: Option<String>,
}

impl Default for AlertFreshness {
    fn default() -> Self {
        Self { poll: None, confirm: Duration::from_secs(600), heartbeat: None }
    }
}

impl Signals {
    /// What the policies say together: high if one says so; else unknown if one is; low if all that can remove say so.
    #[must_use]
    pub fn together(&self) -> Signal {
        let any = |signal| self.policies.iter().any(|policy| policy.signal == signal);
        if any(Signal::High) {
            Signal::High
        } else if any(Signal::Unknown) {
            Signal::Unknown
        } else if self.policies.iter().any(|policy| policy.can_remove)
            && self
                .policies
                .iter()
                .filter(|policy| policy.can_remove)
                .all(|policy| policy.signal == Signal::Low)
        {
            Signal::Low
        } else {
            Signal::Neutral
        }
    }

    /// The reasons of the policies that say `signal`.
    #[must_use]
    pub fn why(&self, signal: Signal) -> Vec<SignalReason> {
        let policies = self.policies.iter().filter(|policy| policy.signal == signal);
        let mut whys: Vec<SignalReason> = policies.map(|policy| policy.why.clone()).collect();
        whys.dedup();
        whys
    }
}
