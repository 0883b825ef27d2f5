//! What happens, as the sandbox sees and tells it.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use scaler_core::model::Phase;
use scaler_core::state::{Hold, SizeReason};
use tokio::sync::mpsc;

use crate::pace::Pace;

/// A part of the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Chapter {
    Calm,
    Spike,
    ScaleUp,
    Spread,
    CalmAgain,
    ScaleDown,
    SpikeReturns,
    Bill,
}

impl Chapter {
    /// Its name in the course of the story.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Calm | Self::CalmAgain => "calm",
            Self::Spike => "spike",
            Self::ScaleUp => "scale-up",
            Self::Spread => "the load spreads",
            Self::ScaleDown => "scale-down",
            Self::SpikeReturns => "the spike returns",
            Self::Bill => "the bill",
        }
    }

    /// What is to be seen in it.
    const fn about(self) -> &'static str {
        match self {
            Self::Calm => "two members found by their tags; they warm up before they count as evidence",
            Self::Spike => "more requests than two members should bear",
            Self::ScaleUp => "creates under way; each is in the log before it is sent",
            Self::Spread => "the NodeBalancer's checks passed: new members serve, and warm up",
            Self::CalmAgain => {
                "fewer requests; the low alert must stay for remove.low_for before anything goes"
            }
            Self::ScaleDown => "one member a permit: drain, reject, deregister, delete",
            Self::SpikeReturns => "the load is back while a member drains: it is reinstated",
            Self::Bill => "what it came to",
        }
    }
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum What {
    Chapter(Chapter),
    /// The load generator sends so many requests a second from now on.
    Load(f64),
    /// The first request that a member served.
    Served {
        label: String,
    },
    /// A request failed.
    Failed {
        why: String,
    },
    /// A rule's condition holds, and has to go on for a while.
    Pending {
        alert: String,
        value: Option<f64>,
    },
    Firing {
        alert: String,
        value: Option<f64>,
    },
    Resolved {
        alert: String,
    },
    /// A notification was sent to the daemon's webhook, which stored it.
    Notified {
        alert: String,
        firing: bool,
    },
    /// The daemon did not take a notification.
    NotTaken {
        why: String,
    },
    Decided {
        previous: Option<u32>,
        desired: u32,
        reason: Option<SizeReason>,
    },
    /// The daemon saw a member in a phase.
    Phase {
        label: String,
        phase: Phase,
    },
    PermitDrawn {
        label: String,
    },
    Held(Vec<Hold>),
    /// Something else that the daemon says.
    Said(String),
    /// The cloud got a call that creates an instance.
    Created {
        label: String,
    },
    Running {
        label: String,
    },
    /// Its service answers.
    Serving {
        label: String,
    },
    Registered {
        label: String,
    },
    /// The NodeBalancer's health check passed, or did not.
    Health {
        label: String,
        up: bool,
    },
    Mode {
        label: String,
        before: &'static str,
        now: &'static str,
    },
    Deregistered {
        label: String,
    },
    Deleted {
        label: String,
    },
}

/// Something that happened, and when in simulated time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Happening {
    pub(crate) at: Timestamp,
    pub(crate) what: What,
}

/// How a line is to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Heading,
    Load,
    Alert,
    Daemon,
    Cloud,
    Bad,
    /// Not worth a line.
    Silent,
}

impl What {
    pub(crate) const fn tone(&self) -> Tone {
        match self {
            Self::Chapter(_) => Tone::Heading,
            Self::Load(_) | Self::Served { .. } => Tone::Load,
            Self::Failed { .. } | Self::NotTaken { .. } => Tone::Bad,
            Self::Pending { .. } | Self::Firing { .. } | Self::Resolved { .. } | Self::Notified { .. } => {
                Tone::Alert
            }
            Self::Phase {
                phase: Phase::Provisioning | Phase::Booting | Phase::Registering | Phase::Deleting,
                ..
            } => Tone::Silent,
            Self::Held(held) if held.is_empty() => Tone::Silent,
            Self::Decided { .. }
            | Self::Phase { .. }
            | Self::PermitDrawn { .. }
            | Self::Held(_)
            | Self::Said(_) => Tone::Daemon,
            Self::Serving { .. } => Tone::Silent,
            Self::Created { .. }
            | Self::Running { .. }
            | Self::Registered { .. }
            | Self::Health { .. }
            | Self::Mode { .. }
            | Self::Deregistered { .. }
            | Self::Deleted { .. } => Tone::Cloud,
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value =
            |value: &Option<f64>| value.map_or_else(String::new, |value| format!(" at {value:.0} % CPU"));
        match self {
            Self::Chapter(chapter) => write!(f, "{} — {}", chapter.name(), chapter.about()),
            Self::Load(rate) => write!(f, "load: {rate:.0} requests a second from now on"),
            Self::Served { label } => write!(f, "load: first request served by {label}"),
            Self::Failed { why } => write!(f, "load: a request failed: {why}"),
            Self::Pending { alert, value: v } => write!(f, "{alert} is pending{}", value(v)),
            Self::Firing { alert, value: v } => write!(f, "{alert} fires{}", value(v)),
            Self::Resolved { alert } => write!(f, "{alert} is resolved"),
            Self::Notified { alert, firing } => {
                let state = if *firing { "firing" } else { "resolved" };
                write!(f, "webhook: {alert} {state}, stored by the daemon")
            }
            Self::NotTaken { why } => write!(f, "webhook: not taken: {why}"),
            Self::Decided { previous, desired, reason } => {
                match previous {
                    Some(previous) if previous != desired => {
                        write!(f, "desired size {previous} → {desired}")?
                    }
                    _ => write!(f, "desired size {desired}")?,
                }
                reason.as_ref().map_or(Ok(()), |reason| write!(f, ": {reason}"))
            }
            Self::Phase { label, phase } => match phase {
                Phase::Warming => write!(f, "{label} is in service, and warms up"),
                Phase::InService => write!(f, "{label} is warm: it counts as evidence"),
                phase => write!(f, "{label} is {phase}"),
            },
            Self::PermitDrawn { label } => write!(f, "a permit to remove was drawn for {label}"),
            Self::Held(holds) => {
                let holds: Vec<String> = holds.iter().map(ToString::to_string).collect();
                write!(f, "held back: {}", holds.join("; "))
            }
            Self::Said(text) => f.write_str(text),
            Self::Created { label } => write!(f, "API: create {label}"),
            Self::Running { label } => write!(f, "API: {label} is running"),
            Self::Serving { label } => write!(f, "{label} answers"),
            Self::Registered { label } => write!(f, "API: {label} registered at the NodeBalancer"),
            Self::Health { label, up: true } => write!(f, "NodeBalancer: {label} is UP"),
            Self::Health { label, up: false } => write!(f, "NodeBalancer: {label} is DOWN"),
            Self::Mode { label, before, now } => write!(f, "API: {label} {before} → {now}"),
            Self::Deregistered { label } => write!(f, "API: {label} deregistered"),
            Self::Deleted { label } => write!(f, "API: {label} is gone"),
        }
    }
}

/// Keeps everything that happens, and passes it on to whoever shows it. Clones write into the same.
#[derive(Clone, Debug)]
pub(crate) struct Diary {
    pace: Pace,
    entries: Arc<Mutex<Vec<Happening>>>,
    shown: mpsc::UnboundedSender<Happening>,
}

impl Diary {
    pub(crate) fn new(pace: Pace) -> (Self, mpsc::UnboundedReceiver<Happening>) {
        let (shown, receiver) = mpsc::unbounded_channel();
        (Self { pace, entries: Arc::default(), shown }, receiver)
    }

    /// It happens now.
    pub(crate) fn note(&self, what: What) {
        self.note_at(self.pace.now(), what);
    }

    /// It happened then.
    pub(crate) fn note_at(&self, at: Timestamp, what: What) {
        let happening = Happening { at, what };
        self.lock().push(happening.clone());
        // Nobody shows anything any more at the very end.
        let _ = self.shown.send(happening);
    }

    /// Whether something of the kind happened at `since` or later.
    pub(crate) fn has(&self, since: Timestamp, wanted: impl Fn(&What) -> bool) -> bool {
        self.lock().iter().any(|happening| happening.at >= since && wanted(&happening.what))
    }

    /// Everything so far, by time.
    pub(crate) fn all(&self) -> Vec<Happening> {
        let mut all = self.lock().clone();
        all.sort_by_key(|happening| happening.at);
        all
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Happening>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
