//! What shows that a Linode is ours, and whose of our groups it is: two tags, compared exactly on our side.

use linode_api::models::Instance;

use scaler_core::model::GroupName;
use scaler_core::runtime::BuildError;

const OWNER: &str = "autoscale-owner:";
const GROUP: &str = "autoscale-group:";

/// The longest tag that the API takes.
const LONGEST: usize = 50;

/// The marks of one installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerTags {
    owner: String,
}

/// A text can't be an owner.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a valid owner: {FORM}")]
pub struct InvalidOwner(String);

const FORM: &str = "1 to 34 lower case letters, digits and hyphens, so that it can stand in a tag";

impl From<InvalidOwner> for BuildError {
    fn from(invalid: InvalidOwner) -> Self {
        Self::Owner { owner: invalid.0, why: FORM.to_owned() }
    }
}

impl OwnerTags {
    /// The marks of the installation that is called `owner`: no two on one account may share it.
    ///
    /// # Errors
    /// When it can't stand in a tag as it is.
    pub fn new(owner: &str) -> Result<Self, InvalidOwner> {
        let plain = owner.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if plain && !owner.is_empty() && owner.len() <= LONGEST - OWNER.len() {
            Ok(Self { owner: format!("{OWNER}{owner}") })
        } else {
            Err(InvalidOwner(owner.to_owned()))
        }
    }

    /// The owner.
    #[must_use]
    pub fn owner(&self) -> &str {
        self.owner.strip_prefix(OWNER).unwrap_or(&self.owner)
    }

    /// The owner's tag.
    #[must_use]
    pub fn owner_tag(&self) -> &str {
        &self.owner
    }

    /// A group's tag.
    #[must_use]
    pub fn group_tag(group: &GroupName) -> String {
        format!("{GROUP}{group}")
    }

    /// The group that a Linode belongs to: it carries the owner's tag and that group's. Of several groups' tags the one
    /// counts whose group's label it has; without such it is nobody's.
    pub(super) fn group_of(&self, instance: &Instance) -> Option<GroupName> {
        if !instance.has_tag(&self.owner) {
            return None;
        }
        let mut groups: Vec<GroupName> = groups(&instance.tags).collect();
        if groups.len() > 1 {
            groups.retain(|group| group.owns_label(&instance.label));
        }
        match groups.as_slice() {
            [group] => Some(group.clone()),
            _ => None,
        }
    }

    /// Whether another installation's mark is among the tags.
    pub(super) fn other_owner<'a>(&self, tags: &'a [String]) -> Option<&'a str> {
        tags.iter().map(String::as_str).find(|tag| tag.starts_with(OWNER) && *tag != self.owner)
    }

    /// `tags` with our marks for `group`.
    pub(super) fn put(&self, group: &GroupName, tags: &[String]) -> Vec<String> {
        let mut with = tags.to_vec();
        for mark in [self.owner.clone(), Self::group_tag(group)] {
            if !with.contains(&mark) {
                with.push(mark);
            }
        }
        with
    }

    /// `tags` without our marks for `group`. The owner's stays while another group's is there.
    pub(super) fn taken(&self, group: &GroupName, tags: &[String]) -> Vec<String> {
        let mark = Self::group_tag(group);
        let mut without: Vec<String> = tags.iter().filter(|tag| **tag != mark).cloned().collect();
        if groups(&without).next().is_none() {
            without.retain(|tag| *tag != self.owner);
        }
        without
    }
}

/// The groups whose tags are there. What follows the prefix without being a group's name was not written by us.
pub(super) fn groups(tags: &[String]) -> impl Iterator<Item = GroupName> {
    tags.iter().filter_map(|tag| tag.strip_prefix(GROUP)?.parse().ok())
}
