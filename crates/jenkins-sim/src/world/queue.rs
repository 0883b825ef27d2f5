//! The queue: quiet periods, coalescing, blocking, and executors.

use std::collections::BTreeMap;
use std::time::Duration;

use api_sim::{between, later};
use jiff::Timestamp;

use super::{Build, BuildId, Cause, Due, ParameterValue, World};
use crate::config::ItemKind;
use crate::faults::{Effect, Target};

/// Where an item of the queue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QueueState {
    /// In the quiet period.
    Waiting { until: Timestamp },
    /// Its job may not run now.
    Blocked { since: Timestamp },
    /// It waits for an executor; `pending` when it has one.
    Buildable { since: Timestamp, pending: bool },
    /// It became a build, or was cancelled.
    Left { number: Option<u64> },
}

#[derive(Debug, Clone)]
pub(crate) struct QueueItem {
    pub(crate) id: u64,
    pub(crate) job: u64,
    pub(crate) since: Timestamp,
    pub(crate) parameters: Vec<ParameterValue>,
    pub(crate) causes: Vec<Cause>,
    pub(crate) state: QueueState,
}

impl QueueItem {
    pub(crate) fn is_left(&self) -> bool {
        matches!(self.state, QueueState::Left { .. })
    }

    pub(crate) fn build(&self) -> Option<BuildId> {
        match self.state {
            QueueState::Left { number: Some(number) } => Some(BuildId { job: self.job, number }),
            _ => None,
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Queue {
    pub(crate) items: BTreeMap<u64, QueueItem>,
    last: u64,
    /// Jenkins takes no more work.
    pub(crate) quieting_down: bool,
}

impl Queue {
    pub(super) fn forget(&mut self, id: u64) {
        if self.items.get(&id).is_some_and(QueueItem::is_left) {
            self.items.remove(&id);
        }
    }

    /// Numbers of items that have not left, in the order in which they came.
    pub(crate) fn standing(&self) -> Vec<u64> {
        self.items.values().filter(|item| !item.is_left()).map(|item| item.id).collect()
    }

    /// The item of a job that has not left, if any.
    pub(crate) fn of_job(&self, job: u64) -> Option<&QueueItem> {
        self.items.values().find(|item| item.job == job && !item.is_left())
    }
}

/// What became of a trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheduled {
    Created(u64),
    /// The same was waiting already.
    Existing(u64),
}

/// How often Jenkins looks at a queue in which nothing changed.
const MAINTENANCE: Duration = Duration::from_secs(1);

impl World {
    /// Puts a job with its parameters into the queue, or finds that it waits there.
    pub(crate) fn schedule(
        &mut self,
        job: u64,
        parameters: Vec<ParameterValue>,
        cause: Cause,
        delay: Option<Duration>,
    ) -> Scheduled {
        let quiet = self.item_by_id(job).and_then(|(_, item)| item.config.quiet_period);
        let wait = delay.unwrap_or_else(|| quiet.map_or(self.timings.quiet_period, Duration::from_secs));
        let until = later(self.now, wait);
        let same = |item: &&mut QueueItem| {
            let standing = matches!(
                item.state,
                QueueState::Waiting { .. }
                    | QueueState::Blocked { .. }
                    | QueueState::Buildable { pending: false, .. }
            );
            standing && item.job == job && item.parameters == parameters
        };
        if let Some(item) = self.queue.items.values_mut().find(same) {
            if !item.causes.contains(&cause) {
                item.causes.push(cause);
            }
            let id = item.id;
            // A shorter quiet period is taken over, a longer one is not.
            if let QueueState::Waiting { until: before } = item.state
                && until < before
            {
                item.state = QueueState::Waiting { until };
                self.at(wait, Due::Queue);
            }
            return Scheduled::Existing(id);
        }
        self.queue.last += 1;
        let id = self.queue.last;
        let state = QueueState::Waiting { until };
        let since = self.now;
        let item = QueueItem { id, job, since, parameters, causes: vec![cause], state };
        self.queue.items.insert(id, item);
        self.touch();
        if wait.is_zero() {
            self.maintain_queue();
        } else {
            self.at(wait, Due::Queue);
        }
        Scheduled::Created(id)
    }

    /// Moves every item as far as it can go.
    pub(super) fn maintain_queue(&mut self) {
        if self.phase.down_until().is_some() {
            return;
        }
        self.give_executors();
        let (mut full, mut exhausted) = (None, false);
        for id in self.queue.standing() {
            let Some(item) = self.queue.items.get(&id) else { continue };
            let job = item.job;
            let now = self.now;
            let state = match item.state {
                QueueState::Waiting { until } if until > now => continue,
                QueueState::Buildable { pending: true, .. } | QueueState::Left { .. } => continue,
                state => state,
            };
            let state = match (self.blocked(job), state) {
                (true, QueueState::Blocked { since }) => QueueState::Blocked { since },
                (true, _) => QueueState::Blocked { since: now },
                (false, QueueState::Buildable { since, .. }) => {
                    QueueState::Buildable { since, pending: false }
                }
                (false, _) => QueueState::Buildable { since: now, pending: false },
            };
            let QueueState::Buildable { since, .. } = state else {
                self.set_state(id, state);
                continue;
            };
            let full = *full.get_or_insert_with(|| self.struck(&Target::Executors).is_some());
            let ready = !full && (self.is_pipeline(job) || (!exhausted && self.reserve_executor(id)));
            exhausted |= !ready && !full;
            self.set_state(id, QueueState::Buildable { since, pending: ready });
            if ready {
                let slow = match self.struck(&Target::Start) {
                    Some(Effect::Slow { millis }) => Duration::from_millis(millis),
                    _ => Duration::ZERO,
                };
                self.at(self.timings.start + slow, Due::Start { id });
            } else if full {
                self.at(MAINTENANCE, Due::Queue);
            }
        }
    }

    fn set_state(&mut self, id: u64, state: QueueState) {
        if let Some(item) = self.queue.items.get_mut(&id) {
            item.state = state;
        }
    }

    fn is_pipeline(&self, job: u64) -> bool {
        self.item_by_id(job).is_some_and(|(_, item)| item.config.kind == ItemKind::Pipeline)
    }

    /// Whether a job may not begin a build now.
    fn blocked(&self, job: u64) -> bool {
        self.queue.quieting_down || self.running_build(job).is_some() || self.is_starting(job)
    }

    /// The build that keeps a job from beginning another.
    fn running_build(&self, job: u64) -> Option<&Build> {
        let (_, item) = self.item_by_id(job)?;
        if item.config.concurrent {
            return None;
        }
        item.builds.values().find(|build| build.is_building())
    }

    fn is_starting(&self, job: u64) -> bool {
        let concurrent = self.item_by_id(job).is_some_and(|(_, item)| item.config.concurrent);
        let pending = |item: &QueueItem| {
            item.job == job && matches!(item.state, QueueState::Buildable { pending: true, .. })
        };
        !concurrent && self.queue.items.values().any(pending)
    }

    /// Why an item waits, as Jenkins says it.
    pub(crate) fn why(&self, item: &QueueItem) -> Option<String> {
        Some(match item.state {
            QueueState::Left { .. } => return None,
            QueueState::Waiting { until } => {
                let left = between(self.now, until);
                let left = if left >= Duration::from_secs(10) {
                    format!("{} sec", left.as_secs())
                } else if left >= Duration::from_secs(1) {
                    format!("{:.1} sec", left.as_secs_f64())
                } else {
                    format!("{} ms", left.as_millis())
                };
                format!("In the quiet period. Expires in {left}")
            }
            QueueState::Blocked { .. } if self.queue.quieting_down => {
                "Jenkins is about to shut down".to_owned()
            }
            QueueState::Blocked { .. } => match self.running_build(item.job) {
                Some(build) => format!("Build #{} is already in progress (ETA: N/A)", build.number),
                None => "Build is already in progress (ETA: N/A)".to_owned(),
            },
            QueueState::Buildable { pending: true, .. } => "pending - ???".to_owned(),
            QueueState::Buildable { .. } => "Waiting for next available executor".to_owned(),
        })
    }

    /// Cancels an item; `false` when it has left.
    pub(crate) fn cancel(&mut self, id: u64) -> bool {
        let Some(item) = self.queue.items.get(&id).filter(|item| !item.is_left()) else { return false };
        let since = item.since;
        self.release_reserved(id);
        self.set_state(id, QueueState::Left { number: None });
        self.at(self.timings.left_item, Due::Forget { id });
        tracing::debug!(id, %since, "an item of the queue was cancelled");
        self.touch();
        self.maintain_queue();
        true
    }

    pub(super) fn cancel_job(&mut self, job: u64) {
        let of_job = |id: &u64| self.queue.items.get(id).is_some_and(|item| item.job == job);
        let ids: Vec<u64> = self.queue.standing().into_iter().filter(of_job).collect();
        for id in ids {
            self.cancel(id);
        }
    }

    /// An item becomes a build.
    pub(super) fn start(&mut self, id: u64) {
        let Some(item) = self.queue.items.get(&id) else { return };
        if !matches!(item.state, QueueState::Buildable { pending: true, .. }) {
            return;
        }
        let item = item.clone();
        let executors = self.reserved_executor(id).into_iter().collect();
        let now = self.now;
        let Some(job) = self.item_by_id_mut(item.job) else { return };
        let number = job.next_number;
        job.next_number += 1;
        let build = Build {
            number,
            queue_id: id,
            parameters: item.parameters,
            causes: item.causes,
            queued: item.since,
            started: now,
            ended: None,
            result: None,
            description: None,
            display_name: None,
            keep: false,
            log: super::log::Log::default(),
            artifacts: BTreeMap::new(),
            tests: None,
            stages: Vec::new(),
            inputs: Vec::new(),
            executors,
            environment: BTreeMap::new(),
            secrets: Vec::new(),
            run: None,
        };
        job.builds.insert(number, build);
        self.set_state(id, QueueState::Left { number: Some(number) });
        self.release_reserved(id);
        self.at(self.timings.left_item, Due::Forget { id });
        self.begin(BuildId { job: item.job, number });
    }
}
