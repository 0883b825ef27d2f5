//! Waiting for an instance's status.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::client::Linode;
use crate::error::Error;
use crate::models::{Instance, InstanceId, InstanceStatus};

/// A fresh instance may be 404 for a while.
const LAG: Duration = Duration::from_secs(30);

/// A wait for an instance's status that was made ready: `.await` polls until it ends. It looks at the status alone, since events
/// lag and may be missing.
#[must_use = "a wait does nothing until it is awaited"]
pub struct Wait {
    linode: Linode,
    id: InstanceId,
    until: Vec<InstanceStatus>,
    timeout: Duration,
    every: Duration,
}

impl Wait {
    pub(crate) fn new(linode: &Linode, id: InstanceId) -> Self {
        Self {
            linode: linode.clone(),
            id,
            until: vec![InstanceStatus::Running],
            timeout: Duration::from_secs(20 * 60),
            every: Duration::from_secs(3),
        }
    }

    /// The status to wait for; running by default.
    pub fn until(self, status: InstanceStatus) -> Self {
        self.until_any([status])
    }

    /// Statuses of which any ends the wait.
    pub fn until_any(mut self, statuses: impl IntoIterator<Item = InstanceStatus>) -> Self {
        self.until = statuses.into_iter().collect();
        self
    }

    /// The longest wait; 20 minutes by default.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The pause between two looks; 3 s by default.
    pub const fn every(mut self, every: Duration) -> Self {
        self.every = every;
        self
    }

    async fn run(self) -> Result<Instance, WaitError> {
        let began = Instant::now();
        let mut last: Option<InstanceStatus> = None;
        let mut trouble = None;
        loop {
            match self.linode.instances().get(self.id).await {
                Ok(instance) if self.until.contains(&instance.status) => return Ok(instance),
                Ok(instance) if leads_nowhere(&instance.status) => {
                    return Err(WaitError::FailureState { id: self.id, status: instance.status });
                }
                Ok(instance) => {
                    last = Some(instance.status);
                    trouble = None;
                }
                Err(error) if error.is_not_found() && last.is_none() && began.elapsed() < LAG => {}
                Err(error) if error.is_retryable() => trouble = Some(error),
                Err(error) => return Err(WaitError::Failed { id: self.id, source: error }),
            }
            if began.elapsed() + self.every > self.timeout {
                return Err(WaitError::Exceeded { id: self.id, after: self.timeout, last, source: trouble });
            }
            sleep(self.every).await;
        }
    }
}

/// A status that no job of ours leads out of.
const fn leads_nowhere(status: &InstanceStatus) -> bool {
    matches!(status, InstanceStatus::Deleting | InstanceStatus::BillingSuspension)
}

impl IntoFuture for Wait {
    type Output = Result<Instance, WaitError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl fmt::Debug for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait")
            .field("id", &self.id)
            .field("until", &self.until)
            .field("timeout", &self.timeout)
            .field("every", &self.every)
            .finish_non_exhaustive()
    }
}

/// Why a wait ended without what it waited for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WaitError {
    /// The time is over. The instance may still come to the status.
    #[error("waiting for instance {id}: not within {} s{}; look at its events, or delete it", after.as_secs(), shown(last.as_ref()))]
    Exceeded {
        /// The instance.
        id: InstanceId,
        /// The time that it was given.
        after: Duration,
        /// Its status when it was last seen.
        last: Option<InstanceStatus>,
        /// The last look's error, if the last look failed.
        #[source]
        source: Option<Error>,
    },
    /// The instance is in a status that leads nowhere.
    #[error("waiting for instance {id}: it is {status}, from which it does not come to what was waited for")]
    FailureState {
        /// The instance.
        id: InstanceId,
        /// Its status.
        status: InstanceStatus,
    },
    /// A look failed, and looking again is of no use; 404 means that the instance is gone.
    #[error("waiting for instance {id}: it could not be looked at")]
    Failed {
        /// The instance.
        id: InstanceId,
        /// The look's error.
        #[source]
        source: Error,
    },
}

fn shown(last: Option<&InstanceStatus>) -> String {
    last.map_or_else(|| ", never seen".to_owned(), |status| format!(", last {status}"))
}
