use std::fmt;

use crate::models::{Build, BuildNumber, PendingInput, QueueId, QueueState, StageStatus};

/// What happens on the way from a trigger to the end of its build.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Progress {
    /// The trigger was taken.
    Triggered {
        /// The item of the queue.
        item: QueueId,
        /// Whether an item with the same parameters was already waiting, which is the answer in place of a second one.
        already_waiting: bool,
    },
    /// It waits in the queue, for another reason than before.
    Waiting {
        /// How.
        state: QueueState,
        /// Why, in Jenkins' words.
        why: Option<String>,
    },
    /// Its build started.
    Started {
        /// The build's number.
        build: BuildNumber,
    },
    /// A stage of its pipeline came to another state.
    Stage {
        /// The stage's name.
        name: String,
        /// Its state.
        status: StageStatus,
    },
    /// Its pipeline waits for an input.
    Input(PendingInput),
    /// A line of its console.
    Line(String),
    /// Jenkins does not answer. The following goes on until its patience ends.
    Away {
        /// What a look brought, in words.
        error: String,
    },
    /// Jenkins answers again.
    Back {
        /// Whether it was restarted meanwhile.
        restarted: bool,
    },
    /// The work is being cancelled in Jenkins.
    Cancelling,
    /// The build is over. It is the last event.
    Finished(Box<Build>),
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Triggered { item, already_waiting: false } => write!(f, "queued as item {item}"),
            Self::Triggered { item, already_waiting: true } => {
                write!(f, "was already waiting as item {item}")
            }
            Self::Waiting { why: Some(why), .. } => write!(f, "waits: {why}"),
            Self::Waiting { state, why: None } => write!(f, "waits ({state:?})"),
            Self::Started { build } => write!(f, "build {build} started"),
            Self::Stage { name, status } => write!(f, "stage {name}: {status}"),
            Self::Input(input) => {
                write!(
                    f,
                    "waits for the input {}: {}",
                    input.id,
                    input.message.as_deref().unwrap_or_default()
                )
            }
            Self::Line(line) => f.write_str(line),
            Self::Away { error } => write!(f, "Jenkins does not answer: {error}"),
            Self::Back { restarted: true } => f.write_str("Jenkins is back after a restart"),
            Self::Back { restarted: false } => f.write_str("Jenkins is back"),
            Self::Cancelling => f.write_str("is being cancelled"),
            Self::Finished(build) => {
                write!(f, "finished: {}", build.result.as_ref().map_or("no result", |result| result.as_str()))
            }
        }
    }
}
