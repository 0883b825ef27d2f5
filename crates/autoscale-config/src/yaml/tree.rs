//! From text to a tree.

use std::collections::HashMap;
use std::rc::Rc;

use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, Span};

use super::Extent;

/// A value and where it stands. An alias stands where it is used.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) extent: Extent,
    pub(crate) value: Rc<Value>,
}

/// What a node is.
#[derive(Debug)]
pub(crate) enum Value {
    /// Nothing was written, or null.
    Nothing,
    /// Anything that is written as one word or text, as it is written.
    Scalar(String),
    /// A list.
    List(Vec<Node>),
    /// Keys and their values, in the order of the file.
    Map(Vec<Entry>),
}

/// A key and its value.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_extent: Extent,
    pub(crate) value: Node,
}

/// Why a text can't be read as a tree.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) extent: Extent,
    pub(crate) message: String,
    pub(crate) fix: String,
}

enum Open {
    List { items: Vec<Node>, from: Extent, anchor: usize },
    Map { entries: Vec<Entry>, key: Option<(String, Extent)>, from: Extent, anchor: usize },
}

/// Reads the one document of `text`; none where it is empty.
pub(crate) fn parse(text: &str) -> Result<Option<Node>, Broken> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let at = (error.marker().line().max(1), error.marker().col());
            Broken {
                extent: Extent { from: at, to: at },
                message: format!("this is not valid YAML: {}", error.kind()),
                fix: "mend the indentation, quotes or brackets here or just before".to_owned(),
            }
        })?;
        builder.take(event, extent(span))?;
    }
    Ok(builder.root)
}

fn extent(span: Span) -> Extent {
    Extent {
        from: (span.start.line().max(1), span.start.col()),
        to: (span.end.line().max(1), span.end.col()),
    }
}

#[derive(Default)]
struct Builder {
    root: Option<Node>,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    documents: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, extent: Extent) -> Result<(), Broken> {
        let refuse = |message: &str, fix: &str| {
            Err(Broken { extent, message: message.to_owned(), fix: fix.to_owned() })
        };
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return refuse(
                        "a second document begins here",
                        "keep all of it in one document, without `---`",
                    );
                }
            }
            Event::Scalar(_, _, _, Some(_))
            | Event::SequenceStart(_, _, Some(_))
            | Event::MappingStart(_, _, Some(_)) => {
                return refuse("YAML tags have no meaning here", "remove the `!` word");
            }
            Event::Scalar(text, style, anchor, None) => {
                let nothing = style == ScalarStyle::Plain
                    && matches!(text.as_ref(), "" | "~" | "null" | "Null" | "NULL");
                let value = if nothing { Value::Nothing } else { Value::Scalar(text.into_owned()) };
                self.add(Node { extent, value: Rc::new(value) }, anchor)?;
            }
            Event::Alias(id) => match self.anchors.get(&id) {
                Some(node) => self.add(Node { extent, value: Rc::clone(&node.value) }, 0)?,
                None => return refuse("this alias stands inside its own anchor", "write the value out here"),
            },
            Event::SequenceStart(_, anchor, None) => {
                self.open.push(Open::List { items: Vec::new(), from: extent, anchor });
            }
            Event::MappingStart(_, anchor, None) => {
                self.open.push(Open::Map { entries: Vec::new(), key: None, from: extent, anchor });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let (value, from, anchor) = match self.open.pop() {
                    Some(Open::List { items, from, anchor }) => (Value::List(items), from, anchor),
                    Some(Open::Map { entries, from, anchor, .. }) => (Value::Map(entries), from, anchor),
                    None => return Ok(()),
                };
                let extent = Extent { from: from.from, to: extent.to };
                self.add(Node { extent, value: Rc::new(value) }, anchor)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Broken> {
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { entries, key, .. }) => match key.take() {
                Some((key, key_extent)) => entries.push(Entry { key, key_extent, value: node }),
                None => match node.value.as_ref() {
                    Value::Scalar(text) if text == "<<" => {
                        return Err(Broken {
                            extent: node.extent,
                            message: "merge keys (`<<`) are not read".to_owned(),
                            fix: "write the keys out, or use an alias for a whole value (`template: *web`)"
                                .to_owned(),
                        });
                    }
                    Value::Scalar(text) => *key = Some((text.clone(), node.extent)),
                    _ => {
                        return Err(Broken {
                            extent: node.extent,
                            message: "a key has to be one word".to_owned(),
                            fix: "write `key: value`".to_owned(),
                        });
                    }
                },
            },
        }
        Ok(())
    }
}
