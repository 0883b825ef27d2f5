//! A daemon, over its JSON API.

use std::future::Future;
use std::time::Duration;

use async_trait::async_trait;
use autoscale_api::client::{Client, Error, Token, Url, Watched, request_id};
use autoscale_api::{
    ForgetAlerts, Forgotten, Groups, HeldAlerts, History, MemberAction, ModesSet, NumberedEvent, Outcome,
    SetDesired, SetMode,
};
use futures_util::StreamExt as _;
use scaler_core::view::{Moment, Preview, Status, What};
use tokio::time::timeout;

use super::{Backend, End, OfMember, Receipt, Request, Waiting};
use crate::exit::{Exit, Failure};
use crate::limit::{LAST_WORD, Limit};
use crate::progress::Progress;

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

    /// Waits for `ending` or a cut, and tells the group's events meanwhile, the last ones too.
    async fn told(
        &self,
        group: &str,
        mut last: Option<u64>,
        progress: &Progress,
        limit: &mut Limit,
        ending: impl Future<Output = Result<Outcome, Error>> + Send,
    ) -> Result<End, Failure> {
        let mut events = self.client.watch(group, last);
        let telling = async {
            // Whether a daemon that gives none is lost is for the other side to judge.
            while let Some(watched) = events.next().await {
                match watched {
                    Ok(Watched::Event(event)) => {
                        last = Some(event.seq);
                        tell(&event, progress);
                    }
                    Ok(_) => progress.note("some events are no longer kept by the daemon"),
                    Err(_) => {}
                }
            }
            std::future::pending().await
        };
        let end = tokio::select! {
            biased;
            outcome = ending => outcome.map(End::Ended).map_err(Failure::from),
            cut = limit.cut() => Ok(End::Cut(cut)),
            end = telling => end,
        };
        let rest = timeout(LAST_WORD, self.client.events(group, last, Duration::ZERO)).await;
        if let Ok(Ok(page)) = rest {
            page.events.iter().for_each(|event| tell(event, progress));
        }
        end
    }

    /// The number of the newest event.
    async fn newest(&self, group: &str) -> Option<u64> {
        self.client.events(group, None, Duration::ZERO).await.ok().map(|page| page.next)
    }
}

#[async_trait]
impl Backend for Daemon {
    async fn groups(&self) -> Result<Groups, Failure> {
        Ok(self.client.groups().await?)
    }

    async fn group(&self, group: &str) -> Result<Status, Failure> {
        Ok(self.client.group(group).await?)
    }

    async fn plan(&self, group: &str, ask: Option<&SetDesired>) -> Result<Preview, Failure> {
        Ok(match ask {
            Some(ask) => self.client.plan_with(group, ask).await?,
            None => self.client.plan(group).await?,
        })
    }

    async fn history(&self, group: &str, limit: usize) -> Result<History, Failure> {
        Ok(self.client.history(group, limit).await?)
    }

    async fn request(&self, group: &str, mut ask: SetDesired) -> Result<Request, Failure> {
        ask.request_id.get_or_insert_with(request_id);
        ask.wait = None;
        let events = self.newest(group).await;
        let accepted = self.client.set_desired(group, &ask).await?;
        let receipt = Receipt::Daemon { ask, events };
        Ok(Request { group: group.to_owned(), desired: accepted.desired, receipt })
    }

    async fn follow(&self, request: Request, waiting: &mut Waiting<'_>) -> Result<End, Failure> {
        let Receipt::Daemon { ask, events } = request.receipt else { return Ok(End::not_mine()) };
        let Waiting { progress, limit } = waiting;
        let ending = self.client.follow(&request.group, &ask, |lost| again(lost, progress));
        self.told(&request.group, events, progress, limit, ending).await
    }

    async fn replace(&self, of: &OfMember<'_>, waiting: &mut Waiting<'_>) -> Result<End, Failure> {
        let Waiting { progress, limit } = waiting;
        let events = self.newest(of.group).await;
        self.member(of, MemberAction::Replace).await?;
        let ending = self.client.follow_replacement(of.group, of.instance, |lost| again(lost, progress));
        self.told(of.group, events, progress, limit, ending).await
    }

    async fn member(&self, of: &OfMember<'_>, action: MemberAction) -> Result<(), Failure> {
        self.client.member(of.group, of.instance, action, &of.ask).await?;
        Ok(())
    }

    async fn set_mode(&self, group: &str, mode: &SetMode) -> Result<(), Failure> {
        self.client.set_mode(group, mode).await?;
        Ok(())
    }

    async fn set_every_mode(&self, mode: &SetMode) -> Result<ModesSet, Failure> {
        Ok(self.client.set_every_mode(mode).await?)
    }

    async fn alerts(&self) -> Result<HeldAlerts, Failure> {
        Ok(self.client.alerts().await?)
    }

    async fn forget_alerts(&self, ask: &ForgetAlerts) -> Result<Forgotten, Failure> {
        Ok(self.client.forget_alerts(ask).await?)
    }

    fn who_goes_on(&self) -> &'static str {
        "the daemon goes on with it"
    }
}

fn again(lost: &Error, progress: &Progress) {
    progress.note(&format!("{lost}; asking again"));
}

fn tell(event: &NumberedEvent, progress: &Progress) {
    let at = event.event.at;
    match event.event.what {
        What::Now(Moment::Waiting { .. }) => progress.waiting(at, &event.text),
        _ => progress.event(at, &event.text),
    }
}
