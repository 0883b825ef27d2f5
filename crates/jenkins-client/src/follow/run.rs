//! The way itself.

use std::future::pending;
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

use super::error::FollowError;
use super::progress::Progress;
use super::settings::Settings;
use super::stages::Stages;
use crate::api::{BuildHandle, QueuedBuild, Trigger, build_of_item};
use crate::client::Client;
use crate::error::Error;
use crate::models::{Build, BuildRef, JobName, QueueId, QueueState};
use crate::outage::Outage;

/// What is looked at until a build is over.
const WATCHED: &str = "number,building,inProgress,result";

/// Looks in a row that must not find a thing before it counts as gone: lists and pages lag after a start of Jenkins.
const MISSING: u32 = 3;

/// How long a build that was stopped at the deadline may take to end.
const GRACE: Duration = Duration::from_secs(60);

/// Where the way begins.
#[derive(Debug, Clone)]
pub(super) enum Start {
    Trigger(Box<Trigger>),
    Queued(QueuedBuild),
    Build(BuildHandle),
}

/// Where the work stands in Jenkins.
#[derive(Debug, Clone)]
pub(super) enum Place {
    /// Not known to be anywhere.
    Nowhere,
    Queue(QueueId),
    Build(BuildHandle),
}

/// One following.
pub(super) struct Run {
    pub(super) client: Client,
    pub(super) job: JobName,
    console: bool,
    stages: bool,
    patience: Duration,
    pauses: (Duration, Duration),
    events: Option<mpsc::Sender<Progress>>,
    /// Changes when the work moves on, and when Jenkins was restarted under it.
    pub(super) place: watch::Sender<Place>,
}

/// Jenkins' absences during one phase.
struct Absences {
    outage: Outage,
    /// The run of Jenkins that gave the last answer.
    run: Option<String>,
}

impl Run {
    fn new(start: &Start, settings: &Settings, events: Option<mpsc::Sender<Progress>>) -> Self {
        let (client, job) = match start {
            Start::Trigger(trigger) => (trigger.client(), trigger.job()),
            Start::Queued(queued) => (queued.client(), queued.job()),
            Start::Build(build) => (build.client(), build.job()),
        };
        Self {
            client: client.clone(),
            job: job.clone(),
            console: settings.console,
            stages: settings.stages,
            patience: settings.patience,
            pauses: settings.pauses,
            events,
            place: watch::Sender::new(Place::Nowhere),
        }
    }

    /// Goes the whole way, with the deadline and the signal to cancel beside it.
    pub(super) async fn drive(
        start: Start,
        settings: Settings,
        events: Option<mpsc::Sender<Progress>>,
    ) -> Result<Build, FollowError> {
        let run = Self::new(&start, &settings, events);
        let began = Instant::now();
        let mut end = settings.deadline.map(|deadline| began + deadline);
        let mut stop_at_end = settings.stop_at_deadline;
        let mut signal = pin!(async {
            match settings.cancelled_by {
                Some(signal) => signal.await,
                None => pending().await,
            }
        });
        let mut signalled = false;
        let (mut way, mut cancelling) = (pin!(run.whole(start)), pin!(run.cancel()));
        loop {
            let at_end = async {
                match end {
                    Some(end) => sleep_until(end).await,
                    None => pending().await,
                }
            };
            tokio::select! {
                ended = &mut way => return ended,
                () = &mut signal, if !signalled => signalled = true,
                refused = &mut cancelling, if signalled => return Err(refused),
                () = at_end => {
                    if !stop_at_end {
                        return Err(run.too_late(began.elapsed()));
                    }
                    (stop_at_end, signalled) = (false, true);
                    end = Some(Instant::now() + GRACE);
                }
            }
        }
    }

    /// Goes the way to the start of the build.
    pub(super) async fn until_started(
        queued: &QueuedBuild,
        settings: Settings,
    ) -> Result<BuildHandle, FollowError> {
        let run = Self::new(&Start::Queued(queued.clone()), &settings, None);
        run.queue(queued).await
    }

    async fn whole(&self, start: Start) -> Result<Build, FollowError> {
        let queued = match start {
            Start::Build(build) => return self.build(&build).await,
            Start::Queued(queued) => queued,
            Start::Trigger(trigger) => {
                let queued = self.trigger(&trigger).await?;
                self.tell(Progress::Triggered {
                    item: queued.id(),
                    already_waiting: queued.was_already_waiting(),
                })
                .await;
                queued
            }
        };
        let build = self.queue(&queued).await?;
        self.build(&build).await
    }

    /// Triggers: again only where Jenkins surely did not take it, such as while it starts.
    async fn trigger(&self, trigger: &Trigger) -> Result<QueuedBuild, FollowError> {
        let mut absences = self.absences();
        loop {
            match trigger.clone().await {
                Ok(queued) => {
                    self.is_back(&mut absences).await;
                    return Ok(queued);
                }
                Err(source) if source.may_have_happened() => return Err(self.failed(source)),
                Err(error) => self.bear(&mut absences, error).await?,
            }
        }
    }

    /// Waits until the item is a build.
    async fn queue(&self, queued: &QueuedBuild) -> Result<BuildHandle, FollowError> {
        self.is_at(Place::Queue(queued.id()));
        let (mut absences, mut pause) = (self.absences(), self.pauses.0);
        let (mut told, mut missing) = (None, 0);
        loop {
            match queued.item().await {
                Ok(item) => {
                    self.is_back(&mut absences).await;
                    missing = 0;
                    match (item.state(), &item.executable) {
                        (QueueState::Started, Some(build)) => return Ok(self.started(build)),
                        (QueueState::Cancelled, _) => {
                            return Err(FollowError::Cancelled { job: self.job.clone(), item: queued.id() });
                        }
                        (state, _) => {
                            // The reason counts seconds down: that is not another reason.
                            let reason = (state, item.why.as_deref().map(without_digits));
                            if told.as_ref() != Some(&reason) {
                                told = Some(reason);
                                pause = self.pauses.0;
                                self.tell(Progress::Waiting { state, why: item.why }).await;
                            }
                        }
                    }
                }
                // It left the queue more than five minutes ago, or before a restart.
                Err(error) if error.is_not_found() => {
                    match build_of_item(&self.client, &self.job, queued.id()).await {
                        Ok(Some(number)) => {
                            self.is_back(&mut absences).await;
                            return Ok(BuildHandle::new(&self.client, &self.job, number));
                        }
                        Ok(None) if missing + 1 >= MISSING => {
                            return Err(FollowError::Lost { job: self.job.clone(), item: queued.id() });
                        }
                        Ok(None) => missing += 1,
                        Err(error) => self.bear(&mut absences, error).await?,
                    }
                }
                Err(error) => self.bear(&mut absences, error).await?,
            }
            self.rest(&mut pause).await;
        }
    }

    /// The build that an item became: of the job that its URL names, which may have another name by then.
    pub(super) fn started(&self, build: &BuildRef) -> BuildHandle {
        let (job, number) = match (build.job_and_number(), build.number) {
            (Some((job, number)), _) => (job, number),
            (None, number) => (self.job.clone(), number.unwrap_or_else(|| 0.into())),
        };
        BuildHandle::new(&self.client, &job, number)
    }

    /// Waits until the build is over, with its console beside it.
    async fn build(&self, build: &BuildHandle) -> Result<Build, FollowError> {
        self.is_at(Place::Build(build.clone()));
        self.tell(Progress::Started { build: build.number() }).await;
        let (finished, ()) = tokio::try_join!(self.watch(build), self.read(build))?;
        Ok(finished)
    }

    async fn watch(&self, build: &BuildHandle) -> Result<Build, FollowError> {
        let (mut absences, mut pause) = (self.absences(), self.pauses.0);
        let (mut over, mut missing) = (false, 0);
        let mut stages = self.stages.then(Stages::default);
        loop {
            // The last look is at all of it.
            let look = if over { build.get() } else { build.get().tree(WATCHED) };
            match look.await {
                Ok(seen) => {
                    self.is_back(&mut absences).await;
                    missing = 0;
                    if over {
                        return Ok(seen);
                    }
                    over = seen.is_over();
                    if let Some(known) = &mut stages {
                        match known.news(build).await {
                            Some(news) => {
                                for event in news {
                                    self.tell(event).await;
                                }
                            }
                            None => stages = None,
                        }
                    }
                    if over {
                        continue;
                    }
                }
                Err(source) if source.is_not_found() => {
                    missing += 1;
                    if missing >= MISSING {
                        let (job, build) = (build.job().clone(), build.number());
                        return Err(FollowError::Vanished { job, build, source });
                    }
                }
                Err(error) => self.bear(&mut absences, error).await?,
            }
            self.rest(&mut pause).await;
        }
    }

    /// Tells the lines of the console.
    async fn read(&self, build: &BuildHandle) -> Result<(), FollowError> {
        if !self.console || self.events.is_none() {
            return Ok(());
        }
        let mut lines = build.console_with(self.patience);
        while let Some(line) = lines.next().await {
            match line {
                Ok(line) => self.tell(Progress::Line(line)).await,
                // Whoever watches the build finds out why.
                Err(error) if error.is_not_found() => return Ok(()),
                Err(error) => return Err(self.failed(error)),
            }
        }
        Ok(())
    }

    fn absences(&self) -> Absences {
        Absences { outage: Outage::new(self.patience), run: self.client.run() }
    }

    /// Waits through an error that may pass.
    async fn bear(&self, absences: &mut Absences, error: Error) -> Result<(), FollowError> {
        let first = absences.outage.lasted().is_zero();
        let text = error.to_string();
        let wait = match absences.outage.bear(error) {
            Ok(wait) => wait,
            Err(source) if source.is_retryable() => {
                let (job, lasted) = (self.job.clone(), absences.outage.lasted());
                return Err(FollowError::Away { job, lasted, source });
            }
            Err(source) => return Err(self.failed(source)),
        };
        if first {
            self.tell(Progress::Away { error: text }).await;
        }
        sleep(wait).await;
        Ok(())
    }

    async fn is_back(&self, absences: &mut Absences) {
        let run = self.client.run();
        let restarted = absences.run.is_some() && run != absences.run;
        absences.run = run;
        if absences.outage.end() {
            self.tell(Progress::Back { restarted }).await;
        }
        if restarted {
            self.place.send_modify(|_| ());
        }
    }

    async fn rest(&self, pause: &mut Duration) {
        sleep(*pause).await;
        *pause = (*pause * 3 / 2).min(self.pauses.1);
    }

    pub(super) async fn tell(&self, event: Progress) {
        if let Some(events) = &self.events {
            // Without a receiver the following is being dropped.
            let _ = events.send(event).await;
        }
    }

    fn is_at(&self, place: Place) {
        self.place.send_replace(place);
    }

    fn place(&self) -> Place {
        self.place.borrow().clone()
    }

    pub(super) fn failed(&self, source: Error) -> FollowError {
        FollowError::Failed { job: self.job.clone(), source }
    }

    fn too_late(&self, after: Duration) -> FollowError {
        let (item, build) = match self.place() {
            Place::Nowhere => (None, None),
            Place::Queue(item) => (Some(item), None),
            Place::Build(build) => (None, Some(build.number())),
        };
        FollowError::Deadline { job: self.job.clone(), after, item, build }
    }
}

fn without_digits(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_digit()).collect()
}
