//! What ends the waiting early: the caller's time, or a signal.

use std::future::{Future, pending};
use std::time::Duration;

use autoscale_daemon::StopSignals;
use tokio::time::{Instant, sleep_until};

use crate::exit::{Exit, Failure};

/// How the group stands, and what happened last, is waited for so long after the waiting was cut short.
pub(crate) const LAST_WORD: Duration = Duration::from_secs(2);

/// Why the waiting ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// `--timeout` is over.
    TimedOut,
    /// SIGINT or SIGTERM.
    Interrupted,
}

impl Cut {
    /// Nobody has answered by then.
    pub(crate) fn unanswered(self) -> Failure {
        match self {
            Self::TimedOut => Failure::new(
                Exit::TimedOut,
                "--timeout is over and there was no answer: the daemon does not answer (it is stopped, or has too much to do), and what was asked may have been taken",
            ),
            Self::Interrupted => Failure::new(
                Exit::Interrupted,
                "interrupted before there was an answer: what was asked may have been taken",
            ),
        }
    }
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

    /// What `work` brings, unless the waiting is cut short before.
    pub(crate) async fn within<T>(
        &mut self,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        tokio::select! {
            biased;
            done = work => done,
            cut = self.cut() => Err(cut.unanswered()),
        }
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
