//! The envelope of every listing, and the answer that says nothing.

use serde::{Deserialize, Serialize};

use super::Extra;

/// One page of a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Page<T> {
    /// The things on this page.
    pub data: Vec<T>,
    /// The number of this page, from 1.
    pub page: u64,
    /// How many pages there are at this page size.
    pub pages: u64,
    /// How many things there are on all pages.
    pub results: u64,
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The empty object that a call answers which has nothing to tell, such as a delete.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Empty {
    /// Fields that this version has no name for, as they came.
    #[serde(flatten)]
    pub extra: Extra,
}
