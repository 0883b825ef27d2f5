//! The shapes that recur: objects, and open sets of words.

/// Declares objects of the API: every field may be missing, and none is lost.
macro_rules! objects {
    ($(
        $(#[$doc:meta])*
        pub struct $name:ident {
            $($(#[$field_doc:meta])* pub $field:ident: $type:ty,)*
        }
    )+) => {$(
        $(#[$doc])*
        #[serde_with::skip_serializing_none]
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        #[non_exhaustive]
        pub struct $name {
            /// Jenkins' class of it, such as `hudson.model.FreeStyleProject`.
            #[serde(rename = "_class")]
            pub class: Option<String>,
            $($(#[$field_doc])* pub $field: $type,)*
            /// Fields that this version has no name for, as they came.
            #[serde(flatten)]
            pub extra: $crate::models::Extra,
        }
    )+};
}

/// Declares enums of words of the API that keep a word they do not know.
macro_rules! words {
    ($(
        $(#[$doc:meta])*
        pub enum $name:ident {
            $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+
        }
    )+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)+
            /// A word that this version does not know, as it came.
            #[serde(untagged)]
            Other(String),
        }

        impl $name {
            /// The word as Jenkins writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Other(word) => word,
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)+
                    _ => Self::Other(word.to_owned()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    )+};
}
