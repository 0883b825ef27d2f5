use std::time::Duration;

use crate::error::Error;
use crate::models::{BuildNumber, JobName, QueueId};

/// Why following a build ended without its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FollowError {
    /// The item was cancelled while it was in the queue: it never became a build.
    #[error("following {job}: item {item} was cancelled in the queue, so that no build ran")]
    Cancelled {
        /// The job.
        job: JobName,
        /// The item of the queue.
        item: QueueId,
    },
    /// The deadline passed. Unless the following was told to stop the work at the deadline, it goes on in Jenkins.
    #[error("following {job}: not over within {} s; {}", after.as_secs(), place(*item, *build))]
    Deadline {
        /// The job.
        job: JobName,
        /// The time that it was given.
        after: Duration,
        /// The item of the queue, where it is known.
        item: Option<QueueId>,
        /// The build, where it had started.
        build: Option<BuildNumber>,
    },
    /// Neither the queue nor the builds of the job know the item: it was cancelled longer than five minutes ago, or its build
    /// was deleted.
    #[error(
        "following {job}: item {item} is neither in the queue nor among the builds: it was cancelled, or its build was deleted"
    )]
    Lost {
        /// The job.
        job: JobName,
        /// The item of the queue.
        item: QueueId,
    },
    /// The build was there and is not any more.
    #[error(
        "following {job}: build {build} is gone: it or its job was deleted or renamed, or the user may not see it any more"
    )]
    Vanished {
        /// The job.
        job: JobName,
        /// The build.
        build: BuildNumber,
        /// The answer to the last look.
        #[source]
        source: Error,
    },
    /// Jenkins was away for longer than the patience with it. The work may go on.
    #[error("following {job}: Jenkins has been away for {} s; look again when it is back", lasted.as_secs())]
    Away {
        /// The job.
        job: JobName,
        /// How long it has been away.
        lasted: Duration,
        /// The last look's error.
        #[source]
        source: Error,
    },
    /// A call failed, and making it again is of no use.
    #[error("following {job}: a call failed")]
    Failed {
        /// The job.
        job: JobName,
        /// The call's error.
        #[source]
        source: Error,
    },
}

fn place(item: Option<QueueId>, build: Option<BuildNumber>) -> String {
    match (item, build) {
        (_, Some(build)) => format!("build {build} is still running"),
        (Some(item), None) => format!("item {item} is still in the queue"),
        (None, None) => "it was not triggered yet".to_owned(),
    }
}
