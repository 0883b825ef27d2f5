//! Pipelines as the stage view plugin shows them, and the inputs that they wait for.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::time::millis;

words! {
    /// The state of a pipeline or of one of its stages.
    pub enum StageStatus {
        /// Not reached, or skipped.
        NotExecuted = "NOT_EXECUTED",
        /// Stopped.
        Aborted = "ABORTED",
        /// Over, and everything was right.
        Success = "SUCCESS",
        /// It runs.
        InProgress = "IN_PROGRESS",
        /// It waits for an input.
        PausedPendingInput = "PAUSED_PENDING_INPUT",
        /// It failed.
        Failed = "FAILED",
        /// It came to its end with failed tests or the like.
        Unstable = "UNSTABLE",
    }
}

objects! {
    /// A run of a pipeline with its stages.
    pub struct PipelineRun {
        /// The build's number as text.
        pub id: Option<String>,
        /// Its name, such as `#7`.
        pub name: Option<String>,
        /// Its state.
        pub status: Option<StageStatus>,
        /// When it began.
        #[serde(with = "jiff::fmt::serde::timestamp::millisecond::optional")]
        pub start_time_millis: Option<Timestamp>,
        /// When it ended.
        #[serde(with = "jiff::fmt::serde::timestamp::millisecond::optional")]
        pub end_time_millis: Option<Timestamp>,
        /// How long it has taken.
        #[serde(with = "millis")]
        pub duration_millis: Option<SignedDuration>,
        /// How long it was in the queue.
        #[serde(with = "millis")]
        pub queue_duration_millis: Option<SignedDuration>,
        /// How long it waited for inputs.
        #[serde(with = "millis")]
        pub pause_duration_millis: Option<SignedDuration>,
        /// Its stages in order, those included that Jenkins adds, such as `Declarative: Checkout SCM`.
        pub stages: Vec<PipelineStage>,
    }

    /// A stage of a pipeline's run.
    pub struct PipelineStage {
        /// Its id in the run.
        pub id: Option<String>,
        /// Its name.
        pub name: String,
        /// Its state.
        pub status: Option<StageStatus>,
        /// The node that it runs on.
        pub exec_node: Option<String>,
        /// When it began.
        #[serde(with = "jiff::fmt::serde::timestamp::millisecond::optional")]
        pub start_time_millis: Option<Timestamp>,
        /// How long it has taken.
        #[serde(with = "millis")]
        pub duration_millis: Option<SignedDuration>,
        /// How long it waited for inputs.
        #[serde(with = "millis")]
        pub pause_duration_millis: Option<SignedDuration>,
        /// Why it failed.
        pub error: Option<StageError>,
    }

    /// Why a stage failed.
    pub struct StageError {
        /// In words.
        pub message: Option<String>,
        /// The class of the error.
        #[serde(rename = "type")]
        pub kind: Option<String>,
    }

    /// An input that a pipeline waits for.
    pub struct PendingInput {
        /// Its id: what [`BuildHandle::input`](crate::api::BuildHandle::input) takes.
        pub id: String,
        /// What it asks.
        pub message: Option<String>,
        /// The label of the button that lets the pipeline go on.
        pub proceed_text: Option<String>,
        /// The parameters that it asks for.
        pub inputs: Vec<InputParameter>,
        /// The path that lets the pipeline go on.
        pub proceed_url: Option<String>,
        /// The path that ends it.
        pub abort_url: Option<String>,
        /// The page on which a person answers.
        pub redirect_approval_url: Option<String>,
    }

    /// A parameter that an input asks for.
    pub struct InputParameter {
        /// Its name.
        pub name: String,
        /// Its kind.
        #[serde(rename = "type")]
        pub kind: Option<String>,
        /// What it is for.
        pub description: Option<String>,
        /// What the form of a page needs.
        pub definition: Option<Value>,
    }
}
