//! The loop over the ports, and the calls that embedding programs use.
//!
//! [`Scaler`] is the way in, and [`Scaler::group`] gives the calls. Each group has one [`Actor`], which observes, reconciles, writes its intents down and carries
//! them out; whatever happens is told as an [`Event`](crate::view::Event).

mod actor;
mod adoption;
mod alert_board;
mod calls;
mod clock_watch;
mod dry_run;
mod error;
mod executor;
mod goal;
mod group_handle;
mod group_runtime;
mod hub;
mod in_flight;
mod journal;
mod limiter;
mod look_ups;
mod node_reader;
mod observer;
mod ownership;
mod pace;
mod reads;
mod recent_steps;
mod removal_budget;
mod request;
mod run;
mod scale_call;
mod scaler;
mod sequence;
mod turn;

use std::future::Future;
use std::time::Duration;

pub use actor::Actor;
pub use alert_board::{AlertBoard, NotKept};
pub use error::{BuildError, CallRefusal, Error};
pub use group_handle::GroupHandle;
pub use hub::Events;
pub use request::{Accepted, ScaleRequest, TargetSize};

pub use crate::state::Outcome;
pub use run::Run;
pub use scale_call::ScaleCall;
pub use scaler::{Builder, Scaler};

use crate::model::after;
use crate::ports::Clock;

/// Does `work` for so long at most; none where it took longer.
async fn within<T>(clock: &dyn Clock, limit: Duration, work: impl Future<Output = T> + Send) -> Option<T> {
    let until = after(clock.now(), limit);
    tokio::select! {
        biased;
        done = work => Some(done),
        () = clock.sleep_until(until) => None,
    }
}
