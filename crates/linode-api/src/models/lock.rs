//! Resource locks (`v4beta` only). Only an unrestricted user removes them.

use serde::{Deserialize, Serialize};

use super::{Entity, Extra, LockId};

open_enum! {
    /// What a lock forbids.
    pub enum LockType {
        /// Deleting the thing.
        CannotDelete = "cannot_delete",
        /// Deleting the thing or its parts, such as the nodes of a NodeBalancer.
        CannotDeleteWithSubresources = "cannot_delete_with_subresources",
    }
}

/// A lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Lock {
    /// Its id.
    pub id: LockId,
    /// What it forbids.
    pub lock_type: LockType,
    /// What it protects.
    pub entity: Entity,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}
