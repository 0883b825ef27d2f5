use serde::Deserialize;

use super::parameter::SeedParameter;
use crate::config::escape;
use crate::script::parse;

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

    pub(super) fn check(&self) -> Result<(), String> {
        let kinds = [
            ("xml", self.xml.is_some()),
            ("pipeline", self.pipeline.is_some()),
            ("branches_of", self.branches_of.is_some()),
            ("folder", self.folder),
            ("commands", !self.commands.is_empty()),
        ];
        let given: Vec<&str> = kinds.iter().filter(|(_, given)| *given).map(|(name, _)| *name).collect();
        if given.len() > 1 {
            return Err(format!("it has {}: give one of them", given.join(" and ")));
        }
        if let Some(Err(error)) = self.pipeline.as_deref().map(parse) {
            // As in Jenkins it is a job all the same, whose builds fail.
            tracing::warn!("the pipeline of {} cannot be read: {error}", self.name);
        }
        self.parameters.iter().try_for_each(SeedParameter::check)
    }

    pub(super) fn config_xml(&self) -> String {
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
