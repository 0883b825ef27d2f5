use std::time::Duration;

use futures_util::future::BoxFuture;

/// What is watched, and for how long.
pub(super) struct Settings {
    pub(super) console: bool,
    pub(super) stages: bool,
    pub(super) deadline: Option<Duration>,
    pub(super) stop_at_deadline: bool,
    pub(super) cancelled_by: Option<BoxFuture<'static, ()>>,
    pub(super) patience: Duration,
    /// Between two looks: the first after something happened, and the longest.
    pub(super) pauses: (Duration, Duration),
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            console: false,
            stages: false,
            deadline: None,
            stop_at_deadline: false,
            cancelled_by: None,
            patience: Duration::from_secs(600),
            pauses: (Duration::from_millis(250), Duration::from_secs(3)),
        }
    }
}
