//! Waiting until something is true of an instance.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::call::Call;
use crate::conditions::{self, Condition};
use crate::error::Error;
use crate::models::{Instance, InstanceId, InstanceStatus};

/// A fresh instance may be 404 for a while.
const LAG: Duration = Duration::from_secs(30);

/// A wait for an instance that was made ready: `.await` polls until it ends. It reads the instance, not its events, which
/// lag and may be missing.
///
/// ```no_run
/// use std::time::Duration;
///
/// use linode_api::{Client, InstanceId, WaitError, conditions};
///
/// # async fn run(client: Client, id: InstanceId) -> Result<(), WaitError> {
/// let wait = client.instance(id).wait().until(conditions::offline()).timeout(Duration::from_secs(120));
/// let stopped = wait.await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a wait does nothing until it is awaited"]
pub struct InstanceWait {
    id: InstanceId,
    read: Box<dyn Fn() -> Call<Instance> + Send + Sync>,
    until: Box<dyn Condition>,
    timeout: Duration,
    every: Duration,
}

impl InstanceWait {
    /// A wait for the instance that `read` reads.
    pub(crate) fn new(id: InstanceId, read: impl Fn() -> Call<Instance> + Send + Sync + 'static) -> Self {
        Self {
            id,
            read: Box::new(read),
            until: Box::new(conditions::running()),
            timeout: Duration::from_secs(20 * 60),
            every: Duration::from_secs(3),
        }
    }

    /// What to wait for; [`conditions::running`] by default. See [`conditions`] for how conditions compose.
    ///
    /// ```no_run
    /// use linode_api::conditions;
    ///
    /// # async fn run(client: linode_api::Client, instance: linode_api::InstanceId) -> Result<(), linode_api::WaitError> {
    /// let stopped = client.instance(instance).wait().until(conditions::offline()).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn until(mut self, condition: impl Condition + 'static) -> Self {
        self.until = Box::new(condition);
        self
    }

    /// The longest wait; 20 minutes by default.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, instance: linode_api::InstanceId) -> Result<(), linode_api::WaitError> {
    /// client.instance(instance).wait().timeout(std::time::Duration::from_secs(300)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The pause between two reads; 3 s by default.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, instance: linode_api::InstanceId) -> Result<(), linode_api::WaitError> {
    /// client.instance(instance).wait().every(std::time::Duration::from_secs(10)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub const fn every(mut self, every: Duration) -> Self {
        self.every = every;
        self
    }

    async fn run(self) -> Result<Instance, WaitError> {
        let began = Instant::now();
        let mut last: Option<InstanceStatus> = None;
        let mut trouble = None;
        loop {
            match (self.read)().await {
                Ok(instance) if self.until.is_met(&instance) => return Ok(instance),
                Ok(instance) if leads_nowhere(&instance.status) => {
                    return Err(WaitError::FailureState { id: self.id, status: instance.status });
                }
                Ok(instance) => {
                    last = Some(instance.status);
                    trouble = None;
                }
                Err(error) if error.is_not_found() && last.is_none() && began.elapsed() < LAG => {}
                Err(error) if error.is_retryable() => trouble = Some(error),
                Err(error) => return Err(WaitError::OperationFailed { id: self.id, source: error }),
            }
            if began.elapsed() + self.every > self.timeout {
                return Err(WaitError::Exceeded { id: self.id, after: self.timeout, last, source: trouble });
            }
            sleep(self.every).await;
        }
    }
}

/// A status that no call leads out of.
const fn leads_nowhere(status: &InstanceStatus) -> bool {
    matches!(status, InstanceStatus::Deleting | InstanceStatus::BillingSuspension)
}

impl IntoFuture for InstanceWait {
    type Output = Result<Instance, WaitError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl fmt::Debug for InstanceWait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InstanceWait")
            .field("id", &self.id)
            .field("timeout", &self.timeout)
            .field("every", &self.every)
            .finish_non_exhaustive()
    }
}

/// Why a wait ended without what it waited for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WaitError {
    /// The time is over. The condition may still come true.
    #[error("waiting for instance {id}: not within {} s{}; look at its events, or delete it", after.as_secs(), shown(last.as_ref()))]
    Exceeded {
        /// The instance.
        id: InstanceId,
        /// The time that it was given.
        after: Duration,
        /// Its status when it was last seen.
        last: Option<InstanceStatus>,
        /// The last read's error, if the last read failed.
        #[source]
        source: Option<Error>,
    },
    /// The instance is being deleted, or suspended because of an unpaid bill: the condition will not come true.
    #[error("waiting for instance {id}: it is {status}, from which it does not come to what was waited for")]
    FailureState {
        /// The instance.
        id: InstanceId,
        /// Its status.
        status: InstanceStatus,
    },
    /// A read failed, and reading again does not help; 404 means that the instance is gone.
    #[error("waiting for instance {id}: it could not be read")]
    OperationFailed {
        /// The instance.
        id: InstanceId,
        /// The read's error.
        #[source]
        source: Error,
    },
}

fn shown(last: Option<&InstanceStatus>) -> String {
    last.map_or_else(|| ", never seen".to_owned(), |status| format!(", last {status}"))
}
