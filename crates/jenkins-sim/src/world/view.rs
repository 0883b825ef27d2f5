//! Views: lists of jobs.

use std::collections::BTreeSet;

use roxmltree::Document;

/// A list view.
#[derive(Debug, Clone, Default)]
pub(crate) struct View {
    pub(crate) description: Option<String>,
    pub(crate) jobs: BTreeSet<String>,
    pub(crate) xml: String,
}

impl View {
    /// Reads one from XML.
    pub(crate) fn read(xml: &str) -> Result<Self, String> {
        let document = Document::parse(xml.trim()).map_err(|error| error.to_string())?;
        let root = document.root_element();
        let child = |name: &str| root.children().find(move |node| node.tag_name().name() == name);
        let strings = child("jobNames").into_iter().flat_map(|node| node.descendants());
        let jobs = strings.filter(|node| node.tag_name().name() == "string").filter_map(|node| node.text());
        let description = child("description").and_then(|node| node.text()).map(str::to_owned);
        Ok(Self { description, jobs: jobs.map(str::to_owned).collect(), xml: xml.to_owned() })
    }

    /// The configuration of an empty one.
    pub(crate) fn empty(name: &str) -> String {
        let name = crate::config::escape(name);
        format!("<hudson.model.ListView><name>{name}</name><jobNames/><columns/></hudson.model.ListView>")
    }
}
