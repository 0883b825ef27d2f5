//! Images that instances are made from.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Concealed, Extra, ShareGroupId, time};

open_enum! {
    /// What an image is doing.
    pub enum ImageStatus {
        /// It is being made.
        Creating = "creating",
        /// It waits for its upload.
        PendingUpload = "pending_upload",
        /// It can be used.
        Available = "available",
    }

    /// How an image came to be.
    pub enum ImageType {
        /// A user, or the provider, made it.
        Manual = "manual",
        /// It was made of a deleted instance.
        Automatic = "automatic",
        /// Another account shares it.
        Shared = "shared",
    }

    /// What an image's copy in a region is doing.
    pub enum ImageRegionStatus {
        /// It can be used.
        Available = "available",
        /// It is being made.
        Creating = "creating",
        /// It is there and not known to be whole.
        Unknown = "unknown",
        /// It will be made.
        Pending = "pending",
        /// It will be copied.
        PendingReplication = "pending replication",
        /// It will be deleted.
        PendingDeletion = "pending deletion",
        /// It is being copied.
        Replicating = "replicating",
        /// Its upload is being read.
        Timedout = "timedout",
    }
}

/// An image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Image {
    /// Its slug: `linode/debian12`, `private/123`, `shared/123`.
    pub id: String,
    /// Its label.
    pub label: String,
    /// A description.
    pub description: Option<String>,
    /// When it was created.
    #[serde(default, with = "time::option")]
    pub created: Option<Timestamp>,
    /// When it was last changed; null when it never was.
    #[serde(default, with = "time::option")]
    pub updated: Option<Timestamp>,
    /// Its size, in MB.
    pub size: u64,
    /// The size of all its copies, in MB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_size: Option<u64>,
    /// Who made it.
    pub created_by: Option<String>,
    /// How it came to be.
    #[serde(rename = "type")]
    pub kind: ImageType,
    /// Its tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Whether everyone can use it.
    pub is_public: bool,
    /// Whether it is shared with others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_shared: Option<bool>,
    /// Whether it should not be used any more.
    pub deprecated: bool,
    /// The distribution of a public image.
    pub vendor: Option<String>,
    /// When it will be deleted.
    #[serde(default, with = "time::option")]
    pub expiry: Option<Timestamp>,
    /// Until when its distribution is maintained.
    #[serde(default, with = "time::option")]
    pub eol: Option<Timestamp>,
    /// What it is doing.
    pub status: ImageStatus,
    /// What it can do, such as `cloud-init`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<Vec<String>>,
    /// Its copies; null for images that are everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regions: Option<Vec<ImageRegion>>,
    /// With whom it is shared, or who shares it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_sharing: Option<ImageSharing>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Image {
    /// Whether guests made from it read user data. It has to be one with cloud-init.
    #[must_use]
    pub fn reads_user_data(&self) -> bool {
        self.capabilities.iter().flatten().any(|capability| capability == "cloud-init")
    }
}

/// An image's copy in a region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImageRegion {
    /// The region.
    pub region: String,
    /// What the copy is doing.
    pub status: ImageRegionStatus,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How an image is shared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImageSharing {
    /// With whom; null for an image of others.
    pub shared_with: Option<ImageSharedWith>,
    /// By whom; null for an image of the account.
    pub shared_by: Option<ImageSharedBy>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// With whom an image is shared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImageSharedWith {
    /// With how many share groups.
    pub sharegroup_count: u64,
    /// Where they are listed.
    pub sharegroup_list_url: Option<String>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// By whom an image is shared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImageSharedBy {
    /// The share group.
    pub sharegroup_id: Option<ShareGroupId>,
    /// Its UUID.
    pub sharegroup_uuid: Option<String>,
    /// Its label.
    pub sharegroup_label: Option<String>,
    /// The image that is shared.
    pub source_image_id: Option<String>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An image that waits for its upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImageUpload {
    /// The image.
    pub image: Image,
    /// Where to PUT its file. Anyone who has this address can write it.
    pub upload_to: Concealed,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A group that images are shared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ShareGroup {
    /// Its id.
    pub id: ShareGroupId,
    /// Its UUID.
    pub uuid: String,
    /// Its label.
    pub label: String,
    /// A description.
    pub description: Option<String>,
    /// Whether sharing is suspended.
    pub is_suspended: bool,
    /// When it was created.
    #[serde(with = "time")]
    pub created: Timestamp,
    /// When it was last changed; null when it never was.
    #[serde(default, with = "time::option")]
    pub updated: Option<Timestamp>,
    /// When it ends.
    #[serde(default, with = "time::option")]
    pub expiry: Option<Timestamp>,
    /// How many images it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub images_count: Option<u64>,
    /// How many members it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members_count: Option<u64>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A member of a share group, or the token by which an account became one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ShareGroupToken {
    /// The token itself; only the answer that creates it has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Concealed>,
    /// The UUID of the token.
    pub token_uuid: String,
    /// `active`, `pending` …
    pub status: Option<String>,
    /// Its label.
    pub label: Option<String>,
    /// The UUID of the share group that it may join.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_for_sharegroup_uuid: Option<String>,
    /// The UUID of the share group that it joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sharegroup_uuid: Option<String>,
    /// The label of the share group that it joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sharegroup_label: Option<String>,
    /// When it was created.
    #[serde(with = "time")]
    pub created: Timestamp,
    /// When it was last changed; null when it never was.
    #[serde(default, with = "time::option")]
    pub updated: Option<Timestamp>,
    /// When it ends.
    #[serde(default, with = "time::option")]
    pub expiry: Option<Timestamp>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}
