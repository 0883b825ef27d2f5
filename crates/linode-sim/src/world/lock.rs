//! Locks against deletion.

use serde::Serialize;

use super::{Subject, World};
use crate::body::Body;
use crate::refusal::Refusal;

const KINDS: [&str; 2] = ["cannot_delete", "cannot_delete_with_subresources"];

/// A lock, as `/locks` shows it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Lock {
    pub(crate) id: u64,
    pub(crate) lock_type: String,
    pub(crate) entity: Subject,
}

/// The refusal of a delete. Its text is nowhere recorded.
pub(super) fn refusal(locks: &[String]) -> Refusal {
    Refusal::bad(format!("Cannot delete: the {} lock must be removed first", locks.join(", ")))
}

impl World {
    pub(crate) fn create_lock(&mut self, body: Body<'_>) -> Result<u64, Refusal> {
        let kind = body.one_of("lock_type", &KINDS)?;
        let kind = kind.ok_or_else(|| Refusal::field("lock_type", "lock_type is required"))?;
        let invalid = || Refusal::field("entity_id", "entity_id is not valid");
        let entity = body.get("entity_id").and_then(serde_json::Value::as_u64).ok_or_else(invalid)?;
        let subject = match body.one_of("entity_type", &["linode", "nodebalancer"])? {
            Some("nodebalancer") => {
                self.balancers.get(&entity).map(|one| Subject::balancer(entity, &one.label))
            }
            _ => self.instances.get(&entity).map(|one| one.subject()),
        };
        let subject = subject.ok_or_else(invalid)?;
        let same = |lock: &&Lock| lock.entity.id == subject.id && lock.entity.kind == subject.kind;
        if let Some(held) = self.locks.values().find(same) {
            return Err(Refusal::field(
                "lock_type",
                format!(
                    "The {} lock (Lock ID: {}) needs to be removed to add {kind} lock. Can only have one of: {} locks",
                    held.lock_type,
                    held.id,
                    KINDS.join(", ")
                ),
            ));
        }
        let id = self.new_id();
        self.show_lock(&subject, |locks| locks.push(kind.to_owned()));
        self.locks.insert(id, Lock { id, lock_type: kind.to_owned(), entity: subject });
        self.touch();
        Ok(id)
    }

    pub(crate) fn delete_lock(&mut self, id: u64) -> Result<(), Refusal> {
        let lock = self.locks.remove(&id).ok_or_else(Refusal::not_found)?;
        self.show_lock(&lock.entity, |locks| locks.retain(|kind| *kind != lock.lock_type));
        self.touch();
        Ok(())
    }

    /// Refuses to delete configs and nodes of a NodeBalancer whose subresources are locked.
    pub(super) fn subresources_free(&self, balancer: u64) -> Result<(), Refusal> {
        let locks = self.balancers.get(&balancer).map(|one| one.locks.as_slice()).unwrap_or_default();
        let locked = locks.iter().any(|kind| kind == KINDS[1]);
        if locked { Err(refusal(locks)) } else { Ok(()) }
    }

    fn show_lock(&mut self, subject: &Subject, change: impl FnOnce(&mut Vec<String>)) {
        let Some(id) = subject.id.as_u64() else { return };
        let locks = match subject.kind {
            "nodebalancer" => self.balancers.get_mut(&id).map(|one| &mut one.locks),
            _ => self.instances.get_mut(&id).map(|one| &mut one.locks),
        };
        if let Some(locks) = locks {
            change(locks);
        }
    }
}
