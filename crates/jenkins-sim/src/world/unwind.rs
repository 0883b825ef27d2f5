//! Errors of a pipeline, and how they unwind its scopes.

use super::failure::Failure;
use super::groovy::Value;
use super::run::{Frame, FrameKind};
use super::{BuildId, Outcome, World};
use crate::script::Scope;

impl World {
    /// Unwinds until something handles the failure; `false` when nothing does, and the build is over.
    pub(super) fn throw(&mut self, id: BuildId, failure: Failure) -> bool {
        loop {
            let now = self.now;
            let Some(build) = self.build_mut(id) else { return false };
            let Some(frame) = build.run.as_mut().and_then(|run| run.now.frames.pop()) else {
                if build.run.as_ref().is_some_and(|run| run.now.is_inner()) {
                    self.end_branch(id, Some(failure));
                } else {
                    self.end_run(id, Some(&failure));
                }
                return false;
            };
            build.leave_scope(&frame, now, Some(&failure));
            let Some(run) = build.run.as_mut() else { return false };
            match frame.kind {
                FrameKind::Section { .. } => {}
                FrameKind::Scope => match &frame.scope {
                    Scope::Finally { section } => {
                        run.result = run.result.max(Some(failure.outcome));
                        run.now.at = *section;
                        run.now.frames.push(Frame::section(frame.id, Some(failure)));
                        return true;
                    }
                    Scope::Catch { handler, variable } if !failure.interrupted => {
                        run.now.at = *handler;
                        run.variables.insert(variable.clone(), Value::Text(failure.message));
                        return true;
                    }
                    Scope::CatchError(call) if !failure.interrupted => {
                        let (name, argument) =
                            (call.name(), call.named("buildResult").and_then(|e| e.literal()));
                        let default = if name == "warnError" { Outcome::Unstable } else { Outcome::Failure };
                        let outcome = argument.and_then(|text| Outcome::read(&text)).unwrap_or(default);
                        run.now.at = frame.end + 1;
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
                        run.now.at = frame.start;
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
                    Scope::Node => self.free_executors(id, frame.id),
                    _ => {}
                },
            }
        }
    }
}
