use std::time::Duration;

use api_transport::Request;
use tokio::time::sleep;

use crate::call::Call;
use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::models::{BuildRef, QueueId, QueueItem, QueueItems, QueueState};

/// How often, and with which pause, the item is looked at after it was cancelled.
const LOOKS: u32 = 5;
const BETWEEN_LOOKS: Duration = Duration::from_millis(300);

/// The queue of builds that wait to start: from [`Client::queue`].
#[derive(Debug, Clone)]
pub struct QueueHandle {
    client: Client,
}

/// What became of an item that was to be cancelled.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Cancelled {
    /// It was cancelled: it never becomes a build.
    InQueue,
    /// It had become a build before. The build goes on: see [`BuildHandle::stop`](super::BuildHandle::stop).
    Started(BuildRef),
    /// Jenkins keeps it in the queue. Its own reason is in the item's [`why`](QueueItem::why).
    StillWaiting,
}

impl Client {
    /// The queue of builds that wait to start.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// println!("{} builds wait", client.queue().list().await?.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn queue(&self) -> QueueHandle {
        QueueHandle { client: self.clone() }
    }
}

impl QueueHandle {
    /// What waits, the newest first. `GET queue/api/json`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// for item in client.queue().list().await? {
    ///     println!("{:?}: {}", item.state(), item.why.unwrap_or_default());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> Call<Vec<QueueItem>> {
        let request = Request::get("listing the queue").path("queue/api/json");
        Call::new(self.client.http(), request, |response, attempting| {
            response.json::<QueueItems>(attempting).map(|queue| queue.items)
        })
    }

    /// One item; 404 five minutes after it left. `GET queue/item/ID/api/json`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let item = client.queue().item(12.into()).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn item(&self, id: QueueId) -> Call<QueueItem> {
        item(&self.client, id)
    }

    /// Cancels an item, and says what became of it. `POST queue/cancelItem?id=ID`, then `GET queue/item/ID/api/json`, since
    /// the answer to the first says nothing in some releases.
    ///
    /// # Errors
    /// As those of the two calls; not found, where the item is not known or left more than five minutes ago.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// use jenkins_client::api::Cancelled;
    ///
    /// if let Cancelled::Started(build) = client.queue().cancel(12.into()).await? {
    ///     println!("too late: build {:?} runs", build.number);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn cancel(&self, id: QueueId) -> Result<Cancelled, Error> {
        let request = Request::post(format!("cancelling item {id}")).path("queue/cancelItem").query("id", id);
        let refused = self.client.done(request).await.err();
        if let Some(error) = refused.filter(|error| is_plain(error.kind())) {
            return Err(error);
        }
        for _ in 0..LOOKS {
            let item = self.item(id).await?;
            match (item.state(), item.executable) {
                (QueueState::Cancelled, _) => return Ok(Cancelled::InQueue),
                (QueueState::Started, Some(build)) => return Ok(Cancelled::Started(build)),
                _ => sleep(BETWEEN_LOOKS).await,
            }
        }
        Ok(Cancelled::StillWaiting)
    }
}

/// Whether a refusal to cancel means what it says. Others come after success too: only the item tells.
const fn is_plain(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Request
            | ErrorKind::Connect
            | ErrorKind::Login
            | ErrorKind::Crumb
            | ErrorKind::Permission
            | ErrorKind::Forbidden
            | ErrorKind::Redirected
            | ErrorKind::Starting
            | ErrorKind::RateLimited
    )
}

/// One item of the queue.
pub(super) fn item(client: &Client, id: QueueId) -> Call<QueueItem> {
    let request = Request::get(format!("getting item {id} of the queue")).path("queue/item").segment(id);
    Call::json(client.http(), request.path("api/json"))
}
