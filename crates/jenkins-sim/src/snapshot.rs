//! What the simulated world looks like from outside the API.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::world::{Build, Item, QueueState, World};

/// The whole world at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Snapshot {
    /// Simulated time.
    pub now: Timestamp,
    /// Whether Jenkins answers, rather than starting.
    pub up: bool,
    /// `X-Jenkins-Session`: another one after each restart.
    pub session: String,
    /// Every job and folder, by full name.
    pub jobs: BTreeMap<String, JobView>,
    /// What waits, in the order in which it came, and what left the queue and can still be read.
    pub queue: Vec<QueueItemView>,
    /// Requests by method and path, with `*` for names and numbers, refused ones included.
    pub calls: BTreeMap<String, u64>,
}

impl Snapshot {
    /// The builds of a job, by number; none when there is no such job.
    pub fn builds(&self, job: &str) -> impl Iterator<Item = &BuildView> {
        self.jobs.get(job).into_iter().flat_map(|job| &job.builds)
    }
}

/// A job or a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct JobView {
    /// Its class, such as `org.jenkinsci.plugins.workflow.job.WorkflowJob`.
    pub class: String,
    /// Whether it is disabled.
    pub disabled: bool,
    /// Its builds, by number.
    pub builds: Vec<BuildView>,
}

/// A build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BuildView {
    /// Its number.
    pub number: u64,
    /// The item of the queue that it was.
    pub queue_id: u64,
    /// Whether it has not ended.
    pub building: bool,
    /// Its result, such as `SUCCESS`.
    pub result: Option<String>,
    /// Its parameters as texts, those of passwords left out.
    pub parameters: BTreeMap<String, String>,
    /// Why it was asked for, such as `Started by user alice`.
    pub causes: Vec<String>,
    /// When it started.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Its console text.
    pub console: String,
    /// Ids of the inputs that it waits for.
    pub inputs: Vec<String>,
}

/// An item of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct QueueItemView {
    /// Its id.
    pub id: u64,
    /// The full name of its job.
    pub job: String,
    /// `waiting`, `blocked`, `buildable`, `left` or `cancelled`.
    pub state: String,
    /// Why it waits, as Jenkins says it.
    pub why: Option<String>,
    /// The number of the build that it became.
    pub number: Option<u64>,
}

impl World {
    pub(crate) fn snapshot(&self) -> Snapshot {
        let queue = self.queue.items.values().map(|item| {
            let (state, number) = match item.state {
                QueueState::Waiting { .. } => ("waiting", None),
                QueueState::Blocked { .. } => ("blocked", None),
                QueueState::Buildable { .. } => ("buildable", None),
                QueueState::Left { number: None } => ("cancelled", None),
                QueueState::Left { number } => ("left", number),
            };
            let job = self.name_of(item.job).to_owned();
            QueueItemView { id: item.id, job, state: state.to_owned(), why: self.why(item), number }
        });
        Snapshot {
            now: self.now,
            up: self.phase.down_until().is_none(),
            session: self.phase.session.clone(),
            jobs: self.items.iter().map(|(name, item)| (name.clone(), job(item))).collect(),
            queue: queue.collect(),
            calls: self.calls.clone(),
        }
    }
}

fn job(item: &Item) -> JobView {
    JobView {
        class: item.config.kind.class().to_owned(),
        disabled: item.config.disabled,
        builds: item.builds.values().map(build).collect(),
    }
}

fn build(build: &Build) -> BuildView {
    let shown = build.parameters.iter().filter(|parameter| !parameter.is_secret());
    BuildView {
        number: build.number,
        queue_id: build.queue_id,
        building: build.is_building(),
        result: build.result.map(|result| result.name().to_owned()),
        parameters: shown.map(|parameter| (parameter.name.clone(), parameter.value.clone())).collect(),
        causes: build.causes.iter().map(crate::world::Cause::text).collect(),
        started: build.started,
        ended: build.ended,
        console: String::from_utf8_lossy(build.log.text()).into_owned(),
        inputs: build.inputs.iter().map(|input| input.id.clone()).collect(),
    }
}
