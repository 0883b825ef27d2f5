//! How a build begins: its environment, its first lines, its program.

use super::run::Run;
use super::{BuildId, Outcome, World};
use crate::config::{Definition, ItemKind, JobConfig, Parameter};
use crate::script::{Op, Program, Scope, StatementKind, check, compile, parameters, parse};

impl World {
    /// A build begins.
    pub(super) fn begin(&mut self, id: BuildId) {
        let environment = self.environment_of(id);
        let Some((name, item)) = self.item_by_id(id.job) else { return };
        let (kind, name, config) = (item.config.kind, name.clone(), item.config.clone());
        let before = item.builds.range(..id.number).next_back().and_then(|(_, build)| build.result);
        let node = self.build(id).and_then(|build| build.executors.first()).map(|on| on.node.clone());
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
                let on = node.filter(|name| !name.is_empty());
                let on = on.unwrap_or_else(|| "the built-in node".to_owned());
                build.print_line("Running as SYSTEM");
                build.print_line(&format!("Building on {on} in workspace {home}/workspace/{name}"));
            }
        }
        match program {
            Ok(program) => {
                build.run = Some(Run::new(program, before));
                self.resume(id, None);
            }
            Err(message) => {
                build.print_line(&message);
                build.print_noted("[Pipeline] End of Pipeline");
                self.conclude(id, Outcome::Failure);
            }
        }
    }

    /// Reads the Jenkinsfile, and takes over the parameters that it defines.
    fn pipeline_program(&mut self, id: BuildId, definition: &Definition) -> Result<Program, String> {
        let script = self.script_of(definition)?;
        let statements = parse(&script).map_err(|error| {
            format!("org.codehaus.groovy.control.MultipleCompilationErrorsException: startup failed:\n{error}\n\n1 error\n")
        })?;
        let declarative = statements
            .iter()
            .any(|one| matches!(&one.kind, StatementKind::Call(call) if call.is("pipeline")));
        if declarative {
            let errors = check(&script);
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
}

/// What a freestyle job does: its commands, and what is published whatever came of them.
fn freestyle_program(config: &JobConfig) -> Program {
    let mut ops = vec![
        Op::Enter {
            scope: Scope::Finally { section: config.commands.len() + 3 },
            end: config.commands.len() + 2,
        },
        Op::Files,
    ];
    ops.extend(config.commands.iter().cloned().map(Op::Shell));
    ops.push(Op::Leave);
    ops.extend(config.artifacts.iter().cloned().map(Op::Archive));
    ops.extend(config.test_results.iter().cloned().map(Op::Junit));
    ops.push(Op::Rethrow);
    Program { ops }
}
