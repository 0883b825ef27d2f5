#![doc = include_str!("../README.md")]

pub mod cloud;
pub mod store;

use std::error::Error;
use std::fmt;

/// A port breaks a rule.
#[derive(Debug)]
#[non_exhaustive]
pub struct Violation {
    /// The rule.
    pub rule: &'static str,
    /// What was found.
    pub found: String,
    /// What lies beneath, where the port itself failed.
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the rule \"{}\" is broken: {}", self.rule, self.found)
    }
}

impl Error for Violation {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// What is wrong, before it is known which rule asked.
#[derive(Debug)]
struct Wrong {
    found: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl Wrong {
    fn new(found: impl Into<String>) -> Self {
        Self { found: found.into(), source: None }
    }
}

impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for Wrong {
    fn from(error: E) -> Self {
        let source = error.into();
        Self { found: format!("it failed: {source}"), source: Some(source) }
    }
}

fn same<T: PartialEq + fmt::Debug>(what: &str, found: &T, expected: &T) -> Result<(), Wrong> {
    if found == expected {
        Ok(())
    } else {
        Err(Wrong::new(format!("{what}: {found:?} instead of {expected:?}")))
    }
}

/// Tries the rules in order; the ones that were kept, or the first that was not.
macro_rules! rules {
    ($fixture:ident: $($name:literal => $rule:path),* $(,)?) => {{
        let mut kept = Vec::new();
        $(
            if let Err($crate::Wrong { found, source }) = $rule($fixture).await {
                return Err($crate::Violation { rule: $name, found, source });
            }
            kept.push($name);
        )*
        Ok(kept)
    }};
}

use rules;
