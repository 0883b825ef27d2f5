//! Parameters: their definitions, the values that builds had, and the values that are sent.

use std::fmt;

use secrecy::SecretString;
use serde_json::Value;

objects! {
    /// A parameter of a build.
    pub struct Parameter {
        /// Its name.
        pub name: String,
        /// Its value: text, a boolean, or what a plugin made of it. A password has none.
        pub value: Option<Value>,
    }

    /// A parameter that a job takes.
    pub struct ParameterDefinition {
        /// Its name.
        pub name: String,
        /// Its kind, such as `StringParameterDefinition`.
        #[serde(rename = "type")]
        pub kind: Option<ParameterKind>,
        /// What it is for.
        pub description: Option<String>,
        /// The value that a build has when none is given.
        pub default_parameter_value: Option<Parameter>,
        /// What a choice may be.
        pub choices: Option<Vec<String>>,
    }
}

words! {
    /// The kind of a parameter.
    pub enum ParameterKind {
        /// One line of text.
        String = "StringParameterDefinition",
        /// Several lines of text.
        Text = "TextParameterDefinition",
        /// `true` or `false`.
        Boolean = "BooleanParameterDefinition",
        /// One of a list.
        Choice = "ChoiceParameterDefinition",
        /// A secret.
        Password = "PasswordParameterDefinition",
        /// A file that is put into the workspace of a freestyle job. A pipeline does not see it, and its `input` step refuses
        /// it since release 449 (the step's own page on file parameters).
        File = "FileParameterDefinition",
        /// A small file of the file parameters plugin, for pipelines and their inputs: Base64 in a variable of the environment.
        Base64File = "Base64FileParameterDefinition",
        /// A file of the file parameters plugin, for pipelines: it is in a stash of its name. An input does not take it.
        StashedFile = "StashedFileParameterDefinition",
        /// A build of another job.
        Run = "RunParameterDefinition",
        /// The id of a credential.
        Credentials = "CredentialsParameterDefinition",
    }
}

impl ParameterKind {
    /// Whether its value is a file; none for a kind that this version does not know.
    #[must_use]
    pub const fn is_file(&self) -> Option<bool> {
        match self {
            Self::File | Self::Base64File | Self::StashedFile => Some(true),
            Self::Other(_) => None,
            _ => Some(false),
        }
    }
}

impl Parameter {
    /// Its value as text: a text as it is, anything else as JSON writes it.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        match self.value.as_ref()? {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }
}

/// A value that is sent for a parameter.
#[derive(Clone)]
#[non_exhaustive]
pub enum ParameterValue {
    /// Text, a choice, `true` or `false`.
    Text(String),
    /// A password. It is never shown.
    Secret(SecretString),
    /// A file, for any [`ParameterKind`] that is one. With a trigger it is sent as the part of `multipart/form-data` that has
    /// the parameter's name, which is where core (`FileParameterDefinition.createValue(StaplerRequest)`) and the file
    /// parameters plugin (`AbstractFileParameterDefinition`) look for it.
    File {
        /// Its name.
        name: String,
        /// What it holds.
        content: Vec<u8>,
    },
}

impl ParameterValue {
    /// A file of this name.
    #[must_use]
    pub fn file(name: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self::File { name: name.into(), content: content.into() }
    }
}

impl fmt::Debug for ParameterValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.debug_tuple("Text").field(text).finish(),
            Self::Secret(_) => f.write_str("Secret"),
            Self::File { name, content } => {
                f.debug_struct("File").field("name", name).field("bytes", &content.len()).finish()
            }
        }
    }
}

impl From<SecretString> for ParameterValue {
    fn from(secret: SecretString) -> Self {
        Self::Secret(secret)
    }
}

macro_rules! texts {
    ($($type:ty)+) => {$(
        impl From<$type> for ParameterValue {
            fn from(value: $type) -> Self {
                Self::Text(value.to_string())
            }
        }
    )+};
}

texts! { &str String &String bool u8 u16 u32 u64 usize i8 i16 i32 i64 isize f32 f64 }
