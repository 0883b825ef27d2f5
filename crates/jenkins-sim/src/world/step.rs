//! The steps of pipelines, and the environment that they see.

use std::collections::BTreeMap;
use std::time::Duration;

use secrecy::ExposeSecret as _;

use super::command::{Shell, Then};
use super::errand::Work;
use super::failure::Failure;
use super::groovy::Value;
use super::run::{Flow, Wait};
use super::{Build, BuildId, Outcome, World, short_name};
use crate::config::Parameter;
use crate::script::{Call, Expr, Scope};

impl World {
    pub(super) fn step(
        &mut self,
        id: BuildId,
        call: &Call,
        into: Option<Vec<String>>,
    ) -> Result<Flow, Failure> {
        let name = call.name();
        let Some(build) = self.build_mut(id) else { return Ok(Flow::Wait) };
        // A method of a value rather than a step.
        if call.name.len() > 1 {
            let value = build.evaluate(&Expr::Call(Box::new(call.clone())))?;
            build.assign(&into.unwrap_or_default(), value);
            return Ok(Flow::On);
        }
        build.print_noted(&format!("[Pipeline] {name}"));
        let argument =
            |build: &Build, name: &str| call.argument(name).map(|expr| build.evaluate(expr)).transpose();
        let text = |build: &Build, name: &str| {
            argument(build, name).map(|value| value.map(|value| value.text()).unwrap_or_default())
        };
        let flag = |build: &Build, name: &str| {
            let value = call.named(name).map(|expr| build.evaluate(expr)).transpose();
            value.map(|value| value.is_some_and(|value| value.is_true()))
        };
        let mut value = Value::Null;
        match name.as_str() {
            "echo" | "println" | "print" => {
                let message = text(build, "message")?;
                build.print_line(&message);
            }
            "sleep" => {
                let time = build.duration(call)?;
                build.print_line(&format!("Sleeping for {}", spoken(time)));
                self.sleep(id, time, Wait::Sleep);
                return Ok(Flow::Wait);
            }
            "error" => return Err(Failure::error(&text(build, "message")?)),
            "unstable" => {
                let message = text(build, "message")?;
                build.print_line(&format!("WARNING: {message}"));
                build.mark_stage(Outcome::Unstable);
                build.worsen(Outcome::Unstable);
            }
            "sh" => {
                let shell = Shell {
                    script: text(build, "script")?,
                    status: flag(build, "returnStatus")?,
                    capture: flag(build, "returnStdout")?,
                    into,
                    then: Then::Step,
                    model: None,
                    captured: String::new(),
                };
                return self.shell(id, shell);
            }
            "input" => return self.ask(id, call, into),
            "archiveArtifacts" => {
                let patterns = text(build, "artifacts")?;
                let allow_empty = flag(build, "allowEmptyArchive")?;
                return self.archive(id, patterns, allow_empty);
            }
            "junit" => {
                let patterns = text(build, "testResults")?;
                return self.junit(id, patterns);
            }
            "writeFile" => {
                let (file, content) = (text(build, "file")?, build.evaluate_named(call, "text")?);
                let work = Work::Write { file, content: content.into_bytes() };
                return self.on_files(id, work, Then::Step, into);
            }
            "readFile" => {
                let work = Work::Read { file: text(build, "file")? };
                return self.on_files(id, work, Then::Content, into);
            }
            "fileExists" => {
                let work = Work::Read { file: text(build, "file")? };
                return self.on_files(id, work, Then::Exists, into);
            }
            "checkout" | "git" => return self.checkout(id),
            "pwd" => {
                value = build.variable("WORKSPACE").map_or(Value::Null, |path| Value::Text(path.to_owned()))
            }
            "properties" => self.job_properties(id, call),
            "deleteDir" | "cleanWs" => {
                if let Some(files) = self.workspaces.get_mut(&id.job) {
                    files.clear();
                }
            }
            "isUnix" => value = Value::Boolean(true),
            _ => return Err(Failure::no_such_step(&name)),
        }
        if let (Some(to), Some(build)) = (into, self.build_mut(id)) {
            build.assign(&to, value);
        }
        Ok(Flow::On)
    }

    /// `properties([parameters([…])])` of a scripted pipeline.
    fn job_properties(&mut self, id: BuildId, call: &Call) {
        let Some(Expr::List(properties)) = call.positional.first() else { return };
        let calls = |list: &[Expr]| {
            let calls = list.iter().filter_map(|one| match one {
                Expr::Call(call) => Some((**call).clone()),
                _ => None,
            });
            calls.collect::<Vec<Call>>()
        };
        let mut definitions = Vec::new();
        let mut exclusive = false;
        for property in calls(properties) {
            match (property.name().as_str(), property.positional.first()) {
                ("parameters", Some(Expr::List(list))) => {
                    definitions.extend(calls(list).iter().filter_map(Parameter::of_call));
                }
                ("disableConcurrentBuilds", _) => exclusive = true,
                _ => {}
            }
        }
        self.set_parameters(id.job, &definitions, exclusive);
    }

    /// Brings the files of the job's repository into its workspace.
    fn checkout(&mut self, id: BuildId) -> Result<Flow, Failure> {
        let Some((_, item)) = self.item_by_id(id.job) else { return Ok(Flow::Wait) };
        let files = self.checkout_of(&item.config.definition);
        if let Some(build) = self.build_mut(id) {
            build.print_line("Checking out from the repository");
        }
        match self.settings.shell {
            crate::Shell::Modelled => {
                let workspace = self.workspaces.entry(id.job).or_default();
                workspace.extend(files.into_iter().map(|(path, text)| (path, text.into_bytes())));
                Ok(Flow::On)
            }
            crate::Shell::Real => {
                let files = files.into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
                self.on_files(id, Work::WriteAll { files }, Then::Step, None)
            }
        }
    }

    /// The environment that every step of a build sees.
    pub(super) fn environment_of(&self, id: BuildId) -> BTreeMap<String, String> {
        let mut environment = BTreeMap::new();
        let (Some((name, item)), Some(build)) = (self.item_by_id(id.job), self.build(id)) else {
            return environment;
        };
        let root = self.settings.root_url.clone();
        let root = root.unwrap_or_else(|| format!("http://localhost:8080{}/", self.settings.prefix));
        let job_url = format!("{root}{}", crate::export::item_path(name));
        let on = build.executors.first();
        let node = on.map(|on| on.node.clone()).filter(|node| !node.is_empty());
        let node = node.unwrap_or_else(|| "built-in".to_owned());
        let executor = on.map_or(0, |on| on.number);
        let home = self.settings.home.display();
        let tag = format!("jenkins-{}-{}", name.replace('/', "-"), id.number);
        let mut set = |name: &str, value: String| environment.insert(name.to_owned(), value);
        set("BUILD_NUMBER", id.number.to_string());
        set("BUILD_ID", id.number.to_string());
        set("BUILD_DISPLAY_NAME", format!("#{}", id.number));
        set("BUILD_TAG", tag);
        set("BUILD_URL", format!("{job_url}{}/", id.number));
        set("JOB_NAME", name.clone());
        set("JOB_BASE_NAME", short_name(name).to_owned());
        set("JOB_URL", job_url);
        set("JENKINS_URL", root);
        set("JENKINS_HOME", home.to_string());
        set("WORKSPACE", format!("{home}/workspace/{name}"));
        set("NODE_NAME", node);
        set("EXECUTOR_NUMBER", executor.to_string());
        set("CI", "true".to_owned());
        if let Some(branch) = &item.config.display_name {
            set("BRANCH_NAME", branch.clone());
        }
        for parameter in &build.parameters {
            set(&parameter.name, parameter.value.clone());
        }
        environment
    }

    /// What a scope adds to the environment.
    pub(super) fn scope_environment(
        &mut self,
        id: BuildId,
        scope: &Scope,
    ) -> Result<Vec<(String, String)>, Failure> {
        let mut variables = Vec::new();
        let name = self.name_of(id.job).to_owned();
        let mut secrets = Vec::new();
        match scope {
            Scope::Environment(entries) => {
                for (variable, value) in entries {
                    let value = match value {
                        Expr::Call(call) if call.is("credentials") => {
                            let build = self.build(id).ok_or_else(Failure::interrupted)?;
                            let wanted = build.evaluate_argument(call)?;
                            variables.extend(self.bind(&name, &wanted, variable, &mut secrets)?);
                            continue;
                        }
                        value => self.build(id).ok_or_else(Failure::interrupted)?.evaluate(value)?.text(),
                    };
                    variables.push((variable.clone(), value));
                }
            }
            Scope::WithEnv(list) => {
                let list = self.build(id).ok_or_else(Failure::interrupted)?.evaluate(list)?;
                let Value::List(list) = list else { return Ok(variables) };
                let entries = list.iter().map(Value::text);
                variables.extend(entries.filter_map(|entry| {
                    entry.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()))
                }));
            }
            Scope::WithCredentials(Expr::List(bindings)) => {
                for binding in bindings {
                    let Expr::Call(binding) = binding else { continue };
                    let build = self.build(id).ok_or_else(Failure::interrupted)?;
                    let wanted = build.evaluate_named(binding, "credentialsId")?;
                    let variable = ["variable", "passwordVariable"]
                        .iter()
                        .find_map(|name| binding.named(name).and_then(Expr::literal))
                        .unwrap_or_default();
                    let user = binding.named("usernameVariable").and_then(Expr::literal);
                    for (name, value) in self.bind(&name, &wanted, &variable, &mut secrets)? {
                        match name.strip_suffix("_USR").filter(|of| *of == variable) {
                            Some(_) => variables.extend(user.clone().map(|user| (user, value))),
                            None if name == variable && user.is_some() => {}
                            None if user.is_some() => variables.push((variable.clone(), value)),
                            None => variables.push((name, value)),
                        }
                    }
                }
            }
            Scope::Dir(path) => {
                let build = self.build(id).ok_or_else(Failure::interrupted)?;
                let (inner, outer) =
                    (build.evaluate(path)?.text(), build.variable("WORKSPACE").unwrap_or_default());
                variables.push(("PWD".to_owned(), format!("{outer}/{inner}")));
            }
            _ => {}
        }
        if let Some(build) = self.build_mut(id) {
            build.secrets.extend(secrets);
        }
        Ok(variables)
    }

    /// The variables that a credential is bound to: a secret text to one, a user with a password to three.
    fn bind(
        &self,
        job: &str,
        wanted: &str,
        variable: &str,
        secrets: &mut Vec<String>,
    ) -> Result<Vec<(String, String)>, Failure> {
        let missing = || Failure::error(&format!("Could not find credentials entry with ID '{wanted}'"));
        let credential = self.credential(job, wanted).ok_or_else(missing)?;
        let secret = credential.secret().map(|secret| secret.expose_secret().to_owned()).unwrap_or_default();
        if !secret.is_empty() {
            secrets.push(secret.clone());
        }
        Ok(match &credential.username {
            None => vec![(variable.to_owned(), secret)],
            Some(user) => vec![
                (variable.to_owned(), format!("{user}:{secret}")),
                (format!("{variable}_USR"), user.clone()),
                (format!("{variable}_PSW"), secret),
            ],
        })
    }
}

impl Build {
    pub(super) fn evaluate_argument(&self, call: &Call) -> Result<String, Failure> {
        let value = call.positional.first().map(|expr| self.evaluate(expr)).transpose()?;
        Ok(value.map(|value| value.text()).unwrap_or_default())
    }

    pub(super) fn evaluate_named(&self, call: &Call, name: &str) -> Result<String, Failure> {
        let value = call.named(name).map(|expr| self.evaluate(expr)).transpose()?;
        Ok(value.map(|value| value.text()).unwrap_or_default())
    }

    /// The time that a `sleep` or `timeout` names.
    pub(super) fn duration(&self, call: &Call) -> Result<Duration, Failure> {
        let time = call.argument("time").map(|expr| self.evaluate(expr)).transpose()?;
        let amount = match time {
            Some(Value::Number(number)) => number,
            Some(other) => other.text().parse().unwrap_or(0.0),
            None => 0.0,
        };
        let default = if call.is("timeout") { "MINUTES" } else { "SECONDS" };
        let unit = call.named("unit").and_then(Expr::literal).unwrap_or_else(|| default.to_owned());
        let seconds = match unit.as_str() {
            "MILLISECONDS" => 0.001,
            "MINUTES" => 60.0,
            "HOURS" => 3600.0,
            "DAYS" => 86400.0,
            _ => 1.0,
        };
        Ok(Duration::try_from_secs_f64(amount * seconds).unwrap_or(Duration::ZERO))
    }

    pub(super) fn worsen(&mut self, outcome: Outcome) {
        if let Some(run) = self.run.as_mut() {
            run.result = run.result.max(Some(outcome));
        }
    }

    /// Sets a variable: of the script, of the environment, or of the build itself.
    pub(super) fn assign(&mut self, to: &[String], value: Value) {
        match to {
            [] => {}
            [scope, name] if scope == "env" => {
                self.environment.insert(name.clone(), value.text());
            }
            [scope, property] if scope == "currentBuild" => match property.as_str() {
                "result" => {
                    if let Some(outcome) = Outcome::read(&value.text()) {
                        self.worsen(outcome);
                    }
                }
                "description" => self.description = Some(value.text()),
                "displayName" => self.display_name = Some(value.text()),
                _ => {}
            },
            [name, ..] => {
                if let Some(run) = self.run.as_mut() {
                    run.variables.insert(name.clone(), value);
                }
            }
        }
    }
}

/// A time as Jenkins says it.
pub(crate) fn spoken(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0) => format!("{} ms", time.as_millis()),
        (0, 0, seconds) => format!("{seconds} sec"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} sec"),
        (hours, minutes, _) => format!("{hours} hr {minutes} min"),
    }
}
