//! Jobs and folders.

use serde_json::Value;

use super::{BuildNumber, BuildRef, JobName, ParameterDefinition, QueueItem};

objects! {
    /// A job or folder, whole or as a list shows it.
    pub struct Job {
        /// Its own name.
        pub name: Option<String>,
        /// Its name behind those of its folders.
        pub full_name: Option<String>,
        /// Its name as pages show it.
        pub display_name: Option<String>,
        /// What it is for.
        pub description: Option<String>,
        /// Its URL, built from the root URL that is configured in Jenkins.
        pub url: Option<String>,
        /// Whether it can be built; false while it is disabled.
        pub buildable: Option<bool>,
        /// Whether it is disabled; only pipelines say it.
        pub disabled: Option<bool>,
        /// The state of its last build, as a colour.
        pub color: Option<Color>,
        /// Whether an item of the queue is its.
        pub in_queue: Option<bool>,
        /// That item.
        pub queue_item: Option<QueueItem>,
        /// The number that its next build will have.
        pub next_build_number: Option<BuildNumber>,
        /// Whether two of its builds may run at the same time.
        pub concurrent_build: Option<bool>,
        /// Its builds, the newest first, at most 100.
        pub builds: Option<Vec<BuildRef>>,
        /// Settings that plugins add, parameters among them.
        pub property: Vec<JobProperty>,
        /// How its last builds went, in words and percent.
        pub health_report: Option<Vec<Value>>,
        /// The newest build.
        pub last_build: Option<BuildRef>,
        /// The newest build that is over.
        pub last_completed_build: Option<BuildRef>,
        /// The newest build that was not a failure.
        pub last_successful_build: Option<BuildRef>,
        /// The newest build that was a success.
        pub last_stable_build: Option<BuildRef>,
        /// The newest build that was unstable.
        pub last_unstable_build: Option<BuildRef>,
        /// The newest build that was a failure.
        pub last_failed_build: Option<BuildRef>,
        /// The newest build that was not a success.
        pub last_unsuccessful_build: Option<BuildRef>,
        /// The jobs in it, of a folder.
        pub jobs: Option<Vec<Self>>,
    }

    /// A setting of a job that a plugin adds.
    pub struct JobProperty {
        /// The parameters that the job takes.
        pub parameter_definitions: Option<Vec<ParameterDefinition>>,
    }
}

words! {
    /// The state of a job's last build, as a colour. `_anime` means that a build runs.
    pub enum Color {
        /// A success.
        Blue = "blue",
        /// A success, and a build runs.
        BlueAnime = "blue_anime",
        /// Unstable.
        Yellow = "yellow",
        /// Unstable, and a build runs.
        YellowAnime = "yellow_anime",
        /// A failure.
        Red = "red",
        /// A failure, and a build runs.
        RedAnime = "red_anime",
        /// Stopped.
        Aborted = "aborted",
        /// Stopped, and a build runs.
        AbortedAnime = "aborted_anime",
        /// Never built.
        NotBuilt = "notbuilt",
        /// Never built, and the first build runs.
        NotBuiltAnime = "notbuilt_anime",
        /// The job is disabled.
        Disabled = "disabled",
        /// The job is disabled, and a build runs.
        DisabledAnime = "disabled_anime",
        /// Grey.
        Grey = "grey",
    }
}

impl Color {
    /// Whether a build runs.
    #[must_use]
    pub fn is_building(&self) -> bool {
        self.as_str().ends_with("_anime")
    }
}

impl Job {
    /// Its full name, from the field or from its URL.
    #[must_use]
    pub fn job_name(&self) -> Option<JobName> {
        let field = self.full_name.as_deref().and_then(|name| name.parse().ok());
        field.or_else(|| JobName::from_url(self.url.as_deref()?).map(|(name, _)| name))
    }

    /// Whether jobs can be in it: folders, multibranch pipelines, organizations.
    #[must_use]
    pub fn is_folder(&self) -> bool {
        let class = self.class.as_deref().unwrap_or_default();
        self.jobs.is_some()
            || ["Folder", "OrganizationFolder", "WorkflowMultiBranchProject"]
                .iter()
                .any(|kind| class.ends_with(&format!(".{kind}")))
    }

    /// The parameters that it takes.
    pub fn parameter_definitions(&self) -> impl Iterator<Item = &ParameterDefinition> {
        self.property.iter().flat_map(|property| property.parameter_definitions.iter().flatten())
    }
}
