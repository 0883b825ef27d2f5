//! What is new about the stages and inputs of a pipeline.

use std::collections::{HashMap, HashSet};

use super::progress::Progress;
use super::run::Run;
use crate::api::BuildHandle;
use crate::models::StageStatus;

/// What was told about stages and inputs.
#[derive(Default)]
pub(super) struct Stages {
    statuses: HashMap<String, StageStatus>,
    inputs: HashSet<String>,
}

impl Run {
    /// Tells what is new about the stages; false where there is no way to look at them.
    pub(super) async fn look_at_stages(&self, build: &BuildHandle, known: &mut Stages) -> bool {
        let run = match build.stages().await {
            Ok(run) => run,
            Err(error) if error.is_not_found() => return false,
            Err(error) => {
                // The build itself is looked at too, and has the last word about an absence.
                tracing::debug!(%error, "the stages cannot be seen");
                return true;
            }
        };
        for stage in run.stages {
            let (Some(id), Some(status)) = (stage.id, stage.status) else { continue };
            if known.statuses.get(&id) != Some(&status) {
                known.statuses.insert(id, status.clone());
                self.tell(Progress::Stage { name: stage.name, status }).await;
            }
        }
        if run.status == Some(StageStatus::PausedPendingInput) {
            match build.pending_inputs().await {
                Ok(inputs) => {
                    for input in inputs {
                        if known.inputs.insert(input.id.clone()) {
                            self.tell(Progress::Input(input)).await;
                        }
                    }
                }
                Err(error) => tracing::debug!(%error, "the inputs cannot be seen"),
            }
        }
        true
    }
}
