//! Objects of the API: a class, and properties with how far they are seen.

use serde_json::{Map, Value};

use super::tree::{Range, Selection};
use super::{Exporter, Ref};

/// An object. One without a class is written without `_class`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bean {
    class: String,
    properties: Vec<(&'static str, i32, Prop)>,
}

/// The value of a property.
#[derive(Debug, Clone)]
pub(crate) enum Prop {
    /// A plain value, or a list of plain values.
    Value(Value),
    Link(Ref),
    /// A link that is written without `_class`.
    Bare(Ref),
    Links(Vec<Ref>),
    /// Links whose objects show as much as if their properties were this object's.
    Inline(Vec<Ref>),
    Bean(Bean),
    /// Objects by names that are not known beforehand: what is selected is selected of each.
    Map(Vec<(String, Ref)>),
    Beans(Vec<Bean>),
}

impl Bean {
    pub(crate) fn new(class: impl Into<String>) -> Self {
        Self { class: class.into(), properties: Vec::new() }
    }

    /// Adds a plain property that is seen at `visibility`: 1 on the object's own page, 2 from one that links to it, 3
    /// from two away.
    pub(crate) fn value(self, visibility: i32, name: &'static str, value: impl Into<Value>) -> Self {
        self.prop(visibility, name, Prop::Value(value.into()))
    }

    pub(crate) fn prop(mut self, visibility: i32, name: &'static str, prop: Prop) -> Self {
        self.properties.push((name, visibility, prop));
        self
    }

    /// A link, or null.
    pub(crate) fn link(self, visibility: i32, name: &'static str, to: Option<Ref>) -> Self {
        self.prop(visibility, name, to.map_or(Prop::Value(Value::Null), Prop::Link))
    }
}

impl Exporter<'_> {
    /// Writes what is selected of an object.
    pub(crate) fn write(&self, bean: &Bean, selection: &Selection<'_>) -> Value {
        let mut map = Map::new();
        if !bean.class.is_empty() {
            map.insert("_class".to_owned(), Value::from(bean.class.as_str()));
        }
        for (name, visibility, prop) in &bean.properties {
            let Some((inner, range)) = selection.property(name, *visibility) else { continue };
            let inner = match (prop, selection) {
                (Prop::Inline(_), Selection::Depth(_)) => selection.clone(),
                _ => inner,
            };
            map.insert((*name).to_owned(), self.write_prop(prop, &inner, range));
        }
        Value::Object(map)
    }

    fn write_prop(&self, prop: &Prop, selection: &Selection<'_>, range: Option<Range>) -> Value {
        let link = |to: &Ref| self.bean(to).map_or(Value::Null, |bean| self.write(&bean, selection));
        let range = range.unwrap_or_default();
        match prop {
            Prop::Value(Value::Array(list)) => Value::Array(range.of(list).cloned().collect()),
            Prop::Value(value) => value.clone(),
            Prop::Link(to) => link(to),
            Prop::Bare(to) => {
                let mut value = link(to);
                if let Value::Object(map) = &mut value {
                    map.remove("_class");
                }
                value
            }
            Prop::Links(list) | Prop::Inline(list) => Value::Array(range.of(list).map(link).collect()),
            Prop::Bean(bean) => self.write(bean, selection),
            Prop::Map(map) => Value::Object(map.iter().map(|(name, to)| (name.clone(), link(to))).collect()),
            Prop::Beans(list) => {
                Value::Array(range.of(list).map(|bean| self.write(bean, selection)).collect())
            }
        }
    }
}
