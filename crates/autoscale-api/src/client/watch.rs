//! Events, one after another.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt as _};
use tokio::time::sleep;

use super::{Client, Error, LONGEST_WAIT};
use crate::event::NumberedEvent;

/// The pause before a daemon that failed is asked again.
const PAUSE: Duration = Duration::from_secs(1);

/// What happens to a group, for ever.
pub type EventStream = BoxStream<'static, Result<Watched, Error>>;

/// What one learns by watching a group.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Watched {
    /// Something happened.
    Event(Box<NumberedEvent>),
    /// Events before the next one are no longer kept by the daemon.
    Missed,
}

impl Client {
    /// What happens to a group after the event with number `after`, or from now on. It never ends by itself: after an
    /// error the next item asks again, also a daemon that was restarted.
    #[must_use]
    pub fn watch(&self, group: &str, after: Option<u64>) -> EventStream {
        let watch = Watch {
            client: self.clone(),
            group: group.to_owned(),
            after,
            ready: VecDeque::new(),
            failed: false,
        };
        stream::unfold(watch, |mut watch| async move { Some((watch.next().await, watch)) }).boxed()
    }
}

struct Watch {
    client: Client,
    group: String,
    after: Option<u64>,
    ready: VecDeque<Watched>,
    failed: bool,
}

impl Watch {
    async fn next(&mut self) -> Result<Watched, Error> {
        loop {
            if let Some(watched) = self.ready.pop_front() {
                return Ok(watched);
            }
            if self.failed {
                sleep(PAUSE).await;
            }
            let page = self.client.events(&self.group, self.after, LONGEST_WAIT).await;
            self.failed = page.is_err();
            let page = page?;
            self.after = Some(page.next);
            self.ready.extend(page.missed.then_some(Watched::Missed));
            self.ready.extend(page.events.into_iter().map(|event| Watched::Event(Box::new(event))));
        }
    }
}
