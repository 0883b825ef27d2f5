//! What ends the waiting early: the caller's time, or a signal.

use std::future::pending;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
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
    interrupt: Signal,
    terminate: Signal,
}

impl Limit {
    pub(crate) fn new(timeout: Option<Duration>) -> Result<Self, Failure> {
        let listen = |kind| {
            signal(kind)
                .map_err(|error| Failure::new(Exit::Failed, format!("listening for signals: {error}")))
        };
        Ok(Self {
            until: timeout.and_then(|timeout| Instant::now().checked_add(timeout)),
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    /// The next reason to stop waiting. The end of the time is told once.
    pub(crate) async fn cut(&mut self) -> Cut {
        let Self { until, interrupt, terminate } = self;
        let late = async {
            match *until {
                Some(until) => sleep_until(until).await,
                None => pending().await,
            }
        };
        tokio::select! {
            biased;
            _ = interrupt.recv() => Cut::Interrupted,
            _ = terminate.recv() => Cut::Interrupted,
            () = late => {
                *until = None;
                Cut::TimedOut
            }
        }
    }
}
