//! Shell commands and files of a workspace, modelled or on a real machine.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::artifact::is_match;
use super::command::{Shell, Then};
use super::errand::{Errand, ErrandId, ErrandResult, Work};
use super::failure::Failure;
use super::groovy::Value;
use super::run::{Branch, Flow, Wait};
use super::{BuildId, Outcome, TestReport, World};
use crate::shell::ModelShell;

impl World {
    pub(super) fn shell(&mut self, id: BuildId, mut shell: Shell) -> Result<Flow, Failure> {
        let Some(build) = self.build(id) else { return Ok(Flow::Wait) };
        let mut environment = build.environment.clone();
        if let Some(run) = &build.run {
            let frames: Vec<_> = run.now.around().collect();
            environment.extend(frames.iter().rev().flat_map(|frame| frame.environment.iter().cloned()));
        }
        match self.settings.shell {
            crate::Shell::Modelled => {
                shell.model = Some(ModelShell::new(&shell.script, environment));
                self.advance_shell(id, shell)
            }
            crate::Shell::Real => {
                let work = Work::Run { script: shell.script.clone(), environment, capture: shell.capture };
                self.begin_errand(id, work, shell);
                Ok(Flow::Wait)
            }
        }
    }

    /// Goes on with a modelled command that slept.
    pub(super) fn turn_shell(&mut self, id: BuildId, shell: Shell) {
        match self.advance_shell(id, shell) {
            Ok(Flow::Wait) => {}
            Ok(Flow::On) => self.resume(id, None),
            Err(failure) => self.resume(id, Some(failure)),
        }
    }

    fn advance_shell(&mut self, id: BuildId, mut shell: Shell) -> Result<Flow, Failure> {
        let files = self.workspaces.entry(id.job).or_default();
        let Some(model) = shell.model.as_mut() else { return Ok(Flow::On) };
        let turn = model.turn(files);
        let Some(build) = self.build_mut(id) else { return Ok(Flow::Wait) };
        if shell.capture {
            build.print(turn.traced.as_bytes());
            let printed: String = turn
                .output
                .lines()
                .filter(|line| !line.starts_with("+ "))
                .map(|line| format!("{line}\n"))
                .collect();
            shell.captured.push_str(&printed);
        } else {
            build.print(turn.output.as_bytes());
        }
        if let Some(code) = turn.exit {
            let captured = std::mem::take(&mut shell.captured);
            return self.shell_done(id, shell, ErrandResult::Exited { code, captured });
        }
        self.sleep(id, turn.sleep.unwrap_or_default(), Wait::Shell(Box::new(shell)));
        Ok(Flow::Wait)
    }

    /// Does something with files of the workspace.
    pub(super) fn on_files(
        &mut self,
        id: BuildId,
        work: Work,
        then: Then,
        into: Option<Vec<String>>,
    ) -> Result<Flow, Failure> {
        let shell = Shell::of(String::new(), then, into);
        if self.settings.shell == crate::Shell::Real {
            self.begin_errand(id, work, shell);
            return Ok(Flow::Wait);
        }
        let files = self.workspaces.entry(id.job).or_default();
        let result = match work {
            Work::Run { .. } => ErrandResult::Failed("a command is not a file".to_owned()),
            Work::Write { file, content } => {
                files.insert(file, content);
                ErrandResult::Written
            }
            Work::WriteAll { files: all } => {
                files.extend(all);
                ErrandResult::Written
            }
            Work::Read { file } => ErrandResult::Content(files.get(&file).cloned()),
            Work::Collect { patterns } => {
                let matching = files.iter().filter(|(path, _)| is_match(&patterns, path));
                let matching = matching.map(|(path, content)| (path.clone(), Bytes::from(content.clone())));
                ErrandResult::Collected(matching.collect())
            }
        };
        self.shell_done(id, shell, result)
    }

    /// Puts the files that came as parameters where the commands of a freestyle job find them.
    pub(super) fn parameter_files(&mut self, id: BuildId) -> Result<Flow, Failure> {
        let Some(build) = self.build_mut(id) else { return Ok(Flow::Wait) };
        let files: BTreeMap<String, Vec<u8>> = build
            .parameters
            .iter()
            .filter_map(|parameter| Some((parameter.name.clone(), parameter.content.clone()?)))
            .collect();
        if files.is_empty() {
            return Ok(Flow::On);
        }
        for name in files.keys() {
            build.print_line(&format!("Copying file to {name}"));
        }
        self.on_files(id, Work::WriteAll { files }, Then::Step, None)
    }

    pub(super) fn archive(
        &mut self,
        id: BuildId,
        patterns: String,
        allow_empty: bool,
    ) -> Result<Flow, Failure> {
        if let Some(build) = self.build_mut(id) {
            build.print_line("Archiving artifacts");
        }
        let then = Then::Archive { allow_empty, patterns: patterns.clone() };
        self.on_files(id, Work::Collect { patterns }, then, None)
    }

    pub(super) fn junit(&mut self, id: BuildId, patterns: String) -> Result<Flow, Failure> {
        if let Some(build) = self.build_mut(id) {
            build.print_line("Recording test results");
        }
        self.on_files(id, Work::Collect { patterns }, Then::Junit, None)
    }

    fn begin_errand(&mut self, id: BuildId, work: Work, shell: Shell) {
        let errand = ErrandId(self.new_id());
        let workspace = self.name_of(id.job).to_owned();
        self.errands.push(Errand::Begin { id: errand, workspace, work });
        if let Some(build) = self.build_mut(id) {
            build.wait(Wait::Errand(errand, Box::new(shell)));
        }
        self.touch();
    }

    /// The build that waits for some work, and the branch of it that does.
    fn build_of_errand(&self, errand: ErrandId) -> Option<(BuildId, u64)> {
        let waits = |branch: &Branch| matches!(&branch.wait, Wait::Errand(known, _) if *known == errand);
        self.items.values().find_map(|item| {
            item.builds.values().find_map(|build| {
                let branch = build.run.as_ref()?.find(waits)?;
                Some((BuildId { job: item.id, number: build.number }, branch))
            })
        })
    }

    /// A command has printed something.
    pub(crate) fn errand_printed(&mut self, errand: ErrandId, text: &[u8]) {
        let build = self.build_of_errand(errand);
        if let Some(build) = build.and_then(|(id, _)| self.build_mut(id)) {
            build.print(text);
            self.touch();
        }
    }

    /// Some work is done.
    pub(crate) fn errand_done(&mut self, errand: ErrandId, result: ErrandResult) {
        if self.phase.down_until().is_some() {
            return self.held.push((errand, result));
        }
        let Some((id, branch)) = self.build_of_errand(errand) else { return };
        let Some(run) = self.build_mut(id).and_then(|build| build.run.as_mut()) else { return };
        run.turn_to(branch);
        let Wait::Errand(_, shell) = std::mem::replace(&mut run.now.wait, Wait::Nothing) else { return };
        match self.shell_done(id, *shell, result) {
            Ok(Flow::Wait) => {}
            Ok(Flow::On) => self.resume(id, None),
            Err(failure) => self.resume(id, Some(failure)),
        }
        self.touch();
    }

    /// Ends the command that a branch waits for.
    pub(super) fn stop_errand(&mut self, id: BuildId, branch: u64, at_once: bool) {
        let run = self.build(id).and_then(|build| build.run.as_ref());
        let branch = run.and_then(|run| run.branches().find(|known| known.id == branch));
        if let Some(Wait::Errand(errand, _)) = branch.map(|branch| &branch.wait) {
            let id = *errand;
            self.errands.push(Errand::Stop { id, at_once });
            self.touch();
        }
    }

    fn shell_done(&mut self, id: BuildId, shell: Shell, result: ErrandResult) -> Result<Flow, Failure> {
        let Some(build) = self.build_mut(id) else { return Ok(Flow::Wait) };
        let mut value = Value::Null;
        match (result, &shell.then) {
            (ErrandResult::Failed(problem), _) => return Err(Failure::error(&problem)),
            (ErrandResult::Exited { code, captured }, _) => {
                if shell.status {
                    value = Value::Number(f64::from(code));
                } else if code != 0 {
                    if shell.then == Then::Freestyle {
                        build.print_line("Build step 'Execute shell' marked build as failure");
                    }
                    return Err(Failure::error(&format!("script returned exit code {code}")));
                } else if shell.capture {
                    value = Value::Text(captured);
                }
            }
            (ErrandResult::Content(content), Then::Exists) => value = Value::Boolean(content.is_some()),
            (ErrandResult::Content(Some(content)), _) => {
                value = Value::Text(String::from_utf8_lossy(&content).into_owned());
            }
            (ErrandResult::Content(None), _) => {
                return Err(Failure::error(
                    "java.nio.file.NoSuchFileException: no such file in the workspace",
                ));
            }
            (ErrandResult::Collected(files), Then::Archive { allow_empty, patterns }) => {
                if files.is_empty() && !allow_empty {
                    let message = format!(
                        "No artifacts found that match the file pattern \"{patterns}\". Configuration error?"
                    );
                    return Err(Failure::error(&message));
                }
                build.artifacts.extend(files);
            }
            (ErrandResult::Collected(files), _) => {
                let failed = build.record_tests(&files)?;
                if failed {
                    build.mark_stage(Outcome::Unstable);
                    build.worsen(Outcome::Unstable);
                }
            }
            (ErrandResult::Written, _) => {}
        }
        build.assign(&shell.into.unwrap_or_default(), value);
        Ok(Flow::On)
    }
}

impl super::Build {
    /// Adds test results; whether a test failed.
    fn record_tests(&mut self, files: &BTreeMap<String, Bytes>) -> Result<bool, Failure> {
        if files.is_empty() {
            return Err(Failure::error("No test report files were found. Configuration error?"));
        }
        let report = self.tests.get_or_insert_with(TestReport::default);
        for (path, content) in files {
            let text = String::from_utf8_lossy(content);
            report.add(&text).map_err(|problem| Failure::error(&format!("{path}: {problem}")))?;
        }
        Ok(report.failed() > 0)
    }
}
