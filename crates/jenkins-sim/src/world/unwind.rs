//! Errors of a pipeline, and how they unwind its scopes.

use super::run::{Frame, FrameKind};
use super::{BuildId, Outcome, World};
use crate::script::Scope;

/// What a step throws.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(super) message: String,
    pub(super) outcome: Outcome,
    /// Somebody, or a time-out, stopped it: nothing tries again.
    pub(super) interrupted: bool,
}

/// Steps that exist, for the message about one that doesn't.
const STEPS: &str = "archiveArtifacts, catchError, checkout, deleteDir, dir, echo, error, fileExists, input, junit, node, \
                     parallel, print, println, properties, pwd, readFile, retry, sh, sleep, stage, timeout, timestamps, \
                     unstable, warnError, withCredentials, withEnv, writeFile";

impl Failure {
    pub(super) fn error(message: &str) -> Self {
        Self { message: message.to_owned(), outcome: Outcome::Failure, interrupted: false }
    }

    pub(super) fn interrupted() -> Self {
        Self { message: String::new(), outcome: Outcome::Aborted, interrupted: true }
    }

    pub(super) fn no_such_step(name: &str) -> Self {
        Self::error(&format!(
            "java.lang.NoSuchMethodError: No such DSL method '{name}' found among steps [{STEPS}]"
        ))
    }

    /// What the log says at the end.
    pub(super) fn line(&self) -> Option<String> {
        let java =
            self.message.split(':').next().is_some_and(|class| class.contains('.') && !class.contains(' '));
        match (self.interrupted, java) {
            (true, _) => None,
            (false, true) => Some(self.message.clone()),
            (false, false) => Some(format!("ERROR: {}", self.message)),
        }
    }
}

impl World {
    /// Unwinds until something handles the failure; `false` when nothing does, and the build is over.
    pub(super) fn throw(&mut self, id: BuildId, failure: Failure) -> bool {
        loop {
            let now = self.now;
            let Some(build) = self.build_mut(id) else { return false };
            let Some(frame) = build.run.as_mut().and_then(|run| run.frames.pop()) else {
                self.end_run(id, Some(&failure));
                return false;
            };
            build.leave_scope(&frame, now, Some(&failure));
            let Some(run) = build.run.as_mut() else { return false };
            match frame.kind {
                FrameKind::Section { .. } => {}
                FrameKind::Scope => match &frame.scope {
                    Scope::Finally { section } => {
                        run.result = run.result.max(Some(failure.outcome));
                        run.at = *section;
                        run.frames.push(Frame::section(frame.id, Some(failure)));
                        return true;
                    }
                    Scope::Catch { handler, variable } if !failure.interrupted => {
                        run.at = *handler;
                        run.variables.insert(variable.clone(), super::evaluate::Value::Text(failure.message));
                        return true;
                    }
                    Scope::CatchError(call) if !failure.interrupted => {
                        let (name, argument) =
                            (call.name(), call.named("buildResult").and_then(|e| e.literal()));
                        let default = if name == "warnError" { Outcome::Unstable } else { Outcome::Failure };
                        let outcome = argument.and_then(|text| Outcome::read(&text)).unwrap_or(default);
                        run.at = frame.end + 1;
                        run.result = run.result.max(Some(outcome));
                        let stage = call.named("stageResult").and_then(|e| e.literal());
                        let stage = stage.and_then(|text| Outcome::read(&text)).unwrap_or(outcome);
                        build.mark_stage(stage);
                        if let Some(line) = failure.line() {
                            build.print_line(&line);
                        }
                        return true;
                    }
                    Scope::Retry { left: Some(left), times } if *left > 1 && !failure.interrupted => {
                        let scope = Scope::Retry { left: Some(left - 1), times: times.clone() };
                        run.at = frame.start;
                        if let Some(crate::script::Op::Enter { scope: again, .. }) =
                            run.program.ops.get_mut(frame.start)
                        {
                            *again = scope;
                        }
                        if let Some(line) = failure.line() {
                            build.print_line(&line);
                        }
                        build.print_line("Retrying");
                        return true;
                    }
                    Scope::Node => {
                        build.executor = None;
                        self.maintain_queue();
                    }
                    _ => {}
                },
            }
        }
    }
}
