//! Collections: filters, order, pages.

use std::cmp::Ordering;

use serde::Serialize;
use serde_json::Value;

use super::answer::Answer;
use super::call::Call;
use super::filter::{Fields, Filter, order_of};
use super::page::ListFault;
use crate::refusal::Refusal;
use crate::world::Row;

/// Something that stands in a list.
pub(super) trait Item: Serialize {
    /// One field, `null` when there is none; a dot leads into an object.
    fn field(&self, name: &str) -> Value;
}

impl Item for Value {
    fn field(&self, name: &str) -> Value {
        let found = self.get(name).or_else(|| name.split('.').try_fold(self, |value, part| value.get(part)));
        found.cloned().unwrap_or_default()
    }
}

impl<T: Item> Item for &T {
    fn field(&self, name: &str) -> Value {
        (*self).field(name)
    }
}

impl<T: Item> Item for Row<'_, T> {
    fn field(&self, name: &str) -> Value {
        match self {
            Self::Now(item) => item.field(name),
            Self::Before(value) => value.field(name),
        }
    }
}

#[derive(Serialize)]
struct Envelope<'a, T> {
    data: &'a [T],
    page: usize,
    pages: usize,
    results: usize,
}

/// Answers a collection, filtered, ordered and cut into pages.
pub(super) fn answer<T: Item>(call: &Call, mut items: Vec<T>, fields: Fields) -> Result<Answer, Refusal> {
    let page = call.page()?;
    let filter = call.filter.as_deref().map_or(Ok(None), |text| Filter::read(text, fields))?;
    if let Some(filter) = &filter {
        if !(call.list_fault == Some(ListFault::TagsMatchAll) && filter.names_tags()) {
            items.retain(|item| filter.takes(&|name| item.field(name)));
        }
        if let Some((by, descending)) = filter.order() {
            let mut keyed: Vec<(Value, T)> = items.into_iter().map(|item| (item.field(by), item)).collect();
            keyed.sort_by(|(one, _), (other, _)| {
                let order = order_of(one, other).unwrap_or(Ordering::Equal);
                if descending { order.reverse() } else { order }
            });
            items = keyed.into_iter().map(|(_, item)| item).collect();
        }
    }
    match call.list_fault {
        Some(ListFault::Empty) => items.clear(),
        Some(ListFault::Short) => items.truncate(items.len() / 2),
        _ => {}
    }
    let results = items.len();
    let pages = results.div_ceil(page.size).max(1);
    // A page past the end repeats the last.
    let number = page.number.min(pages);
    let start = (number - 1) * page.size;
    let mut data: Vec<T> = items.into_iter().skip(start).take(page.size).collect();
    if call.list_fault == Some(ListFault::Half) {
        let mut at = 0;
        data.retain(|_| {
            at += 1;
            at % 2 == 1
        });
    }
    Ok(Answer::json(&Envelope { data: &data, page: number, pages, results }))
}

/// A collection that is always empty here.
pub(super) fn nothing(call: &Call) -> Result<Answer, Refusal> {
    call.page()?;
    Ok(Answer::json(&serde_json::json!({"data": [], "page": 1, "pages": 1, "results": 0})))
}
