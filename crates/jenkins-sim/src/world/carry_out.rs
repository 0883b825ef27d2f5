//! Carrying out a build's program.

use std::time::Duration;

use jiff::Timestamp;

use super::command::Shell;
use super::failure::Failure;
use super::groovy::Value;
use super::run::{Flow, Frame, FrameKind, Run, Wait};
use super::{Build, BuildId, Due, Outcome, Stage, StageStatus, World};
use crate::config::ItemKind;
use crate::script::{Op, Scope};

impl Build {
    /// Waits for something.
    pub(super) fn wait(&mut self, wait: Wait) -> u64 {
        self.run.as_mut().map_or(0, |run| run.wait(wait))
    }

    /// The innermost stage of the branch that is carried out.
    pub(super) fn stage_mut(&mut self) -> Option<&mut Stage> {
        let at = self.run.as_ref()?.now.around().find_map(|frame| frame.stage)?;
        self.stages.get_mut(at)
    }

    /// Marks the innermost stage.
    pub(super) fn mark_stage(&mut self, outcome: Outcome) {
        if let Some(stage) = self.stage_mut() {
            stage.status = outcome.into();
        }
    }

    /// Closes a scope in the log, and its stage.
    pub(super) fn leave_scope(&mut self, frame: &Frame, now: Timestamp, failure: Option<&Failure>) {
        if matches!(frame.kind, FrameKind::Section { .. }) {
            return;
        }
        for line in frame.scope.closing() {
            self.print_noted(&line);
        }
        if let Some(stage) = frame.stage.and_then(|at| self.stages.get_mut(at)) {
            stage.ended = Some(now);
            match failure {
                Some(failure) => {
                    stage.status = failure.outcome.into();
                    stage.error = Some(failure.message.clone());
                }
                None if stage.status == StageStatus::InProgress => stage.status = StageStatus::Success,
                None => {}
            }
        }
    }
}

impl World {
    /// The branch that is carried out goes on, with something thrown into it or not, and what that makes ready.
    pub(super) fn resume(&mut self, id: BuildId, failure: Option<Failure>) {
        if let Some(run) = self.build_mut(id).and_then(|build| build.run.as_mut()) {
            run.is_ready(run.now.id, failure);
        }
        self.go_on(id);
    }

    /// Goes on with what is ready, until all of the build waits or it is over.
    pub(super) fn go_on(&mut self, id: BuildId) {
        let Some(run) = self.build_mut(id).and_then(|build| build.run.as_mut()) else { return };
        // Who carries it out already sees to it.
        if std::mem::replace(&mut run.active, true) {
            return;
        }
        while let Some(build) = self.build_mut(id)
            && let Some(run) = build.run.as_mut()
        {
            let Some(failure) = run.turn_to_ready() else {
                run.active = false;
                return;
            };
            if failure.is_some() {
                let branch = run.now.id;
                build.inputs.retain(|input| input.branch != branch);
            }
            if failure.is_none_or(|failure| self.throw(id, failure)) {
                self.carry_on(id);
            }
        }
    }

    /// Carries on with one branch until it waits or ends.
    fn carry_on(&mut self, id: BuildId) {
        loop {
            let Some(run) = self.build_mut(id).and_then(|build| build.run.as_mut()) else { return };
            run.now.wait = Wait::Nothing;
            let Some(op) = run.program.ops.get(run.now.at).cloned() else { return self.end_run(id, None) };
            run.now.at += 1;
            match self.operate(id, op) {
                Ok(Flow::On) => {}
                Ok(Flow::Wait) => return,
                Err(failure) => {
                    if !self.throw(id, failure) {
                        return;
                    }
                }
            }
        }
    }

    /// A branch is at its end, or a failure went through all of it; those that are to end with it are interrupted.
    pub(super) fn end_branch(&mut self, id: BuildId, failure: Option<Failure>) {
        let Some(build) = self.build_mut(id) else { return };
        let Some((name, others)) = build.run.as_mut().and_then(|run| run.end_branch(failure)) else { return };
        build.print_line(&format!("Failed in branch {name}"));
        self.throw_into(id, &others, &Failure::interrupted(), false);
    }

    /// A wait by the clock is over.
    pub(super) fn wake(&mut self, id: BuildId, epoch: u64) {
        let Some(run) = self.build_mut(id).and_then(|build| build.run.as_mut()) else { return };
        let Some(branch) = run.find(|branch| branch.epoch == epoch) else { return };
        run.turn_to(branch);
        match &run.now.wait {
            Wait::Sleep => self.resume(id, None),
            Wait::Shell(shell) => {
                let shell = shell.clone();
                self.turn_shell(id, *shell);
            }
            _ => {}
        }
    }

    /// Waits for a while.
    pub(super) fn sleep(&mut self, id: BuildId, time: Duration, wait: Wait) {
        let Some(build) = self.build_mut(id) else { return };
        let epoch = build.wait(wait);
        self.at(time, Due::Wake { build: id, epoch });
    }

    fn operate(&mut self, id: BuildId, op: Op) -> Result<Flow, Failure> {
        let now = self.now;
        match op {
            Op::Step { call, into } => return self.step(id, &call, into),
            Op::Enter { scope, end } => return self.enter(id, scope, end),
            Op::Shell(script) => return self.shell(id, Shell::freestyle(script)),
            Op::Archive(patterns) => return self.archive(id, patterns, true),
            Op::Junit(patterns) => return self.junit(id, patterns),
            Op::Files => return self.parameter_files(id),
            Op::Join => {
                self.end_branch(id, None);
                return Ok(Flow::Wait);
            }
            _ => {}
        }
        let Some(build) = self.build_mut(id) else { return Ok(Flow::Wait) };
        match op {
            Op::Assign { to, value } => {
                let value = build.evaluate(&value)?;
                build.assign(&to, value);
            }
            Op::Leave => {
                let Some(frame) = build.run.as_mut().and_then(|run| run.now.frames.pop()) else {
                    return Ok(Flow::On);
                };
                build.leave_scope(&frame, now, None);
                match (&frame.scope, build.run.as_mut()) {
                    (Scope::Finally { section }, Some(run)) => {
                        run.now.at = *section;
                        run.now.frames.push(Frame::section(frame.id, None));
                    }
                    (Scope::Node, _) => self.free_executors(id, frame.id),
                    _ => {}
                }
            }
            Op::Unless { condition, to } => {
                let holds = build.holds(&condition)?;
                if let Some(run) = build.run.as_mut()
                    && !holds
                {
                    run.now.at = to;
                }
            }
            Op::Jump(to) => {
                if let Some(run) = build.run.as_mut() {
                    run.now.at = to;
                }
            }
            Op::Fork { branches, join, fail_fast } => {
                if let Some(run) = build.run.as_mut() {
                    run.fork(branches, join, fail_fast);
                }
                return Ok(Flow::Wait);
            }
            Op::Rethrow => {
                let frame = build.run.as_mut().and_then(|run| run.now.frames.pop());
                if let Some(Frame { kind: FrameKind::Section { pending: Some(failure) }, .. }) = frame {
                    return Err(failure);
                }
            }
            Op::Print(text) => build.print_line(&text),
            Op::Step { .. }
            | Op::Enter { .. }
            | Op::Shell(_)
            | Op::Archive(_)
            | Op::Junit(_)
            | Op::Files
            | Op::Join => {}
        }
        Ok(Flow::On)
    }

    fn enter(&mut self, id: BuildId, mut scope: Scope, end: usize) -> Result<Flow, Failure> {
        let now = self.now;
        let environment = self.scope_environment(id, &scope)?;
        let Some(build) = self.build_mut(id) else { return Ok(Flow::Wait) };
        let (mut stage, mut limit, mut title) = (None, None, String::new());
        match &mut scope {
            Scope::Stage(name) => {
                let name = build.evaluate(name)?.text();
                title.clone_from(&name);
                let number = build.run.as_mut().map_or(0, Run::new_id);
                stage = Some(build.stages.len());
                build.stages.push(Stage {
                    id: number,
                    name,
                    status: StageStatus::InProgress,
                    error: None,
                    started: now,
                    ended: None,
                    paused: Duration::ZERO,
                });
            }
            Scope::Timeout(call) => limit = Some(build.duration(call)?),
            Scope::Retry { times, left: left @ None } => {
                let times = build.evaluate(times)?;
                *left = match times {
                    // Truncation is what Groovy's conversion to an integer does.
                    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                    Value::Number(times) => Some(times as u32),
                    _ => Some(1),
                };
            }
            _ => {}
        }
        for line in scope.opening(&title) {
            build.print_noted(&line);
        }
        let is_node = matches!(scope, Scope::Node);
        let Some(run) = build.run.as_mut() else { return Ok(Flow::Wait) };
        let frame = run.new_id();
        let start = run.now.at.saturating_sub(1);
        run.now.frames.push(Frame {
            id: frame,
            kind: FrameKind::Scope,
            scope,
            start,
            end,
            environment,
            stage,
        });
        let takes_executor = is_node && !run.now.has_node();
        if let Some(limit) = limit {
            self.at(limit, Due::Timeout { build: id, frame });
        }
        if takes_executor {
            return Ok(self.enter_node(id, frame));
        }
        Ok(Flow::On)
    }

    fn enter_node(&mut self, id: BuildId, frame: u64) -> Flow {
        let full = self.struck(&crate::faults::Target::Executors).is_some();
        if full || !self.take_executor(id, frame) {
            if let Some(build) = self.build_mut(id) {
                build.print_line("Still waiting to schedule task");
                build.print_line("Waiting for next available executor");
                build.wait(Wait::Executor);
            }
            if full {
                self.at(Duration::from_secs(1), Due::Queue);
            }
            return Flow::Wait;
        }
        Flow::On
    }

    /// The program is at its end, or a failure went through all of it.
    pub(super) fn end_run(&mut self, id: BuildId, failure: Option<&Failure>) {
        let kind = self.item_by_id(id.job).map(|(_, item)| item.config.kind);
        let Some(build) = self.build_mut(id) else { return };
        let result = build.run.as_ref().and_then(|run| run.result).unwrap_or(Outcome::Success);
        let outcome = failure.map_or(result, |failure| result.max(failure.outcome));
        if kind == Some(ItemKind::Pipeline) {
            build.print_noted("[Pipeline] End of Pipeline");
        }
        match failure.and_then(Failure::line) {
            Some(line) if kind == Some(ItemKind::Pipeline) => build.print_line(&line),
            _ => {}
        }
        build.executors.clear();
        self.conclude(id, outcome);
        self.maintain_queue();
    }
}
