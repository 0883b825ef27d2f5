//! The models without the client.

use jenkins_client::models::QueueItem;
use jenkins_client::{JobName, JobNameError, QueueId};

pub fn job() -> Result<JobName, JobNameError> {
    "infra/scale-web".parse()
}

pub fn id(item: &QueueItem) -> Option<QueueId> {
    item.id
}
