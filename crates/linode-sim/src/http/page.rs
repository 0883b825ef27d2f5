//! Which page of a list is asked for, and what a fault does to it.

use super::path::unescape;
use crate::refusal::Refusal;

/// Which page of what size a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) number: usize,
    pub(super) size: usize,
}

/// What a fault does to a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListFault {
    /// Pages lack every second item, while `results` counts them.
    Half,
    /// The second half is missing, and `results` doesn't count it.
    Short,
    /// There is nothing.
    Empty,
    /// Filters with tags in them match everything.
    TagsMatchAll,
}

impl Page {
    pub(super) fn of_query(query: &str) -> Result<Self, Refusal> {
        let mut page = Self { number: 1, size: 100 };
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let number = || unescape(value).parse::<usize>().ok();
            match name {
                "page" => {
                    let valid = number().filter(|number| *number >= 1);
                    page.number =
                        valid.ok_or_else(|| Refusal::field("page", "Must be a positive integer"))?;
                }
                "page_size" => {
                    let valid = number().filter(|size| (25..=500).contains(size));
                    page.size =
                        valid.ok_or_else(|| Refusal::field("page_size", "Must be between 25 and 500"))?;
                }
                _ => {}
            }
        }
        Ok(page)
    }
}
