//! A place in the tree.

use std::rc::Rc;

use super::{Extent, Node, Value};

/// A value, its path, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct At {
    pub(crate) path: String,
    node: Node,
    key: Option<Extent>,
}

impl At {
    /// The whole document.
    pub(crate) const fn root(node: Node) -> Self {
        Self { path: String::new(), node, key: None }
    }

    /// What an environment variable says in place of a value here: its mistakes are shown here, under its name.
    pub(crate) fn of_environment(&self, variable: &str, text: String) -> Self {
        let node = Node { extent: self.mark(), value: Rc::new(Value::Scalar(text)) };
        Self { path: variable.to_owned(), node, key: None }
    }

    /// What a caret points at: the value, where it is one word; else its key.
    pub(crate) fn mark(&self) -> Extent {
        match (self.value(), self.key) {
            (Value::Scalar(_), _) | (_, None) => self.first(),
            (_, Some(key)) => key,
        }
    }

    fn first(&self) -> Extent {
        match self.value() {
            Value::Scalar(_) => self.node.extent,
            Value::Map(entries) if !entries.is_empty() => {
                entries.first().map_or(self.node.extent, |entry| entry.key_extent)
            }
            _ => Extent { from: self.node.extent.from, to: self.node.extent.from },
        }
    }

    /// Its key.
    pub(crate) fn key(&self) -> Extent {
        self.key.unwrap_or_else(|| self.first())
    }

    /// All that its value covers.
    pub(crate) const fn extent(&self) -> Extent {
        self.node.extent
    }

    /// The value itself.
    pub(crate) fn value(&self) -> &Value {
        &self.node.value
    }

    /// Its text, where it is one word or text.
    pub(crate) fn word(&self) -> Option<&str> {
        match self.value() {
            Value::Scalar(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn is_map(&self) -> bool {
        matches!(self.value(), Value::Map(_))
    }

    pub(crate) fn is_empty_map(&self) -> bool {
        matches!(self.value(), Value::Map(entries) if entries.is_empty())
    }

    pub(crate) fn is_list(&self) -> bool {
        matches!(self.value(), Value::List(_))
    }

    /// A value in it: `step` is its key, or its number in brackets.
    pub(crate) fn below(&self, step: &str, node: &Node, key: Option<Extent>) -> Self {
        let path = match (self.path.is_empty(), step.starts_with('[')) {
            (true, _) => step.to_owned(),
            (false, true) => format!("{}{step}", self.path),
            (false, false) => format!("{}.{step}", self.path),
        };
        Self { path, node: node.clone(), key }
    }
}
