//! YAML as a tree that knows where everything stands, so that one reading can name every mistake.

mod at;
mod source;
mod tree;

pub(crate) use at::At;
pub(crate) use source::{Extent, Source};
pub(crate) use tree::{Node, Value, parse};
