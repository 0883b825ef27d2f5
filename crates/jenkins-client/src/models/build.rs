//! Builds.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::action::{causes, parameters};
use super::time::millis;
use super::{Action, BuildNumber, BuildRef, Cause, Parameter, QueueId};

words! {
    /// How a build ended.
    pub enum BuildResult {
        /// Everything was right.
        Success = "SUCCESS",
        /// It came to its end with failed tests or the like.
        Unstable = "UNSTABLE",
        /// It failed.
        Failure = "FAILURE",
        /// It did not run, because an earlier stage failed.
        NotBuilt = "NOT_BUILT",
        /// It was stopped.
        Aborted = "ABORTED",
    }
}

objects! {
    /// A build.
    pub struct Build {
        /// Parameters, causes, and what plugins add.
        pub actions: Vec<Action>,
        /// The files that it archived.
        pub artifacts: Vec<Artifact>,
        /// Whether it still runs. The result may be set while it does: a build is over when this is false.
        pub building: Option<bool>,
        /// Whether it still runs or waits for something; only newer releases say it.
        pub in_progress: Option<bool>,
        /// A text that people or the build itself gave it.
        pub description: Option<String>,
        /// Its name, `#7` unless it was given another.
        pub display_name: Option<String>,
        /// The name with its job's.
        pub full_display_name: Option<String>,
        /// How long it took; zero while it runs.
        #[serde(with = "millis")]
        pub duration: Option<SignedDuration>,
        /// How long it was expected to take; -1 ms where Jenkins does not know.
        #[serde(with = "millis")]
        pub estimated_duration: Option<SignedDuration>,
        /// The executor that it runs on.
        pub executor: Option<Value>,
        /// Its number as text.
        pub id: Option<String>,
        /// Whether it is kept when old builds are removed.
        pub keep_log: Option<bool>,
        /// Its number.
        pub number: Option<BuildNumber>,
        /// The item of the queue that it was.
        pub queue_id: Option<QueueId>,
        /// How it ended, or will end; none while that is open.
        pub result: Option<BuildResult>,
        /// When it was scheduled to start.
        #[serde(with = "jiff::fmt::serde::timestamp::millisecond::optional")]
        pub timestamp: Option<Timestamp>,
        /// Its URL, built from the root URL that is configured in Jenkins.
        pub url: Option<String>,
        /// The node that it ran on; empty for the built-in one.
        pub built_on: Option<String>,
        /// Changes since the build before, of a freestyle build.
        pub change_set: Option<Value>,
        /// Changes since the build before, of a pipeline.
        pub change_sets: Option<Vec<Value>>,
        /// Who may have broken it.
        pub culprits: Option<Vec<Value>>,
        /// The build after it.
        pub next_build: Option<BuildRef>,
        /// The build before it.
        pub previous_build: Option<BuildRef>,
    }

    /// A file that a build archived.
    pub struct Artifact {
        /// Its name as the page of the build shows it.
        pub display_path: Option<String>,
        /// Its name.
        pub file_name: Option<String>,
        /// Its path: what [`Build::artifact`](crate::api::BuildHandle::artifact) takes.
        pub relative_path: String,
    }
}

impl Build {
    /// Whether it is over. A result alone does not say so.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.building == Some(false) && self.in_progress != Some(true)
    }

    /// Whether it is over and everything was right.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.is_over() && self.result == Some(BuildResult::Success)
    }

    /// Its parameters.
    pub fn parameters(&self) -> impl Iterator<Item = &Parameter> {
        parameters(&self.actions)
    }

    /// The parameter of this name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters().find(|parameter| parameter.name == name)
    }

    /// What it was triggered by.
    pub fn causes(&self) -> impl Iterator<Item = &Cause> {
        causes(&self.actions)
    }
}
