//! What builds and items of the queue carry besides: parameters, causes, and what plugins add.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::{BuildNumber, Extra, Parameter};

objects! {
    /// The parameters that a build was triggered with.
    pub struct ParametersAction {
        /// The parameters.
        pub parameters: Vec<Parameter>,
    }

    /// What a build was triggered by.
    pub struct CauseAction {
        /// The causes: several where triggers were joined in the queue.
        pub causes: Vec<Cause>,
    }

    /// One cause of a build.
    pub struct Cause {
        /// In words, such as `Started by user Ann`.
        pub short_description: Option<String>,
        /// The user's id.
        pub user_id: Option<String>,
        /// The user's name.
        pub user_name: Option<String>,
        /// The job that triggered it, where one did.
        pub upstream_project: Option<String>,
        /// The build of that job.
        pub upstream_build: Option<BuildNumber>,
        /// The address that a trigger token came from.
        pub addr: Option<String>,
        /// The text that came with a trigger token.
        pub note: Option<String>,
    }
}

/// One of the actions of a build or of an item of the queue. The lists are full of `{}`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Action {
    /// Parameters.
    Parameters(ParametersAction),
    /// Causes.
    Causes(CauseAction),
    /// Anything else, as it came.
    Other(Extra),
}

impl<'de> Deserialize<'de> for Action {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Actions may be null where a plugin fails to show one.
        let fields = Option::<Extra>::deserialize(deserializer)?.unwrap_or_default();
        let read = |fields: &Extra| {
            let value = Value::Object(fields.clone());
            if fields.contains_key("parameters") {
                serde_json::from_value(value).ok().map(Self::Parameters)
            } else if fields.contains_key("causes") {
                serde_json::from_value(value).ok().map(Self::Causes)
            } else {
                None
            }
        };
        Ok(read(&fields).unwrap_or(Self::Other(fields)))
    }
}

impl Serialize for Action {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Parameters(action) => action.serialize(serializer),
            Self::Causes(action) => action.serialize(serializer),
            Self::Other(fields) => fields.serialize(serializer),
        }
    }
}

/// The parameters in a list of actions.
pub(super) fn parameters(actions: &[Action]) -> impl Iterator<Item = &Parameter> {
    actions.iter().flat_map(|action| match action {
        Action::Parameters(action) => action.parameters.as_slice(),
        _ => &[],
    })
}

/// The causes in a list of actions.
pub(super) fn causes(actions: &[Action]) -> impl Iterator<Item = &Cause> {
    actions.iter().flat_map(|action| match action {
        Action::Causes(action) => action.causes.as_slice(),
        _ => &[],
    })
}
