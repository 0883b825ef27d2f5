//! What is new about the stages and inputs of a pipeline.

use std::collections::{HashMap, HashSet};

use super::progress::Progress;
use crate::api::BuildHandle;
use crate::models::StageStatus;

/// What was told about stages and inputs.
#[derive(Default)]
pub(super) struct Stages {
    statuses: HashMap<String, StageStatus>,
    inputs: HashSet<String>,
}

impl Stages {
    /// What is new about the stages and inputs of a build; `None` where there is no way to look at them.
    pub(super) async fn news(&mut self, build: &BuildHandle) -> Option<Vec<Progress>> {
        let run = match build.stages().await {
            Ok(run) => run,
            Err(error) if error.is_not_found() => return None,
            Err(error) => {
                // The build itself is looked at too, and has the last word about an absence.
                tracing::debug!(%error, "the stages cannot be seen");
                return Some(Vec::new());
            }
        };
        let mut news = Vec::new();
        for stage in run.stages {
            let (Some(id), Some(status)) = (stage.id, stage.status) else { continue };
            if self.statuses.get(&id) != Some(&status) {
                self.statuses.insert(id, status.clone());
                news.push(Progress::Stage { name: stage.name, status });
            }
        }
        if run.status == Some(StageStatus::PausedPendingInput) {
            match build.pending_inputs().await {
                Ok(inputs) => {
                    let new = inputs.into_iter().filter(|input| self.inputs.insert(input.id.clone()));
                    news.extend(new.map(Progress::Input));
                }
                Err(error) => tracing::debug!(%error, "the inputs cannot be seen"),
            }
        }
        Some(news)
    }
}
