//! Parameters of jobs: their definitions in `config.xml` and in a Jenkinsfile.

use roxmltree::Node;

use super::text;
use crate::script::{Call, Expr};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    String,
    Text,
    Boolean,
    Choice,
    Password,
    File,
    Run,
    Credentials,
}

impl Kind {
    const ALL: [(Self, &'static str); 8] = [
        (Self::String, "hudson.model.StringParameterDefinition"),
        (Self::Text, "hudson.model.TextParameterDefinition"),
        (Self::Boolean, "hudson.model.BooleanParameterDefinition"),
        (Self::Choice, "hudson.model.ChoiceParameterDefinition"),
        (Self::Password, "hudson.model.PasswordParameterDefinition"),
        (Self::File, "hudson.model.FileParameterDefinition"),
        (Self::Run, "hudson.model.RunParameterDefinition"),
        (Self::Credentials, "com.cloudbees.plugins.credentials.CredentialsParameterDefinition"),
    ];

    pub(crate) fn class(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, class)| class)
    }

    /// The class without its package, which the API calls `type`.
    pub(crate) fn type_name(self) -> &'static str {
        let class = self.class();
        class.rsplit_once('.').map_or(class, |(_, name)| name)
    }

    /// The class of a value of it. A choice is a string.
    pub(crate) fn value_class(self) -> String {
        let of = if self == Self::Choice { Self::String } else { self };
        of.class().replace("Definition", "Value")
    }
}

/// The definition of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parameter {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) default: String,
    pub(crate) choices: Vec<String>,
    pub(crate) trim: bool,
}

impl Parameter {
    /// Reads one from `parameterDefinitions`; one of a class that isn't known is left out, as Jenkins does.
    pub(super) fn read(node: Node<'_, '_>) -> Option<Self> {
        let class = node.tag_name().name();
        let (kind, _) = *Kind::ALL.iter().find(|(_, known)| *known == class)?;
        let strings = node.descendants().filter(|node| node.tag_name().name() == "string");
        let choices: Vec<String> = strings.map(|node| node.text().unwrap_or_default().to_owned()).collect();
        let mut default = text(node, "defaultValue").unwrap_or_default();
        match kind {
            Kind::Choice if default.is_empty() => default = choices.first().cloned().unwrap_or_default(),
            Kind::Boolean if default.is_empty() => "false".clone_into(&mut default),
            _ => {}
        }
        Some(Self {
            kind,
            name: text(node, "name")?,
            description: text(node, "description").unwrap_or_default(),
            default,
            choices,
            trim: text(node, "trim").is_some_and(|trim| trim == "true"),
        })
    }

    /// Reads one as a Jenkinsfile defines it, such as `string(name: 'DESIRED', defaultValue: '2')`.
    pub(crate) fn of_call(call: &Call) -> Option<Self> {
        let kind = match call.name().as_str() {
            "string" => Kind::String,
            "text" => Kind::Text,
            "booleanParam" => Kind::Boolean,
            "choice" => Kind::Choice,
            "password" => Kind::Password,
            "file" => Kind::File,
            "credentials" => Kind::Credentials,
            _ => return None,
        };
        let named = |name: &str| call.named(name).and_then(Expr::literal).unwrap_or_default();
        let choices: Vec<String> = match call.named("choices") {
            Some(Expr::List(list)) => list.iter().filter_map(Expr::literal).collect(),
            Some(text) => text.literal().unwrap_or_default().lines().map(str::to_owned).collect(),
            None => Vec::new(),
        };
        let mut default = named("defaultValue");
        match kind {
            Kind::Choice => default = choices.first().cloned().unwrap_or_default(),
            Kind::Boolean if default.is_empty() => "false".clone_into(&mut default),
            _ => {}
        }
        let trim = named("trim") == "true";
        Some(Self { kind, name: named("name"), description: named("description"), default, choices, trim })
    }

    /// The definition as `config.xml` has it.
    pub(crate) fn xml(&self) -> String {
        let class = self.kind.class();
        let choices: String =
            self.choices.iter().map(|choice| format!("<string>{}</string>", super::escape(choice))).collect();
        let values = match self.kind {
            Kind::Choice => {
                format!(
                    "<choices class=\"java.util.Arrays$ArrayList\"><a class=\"string-array\">{choices}</a></choices>"
                )
            }
            Kind::File => String::new(),
            _ => format!(
                "<defaultValue>{}</defaultValue><trim>{}</trim>",
                super::escape(&self.default),
                self.trim
            ),
        };
        format!(
            "<{class}><name>{}</name><description>{}</description>{values}</{class}>",
            super::escape(&self.name),
            super::escape(&self.description)
        )
    }
}
