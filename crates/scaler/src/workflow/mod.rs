//! The loop over the ports, and the calls that embedding programs use.
//!
//! [`Scaler`] is the way in. Each group has one [`Actor`], which observes, decides, plans, writes its intents down and
//! carries them out; whatever happens is told as an [`Event`].

mod actor;
mod adoption;
mod alerts;
mod ask;
mod calls;
mod drive;
mod dry_run;
mod echo;
mod error;
mod event;
mod goal;
mod hands;
mod history;
mod journal;
mod judge;
mod lanes;
mod mind;
mod observe;
mod ration;
mod run;
mod scaler;
mod seat;
mod status;
mod under_way;

use std::{future::Future, time::Duration};

pub use actor::{Actor, TurnReport};
pub use alerts::{AlertBoard, NotKept};
pub use ask::{Accepted, Ask, Ending, Wanted};
pub use dry_run::DryRun;
pub use error::{BuildError, Error};
pub use event::{Event, Events, Moment, Waiting, What};
pub use history::{Activity, ActivityEnd, ActivityStep};
pub use run::Run;
pub use scaler::{Builder, Scaler};
pub use status::{MemberStatus, OperationStatus, Status};

use crate::{core::after, port::Clock};

/// Does `work` for so long at most; none where it took longer.
async fn within<T>(clock: &dyn Clock, limit: Duration, work: impl Future<Output = T> + Send) -> Option<T> {
    let until = after(clock.now(), limit);
    tokio::select! {
        biased;
        done = work => Some(done),
        () = clock.sleep_until(until) => None,
    }
}
