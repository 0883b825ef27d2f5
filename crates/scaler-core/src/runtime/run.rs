//! A call that waits for its end and tells the events on the way.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use futures_util::{Stream, StreamExt};

use crate::runtime::{Error, Events, Outcome};
use crate::view::Event;

/// A call under way: a stream of the group's events that ends with the call.
///
/// Nothing happens before it is polled, and nothing more once it is dropped, unless a daemon turns the group's loop too.
#[must_use = "nothing happens before it is polled: await its outcome or its events"]
pub struct Run {
    driver: Option<BoxFuture<'static, Result<Outcome, Error>>>,
    events: Events,
    ended: Option<Result<Outcome, Error>>,
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("ended", &self.ended).finish_non_exhaustive()
    }
}

impl Run {
    pub(super) fn new(driver: BoxFuture<'static, Result<Outcome, Error>>, events: Events) -> Self {
        Self { driver: Some(driver), events, ended: None }
    }

    /// The next event; none once the call has ended.
    pub async fn next(&mut self) -> Option<Event> {
        StreamExt::next(self).await
    }

    /// How the call ended, waiting for it. Events that were not read are left out.
    ///
    /// # Errors
    /// What kept the call from being carried out; the log says what was done until then.
    pub async fn outcome(mut self) -> Result<Outcome, Error> {
        while self.next().await.is_some() {}
        self.ended.unwrap_or(Err(Error::Stopping))
    }
}

impl Stream for Run {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        let this = &mut *self;
        if let Poll::Ready(Some(event)) = this.events.poll_next_unpin(cx) {
            return Poll::Ready(Some(event));
        }
        if let Some(driver) = &mut this.driver {
            if let Poll::Ready(ended) = driver.as_mut().poll(cx) {
                this.driver = None;
                this.ended = Some(ended);
                this.events.close();
            }
            if let Poll::Ready(Some(event)) = this.events.poll_next_unpin(cx) {
                return Poll::Ready(Some(event));
            }
        }
        if this.driver.is_none() { Poll::Ready(None) } else { Poll::Pending }
    }
}
