use serde::Deserialize;

use crate::config::escape;

const KINDS: [&str; 8] = ["string", "text", "boolean", "choice", "password", "file", "run", "credentials"];

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

    pub(super) fn check(&self) -> Result<(), String> {
        let name = &self.name;
        if name.is_empty() {
            return Err("a parameter has no `name`".to_owned());
        }
        if !self.kind.is_empty() && !KINDS.contains(&self.kind.as_str()) {
            let known = KINDS.join(", ");
            return Err(format!(
                "the `kind` of the parameter `{name}` is `{}`; it is one of {known}",
                self.kind
            ));
        }
        if self.kind == "choice" && self.choices.is_empty() {
            return Err(format!("the parameter `{name}` is a choice without `choices`"));
        }
        Ok(())
    }

    pub(super) fn definition_xml(&self) -> String {
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
