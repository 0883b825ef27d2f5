//! Tags: made by use, and kept when nothing uses them any more.

use super::{Subject, World};
use crate::body::Body;
use crate::refusal::Refusal;

impl World {
    pub(super) fn check_tags(&self, tags: Option<&[String]>) -> Result<(), Refusal> {
        let Some(tags) = tags else { return Ok(()) };
        if self.settings.restricted && !tags.is_empty() {
            return Err(Refusal::new(403, "Unauthorized"));
        }
        if tags.iter().any(|tag| !(3..=50).contains(&tag.chars().count())) {
            return Err(Refusal::field("tags", "Tags must be between 3 and 50 characters"));
        }
        Ok(())
    }

    /// `POST /tags`: a tag, put on what the request names.
    pub(crate) fn create_tag(&mut self, body: Body<'_>) -> Result<String, Refusal> {
        let label =
            body.text("label")?.ok_or_else(|| Refusal::field("label", "label is required"))?.to_owned();
        self.check_tags(Some(std::slice::from_ref(&label)))?;
        let (linodes, balancers) = (body.ids("linodes")?, body.ids("nodebalancers")?);
        if linodes.iter().any(|id| !self.instances.contains_key(id)) {
            return Err(Refusal::field("linodes", "linodes contains an invalid id"));
        }
        if balancers.iter().any(|id| !self.balancers.contains_key(id)) {
            return Err(Refusal::field("nodebalancers", "nodebalancers contains an invalid id"));
        }
        let add = |tags: &mut Vec<String>| {
            if !tags.contains(&label) {
                tags.push(label.clone());
            }
        };
        for id in linodes {
            self.instances.get_mut(&id).into_iter().for_each(|one| add(&mut one.tags));
        }
        for id in balancers {
            self.balancers.get_mut(&id).into_iter().for_each(|one| add(&mut one.tags));
        }
        self.tags.insert(label.clone());
        self.event("tag_create", Subject::tag(&label));
        Ok(label)
    }

    /// `DELETE /tags/{label}`: takes it off everything.
    pub(crate) fn delete_tag(&mut self, label: &str) -> Result<(), Refusal> {
        if !self.tags.remove(label) {
            return Err(Refusal::not_found());
        }
        self.instances.values_mut().for_each(|one| one.tags.retain(|tag| tag != label));
        self.balancers.values_mut().for_each(|one| one.tags.retain(|tag| tag != label));
        self.firewalls.values_mut().for_each(|one| one.tags.retain(|tag| tag != label));
        self.event("tag_delete", Subject::tag(label));
        Ok(())
    }
}
