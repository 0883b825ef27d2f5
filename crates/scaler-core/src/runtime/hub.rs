//! Events to everybody who subscribed.

use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use futures_util::Stream;
use tokio::sync::mpsc;

use crate::model::GroupName;
use crate::view::Event;

/// Events that a subscriber may leave unread before it loses the next ones.
const UNREAD: usize = 4_096;

/// A stream of events, from when it was made. It ends with the scaler. A subscriber with 4,096 unread events misses later ones.
#[derive(Debug)]
pub struct Events {
    received: mpsc::Receiver<Event>,
}

impl Events {
    /// Nothing that happens from now on is received; what was told before can still be read.
    pub(super) fn close(&mut self) {
        self.received.close();
    }

    /// The next event; none once the scaler is gone.
    pub async fn next(&mut self) -> Option<Event> {
        self.received.recv().await
    }
}

impl Stream for Events {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        self.received.poll_recv(cx)
    }
}

/// Tells events to everybody who subscribed.
#[derive(Debug, Default)]
pub(super) struct Hub {
    subscribers: Mutex<Vec<(Option<GroupName>, mpsc::Sender<Event>)>>,
}

impl Hub {
    /// Events of one group, or of all.
    pub(super) fn subscribe(&self, group: Option<GroupName>) -> Events {
        let (sender, received) = mpsc::channel(UNREAD);
        self.subscribers.lock().unwrap_or_else(PoisonError::into_inner).push((group, sender));
        Events { received }
    }

    /// Tells `event`.
    pub(super) fn tell(&self, event: &Event) {
        tracing::debug!(group = %event.group, generation = event.generation, operation = event.operation.0, "{event}");
        let mut subscribers = self.subscribers.lock().unwrap_or_else(PoisonError::into_inner);
        subscribers.retain(|(group, sender)| {
            if group.as_ref().is_some_and(|group| *group != event.group) {
                return !sender.is_closed();
            }
            !matches!(sender.try_send(event.clone()), Err(mpsc::error::TrySendError::Closed(_)))
        });
    }
}
