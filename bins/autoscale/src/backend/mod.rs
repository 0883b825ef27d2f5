//! Who does what a command asks: a daemon, or this process.

mod daemon;
mod local;

use async_trait::async_trait;
use autoscale_api::{
    ForgetAlerts, Forgotten, Groups, HeldAlerts, History, MemberAction, MemberRequest, ModesSet, Outcome,
    SetDesired, SetMode,
};
use scaler_core::model::InstanceId;
use scaler_core::runtime::Accepted;
use scaler_core::state::FailureReason;
use scaler_core::view::{Preview, Status};

use crate::exit::Failure;
use crate::limit::{Cut, Limit};
use crate::progress::Progress;

pub(crate) use self::daemon::Daemon;
pub(crate) use self::local::Local;

/// Who does what a command asks.
#[async_trait]
pub(crate) trait Backend: Send + Sync {
    /// All groups.
    async fn groups(&self) -> Result<Groups, Failure>;
    /// One group.
    async fn group(&self, group: &str) -> Result<Status, Failure>;
    /// What would be done now, or if `ask` were asked.
    async fn plan(&self, group: &str, ask: Option<&SetDesired>) -> Result<Preview, Failure>;
    /// What was done.
    async fn history(&self, group: &str, limit: usize) -> Result<History, Failure>;
    /// Asks for a size: it stands in the log, and nobody waited for anything.
    async fn request(&self, group: &str, ask: SetDesired) -> Result<Request, Failure>;
    /// Waits for the end of a request.
    async fn follow(&self, request: Request, waiting: &mut Waiting<'_>) -> Result<End, Failure>;
    /// Has a member replaced, and waits until it is gone.
    async fn replace(&self, of: &OfMember<'_>, waiting: &mut Waiting<'_>) -> Result<End, Failure>;
    /// Does something with one member that is done at once.
    async fn member(&self, of: &OfMember<'_>, action: MemberAction) -> Result<(), Failure>;
    /// Sets a mode.
    async fn set_mode(&self, group: &str, mode: &SetMode) -> Result<(), Failure>;
    /// Sets the mode of every group, and tells what came of it for each.
    async fn set_every_mode(&self, mode: &SetMode) -> Result<ModesSet, Failure>;
    /// The alerts that are held.
    async fn alerts(&self) -> Result<HeldAlerts, Failure>;
    /// Drops alerts.
    async fn forget_alerts(&self, ask: &ForgetAlerts) -> Result<Forgotten, Failure>;
    /// Who goes on with what was begun, in words.
    fn who_goes_on(&self) -> &'static str;
}

/// A request that stands in the group's log.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) group: String,
    /// The absolute size that was asked for.
    pub(crate) desired: u32,
    receipt: Receipt,
}

#[derive(Debug)]
enum Receipt {
    /// Asked again by its id until it has ended; events are told from this number on.
    Daemon {
        ask: SetDesired,
        events: Option<u64>,
    },
    Local(Accepted),
}

/// What is asked of one member.
#[derive(Debug)]
pub(crate) struct OfMember<'a> {
    pub(crate) group: &'a str,
    pub(crate) instance: InstanceId,
    pub(crate) ask: MemberRequest,
}

/// How the waiting ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// What was asked has ended.
    Ended(Outcome),
    /// The waiting was cut short.
    Cut(Cut),
}

impl End {
    /// A request is only ever shown to the backend that took it.
    const fn not_mine() -> Self {
        Self::Ended(Outcome::Failed { why: FailureReason::Other })
    }
}

/// What waits: where it tells what happens, and what cuts it short.
#[derive(Debug)]
pub(crate) struct Waiting<'a> {
    pub(crate) progress: &'a Progress,
    pub(crate) limit: Limit,
}
