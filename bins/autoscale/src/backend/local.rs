//! This process as the actor, under the store's lock.

use std::collections::BTreeMap;

use async_trait::async_trait;
use autoscale_api::{
    ForgetAlerts, Forgotten, Groups, HeldAlerts, History, MemberAction, ModeSet, ModesSet, SetDesired,
    SetMode,
};
use autoscale_daemon::{Daemon, carry_out};
use scaler_core::clock::SystemClock;
use scaler_core::model::StepId;
use scaler_core::ports::Clock as _;
use scaler_core::runtime::{Error, Run, Scaler};
use scaler_core::state::Fact;
use scaler_core::view::{Event, Moment, Preview, Status, What};

use super::{Backend, End, OfMember, Receipt, Request, Waiting};
use crate::exit::{Exit, Failure};
use crate::limit::Cut;

/// What a daemon would be, without serving: it holds the store, and acts only while a command waits.
#[derive(Debug)]
pub(crate) struct Local {
    daemon: Daemon,
}

impl Local {
    pub(crate) const fn new(daemon: Daemon) -> Self {
        Self { daemon }
    }

    fn scaler(&self) -> &Scaler {
        self.daemon.scaler()
    }

    /// Turns the loop until the call ends. A cut stops it between two steps; a second one breaks it off.
    async fn drive(&self, mut run: Run, waiting: &mut Waiting<'_>) -> Result<End, Failure> {
        let mut in_flight = BTreeMap::new();
        let mut cut: Option<Cut> = None;
        loop {
            tokio::select! {
                biased;
                event = run.next() => match event {
                    Some(event) => tell(&event, &mut in_flight, waiting),
                    None => break,
                },
                again = waiting.limit.cut() => {
                    if let (Some(cut), Cut::Interrupted) = (cut, again) {
                        waiting.progress.note("broken off: the next actor looks up what was under way");
                        return Ok(End::Cut(cut));
                    }
                    cut.get_or_insert(again);
                    let steps: Vec<String> = in_flight.values().cloned().collect();
                    waiting.progress.note(&match steps.as_slice() {
                        [] => "stopping: no step is under way".to_owned(),
                        steps => format!("stopping: no new step begins; under way: {}", steps.join("; ")),
                    });
                    self.scaler().stop();
                }
            }
        }
        match (run.outcome().await, cut) {
            (Ok(outcome), _) => Ok(End::Ended(outcome)),
            (Err(Error::Stopping), Some(cut)) => Ok(End::Cut(cut)),
            (Err(error), _) => Err(error.into()),
        }
    }
}

#[async_trait]
impl Backend for Local {
    async fn groups(&self) -> Result<Groups, Failure> {
        let mut groups = Vec::new();
        for group in self.scaler().groups() {
            groups.push(self.group(group.name.as_str()).await?);
        }
        let unmanaged = self.scaler().unmanaged().await?.into_iter().map(|name| name.to_string()).collect();
        Ok(Groups::new(groups, unmanaged))
    }

    async fn group(&self, group: &str) -> Result<Status, Failure> {
        Ok(self.scaler().group(group)?.status().await?)
    }

    async fn plan(&self, group: &str, ask: Option<&SetDesired>) -> Result<Preview, Failure> {
        let group = self.scaler().group(group)?;
        Ok(match ask {
            Some(ask) => group.ask(ask.to_request(SystemClock.now())?).plan().await?,
            None => group.plan().await?,
        })
    }

    async fn history(&self, group: &str, limit: usize) -> Result<History, Failure> {
        let activities = match (self.scaler().group(group), group.parse()) {
            (Err(_), Ok(unmanaged)) => self.scaler().unmanaged_history(&unmanaged, limit).await?,
            (configured, _) => configured?.history(limit).await?,
        };
        Ok(History::new(group, activities))
    }

    async fn request(&self, group: &str, ask: SetDesired) -> Result<Request, Failure> {
        let accepted = self.scaler().group(group)?.ask(ask.to_request(SystemClock.now())?).submit().await?;
        Ok(Request { group: group.to_owned(), desired: accepted.desired, receipt: Receipt::Local(accepted) })
    }

    async fn follow(&self, request: Request, waiting: &mut Waiting<'_>) -> Result<End, Failure> {
        let Receipt::Local(accepted) = request.receipt else { return Ok(End::not_mine()) };
        self.drive(self.scaler().group(&request.group)?.follow(accepted), waiting).await
    }

    async fn replace(&self, of: &OfMember<'_>, waiting: &mut Waiting<'_>) -> Result<End, Failure> {
        self.drive(self.scaler().group(of.group)?.replace(of.instance, of.ask.cause()?), waiting).await
    }

    async fn member(&self, of: &OfMember<'_>, action: MemberAction) -> Result<(), Failure> {
        let (group, cause) = (self.scaler().group(of.group)?, of.ask.cause()?);
        if action == MemberAction::Replace {
            let why = format!(
                "{action} without waiting needs a daemon, for nobody would go on with it: start autoscalerd, or leave out --no-wait"
            );
            return Err(Failure::new(Exit::Refused, why));
        }
        Ok(carry_out(action, &group, of.instance, cause).await?)
    }

    async fn set_mode(&self, group: &str, mode: &SetMode) -> Result<(), Failure> {
        let (who, reason) = mode.said()?;
        let until = mode.until(SystemClock.now());
        Ok(self.scaler().group(group)?.set_mode(mode.mode, until, who, reason).await?)
    }

    async fn set_every_mode(&self, mode: &SetMode) -> Result<ModesSet, Failure> {
        let mut set = Vec::new();
        for group in self.scaler().groups() {
            let error = self.set_mode(group.name.as_str(), mode).await.err().map(|failure| failure.plain());
            set.push(ModeSet::new(group.name.as_str(), error));
        }
        Ok(ModesSet::new(set))
    }

    async fn alerts(&self) -> Result<HeldAlerts, Failure> {
        Ok(HeldAlerts::new(self.scaler().held_alerts().await?))
    }

    async fn forget_alerts(&self, ask: &ForgetAlerts) -> Result<Forgotten, Failure> {
        let forgotten = self.scaler().forget_alerts(&ask.fingerprints, &ask.cause()?).await?;
        Ok(Forgotten::new(&ask.fingerprints, forgotten))
    }

    fn who_goes_on(&self) -> &'static str {
        "nobody goes on with it until autoscalerd starts or `autoscale apply` is called again"
    }
}

fn tell(event: &Event, in_flight: &mut BTreeMap<StepId, String>, waiting: &Waiting<'_>) {
    match (&event.what, event.step_id) {
        (What::Logged(Fact::Intended { step }), Some(id)) => {
            in_flight.insert(id, step.to_string());
        }
        (What::Logged(Fact::Done { .. }), Some(id)) => {
            in_flight.remove(&id);
        }
        _ => {}
    }
    match &event.what {
        What::Now(Moment::Waiting { .. }) => waiting.progress.waiting(event.at, &event.to_string()),
        _ => waiting.progress.event(event.at, &event.to_string()),
    }
}
