use crate::call::Call;
use crate::client::Client;
use crate::models::{JobName, QueueId, QueueItem};

use super::queue::item;

/// The answer to a trigger: an item of the queue, which becomes a build or is cancelled.
///
/// [`started`](Self::started), [`finished`](Self::finished), [`console`](Self::console) and [`follow`](Self::follow) lead on
/// from here.
#[derive(Debug, Clone)]
pub struct QueuedBuild {
    client: Client,
    job: JobName,
    id: QueueId,
    already_waiting: bool,
}

impl QueuedBuild {
    pub(super) fn new(client: &Client, job: &JobName, id: QueueId, already_waiting: bool) -> Self {
        Self { client: client.clone(), job: job.clone(), id, already_waiting }
    }

    /// The id of the item. It stays with the build.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let queued = client.job("web")?.build().await?;
    /// println!("item {}", queued.id());
    /// # Ok(())
    /// # }
    /// ```
    pub const fn id(&self) -> QueueId {
        self.id
    }

    /// The job.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let queued = client.job("web")?.build().await?;
    /// assert_eq!(queued.job().to_string(), "web");
    /// # Ok(())
    /// # }
    /// ```
    pub const fn job(&self) -> &JobName {
        &self.job
    }

    /// Whether an item with the same parameters was waiting when the trigger came: there is no second one, and this is the one
    /// that was there. Only releases that answer with 303 say so.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let queued = client.job("scale")?.build_with([("DESIRED", "5")]).await?;
    /// if queued.was_already_waiting() {
    ///     println!("somebody asked for the same before");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub const fn was_already_waiting(&self) -> bool {
        self.already_waiting
    }

    /// The item as it is now; 404 five minutes after it left the queue. `GET queue/item/ID/api/json`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let queued = client.job("web")?.build().await?;
    /// println!("{:?}", queued.item().await?.why);
    /// # Ok(())
    /// # }
    /// ```
    pub fn item(&self) -> Call<QueueItem> {
        item(&self.client, self.id)
    }

    pub(crate) const fn client(&self) -> &Client {
        &self.client
    }
}
