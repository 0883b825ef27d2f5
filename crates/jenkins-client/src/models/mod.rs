//! The things that Jenkins knows, as plain data.
//!
//! Answers decode and encode again without loss: a field that this version does not know is kept in `extra`, a word that it
//! does not know in `Other`. Only a `null` and a missing field are the same. Every field may be missing, since `tree` selects
//! which are sent and plugins add and remove some.

#[macro_use]
mod macros;

mod action;
mod build;
mod credential;
mod entity;
mod id;
mod job;
mod name;
mod node;
mod parameter;
mod pipeline;
mod plugin;
mod queue;
mod system;
mod test_report;
mod time;
mod validation;
mod view;
mod xml;

pub use self::action::*;
pub use self::build::*;
pub use self::credential::*;
pub use self::entity::*;
pub use self::id::*;
pub use self::job::*;
pub use self::name::*;
pub use self::node::*;
pub use self::parameter::*;
pub use self::pipeline::*;
pub use self::plugin::*;
pub use self::queue::*;
pub use self::system::*;
pub use self::test_report::*;
pub use self::validation::*;
pub use self::view::*;

/// Fields that have no name in a model, by their names in the API.
pub type Extra = serde_json::Map<String, serde_json::Value>;
