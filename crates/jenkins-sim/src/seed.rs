//! Worlds that begin with something in them.

use std::collections::{BTreeMap, BTreeSet};

use secrecy::SecretString;
use serde::Deserialize;

use crate::Permission;
use crate::config::escape;
use crate::faults::Fault;
use crate::refusal::Refusal;
use crate::world::{Credential, Node, User, World, join, parent, short_name};

/// What a seed file holds, as JSON.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Seed {
    /// Who may log in. Without anybody there is no security.
    pub users: Vec<SeedUser>,
    /// Jobs and folders; folders on the way to a job are made.
    pub jobs: Vec<SeedJob>,
    /// Nodes beside the built-in one.
    pub nodes: Vec<SeedNode>,
    /// Credentials.
    pub credentials: Vec<SeedCredential>,
    /// Repositories that pipelines come from: files by path, by branch, by URL.
    pub repositories: BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>>,
    /// Faults, as the command line has them.
    pub faults: Vec<String>,
}

/// Somebody who may log in.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SeedUser {
    /// The name to log in with; `anonymous` is whoever does not log in.
    pub id: String,
    /// The name that people see; the id where it is empty.
    pub full_name: String,
    /// With a password, POSTs need a crumb.
    pub password: Option<SecretString>,
    /// API tokens, with which they don't.
    pub tokens: Vec<SecretString>,
    /// What they may do; everything, if not given.
    pub permissions: Option<BTreeSet<Permission>>,
    /// Full names of jobs, with `*` for anything, that they don't see.
    pub hidden: Vec<String>,
}

impl SeedUser {
    /// An administrator who can't log in yet.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    /// With a password.
    #[must_use]
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(SecretString::from(password.into()));
        self
    }

    /// With an API token.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.tokens.push(SecretString::from(token.into()));
        self
    }

    /// With these permissions alone.
    #[must_use]
    pub fn permissions(mut self, permissions: impl IntoIterator<Item = Permission>) -> Self {
        self.permissions = Some(permissions.into_iter().collect());
        self
    }

    /// Without seeing jobs whose full name has this form.
    #[must_use]
    pub fn hidden(mut self, jobs: impl Into<String>) -> Self {
        self.hidden.push(jobs.into());
        self
    }
}

/// A job or a folder to begin with. What it is follows from what it has: `xml`, `pipeline`, `branches_of`, or `folder`;
/// without any of these it is a freestyle job.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SeedJob {
    /// Its full name, such as `infra/scale-web`.
    pub name: String,
    /// Its whole `config.xml`, instead of everything below.
    pub xml: Option<String>,
    /// The Jenkinsfile of a pipeline.
    pub pipeline: Option<String>,
    /// The URL of a seeded repository, whose branches are jobs.
    pub branches_of: Option<String>,
    /// Whether it is a folder.
    pub folder: bool,
    /// The shell commands of a freestyle job.
    pub commands: Vec<String>,
    /// A pattern of files that a freestyle job keeps.
    pub artifacts: Option<String>,
    /// Its description.
    pub description: String,
    /// Its parameters.
    pub parameters: Vec<SeedParameter>,
    /// Seconds of quiet period, if not those of Jenkins.
    pub quiet_period: Option<u64>,
    /// Whether builds may run at once: a pipeline's may, a freestyle job's not, unless this says otherwise.
    pub concurrent: Option<bool>,
    /// The token for remote triggers.
    pub token: Option<String>,
    /// Whether it is disabled.
    pub disabled: bool,
}

impl SeedJob {
    /// A pipeline with this Jenkinsfile.
    #[must_use]
    pub fn pipeline(name: impl Into<String>, script: impl Into<String>) -> Self {
        Self { name: name.into(), pipeline: Some(script.into()), ..Self::default() }
    }

    /// A freestyle job with this shell command.
    #[must_use]
    pub fn freestyle(name: impl Into<String>, command: impl Into<String>) -> Self {
        Self { name: name.into(), commands: vec![command.into()], ..Self::default() }
    }

    /// A folder.
    #[must_use]
    pub fn folder(name: impl Into<String>) -> Self {
        Self { name: name.into(), folder: true, ..Self::default() }
    }

    /// A multibranch project of a seeded repository.
    #[must_use]
    pub fn multibranch(name: impl Into<String>, repository: impl Into<String>) -> Self {
        Self { name: name.into(), branches_of: Some(repository.into()), ..Self::default() }
    }

    /// An item with this `config.xml`.
    #[must_use]
    pub fn xml(name: impl Into<String>, xml: impl Into<String>) -> Self {
        Self { name: name.into(), xml: Some(xml.into()), ..Self::default() }
    }

    /// With a parameter.
    #[must_use]
    pub fn parameter(mut self, parameter: SeedParameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// With a quiet period in seconds.
    #[must_use]
    pub fn quiet_period(mut self, seconds: u64) -> Self {
        self.quiet_period = Some(seconds);
        self
    }

    /// Whether builds may run at once.
    #[must_use]
    pub fn concurrent(mut self, concurrent: bool) -> Self {
        self.concurrent = Some(concurrent);
        self
    }

    /// With a token for remote triggers.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Disabled.
    #[must_use]
    pub fn disabled(mut self) -> Self {
        self.disabled = true;
        self
    }

    fn config_xml(&self) -> String {
        if let Some(xml) = &self.xml {
            return xml.clone();
        }
        let definitions: String = self.parameters.iter().map(SeedParameter::definition_xml).collect();
        let mut properties = String::new();
        if !definitions.is_empty() {
            properties.push_str(&format!(
                "<hudson.model.ParametersDefinitionProperty><parameterDefinitions>{definitions}</parameterDefinitions>\
                 </hudson.model.ParametersDefinitionProperty>"
            ));
        }
        if self.pipeline.is_some() && self.concurrent == Some(false) {
            properties.push_str(
                "<org.jenkinsci.plugins.workflow.job.properties.DisableConcurrentBuildsJobProperty/>",
            );
        }
        let mut common = format!(
            "<description>{}</description><properties>{properties}</properties><disabled>{}</disabled>",
            escape(&self.description),
            self.disabled
        );
        if let Some(seconds) = self.quiet_period {
            common.push_str(&format!("<quietPeriod>{seconds}</quietPeriod>"));
        }
        if let Some(token) = &self.token {
            common.push_str(&format!("<authToken>{}</authToken>", escape(token)));
        }
        if let Some(script) = &self.pipeline {
            return format!(
                "<flow-definition>{common}<definition class=\"org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition\">\
                 <script>{}</script><sandbox>true</sandbox></definition></flow-definition>",
                escape(script)
            );
        }
        if let Some(url) = &self.branches_of {
            let class = "org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject";
            return format!("<{class}>{common}<source><remote>{}</remote></source></{class}>", escape(url));
        }
        if self.folder {
            let class = "com.cloudbees.hudson.plugins.folder.Folder";
            return format!("<{class}>{common}</{class}>");
        }
        let shell = |command: &String| {
            format!("<hudson.tasks.Shell><command>{}</command></hudson.tasks.Shell>", escape(command))
        };
        let builders: String = self.commands.iter().map(shell).collect();
        let publishers = self.artifacts.as_ref().map(|pattern| {
            let pattern = escape(pattern);
            format!("<hudson.tasks.ArtifactArchiver><artifacts>{pattern}</artifacts></hudson.tasks.ArtifactArchiver>")
        });
        format!(
            "<project>{common}<concurrentBuild>{}</concurrentBuild><builders>{builders}</builders><publishers>{}</publishers>\
             </project>",
            self.concurrent.unwrap_or(false),
            publishers.unwrap_or_default()
        )
    }
}

/// A parameter of a job.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SeedParameter {
    /// Its name.
    pub name: String,
    /// `string`, `text`, `boolean`, `choice`, `password`, `file`, `run` or `credentials`; `string` where it is empty.
    pub kind: String,
    /// Its default.
    pub default: String,
    /// What can be chosen.
    pub choices: Vec<String>,
    /// Its description.
    pub description: String,
}

impl SeedParameter {
    /// A parameter of a kind, with its default.
    #[must_use]
    pub fn new(kind: impl Into<String>, name: impl Into<String>, default: impl Into<String>) -> Self {
        Self { kind: kind.into(), name: name.into(), default: default.into(), ..Self::default() }
    }

    /// A text of one line.
    #[must_use]
    pub fn string(name: impl Into<String>, default: impl Into<String>) -> Self {
        Self::new("string", name, default)
    }

    /// One of some texts; the first is the default.
    #[must_use]
    pub fn choice<T: Into<String>>(name: impl Into<String>, choices: impl IntoIterator<Item = T>) -> Self {
        Self { choices: choices.into_iter().map(Into::into).collect(), ..Self::new("choice", name, "") }
    }

    fn definition_xml(&self) -> String {
        let kind = match self.kind.as_str() {
            "" => "string",
            kind => kind,
        };
        let mut letters = kind.chars();
        let name: String =
            letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
        let class = if kind == "credentials" {
            "com.cloudbees.plugins.credentials.CredentialsParameterDefinition".to_owned()
        } else {
            format!("hudson.model.{name}ParameterDefinition")
        };
        let choices: String =
            self.choices.iter().map(|choice| format!("<string>{}</string>", escape(choice))).collect();
        format!(
            "<{class}><name>{}</name><description>{}</description><defaultValue>{}</defaultValue><choices>{choices}</choices>\
             </{class}>",
            escape(&self.name),
            escape(&self.description),
            escape(&self.default)
        )
    }
}

/// A node beside the built-in one.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SeedNode {
    /// Its name.
    pub name: String,
    /// How many builds it runs at once.
    pub executors: usize,
    /// Its labels, with spaces between.
    pub labels: String,
}

/// A credential: a secret text, or a user with a password.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SeedCredential {
    /// Its id.
    pub id: String,
    /// The full name of the folder whose store it is in; empty for Jenkins' own.
    pub folder: String,
    /// Its description.
    pub description: String,
    /// The user whose password it is; without one it is a secret text.
    pub username: Option<String>,
    /// What is kept secret.
    pub secret: Option<SecretString>,
}

impl SeedCredential {
    fn xml(&self) -> String {
        use secrecy::ExposeSecret as _;
        let secret = self.secret.as_ref().map(|secret| escape(secret.expose_secret())).unwrap_or_default();
        let common = format!(
            "<scope>GLOBAL</scope><id>{}</id><description>{}</description>",
            escape(&self.id),
            escape(&self.description)
        );
        match &self.username {
            Some(user) => {
                let class = "com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl";
                let user = escape(user);
                format!("<{class}>{common}<username>{user}</username><password>{secret}</password></{class}>")
            }
            None => {
                let class = "org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl";
                format!("<{class}>{common}<secret>{secret}</secret></{class}>")
            }
        }
    }
}

/// A seed that the simulated Jenkins would not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedError {
    what: String,
    reason: String,
}

impl std::fmt::Display for SeedError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot seed {}: {}", self.what, self.reason)
    }
}

impl std::error::Error for SeedError {}

pub(crate) fn user(world: &mut World, seed: &SeedUser) {
    let full_name = if seed.full_name.is_empty() { &seed.id } else { &seed.full_name };
    let user = User {
        full_name: full_name.clone(),
        password: seed.password.clone(),
        tokens: seed.tokens.clone(),
        permissions: seed.permissions.clone(),
        hidden: seed.hidden.clone(),
    };
    world.users.insert(seed.id.clone(), user);
}

pub(crate) fn job(world: &mut World, seed: &SeedJob) -> Result<(), SeedError> {
    let refused =
        |refusal: Refusal| SeedError { what: format!("the job `{}`", seed.name), reason: refusal.message };
    let mut folder = String::new();
    for name in parent(&seed.name).split('/').filter(|name| !name.is_empty()) {
        let next = join(&folder, name);
        if !world.items.contains_key(&next) {
            world.create_item(&folder, name, &SeedJob::folder(name).config_xml()).map_err(refused)?;
        }
        folder = next;
    }
    world.create_item(&folder, short_name(&seed.name), &seed.config_xml()).map_err(refused)?;
    world.scan(&seed.name);
    Ok(())
}

pub(crate) fn all(world: &mut World, seed: &Seed) -> Result<(), SeedError> {
    for text in &seed.faults {
        let faults = Fault::parse_all(text)
            .map_err(|error| SeedError { what: "the faults".to_owned(), reason: error.to_string() })?;
        for fault in faults {
            world.faults.add(fault);
        }
    }
    seed.users.iter().for_each(|one| user(world, one));
    world.repositories.extend(seed.repositories.clone());
    for node in &seed.nodes {
        world.nodes.insert(node.name.clone(), Node::new(node.executors, "", &node.labels));
    }
    for seed in &seed.credentials {
        let credential = Credential::read(&seed.xml(), || seed.id.clone())
            .map_err(|reason| SeedError { what: format!("the credential `{}`", seed.id), reason })?;
        let store = world.credentials.entry(seed.folder.clone()).or_default();
        store.entry("_".to_owned()).or_default().insert(credential.id.clone(), credential);
    }
    seed.jobs.iter().try_for_each(|one| job(world, one))
}
