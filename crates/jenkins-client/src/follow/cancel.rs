//! Cancelling the work that is followed.

use std::time::Duration;

use tokio::time::sleep;

use super::error::FollowError;
use super::progress::Progress;
use super::run::{Place, Run};
use crate::api::{BuildHandle, Cancelled, build_of_item};
use crate::error::Error;

/// How long after a wish to cancel that led to nothing the next is made.
const BEFORE_ANOTHER_CANCEL: Duration = Duration::from_secs(2);

impl Run {
    /// Cancels the work wherever it is: again where it has moved on, and after a restart of Jenkins, which may have swallowed
    /// the wish. Ends only where Jenkins refuses; the way itself has the last word about everything else.
    pub(super) async fn cancel(&self) -> FollowError {
        let mut places = self.place.subscribe();
        let mut told = false;
        loop {
            let place = places.borrow_and_update().clone();
            // A trigger that is under way is cancelled as soon as it is known what it led to.
            let done = match place {
                Place::Nowhere => Ok(true),
                place => {
                    if !std::mem::replace(&mut told, true) {
                        self.tell(Progress::Cancelling).await;
                    }
                    self.cancel_at(place).await
                }
            };
            match done {
                Ok(true) => drop(places.changed().await),
                Err(error) if !error.is_retryable() => return self.failed(error),
                _ => sleep(BEFORE_ANOTHER_CANCEL).await,
            }
        }
    }

    /// Takes the item out of the queue, or stops the build; whether that is done.
    async fn cancel_at(&self, place: Place) -> Result<bool, Error> {
        let build = match place {
            Place::Nowhere => return Ok(true),
            Place::Build(build) => build,
            Place::Queue(item) => match self.client.queue().cancel(item).await {
                Ok(Cancelled::InQueue) => return Ok(true),
                Ok(Cancelled::Started(build)) => self.started(&build),
                Ok(Cancelled::StillWaiting) => return Ok(false),
                Err(error) if error.is_not_found() => {
                    match build_of_item(&self.client, &self.job, item).await? {
                        Some(number) => BuildHandle::new(&self.client, &self.job, number),
                        None => return Ok(false),
                    }
                }
                Err(error) => return Err(error),
            },
        };
        match build.stop().await {
            Err(error) if !error.is_not_found() => Err(error),
            _ => Ok(true),
        }
    }
}
