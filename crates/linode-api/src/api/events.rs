//! What happened on the account.

use super::target::Target;
use crate::call::Call;
use crate::client::Client;
use crate::list::{Identified, List};
use crate::models::{Event, EventId};
use crate::operation::Operation;

/// What happened on the account in the last 90 days: `/account/events`.
#[derive(Debug, Clone)]
pub struct Events(Target);

/// One event: `/account/events/{id}`.
#[derive(Debug, Clone)]
pub struct EventHandle(Target);

impl Client {
    /// What happened on the account.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let newest = client.events().list().page(1).await?;
    /// println!("{} events", newest.results);
    /// # Ok(())
    /// # }
    /// ```
    pub fn events(&self) -> Events {
        Events(Target::new(self, "events"))
    }

    /// One event.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, event: linode_api::EventId) -> Result<(), linode_api::Error> {
    /// let event = client.event(event).get().await?;
    /// println!("{}: {}", event.action, event.status);
    /// # Ok(())
    /// # }
    /// ```
    pub fn event(&self, id: EventId) -> EventHandle {
        EventHandle(self.events().0.child(id, format!("event {id}")))
    }
}

impl Events {
    /// Events, newest first unless ordered otherwise. They lag behind what they report; see
    /// [`Filter::about_instance`](crate::Filter::about_instance) and [`Filter::created_since`](crate::Filter::created_since).
    /// Needs the scope `events:read_only`.
    ///
    /// ```no_run
    /// use linode_api::Filter;
    ///
    /// # async fn run(client: linode_api::Client, instance: linode_api::InstanceId) -> Result<(), linode_api::Error> {
    /// for event in client.events().list().filter(Filter::about_instance(instance)).await? {
    ///     println!("{} {}: {}", event.created, event.action, event.status);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> List<Event> {
        self.0.list(Operation::ListEvents, &self.0)
    }
}

impl EventHandle {
    /// The event. Needs the scope `events:read_only`.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, event: linode_api::EventId) -> Result<(), linode_api::Error> {
    /// let event = client.event(event).get().await?;
    /// println!("{:?} percent done", event.percent_complete);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self) -> Call<Event> {
        self.0.json(Operation::GetEvent, format!("getting {}", self.0))
    }
}

impl Identified for Event {
    type Id = EventId;

    fn identity(&self) -> EventId {
        self.id
    }
}
