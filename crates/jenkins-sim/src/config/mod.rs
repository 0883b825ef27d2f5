//! `config.xml`: what it says about a job, and changes to it that leave the rest as it was written.

mod edit;
mod parameter;

use roxmltree::{Document, Node};

pub(crate) use edit::{escape, set_disabled, set_element, set_property};
pub(crate) use parameter::{Kind as ParameterKind, Parameter};

/// What kind of thing an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ItemKind {
    Freestyle,
    Pipeline,
    Folder,
    Multibranch,
}

impl ItemKind {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Freestyle => "hudson.model.FreeStyleProject",
            Self::Pipeline => "org.jenkinsci.plugins.workflow.job.WorkflowJob",
            Self::Folder => "com.cloudbees.hudson.plugins.folder.Folder",
            Self::Multibranch => "org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject",
        }
    }

    pub(crate) fn build_class(self) -> &'static str {
        match self {
            Self::Pipeline => "org.jenkinsci.plugins.workflow.job.WorkflowRun",
            _ => "hudson.model.FreeStyleBuild",
        }
    }

    /// Whether other items stand in it.
    pub(crate) fn is_container(self) -> bool {
        matches!(self, Self::Folder | Self::Multibranch)
    }
}

/// Where a pipeline's script comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Definition {
    None,
    Script(String),
    /// A repository, its branch, and the path of the Jenkinsfile.
    Scm {
        url: String,
        branch: String,
        path: String,
    },
}

/// What a job's configuration says.
#[derive(Debug, Clone)]
pub(crate) struct JobConfig {
    pub(crate) kind: ItemKind,
    pub(crate) description: Option<String>,
    pub(crate) display_name: Option<String>,
    pub(crate) disabled: bool,
    pub(crate) concurrent: bool,
    pub(crate) quiet_period: Option<u64>,
    pub(crate) auth_token: Option<String>,
    pub(crate) builds_to_keep: Option<usize>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) definition: Definition,
    /// Commands of a freestyle job.
    pub(crate) commands: Vec<String>,
    /// Patterns of the artifacts of a freestyle job.
    pub(crate) artifacts: Vec<String>,
    /// Patterns of the test results of a freestyle job.
    pub(crate) test_results: Vec<String>,
}

/// Why a `config.xml` is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ConfigError {
    /// It is not XML.
    Xml(String),
    /// Its root element is not the configuration of a job.
    Unknown(String),
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Xml(problem) => write!(f, "Unable to read the XML: {problem}"),
            Self::Unknown(root) => write!(f, "Unable to instantiate {root}: no such class"),
        }
    }
}

/// The parser reads XML 1.0; Jenkins writes 1.1, which differs in nothing that a job's configuration has.
fn as_xml_1_0(xml: &str) -> String {
    xml.replacen("version='1.1'", "version='1.0'", 1).replacen("version=\"1.1\"", "version=\"1.0\"", 1)
}

impl JobConfig {
    pub(crate) fn read(xml: &str) -> Result<Self, ConfigError> {
        let xml = as_xml_1_0(xml.trim_start());
        let document = Document::parse(&xml).map_err(|error| ConfigError::Xml(error.to_string()))?;
        let root = document.root_element();
        let name = root.tag_name().name();
        let kind = match name {
            "project" => ItemKind::Freestyle,
            "flow-definition" => ItemKind::Pipeline,
            "com.cloudbees.hudson.plugins.folder.Folder" => ItemKind::Folder,
            "org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject" => ItemKind::Multibranch,
            other => return Err(ConfigError::Unknown(other.to_owned())),
        };
        let properties = child(root, "properties");
        let property = |name: &str| {
            properties.and_then(|all| all.children().find(|node| local_name(*node).ends_with(name)))
        };
        let concurrent = match kind {
            ItemKind::Pipeline => property("DisableConcurrentBuildsJobProperty").is_none(),
            _ => flag(root, "concurrentBuild"),
        };
        let discarder = property("BuildDiscarderProperty").and_then(|node| child(node, "strategy"));
        let definitions = property("ParametersDefinitionProperty")
            .and_then(|node| child(node, "parameterDefinitions"))
            .map(|node| node.children().filter(Node::is_element).filter_map(Parameter::read).collect());
        let elements = |parent: &str| {
            let nodes = child(root, parent).map(|node| node.children().filter(Node::is_element));
            nodes.into_iter().flatten().collect::<Vec<_>>()
        };
        let builders = elements("builders");
        let publishers = elements("publishers");
        let of = |nodes: &[Node<'_, '_>], class: &str, field: &str| {
            let found = nodes.iter().filter(|node| local_name(**node).ends_with(class));
            found.filter_map(|node| text(*node, field)).collect::<Vec<_>>()
        };
        Ok(Self {
            kind,
            description: text(root, "description"),
            display_name: text(root, "displayName"),
            disabled: flag(root, "disabled"),
            concurrent,
            quiet_period: text(root, "quietPeriod").and_then(|text| text.trim().parse().ok()),
            auth_token: text(root, "authToken"),
            builds_to_keep: discarder
                .and_then(|node| text(node, "numToKeep"))
                .and_then(|text| text.trim().parse().ok()),
            parameters: definitions.unwrap_or_default(),
            definition: definition(root, kind),
            commands: of(&builders, "Shell", "command"),
            artifacts: of(&publishers, "ArtifactArchiver", "artifacts"),
            test_results: of(&publishers, "JUnitResultArchiver", "testResults"),
        })
    }
}

fn definition(root: Node<'_, '_>, kind: ItemKind) -> Definition {
    let node = match kind {
        ItemKind::Multibranch => Some(root),
        _ => child(root, "definition"),
    };
    let Some(node) = node else { return Definition::None };
    if let Some(script) = text(node, "script") {
        return Definition::Script(script);
    }
    let deep = |names: &[&str]| {
        node.descendants().find(|node| names.contains(&node.tag_name().name())).and_then(|node| node.text())
    };
    let Some(url) = deep(&["url", "remote"]) else { return Definition::None };
    let branch = child(node, "scm")
        .and_then(|scm| child(scm, "branches"))
        .and_then(|node| node.descendants().find(|node| node.tag_name().name() == "name"))
        .and_then(|node| node.text());
    Definition::Scm {
        url: url.trim().to_owned(),
        branch: branch.map_or("master", |name| name.trim().trim_start_matches("*/")).to_owned(),
        path: deep(&["scriptPath"]).map_or("Jenkinsfile", str::trim).to_owned(),
    }
}

/// The name of an element without its package.
fn local_name<'a>(node: Node<'a, '_>) -> &'a str {
    node.tag_name().name()
}

fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    node.children().find(|child| child.tag_name().name() == name)
}

/// The text of a child element; nothing when it is empty.
fn text(node: Node<'_, '_>, name: &str) -> Option<String> {
    child(node, name).and_then(|node| node.text()).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn flag(node: Node<'_, '_>, name: &str) -> bool {
    text(node, name).is_some_and(|text| text.trim() == "true")
}
