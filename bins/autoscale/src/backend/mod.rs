//! Who does what a command asks: a daemon, or this process.

mod daemon;
mod local;

use autoscale_api::{Groups, History, MemberAction, MemberRequest, Outcome, SetDesired, SetMode};
use scaler_core::model::InstanceId;
use scaler_core::runtime::Accepted;
use scaler_core::state::FailureReason;
use scaler_core::view::{Preview, Status};

use crate::exit::Failure;
use crate::limit::{Cut, Limit};
use crate::progress::Progress;

pub(crate) use self::daemon::Daemon;
pub(crate) use self::local::Local;

/// Who acts.
#[derive(Debug)]
pub(crate) enum Backend {
    /// A daemon, which has the store.
    Daemon(Daemon),
    /// This process, which has the store's lock.
    Local(Local),
}

/// A request that stands in the group's log.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) group: String,
    /// The absolute size that was asked for.
    pub(crate) desired: u32,
    ticket: Ticket,
}

#[derive(Debug)]
enum Ticket {
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

/// What waits: where it tells what happens, and what cuts it short.
#[derive(Debug)]
pub(crate) struct Waiting<'a> {
    pub(crate) progress: &'a Progress,
    pub(crate) limit: Limit,
}

impl Backend {
    /// All groups.
    pub(crate) async fn groups(&self) -> Result<Groups, Failure> {
        match self {
            Self::Daemon(daemon) => daemon.groups().await,
            Self::Local(local) => local.groups().await,
        }
    }

    /// One group.
    pub(crate) async fn group(&self, group: &str) -> Result<Status, Failure> {
        match self {
            Self::Daemon(daemon) => daemon.group(group).await,
            Self::Local(local) => local.group(group).await,
        }
    }

    /// What would be done now, or if `ask` were asked.
    pub(crate) async fn plan(&self, group: &str, ask: Option<&SetDesired>) -> Result<Preview, Failure> {
        match self {
            Self::Daemon(daemon) => daemon.plan(group, ask).await,
            Self::Local(local) => local.plan(group, ask).await,
        }
    }

    /// What was done.
    pub(crate) async fn history(&self, group: &str, limit: usize) -> Result<History, Failure> {
        match self {
            Self::Daemon(daemon) => daemon.history(group, limit).await,
            Self::Local(local) => local.history(group, limit).await,
        }
    }

    /// Asks for a size: it stands in the log, and nobody waited for anything.
    pub(crate) async fn request(&self, group: &str, ask: SetDesired) -> Result<Request, Failure> {
        match self {
            Self::Daemon(daemon) => daemon.request(group, ask).await,
            Self::Local(local) => local.request(group, &ask).await,
        }
    }

    /// Waits for the end of a request.
    pub(crate) async fn follow(&self, request: Request, waiting: &mut Waiting<'_>) -> Result<End, Failure> {
        match (self, request.ticket) {
            (Self::Daemon(daemon), Ticket::Daemon { ask, events }) => {
                daemon.follow(&request.group, &ask, events, waiting).await
            }
            (Self::Local(local), Ticket::Local(accepted)) => {
                local.follow(&request.group, accepted, waiting).await
            }
            // A ticket is only ever shown to the backend that gave it.
            _ => Ok(End::Ended(Outcome::Failed { why: FailureReason::Other })),
        }
    }

    /// Has a member replaced, and waits until it is gone.
    pub(crate) async fn replace(&self, of: &OfMember<'_>, waiting: &mut Waiting<'_>) -> Result<End, Failure> {
        match self {
            Self::Daemon(daemon) => daemon.replace(of, waiting).await,
            Self::Local(local) => local.replace(of, waiting).await,
        }
    }

    /// Does something with one member that is done at once.
    pub(crate) async fn member(&self, of: &OfMember<'_>, action: MemberAction) -> Result<(), Failure> {
        match self {
            Self::Daemon(daemon) => daemon.member(of, action).await,
            Self::Local(local) => local.member(of, action).await,
        }
    }

    /// Sets a mode.
    pub(crate) async fn set_mode(&self, group: &str, mode: &SetMode) -> Result<(), Failure> {
        match self {
            Self::Daemon(daemon) => daemon.set_mode(group, mode).await,
            Self::Local(local) => local.set_mode(group, mode).await,
        }
    }

    /// Who goes on with what was begun, in words.
    pub(crate) const fn who_goes_on(&self) -> &'static str {
        match self {
            Self::Daemon(_) => "the daemon goes on with it",
            Self::Local(_) => {
                "nobody goes on with it until autoscalerd starts or `autoscale apply` is called again"
            }
        }
    }
}
