//! What a model has no name for.

use serde_json::{Map, Value};

/// Fields that have no name in a model, by their names in the API.
pub type Extra = Map<String, Value>;
