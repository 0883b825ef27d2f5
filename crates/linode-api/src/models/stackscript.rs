//! StackScripts, which run at an instance's first boot, and kernels, which it boots.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Extra, StackScriptId, time};

/// A StackScript.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StackScript {
    /// Its id.
    pub id: StackScriptId,
    /// The user who made it.
    pub username: Option<String>,
    /// The user's picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_gravatar_id: Option<String>,
    /// Its label.
    pub label: String,
    /// A description.
    pub description: Option<String>,
    /// Its place in a list of the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordinal: Option<u64>,
    /// Its picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_url: Option<String>,
    /// The images that it works with; `any/all` for all.
    pub images: Vec<String>,
    /// How often it was used.
    pub deployments_total: u64,
    /// How many instances that were made with it exist.
    pub deployments_active: u64,
    /// Whether everyone can use it.
    pub is_public: bool,
    /// Whether it is the user's own.
    pub mine: bool,
    /// When it was created.
    #[serde(with = "time")]
    pub created: Timestamp,
    /// When it was last changed.
    #[serde(with = "time")]
    pub updated: Timestamp,
    /// Remarks on its last change.
    pub rev_note: Option<String>,
    /// The script.
    pub script: String,
    /// What it asks for.
    pub user_defined_fields: Option<Vec<UserDefinedField>>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Something that a StackScript asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UserDefinedField {
    /// Its name in `stackscript_data`.
    pub name: String,
    /// What people are shown.
    pub label: Option<String>,
    /// An example.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// What it is when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// The words that it may be one of, separated by commas.
    #[serde(rename = "oneof", default, skip_serializing_if = "Option::is_none")]
    pub one_of: Option<String>,
    /// The words that it may be several of, separated by commas.
    #[serde(rename = "manyof", default, skip_serializing_if = "Option::is_none")]
    pub many_of: Option<String>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

impl UserDefinedField {
    /// Whether it must be given.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.default.is_none()
    }
}

/// A kernel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Kernel {
    /// Its slug, such as `linode/grub2`.
    pub id: String,
    /// Its label.
    pub label: String,
    /// Its version.
    pub version: Option<String>,
    /// Whether it runs under KVM.
    pub kvm: bool,
    /// `i386` or `x86_64`.
    pub architecture: String,
    /// Whether it is paravirtualised.
    pub pvops: bool,
    /// Whether it should not be used any more.
    pub deprecated: bool,
    /// When it was built.
    #[serde(default, with = "time::option")]
    pub built: Option<Timestamp>,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}
