use std::borrow::Borrow;

use api_transport::Request;

use crate::call::Call;
use crate::client::Linode;
use crate::list::{Identified, List};
use crate::models::{CreateTag, Tag, TaggedObject};

const PATH: &str = "tags";

/// Tags: `/tags`. One exists from its first use on, and stays when nothing uses it any more.
#[derive(Debug, Clone)]
pub struct Tags(Linode);

impl Linode {
    /// Tags.
    pub fn tags(&self) -> Tags {
        Tags(self.clone())
    }
}

impl Tags {
    /// All tags of the account.
    pub fn list(&self) -> List<Tag> {
        List::new(&self.0, self.0.at(Request::get("listing tags").family(PATH), PATH))
    }

    /// Creates a tag and puts it on things. Needs an unrestricted user.
    pub fn create(&self, tag: impl Borrow<CreateTag>) -> Call<Tag> {
        let tag = tag.borrow();
        let request = Request::post(format!("creating tag {}", tag.label));
        Call::json(&self.0, self.0.at(request, PATH)).creates().body(tag)
    }

    /// Deletes a tag, and takes it off everything that has it.
    pub fn delete(&self, label: &str) -> Call<()> {
        Call::empty(&self.0, self.0.at(Request::delete(format!("deleting tag {label}")), PATH).segment(label))
    }

    /// What has the tag.
    pub fn objects(&self, label: &str) -> List<TaggedObject> {
        let request = Request::get(format!("listing what has tag {label}"));
        List::new(&self.0, self.0.at(request, PATH).segment(label))
    }
}

impl Identified for Tag {
    fn identity(&self) -> String {
        self.label.clone()
    }
}

impl Identified for TaggedObject {
    fn identity(&self) -> String {
        match self {
            Self::Instance(instance) => format!("linode {}", instance.id),
            Self::NodeBalancer(nodebalancer) => format!("nodebalancer {}", nodebalancer.id),
            Self::Other { kind, data } => format!("{kind} {}", data["id"]),
        }
    }
}
