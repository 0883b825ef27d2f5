//! What the daemon tells Prometheus of itself.

pub(crate) mod groups;

use std::fmt;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use scaler_core::view::Status;

use crate::ApiCalls;
use crate::sentinel::Gathered;

/// What became of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Stored, and answered so.
    Stored,
    /// No version 4 message.
    Refused,
    /// Without the right credential, or as a web page sends it.
    Unauthorized,
    /// Too large.
    TooLarge,
    /// It did not arrive whole.
    BrokenOff,
    /// The store did not keep it: its sender sends it again.
    NotStored,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FateLabels {
    result: &'static str,
}

impl Fate {
    const fn label(self) -> FateLabels {
        let result = match self {
            Self::Stored => "stored",
            Self::Refused => "refused",
            Self::Unauthorized => "unauthorized",
            Self::TooLarge => "too_large",
            Self::BrokenOff => "broken_off",
            Self::NotStored => "not_stored",
        };
        FateLabels { result }
    }
}

/// The counters of this process.
pub(crate) struct Metrics {
    registry: Registry,
    notifications: Family<FateLabels, Counter>,
    strays: Counter,
    storing: Histogram,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    pub(crate) fn new(calls: &ApiCalls) -> Self {
        let mut registry = Registry::with_prefix("autoscaler");
        registry.register(
            "build",
            "The build that runs",
            Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]),
        );
        let notifications = Family::<FateLabels, Counter>::default();
        registry.register(
            "notifications",
            "Notifications of Alertmanager, by what became of them",
            notifications.clone(),
        );
        let strays = Counter::default();
        registry.register(
            "alerts_of_unknown_groups",
            "Alerts whose label autoscale_group names no configured group",
            strays.clone(),
        );
        let storing = Histogram::new([0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0]);
        registry.register(
            "notification_stored_seconds",
            "From the arrival of a notification to its commit",
            storing.clone(),
        );
        registry.register("api_calls", "Calls of APIs, by method", calls.calls.clone());
        registry.register(
            "api_errors",
            "Calls of APIs that did not succeed, by status; none where no whole answer came",
            calls.errors.clone(),
        );
        for fate in [Fate::Stored, Fate::Refused, Fate::NotStored] {
            notifications.get_or_create(&fate.label()).inc_by(0);
        }
        Self { registry, notifications, strays, storing }
    }

    /// A notification met its fate.
    pub(crate) fn notification(&self, fate: Fate) {
        self.notifications.get_or_create(&fate.label()).inc();
    }

    /// So long it took until a notification was stored.
    pub(crate) fn stored_within(&self, took: Duration) {
        self.storing.observe(took.as_secs_f64());
    }

    /// Alerts named groups that are not configured.
    pub(crate) fn strayed(&self, alerts: u64) {
        self.strays.inc_by(alerts);
    }

    /// All of it as OpenMetrics text, with how the groups stand.
    ///
    /// # Errors
    /// Never: text can always be written.
    pub(crate) fn text(
        &self,
        groups: &[(Status, Gathered)],
        started: jiff::Timestamp,
    ) -> Result<String, fmt::Error> {
        let mut text = String::new();
        text::encode_registry(&mut text, &self.registry)?;
        text::encode_registry(&mut text, &groups::registry(groups, started))?;
        text::encode_eof(&mut text)?;
        Ok(text)
    }
}
