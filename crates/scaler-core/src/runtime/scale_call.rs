//! A request for a size, put together word by word and awaited.

use std::future::IntoFuture;
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;

use crate::runtime::calls::Calls;
use crate::runtime::{Accepted, Error, Run, ScaleRequest};
use crate::state::{Cause, Outcome};
use crate::view::Preview;

/// A request for a size that was not made yet: awaiting it makes the request and waits for its end, [`events`](Self::events)
/// shows the way there, [`submit`](Self::submit) waits for nothing, and [`plan`](Self::plan) makes no request at all.
///
/// ```no_run
/// # use scaler_core::runtime::{Outcome, Error, GroupHandle};
/// # async fn release(web: GroupHandle) -> Result<(), Error> {
/// let ending = web.scale_up(2).because("release 4.2").await?;
/// assert_eq!(ending, Outcome::Reached);
///
/// let mut run = web.scale_down(2).because("release 4.2 is out").events();
/// while let Some(event) = run.next().await {
///     eprintln!("{event}");
/// }
/// run.outcome().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is asked before it is awaited or its events are read"]
pub struct ScaleCall {
    calls: Calls,
    ask: ScaleRequest,
}

impl ScaleCall {
    pub(super) const fn new(calls: Calls, ask: ScaleRequest) -> Self {
        Self { calls, ask }
    }

    /// Why: it stands in the log, in the history and in each event.
    pub fn because(mut self, why: impl Into<Cause>) -> Self {
        self.ask.cause = why.into();
        self
    }

    /// The caller's id of the request: one that the log has already does nothing again.
    pub fn request(mut self, id: impl Into<String>) -> Self {
        self.ask = self.ask.request(id);
        self
    }

    /// Refused unless `generation` is the current one.
    pub fn generation(mut self, generation: u64) -> Self {
        self.ask = self.ask.generation(generation);
        self
    }

    /// The size is a floor until then, above which policies decide; without it, it is set once and policies go on from it.
    pub fn floor_until(mut self, until: Timestamp) -> Self {
        self.ask = self.ask.floor_until(until);
        self
    }

    /// Lets its removals go over the removal budget.
    pub fn over_budget(mut self) -> Self {
        self.ask = self.ask.over_budget(true);
        self
    }

    /// Waits so long, and then for the answers to calls under way, a minute at most; then it ends as failed. The group's loop
    /// goes on in any case.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.ask = self.ask.deadline(deadline);
        self
    }

    /// The way there: a stream of the group's events that ends with the call.
    pub fn events(self) -> Run {
        self.calls.ask(self.ask)
    }

    /// Writes the request down and returns without waiting for anything: `GroupHandle::follow` waits for its end.
    ///
    /// # Errors
    /// [`Error::Generation`], [`Error::Asleep`], [`Error::Store`]; [`Error::Refused`] where a relative size can't be known.
    pub async fn submit(self) -> Result<Accepted, Error> {
        self.calls.request(&self.ask).await
    }

    /// What a turn would decide and plan if this were asked: a dry run.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn plan(self) -> Result<Preview, Error> {
        self.calls.plan(Some(&self.ask)).await
    }
}

impl IntoFuture for ScaleCall {
    type Output = Result<Outcome, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.events().outcome())
    }
}
