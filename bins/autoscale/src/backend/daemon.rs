//! A daemon, over its JSON API.

use std::future::Future;
use std::time::Duration;

use api_transport::{Token, Url};
use autoscale_daemon::api::{
    Accepted, Events, MemberAction, MemberRequest, SetDesired, SetMode, Span, Status,
};
use autoscale_daemon::client::{Client, Error, LONGEST_WAIT, request_id};
use scaler_core::model::Phase;
use scaler_core::state::{FailureReason, GroupMode};
use scaler_core::view::{Moment, What};
use tokio::time::{Instant, sleep};

use super::{End, Groups, History, OfMember, Preview, Request, Ticket, Waiting};
use crate::exit::{Exit, Failure};
use crate::limit::Limit;
use crate::progress::Progress;

/// A daemon that was restarted is back within this.
const PATIENCE: Duration = Duration::from_secs(60);
/// The pause before it is asked again.
const PAUSE: Duration = Duration::from_secs(1);
/// How often a member that is being replaced is looked at, where no event says that something happened.
const LOOK: Duration = Duration::from_secs(5);

/// A daemon.
#[derive(Debug)]
pub(crate) struct Daemon {
    client: Client,
}

impl Daemon {
    pub(crate) fn new(url: Url, credential: Option<&Token>) -> Result<Self, Failure> {
        let client = Client::new(url, credential).map_err(|error| Failure::new(Exit::Usage, error))?;
        Ok(Self { client })
    }

    /// Whether a daemon answers there.
    pub(crate) async fn is_there(&self) -> bool {
        !matches!(self.client.groups().await, Err(Error::NoAnswer { .. }))
    }

    pub(super) async fn groups(&self) -> Result<Groups, Failure> {
        let groups = self.client.groups().await?;
        Ok(Groups { groups: groups.groups, unmanaged: groups.unmanaged })
    }

    pub(super) async fn group(&self, group: &str) -> Result<Status, Failure> {
        Ok(self.client.group(group).await?)
    }

    pub(super) async fn plan(&self, group: &str, ask: Option<&SetDesired>) -> Result<Preview, Failure> {
        Ok(match ask {
            Some(ask) => self.client.plan_with(group, ask).await?,
            None => self.client.plan(group).await?,
        })
    }

    pub(super) async fn history(&self, group: &str, limit: usize) -> Result<History, Failure> {
        let history = self.client.history(group, limit).await?;
        Ok(History { group: history.group, activities: history.activities })
    }

    pub(super) async fn request(&self, group: &str, mut ask: SetDesired) -> Result<Request, Failure> {
        ask.request_id.get_or_insert_with(request_id);
        ask.wait = None;
        let events = self.newest(group).await;
        let accepted = self.client.set_desired(group, &ask).await?;
        let ticket = Ticket::Daemon { ask, events };
        Ok(Request { group: group.to_owned(), desired: accepted.desired, ticket })
    }

    pub(super) async fn follow(
        &self,
        group: &str,
        mut ask: SetDesired,
        events: Option<u64>,
        waiting: &mut Waiting<'_>,
    ) -> Result<End, Failure> {
        ask.wait = Some(Span(LONGEST_WAIT));
        let Waiting { progress, limit } = waiting;
        let ending = async {
            let mut lost = None;
            loop {
                let asked = Instant::now();
                match self.client.set_desired(group, &ask).await {
                    Ok(Accepted { ending: Some(ending), .. }) => return Ok(ending.into()),
                    Ok(_) => lost = None,
                    Err(error) => endure(error, &mut lost, progress)?,
                }
                if asked.elapsed() < PAUSE {
                    sleep(PAUSE).await;
                }
            }
        };
        self.told(group, events, progress, limit, ending).await
    }

    pub(super) async fn replace(&self, of: &OfMember<'_>, waiting: &mut Waiting<'_>) -> Result<End, Failure> {
        let Waiting { progress, limit } = waiting;
        let events = self.newest(of.group).await;
        self.member(of, MemberAction::Replace).await?;
        let ending = async {
            let mut lost = None;
            loop {
                match self.client.group(of.group).await {
                    Ok(status) => match replaced(&status, of) {
                        Some(end) => return Ok(end),
                        None => lost = None,
                    },
                    Err(error) => endure(error, &mut lost, progress)?,
                }
                sleep(LOOK).await;
            }
        };
        self.told(of.group, events, progress, limit, ending).await
    }

    pub(super) async fn member(&self, of: &OfMember<'_>, action: MemberAction) -> Result<(), Failure> {
        let mut ask = MemberRequest::default();
        of.reason.clone_into(&mut ask.reason);
        ask.who = Some(of.who.clone());
        self.client.member(of.group, of.instance, action, &ask).await?;
        Ok(())
    }

    pub(super) async fn set_mode(&self, group: &str, mode: &SetMode) -> Result<(), Failure> {
        self.client.set_mode(group, mode).await?;
        Ok(())
    }

    /// Waits for `ending` or a cut, and tells the group's events meanwhile, the last ones too.
    async fn told(
        &self,
        group: &str,
        mut next: Option<u64>,
        progress: &Progress,
        limit: &mut Limit,
        ending: impl Future<Output = Result<End, Failure>> + Send,
    ) -> Result<End, Failure> {
        let telling = async {
            loop {
                match self.client.events(group, next, LONGEST_WAIT).await {
                    Ok(events) => next = Some(tell(&events, progress)),
                    // Whether the daemon is lost is for the other side to judge.
                    Err(_) => sleep(PAUSE).await,
                }
            }
        };
        let end = tokio::select! {
            biased;
            end = ending => end,
            cut = limit.cut() => Ok(End::Cut(cut)),
            end = telling => end,
        };
        if let Ok(events) = self.client.events(group, next, Duration::ZERO).await {
            tell(&events, progress);
        }
        end
    }

    /// The number of the newest event.
    async fn newest(&self, group: &str) -> Option<u64> {
        self.client.events(group, None, Duration::ZERO).await.ok().map(|events| events.next)
    }
}

/// A daemon that is being restarted is asked again; what it refuses, and one that is gone for long, is the end.
fn endure(error: Error, lost: &mut Option<Instant>, progress: &Progress) -> Result<(), Failure> {
    if error.status().is_some_and(|status| status < 500) {
        return Err(error.into());
    }
    match lost {
        Some(since) if since.elapsed() >= PATIENCE => Err(error.into()),
        Some(_) => Ok(()),
        None => {
            progress.note(&format!("{error}; asking again"));
            *lost = Some(Instant::now());
            Ok(())
        }
    }
}

fn tell(events: &Events, progress: &Progress) -> u64 {
    if events.missed {
        progress.note("some events are no longer kept by the daemon");
    }
    for event in &events.events {
        let at = event.event.at;
        match event.event.what {
            What::Now(Moment::Waiting { .. }) => progress.waiting(at, &event.text),
            _ => progress.event(at, &event.text),
        }
    }
    events.next
}

/// How a replacement ended, if it did.
fn replaced(status: &Status, of: &OfMember<'_>) -> Option<End> {
    let member = status.members.iter().find(|member| member.instance == Some(of.instance));
    match member {
        None => (status.desired.is_none_or(|desired| desired <= status.in_service)).then_some(End::Reached),
        Some(member) if !member.replacing && member.draining.is_none() && member.phase != Phase::Deleting => {
            Some(End::Failed { why: FailureReason::ReplacementFailed { member: member.label.clone() } })
        }
        Some(_) if matches!(status.mode, GroupMode::Observe | GroupMode::Paused) => {
            Some(End::Failed { why: FailureReason::Mode { mode: status.mode } })
        }
        Some(_) => None,
    }
}
