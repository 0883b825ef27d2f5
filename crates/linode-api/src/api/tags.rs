//! Tags.

use std::borrow::Borrow;

use super::target::Target;
use crate::call::Call;
use crate::client::Client;
use crate::list::{Identified, List};
use crate::models::{CreateTag, InstanceId, NodeBalancerId, Tag, TaggedObject};
use crate::operation::Operation;

/// Tags: `/tags`. A tag exists from its first use, and stays when nothing uses it any more.
#[derive(Debug, Clone)]
pub struct Tags(Target);

/// One tag: `/tags/{label}`.
#[derive(Debug, Clone)]
pub struct TagHandle(Target);

impl Client {
    /// Tags.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let tags = client.tags().list().await?;
    /// println!("{} tags", tags.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn tags(&self) -> Tags {
        Tags(Target::new(self, "tags"))
    }

    /// One tag.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let tagged = client.tag("group:web").objects().await?;
    /// println!("{} things", tagged.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn tag(&self, label: &str) -> TagHandle {
        TagHandle(self.tags().0.child(label, format!("tag {label}")))
    }
}

impl Tags {
    /// All tags of the account.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// for tag in client.tags().list().await? {
    ///     println!("{}", tag.label);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> List<Tag> {
        self.0.list(Operation::ListTags, &self.0)
    }

    /// Creates a tag and puts it on things. Needs an unrestricted user.
    ///
    /// ```no_run
    /// use linode_api::models::CreateTag;
    ///
    /// # async fn run(client: linode_api::Client, instance: linode_api::InstanceId) -> Result<(), linode_api::Error> {
    /// client.tags().create(CreateTag::new("group:web").linodes(vec![instance])).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn create(&self, tag: impl Borrow<CreateTag>) -> Call<Tag> {
        let tag = tag.borrow();
        self.0.json(Operation::CreateTag, format!("creating tag {}", tag.label)).creates().body(tag)
    }
}

impl TagHandle {
    /// What has the tag.
    ///
    /// ```no_run
    /// use linode_api::models::TaggedObject;
    ///
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// for tagged in client.tag("group:web").objects().await? {
    ///     if let TaggedObject::Instance(instance) = tagged {
    ///         println!("{}", instance.label);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn objects(&self) -> List<TaggedObject> {
        self.0.list(Operation::ListTaggedObjects, format_args!("what has {}", self.0))
    }

    /// Deletes the tag, and takes it off everything that has it.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// client.tag("group:old").delete().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete(&self) -> Call<()> {
        self.0.empty(Operation::DeleteTag, format!("deleting {}", self.0))
    }
}

impl Identified for Tag {
    type Id = String;

    fn identity(&self) -> String {
        self.label.clone()
    }
}

/// What tells things that carry a tag apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TaggedObjectId {
    /// An instance.
    Instance(InstanceId),
    /// A NodeBalancer.
    NodeBalancer(NodeBalancerId),
    /// A thing of another kind, with its id as the API writes it.
    Other(String, String),
}

impl Identified for TaggedObject {
    type Id = TaggedObjectId;

    fn identity(&self) -> TaggedObjectId {
        match self {
            Self::Instance(instance) => TaggedObjectId::Instance(instance.id),
            Self::NodeBalancer(nodebalancer) => TaggedObjectId::NodeBalancer(nodebalancer.id),
            Self::Other { kind, data } => TaggedObjectId::Other(kind.clone(), data["id"].to_string()),
        }
    }
}
