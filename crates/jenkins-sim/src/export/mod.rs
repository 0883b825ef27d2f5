//! The remote access API's view of the world: beans with their properties, pruned by `tree` or `depth`, and written as
//! JSON, Python or XML.

mod bean;
mod build;
mod computer;
mod credentials;
mod flow;
mod item;
mod python;
mod queue;
mod root;
mod tests_report;
mod tree;
mod url;
mod xml;

use crate::world::{BuildId, Caller, World};

use bean::Bean;
pub(crate) use flow::{artifacts as flow_artifacts, describe, pending_inputs};
pub(crate) use python::python;
pub(crate) use root::ALL;
pub(crate) use tree::{Selection, Tree};
pub(crate) use url::item_path;
pub(crate) use xml::xml;

/// Names something that has an API page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ref {
    Root,
    Item(String),
    Build(BuildId),
    Queue,
    QueueItem(u64),
    Computers,
    Computer(String),
    View(String),
    User(String),
    People,
    WhoAmI,
    Plugins,
    Plugin(String),
    /// A store of credentials: the folder's full name, empty for Jenkins' own.
    Store(String),
    Domain(String, String),
    Credential(String, String, String),
    TestReport(BuildId),
    Environment(BuildId),
}

/// What a request sees, and how it is written.
#[derive(Debug)]
pub(crate) struct Exporter<'a> {
    pub(crate) world: &'a World,
    /// With a `/` at its end.
    pub(crate) root: String,
    pub(crate) caller: &'a Caller,
}

impl Exporter<'_> {
    /// What stands behind a name; nothing when it isn't there.
    pub(crate) fn bean(&self, of: &Ref) -> Option<Bean> {
        Some(match of {
            Ref::Root => self.root_bean(),
            Ref::Item(name) => self.item(name)?,
            Ref::Build(id) => self.build(*id)?,
            Ref::Queue => self.queue(),
            Ref::QueueItem(id) => self.queue_item(*id)?,
            Ref::Computers => self.computers(),
            Ref::Computer(name) => self.computer(name)?,
            Ref::View(name) => self.view(name)?,
            Ref::User(id) => self.user(id),
            Ref::People => self.people(),
            Ref::WhoAmI => self.who_am_i(),
            Ref::Plugins => self.plugins(),
            Ref::Plugin(name) => self.plugin(name)?,
            Ref::Store(folder) => self.store(folder),
            Ref::Domain(folder, domain) => self.domain(folder, domain)?,
            Ref::Credential(folder, domain, id) => self.credential(folder, domain, id)?,
            Ref::TestReport(id) => self.test_report(*id)?,
            Ref::Environment(id) => self.environment(*id)?,
        })
    }

    /// Whether the caller may see an item.
    fn sees(&self, name: &str) -> bool {
        self.world.sees(self.caller, name)
    }
}
