//! What ends the waiting early: the caller's time, or a signal.

use std::future::pending;
use std::time::Duration;

use autoscale_daemon::StopSignals;
use tokio::time::{Instant, sleep_until};

use crate::exit::{Exit, Failure};

/// Why the waiting ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// `--timeout` is over.
    TimedOut,
    /// SIGINT or SIGTERM.
    Interrupted,
}

/// Watches for the end of the caller's time, and for signals from when it was made.
#[derive(Debug)]
pub(crate) struct Limit {
    until: Option<Instant>,
    signals: StopSignals,
}

impl Limit {
    pub(crate) fn new(timeout: Option<Duration>) -> Result<Self, Failure> {
        let signals = StopSignals::listen()
            .map_err(|error| Failure::new(Exit::Failed, format!("listening for signals: {error}")))?;
        Ok(Self { until: timeout.and_then(|timeout| Instant::now().checked_add(timeout)), signals })
    }

    /// The next reason to stop waiting. The end of the time is told once.
    pub(crate) async fn cut(&mut self) -> Cut {
        let Self { until, signals } = self;
        let late = async {
            match *until {
                Some(until) => sleep_until(until).await,
                None => pending().await,
            }
        };
        tokio::select! {
            biased;
            () = signals.next() => Cut::Interrupted,
            () = late => {
                *until = None;
                Cut::TimedOut
            }
        }
    }
}
