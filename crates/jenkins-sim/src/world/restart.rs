//! Restarts: what survives them, and what is lost.

use jiff::Timestamp;

use super::user::hex;
use super::{BuildId, Due, Outcome, QueueState, Sessions, World};
use crate::config::ItemKind;

/// Whether Jenkins answers.
#[derive(Debug, Clone)]
pub(crate) struct Phase {
    /// `X-Jenkins-Session`: another one after each restart.
    pub(crate) session: String,
    down_until: Option<Timestamp>,
    /// A restart that waits for the builds to end.
    wanted: bool,
}

impl Phase {
    pub(super) fn new(rng: &mut fastrand::Rng) -> Self {
        Self { session: hex(rng, 8), down_until: None, wanted: false }
    }

    pub(crate) fn down_until(&self) -> Option<Timestamp> {
        self.down_until
    }
}

impl World {
    /// Takes no more work, or takes it again.
    pub(crate) fn set_quieting_down(&mut self, quieting: bool) {
        self.queue.quieting_down = quieting;
        self.phase.wanted &= quieting;
        self.maintain_queue();
    }

    /// Takes no more work, then restarts once no freestyle build runs; pipelines wait for its end.
    pub(crate) fn safe_restart(&mut self) {
        self.queue.quieting_down = true;
        self.phase.wanted = true;
        self.restart_if_idle();
    }

    pub(super) fn restart_if_idle(&mut self) {
        if self.phase.wanted && self.running(ItemKind::Freestyle).is_empty() {
            self.restart(true);
        }
    }

    fn running(&self, kind: ItemKind) -> Vec<BuildId> {
        let of = |item: &super::Item| {
            let id = item.id;
            let running = item.builds.values().filter(|build| build.is_building());
            running.map(move |build| BuildId { job: id, number: build.number }).collect::<Vec<_>>()
        };
        self.items.values().filter(|item| item.config.kind == kind).flat_map(of).collect()
    }

    /// Stops and comes back. Waiting items and pipelines survive; freestyle builds, items that left the queue, sessions
    /// and crumbs don't. `orderly`: builds are aborted, otherwise they fail as after a crash.
    pub(crate) fn restart(&mut self, orderly: bool) {
        if self.phase.down_until.is_some() {
            return;
        }
        let up = api_sim::later(self.now, self.timings.restart);
        self.phase.down_until = Some(up);
        self.phase.wanted = false;
        self.sessions = Sessions::new(&mut self.rng);
        self.queue.quieting_down = false;
        self.queue.items.retain(|_, item| !item.is_left());
        for node in self.nodes.values_mut() {
            node.reserved.clear();
        }
        let now = self.now;
        for item in self.queue.items.values_mut() {
            if let QueueState::Buildable { since, .. } = item.state {
                item.state = QueueState::Buildable { since, pending: false };
            }
        }
        for id in self.running(ItemKind::Freestyle) {
            self.stop_errand(id, 0, true);
            let Some(build) = self.build_mut(id) else { continue };
            build.run = None;
            build.ended = Some(now);
            build.executors.clear();
            if build.result.is_none() {
                let outcome = if orderly { Outcome::Aborted } else { Outcome::Failure };
                build.result = Some(outcome);
                // After a crash the log just ends.
                if orderly {
                    build.print_line(&format!("Finished: {}", outcome.name()));
                }
            }
        }
        for id in self.running(ItemKind::Pipeline) {
            if let Some(build) = self.build_mut(id)
                && build.run.is_some()
            {
                build.print_line("Pausing (shutting down)");
            }
        }
        self.at(self.timings.restart, Due::Up);
        self.touch();
    }

    /// Answers again.
    pub(super) fn up(&mut self) {
        self.phase = Phase::new(&mut self.rng);
        let now = self.now;
        for id in self.running(ItemKind::Pipeline) {
            if let Some(build) = self.build_mut(id)
                && build.run.is_some()
            {
                build.print_line(&format!("Resuming build at {now} after Jenkins restart"));
                build.print_line(&format!("Ready to run at {now}"));
            }
        }
        self.maintain_queue();
        let kept: Vec<ErrandHeld> = std::mem::take(&mut self.held);
        for (id, result) in kept {
            self.errand_done(id, result);
        }
    }
}

/// What came of work that ended while Jenkins was down.
pub(super) type ErrandHeld = (super::ErrandId, super::ErrandResult);
