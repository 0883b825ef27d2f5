//! Builds.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::input::Input;
use super::log::Log;
use super::outcome::{BuildId, Outcome};
use super::run::Run;
use super::stage::Stage;
use super::test_report::TestReport;
use super::value::ParameterValue;
use super::{Due, World};

/// Why a build was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cause {
    User {
        id: String,
        name: String,
    },
    Remote {
        host: String,
        note: Option<String>,
    },
    /// A scan of branches.
    Branch,
}

impl Cause {
    pub(crate) fn text(&self) -> String {
        match self {
            Self::User { name, .. } => format!("Started by user {name}"),
            Self::Remote { host, note: None } => format!("Started by remote host {host}"),
            Self::Remote { host, note: Some(note) } => {
                format!("Started by remote host {host} with note: {note}")
            }
            Self::Branch => "Branch indexing".to_owned(),
        }
    }
}

/// An executor that a build has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Executor {
    pub(crate) node: String,
    pub(crate) number: usize,
    /// The frame of the `node` that took it; 0 of a freestyle build.
    pub(super) frame: u64,
}

/// One build.
#[derive(Debug)]
pub(crate) struct Build {
    pub(crate) number: u64,
    pub(crate) queue_id: u64,
    pub(crate) parameters: Vec<ParameterValue>,
    pub(crate) causes: Vec<Cause>,
    pub(crate) queued: Timestamp,
    pub(crate) started: Timestamp,
    pub(crate) ended: Option<Timestamp>,
    pub(crate) result: Option<Outcome>,
    pub(crate) description: Option<String>,
    pub(crate) display_name: Option<String>,
    pub(crate) keep: bool,
    pub(crate) log: Log,
    pub(crate) artifacts: BTreeMap<String, bytes::Bytes>,
    pub(crate) tests: Option<TestReport>,
    pub(crate) stages: Vec<Stage>,
    pub(crate) inputs: Vec<Input>,
    /// The executors that it has taken.
    pub(crate) executors: Vec<Executor>,
    /// The environment that its steps saw at first.
    pub(crate) environment: BTreeMap<String, String>,
    /// Texts that the log must not show.
    pub(crate) secrets: Vec<String>,
    /// Where it is in its program, while it runs.
    pub(crate) run: Option<Run>,
}

impl Build {
    pub(crate) fn is_building(&self) -> bool {
        self.ended.is_none()
    }

    pub(crate) fn display_name(&self) -> String {
        self.display_name.clone().unwrap_or_else(|| format!("#{}", self.number))
    }

    /// Appends to the log, with secrets masked.
    pub(crate) fn print(&mut self, text: &[u8]) {
        if self.secrets.is_empty() {
            return self.log.append(text);
        }
        let mut masked = String::from_utf8_lossy(text).into_owned();
        for secret in &self.secrets {
            masked = masked.replace(secret, "****");
        }
        self.log.append(masked.as_bytes());
    }

    pub(crate) fn print_line(&mut self, line: &str) {
        self.print(line.as_bytes());
        self.log.append(b"\n");
    }

    /// A line that the page shows otherwise than the log, such as `[Pipeline] sh`.
    pub(crate) fn print_noted(&mut self, line: &str) {
        self.log.append_noted(line);
        self.log.append(b"\n");
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&ParameterValue> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }
}

impl World {
    pub(crate) fn build(&self, id: BuildId) -> Option<&Build> {
        self.item_by_id(id.job)?.1.builds.get(&id.number)
    }

    pub(crate) fn build_mut(&mut self, id: BuildId) -> Option<&mut Build> {
        self.item_by_id_mut(id.job)?.builds.get_mut(&id.number)
    }

    /// A build has come to its result; it is over a little later.
    pub(super) fn conclude(&mut self, id: BuildId, outcome: Outcome) {
        let finish = self.timings.finish;
        let Some(build) = self.build_mut(id) else { return };
        build.run = None;
        build.inputs.clear();
        build.result = Some(outcome);
        build.print_line(&format!("Finished: {}", outcome.name()));
        self.at(finish, Due::Finish { build: id });
        self.touch();
    }

    pub(super) fn finish(&mut self, id: BuildId) {
        let now = self.now;
        let Some(build) = self.build_mut(id) else { return };
        if build.ended.is_some() {
            return;
        }
        build.ended = Some(now);
        build.executors.clear();
        if let Some(item) = self.item_by_id_mut(id.job)
            && let Some(most) = item.config.builds_to_keep
        {
            let old = item.builds.len().saturating_sub(most);
            let old: Vec<u64> = item
                .builds
                .values()
                .filter(|build| !build.keep && build.ended.is_some())
                .map(|build| build.number)
                .take(old)
                .collect();
            for number in old {
                item.builds.remove(&number);
            }
        }
        self.maintain_queue();
        self.restart_if_idle();
    }
}
