//! Carrying out a build's program.

use std::time::Duration;

use jiff::Timestamp;

use super::command::Shell;
use super::failure::Failure;
use super::groovy::Value;
use super::run::{Flow, Frame, FrameKind, Level, Run, Wait};
use super::{Build, BuildId, Due, Outcome, Stage, StageStatus, World};
use crate::config::{ItemKind, Parameter};
use crate::script::{Condition, Op, Program, Scope, compile, parameters, parse};

impl Build {
    /// Waits for something.
    pub(super) fn wait(&mut self, wait: Wait) -> u64 {
        let Some(run) = self.run.as_mut() else { return 0 };
        run.wait = wait;
        run.epoch += 1;
        run.epoch
    }

    /// Marks the innermost stage.
    pub(super) fn mark_stage(&mut self, outcome: Outcome) {
        let stage = self.run.as_ref().and_then(|run| run.frames.iter().rev().find_map(|frame| frame.stage));
        if let Some(stage) = stage.and_then(|at| self.stages.get_mut(at)) {
            stage.status = outcome.into();
        }
    }

    /// Closes a scope in the log, and its stage.
    pub(super) fn leave_scope(&mut self, frame: &Frame, now: Timestamp, failure: Option<&Failure>) {
        if matches!(frame.kind, FrameKind::Section { .. }) {
            return;
        }
        if let Some(title) = frame.scope.title() {
            self.print_noted("[Pipeline] }");
            self.print_noted(&format!("[Pipeline] // {title}"));
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
    /// A build begins.
    pub(super) fn begin(&mut self, id: BuildId) {
        let environment = self.environment_of(id);
        let Some((name, item)) = self.item_by_id(id.job) else { return };
        let (kind, name, config) = (item.config.kind, name.clone(), item.config.clone());
        let before = item.builds.range(..id.number).next_back().and_then(|(_, build)| build.result);
        let node = self.build(id).and_then(|build| build.executor.clone());
        let home = self.settings.home.display().to_string();
        let program = match kind {
            ItemKind::Pipeline => self.pipeline_program(id, &config.definition),
            _ => Ok(freestyle_program(&config)),
        };
        let Some(build) = self.build_mut(id) else { return };
        build.secrets = build
            .parameters
            .iter()
            .filter(|parameter| parameter.is_secret() && !parameter.value.is_empty())
            .map(|parameter| parameter.value.clone())
            .collect();
        build.environment = environment;
        let causes: Vec<String> = build.causes.iter().map(super::Cause::text).collect();
        for cause in causes {
            build.print_noted(&cause);
        }
        match (kind, node) {
            (ItemKind::Pipeline, _) => build.print_noted("[Pipeline] Start of Pipeline"),
            (_, node) => {
                let on = node.filter(|(name, _)| !name.is_empty());
                let on = on.map_or_else(|| "the built-in node".to_owned(), |(name, _)| name);
                build.print_line("Running as SYSTEM");
                build.print_line(&format!("Building on {on} in workspace {home}/workspace/{name}"));
            }
        }
        match program {
            Ok(program) => {
                build.run = Some(Run::new(program, before));
                self.go_on(id);
            }
            Err(message) => {
                build.print_line(&message);
                build.print_noted("[Pipeline] End of Pipeline");
                self.conclude(id, Outcome::Failure);
            }
        }
    }

    /// Reads the Jenkinsfile, and takes over the parameters that it defines.
    fn pipeline_program(
        &mut self,
        id: BuildId,
        definition: &crate::config::Definition,
    ) -> Result<Program, String> {
        let script = self.script_of(definition)?;
        let statements = parse(&script).map_err(|error| {
            format!("org.codehaus.groovy.control.MultipleCompilationErrorsException: startup failed:\n{error}\n\n1 error\n")
        })?;
        let declarative = statements
            .iter()
            .any(|one| matches!(&one.kind, crate::script::StatementKind::Call(call) if call.is("pipeline")));
        if declarative {
            let errors = crate::script::check(&script);
            if !errors.is_empty() {
                let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
                return Err(format!(
                    "org.codehaus.groovy.control.MultipleCompilationErrorsException: startup failed:\n{}\n\n{} error\n",
                    lines.join("\n"),
                    errors.len()
                ));
            }
        }
        let (calls, exclusive) = parameters(&statements);
        let definitions: Vec<Parameter> = calls.iter().filter_map(Parameter::of_call).collect();
        self.set_parameters(id.job, &definitions, exclusive);
        if let Some(build) = self.build_mut(id) {
            for definition in &definitions {
                if build.parameter(&definition.name).is_none() {
                    build.parameters.extend(super::ParameterValue::default_of(definition));
                }
            }
        }
        Ok(compile(&statements))
    }

    /// Goes on until the build waits or ends.
    pub(super) fn go_on(&mut self, id: BuildId) {
        loop {
            let Some(run) = self.build_mut(id).and_then(|build| build.run.as_mut()) else { return };
            run.wait = Wait::Nothing;
            let Some(op) = run.program.ops.get(run.at).cloned() else { return self.end_run(id, None) };
            run.at += 1;
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

    /// A wait by the clock is over.
    pub(super) fn wake(&mut self, id: BuildId, epoch: u64) {
        let Some(run) = self.build(id).and_then(|build| build.run.as_ref()) else { return };
        if run.epoch != epoch {
            return;
        }
        match &run.wait {
            Wait::Sleep => self.go_on(id),
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
            _ => {}
        }
        let Some(build) = self.build_mut(id) else { return Ok(Flow::Wait) };
        match op {
            Op::Assign { to, value } => {
                let value = build.evaluate(&value)?;
                build.assign(&to, value);
            }
            Op::Leave => {
                let Some(frame) = build.run.as_mut().and_then(|run| run.frames.pop()) else {
                    return Ok(Flow::On);
                };
                build.leave_scope(&frame, now, None);
                match (&frame.scope, build.run.as_mut()) {
                    (Scope::Finally { section }, Some(run)) => {
                        run.at = *section;
                        run.frames.push(Frame::section(frame.id, None));
                    }
                    (Scope::Node, _) => {
                        build.executor = None;
                        self.maintain_queue();
                    }
                    _ => {}
                }
            }
            Op::Unless { condition, to } => {
                let holds = build.holds(&condition)?;
                if let Some(run) = build.run.as_mut()
                    && !holds
                {
                    run.at = to;
                }
            }
            Op::Jump(to) => {
                if let Some(run) = build.run.as_mut() {
                    run.at = to;
                }
            }
            Op::Rethrow => {
                let frame = build.run.as_mut().and_then(|run| run.frames.pop());
                if let Some(Frame { kind: FrameKind::Section { pending: Some(failure) }, .. }) = frame {
                    return Err(failure);
                }
            }
            Op::Print(text) => build.print_line(&text),
            Op::Step { .. } | Op::Enter { .. } | Op::Shell(_) | Op::Archive(_) | Op::Junit(_) => {}
        }
        Ok(Flow::On)
    }

    fn enter(&mut self, id: BuildId, mut scope: Scope, end: usize) -> Result<Flow, Failure> {
        let now = self.now;
        let environment = self.scope_environment(id, &scope)?;
        let Some(build) = self.build_mut(id) else { return Ok(Flow::Wait) };
        let mut title = scope.title().map(|title| (title.to_owned(), String::new()));
        let (mut stage, mut limit) = (None, None);
        match &mut scope {
            Scope::Stage(name) => {
                let name = build.evaluate(name)?.text();
                title = Some(("stage".to_owned(), format!(" ({name})")));
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
        if let Some((name, suffix)) = title {
            build.print_noted(&format!("[Pipeline] {name}"));
            build.print_noted(&format!("[Pipeline] {{{suffix}"));
        }
        let is_node = matches!(scope, Scope::Node);
        let Some(run) = build.run.as_mut() else { return Ok(Flow::Wait) };
        let frame = run.new_id();
        let start = run.at.saturating_sub(1);
        run.frames.push(Frame { id: frame, kind: FrameKind::Scope, scope, start, end, environment, stage });
        if let Some(limit) = limit {
            self.at(limit, Due::Timeout { build: id, frame });
        }
        if is_node && self.build(id).is_some_and(|build| build.executor.is_none()) {
            return Ok(self.enter_node(id));
        }
        Ok(Flow::On)
    }

    fn enter_node(&mut self, id: BuildId) -> Flow {
        let full = self.struck(&crate::faults::Target::Executors).is_some();
        if full || !self.take_executor(id) {
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

    /// A `timeout` has passed.
    pub(super) fn timed_out(&mut self, id: BuildId, frame: u64) {
        let run = self.build(id).and_then(|build| build.run.as_ref());
        if !run.is_some_and(|run| run.frames.iter().any(|known| known.id == frame)) {
            return;
        }
        if let Some(build) = self.build_mut(id) {
            build.print_line("Cancelling nested steps due to timeout");
        }
        self.stop_errand(id, false);
        let failure = Failure { message: "Timeout has been exceeded".to_owned(), ..Failure::interrupted() };
        self.fail(id, failure);
    }

    /// Throws from outside, into whatever the build waits for.
    pub(super) fn fail(&mut self, id: BuildId, failure: Failure) {
        if let Some(build) = self.build_mut(id) {
            build.inputs.clear();
            build.wait(Wait::Nothing);
        }
        if self.throw(id, failure) {
            self.go_on(id);
        }
    }

    /// Somebody stops a build.
    pub(crate) fn interrupt(&mut self, id: BuildId, by: &str, level: Level) {
        let by = self.full_name(by);
        let kind = self.item_by_id(id.job).map(|(_, item)| item.config.kind);
        let Some(build) = self.build_mut(id).filter(|build| build.run.is_some()) else { return };
        if kind == Some(ItemKind::Freestyle) {
            build.print_line("Build was aborted");
        }
        build.print_line(match level {
            Level::Kill => "Hard kill!",
            _ => "Sending interrupt signal to process",
        });
        build.print_line(&format!("Aborted by {by}"));
        self.stop_errand(id, level != Level::Stop);
        if level == Level::Kill
            && let Some(run) = self.build_mut(id).and_then(|build| build.run.as_mut())
        {
            run.frames.retain(|frame| frame.stage.is_some());
        }
        self.fail(id, Failure::interrupted());
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
        build.executor = None;
        self.conclude(id, outcome);
        self.maintain_queue();
    }
}

impl Build {
    fn holds(&self, condition: &Condition) -> Result<bool, Failure> {
        Ok(match condition {
            Condition::Is(expr) => self.evaluate(expr)?.is_true(),
            Condition::Not(inner) => !self.holds(inner)?,
            Condition::All(all) => {
                for one in all {
                    if !self.holds(one)? {
                        return Ok(false);
                    }
                }
                true
            }
            Condition::Any(any) => {
                for one in any {
                    if self.holds(one)? {
                        return Ok(true);
                    }
                }
                false
            }
            Condition::Environment(name, value) => {
                let (name, value) = (self.evaluate(name)?.text(), self.evaluate(value)?.text());
                self.variable(&name) == Some(&value)
            }
            Condition::Equal(expected, actual) => {
                self.evaluate(expected)?.text() == self.evaluate(actual)?.text()
            }
            Condition::Branch(pattern) => {
                let pattern = self.evaluate(pattern)?.text();
                self.variable("BRANCH_NAME").is_some_and(|branch| api_sim::glob(&pattern, branch))
            }
            Condition::Post(section) => self.post_applies(section),
        })
    }

    fn post_applies(&self, section: &str) -> bool {
        let run = self.run.as_ref();
        let result = run.and_then(|run| run.result).unwrap_or(Outcome::Success);
        match section {
            "always" | "cleanup" => true,
            "success" => result == Outcome::Success,
            "unstable" => result == Outcome::Unstable,
            "failure" => result == Outcome::Failure,
            "aborted" => result == Outcome::Aborted,
            "unsuccessful" => result != Outcome::Success,
            before => {
                let last = run.and_then(|run| run.before);
                let good = result == Outcome::Success;
                match before {
                    "changed" => last != Some(result),
                    "fixed" => good && last.is_some_and(|last| last != Outcome::Success),
                    _ => !good && last == Some(Outcome::Success),
                }
            }
        }
    }
}

/// What a freestyle job does: its commands, and what is published whatever came of them.
fn freestyle_program(config: &crate::config::JobConfig) -> Program {
    let mut ops = vec![Op::Enter {
        scope: Scope::Finally { section: config.commands.len() + 2 },
        end: config.commands.len() + 1,
    }];
    ops.extend(config.commands.iter().cloned().map(Op::Shell));
    ops.push(Op::Leave);
    ops.extend(config.artifacts.iter().cloned().map(Op::Archive));
    ops.extend(config.test_results.iter().cloned().map(Op::Junit));
    ops.push(Op::Rethrow);
    Program { ops }
}
