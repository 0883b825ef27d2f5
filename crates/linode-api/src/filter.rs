//! The `X-Filter` header, typed.

use std::fmt;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::models::InstanceId;

/// What a listing is narrowed to, and in which order it comes.
///
/// Only fields that the API's reference marks as filterable may stand in it: an unknown one is refused with 400, and some
/// known ones are ignored without a word. A tag filter was seen to return everything: compare what a listing returned
/// again before anything is removed because of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter(Map<String, Value>);

/// The direction of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Order {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

impl Filter {
    /// Everything, in the API's own order.
    ///
    /// ```
    /// use linode_api::Filter;
    ///
    /// assert!(Filter::new().is_empty());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// The field has this value; fields of parts are named by dots (`entity.id`). A list field matches when it has it.
    ///
    /// ```
    /// use linode_api::Filter;
    ///
    /// assert_eq!(Filter::eq("region", "nl-ams").to_string(), r#"{"region":"nl-ams"}"#);
    /// ```
    pub fn eq(field: &str, value: impl Into<Value>) -> Self {
        Self::of(field, value.into())
    }

    /// The thing has this tag.
    ///
    /// ```
    /// use linode_api::Filter;
    ///
    /// assert_eq!(Filter::tag("group:web"), Filter::eq("tags", "group:web"));
    /// ```
    pub fn tag(tag: &str) -> Self {
        Self::eq("tags", tag)
    }

    /// The thing has this label.
    ///
    /// ```
    /// use linode_api::Filter;
    ///
    /// assert_eq!(Filter::label("web-1"), Filter::eq("label", "web-1"));
    /// ```
    pub fn label(label: &str) -> Self {
        Self::eq("label", label)
    }

    /// The field does not have this value.
    ///
    /// ```
    /// use linode_api::Filter;
    ///
    /// assert_eq!(Filter::ne("type", "g6-nanode-1").to_string(), r#"{"type":{"+neq":"g6-nanode-1"}}"#);
    /// ```
    pub fn ne(field: &str, value: impl Into<Value>) -> Self {
        Self::operator(field, "+neq", value)
    }

    /// The field is greater.
    ///
    /// ```
    /// use linode_api::Filter;
    ///
    /// assert_eq!(Filter::gt("vcpus", 2).to_string(), r#"{"vcpus":{"+gt":2}}"#);
    /// ```
    pub fn gt(field: &str, value: impl Into<Value>) -> Self {
        Self::operator(field, "+gt", value)
    }

    /// The field is greater or equal.
    ///
    /// ```
    /// use linode_api::Filter;
    ///
    /// assert_eq!(Filter::gte("vcpus", 2).to_string(), r#"{"vcpus":{"+gte":2}}"#);
    /// ```
    pub fn gte(field: &str, value: impl Into<Value>) -> Self {
        Self::operator(field, "+gte", value)
    }

    /// The field is less.
    ///
    /// ```
    /// use linode_api::Filter;
    ///
    /// assert_eq!(Filter::lt("vcpus", 8).to_string(), r#"{"vcpus":{"+lt":8}}"#);
    /// ```
    pub fn lt(field: &str, value: impl Into<Value>) -> Self {
        Self::operator(field, "+lt", value)
    }

    /// The field is less or equal.
    ///
    /// ```
    /// use linode_api::Filter;
    ///
    /// assert_eq!(Filter::lte("vcpus", 8).to_string(), r#"{"vcpus":{"+lte":8}}"#);
    /// ```
    pub fn lte(field: &str, value: impl Into<Value>) -> Self {
        Self::operator(field, "+lte", value)
    }

    /// The field's text contains this. On tags too it looks into each text: `pool=1` also finds `pool=10`.
    ///
    /// ```
    /// use linode_api::Filter;
    ///
    /// assert_eq!(Filter::contains("label", "web-").to_string(), r#"{"label":{"+contains":"web-"}}"#);
    /// ```
    pub fn contains(field: &str, text: &str) -> Self {
        Self::operator(field, "+contains", text)
    }

    /// All of these hold.
    ///
    /// ```
    /// use linode_api::Filter;
    ///
    /// let middling = Filter::all([Filter::gt("vcpus", 2), Filter::lt("vcpus", 8)]);
    /// assert_eq!(middling.to_string(), r#"{"+and":[{"vcpus":{"+gt":2}},{"vcpus":{"+lt":8}}]}"#);
    /// ```
    pub fn all(filters: impl IntoIterator<Item = Self>) -> Self {
        Self::of("+and", filters.into_iter().map(|f| Value::Object(f.0)).collect())
    }

    /// One of these holds.
    ///
    /// ```
    /// use linode_api::Filter;
    ///
    /// let two = Filter::any([Filter::label("web-1"), Filter::label("web-2")]);
    /// assert_eq!(two.to_string(), r#"{"+or":[{"label":"web-1"},{"label":"web-2"}]}"#);
    /// ```
    pub fn any(filters: impl IntoIterator<Item = Self>) -> Self {
        Self::of("+or", filters.into_iter().map(|f| Value::Object(f.0)).collect())
    }

    /// Events about one instance.
    ///
    /// ```no_run
    /// use linode_api::Filter;
    ///
    /// # async fn run(client: linode_api::Client, instance: linode_api::InstanceId) -> Result<(), linode_api::Error> {
    /// let events = client.events().list().filter(Filter::about_instance(instance)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn about_instance(instance: InstanceId) -> Self {
        Self::eq("entity.id", instance.get()).and(Self::eq("entity.type", "linode"))
    }

    /// What was created at or after a time. The API's times have whole seconds, so that what is created later in this
    /// very second is found as well: drop the ids that are known.
    ///
    /// ```no_run
    /// use linode_api::Filter;
    ///
    /// # async fn run(client: linode_api::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let since = Filter::created_since("2026-01-05T08:00:00Z".parse()?);
    /// let events = client.events().list().filter(since).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn created_since(time: Timestamp) -> Self {
        Self::gte("created", when(time))
    }

    /// This and the other. Conditions on different fields stand side by side, as the official tools send them.
    ///
    /// ```
    /// use linode_api::Filter;
    ///
    /// let both = Filter::tag("group:web").and(Filter::eq("region", "nl-ams"));
    /// assert_eq!(both.to_string(), r#"{"region":"nl-ams","tags":"group:web"}"#);
    /// ```
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        if other.0.keys().any(|key| self.0.contains_key(key)) {
            let order = ["+order_by", "+order"].map(|key| self.0.remove_entry(key)).into_iter().flatten();
            let order: Vec<_> = order.collect();
            let mut both = Self::all([self, other]);
            both.0.extend(order);
            both
        } else {
            self.0.extend(other.0);
            self
        }
    }

    /// This or the other.
    ///
    /// ```
    /// use linode_api::Filter;
    ///
    /// let one = Filter::label("web-1").or(Filter::label("web-2"));
    /// assert_eq!(one, Filter::any([Filter::label("web-1"), Filter::label("web-2")]));
    /// ```
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::any([self, other])
    }

    /// The order of the listing.
    ///
    /// ```
    /// use linode_api::{Filter, Order};
    ///
    /// let latest = Filter::new().order_by("created", Order::Descending);
    /// assert_eq!(latest.to_string(), r#"{"+order":"desc","+order_by":"created"}"#);
    /// ```
    #[must_use]
    pub fn order_by(mut self, field: &str, order: Order) -> Self {
        self.0.insert("+order_by".into(), field.into());
        let order = if order == Order::Ascending { "asc" } else { "desc" };
        self.0.insert("+order".into(), order.into());
        self
    }

    /// Whether it narrows and orders nothing.
    ///
    /// ```
    /// use linode_api::Filter;
    ///
    /// assert!(Filter::new().is_empty() && !Filter::tag("group:web").is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A condition in the API's own words, for what this type has no word for.
    ///
    /// ```
    /// use linode_api::Filter;
    /// use serde_json::{Value, json};
    ///
    /// let Value::Object(conditions) = json!({"label": {"+contains": "web"}}) else { return };
    /// assert_eq!(Filter::raw(conditions), Filter::contains("label", "web"));
    /// ```
    pub fn raw(conditions: Map<String, Value>) -> Self {
        Self(conditions)
    }

    fn of(key: &str, value: Value) -> Self {
        Self(Map::from_iter([(key.to_owned(), value)]))
    }

    fn operator(field: &str, operator: &str, value: impl Into<Value>) -> Self {
        Self::of(field, json!({ operator: value.into() }))
    }
}

/// The header's value: JSON in ASCII, since headers carry no other letters safely.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_string(&self.0).map_err(|_| fmt::Error)?;
        for c in json.chars() {
            if c.is_ascii() {
                write!(f, "{c}")?;
            } else {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(f, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}

/// A time as the API writes it: UTC without a zone, whole seconds.
fn when(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_as_the_api_writes_it() {
        let cases = [
            (Filter::new(), "{}"),
            (Filter::tag("group:web"), r#"{"tags":"group:web"}"#),
            (Filter::label("web-1"), r#"{"label":"web-1"}"#),
            (Filter::eq("vcpus", 4), r#"{"vcpus":4}"#),
            (Filter::eq("is_public", true), r#"{"is_public":true}"#),
            (Filter::ne("status", "offline"), r#"{"status":{"+neq":"offline"}}"#),
            (Filter::gt("id", 5), r#"{"id":{"+gt":5}}"#),
            (Filter::gte("id", 5), r#"{"id":{"+gte":5}}"#),
            (Filter::lt("id", 5), r#"{"id":{"+lt":5}}"#),
            (Filter::lte("id", 5), r#"{"id":{"+lte":5}}"#),
            (Filter::contains("label", "web"), r#"{"label":{"+contains":"web"}}"#),
            (Filter::any([Filter::tag("a"), Filter::tag("b")]), r#"{"+or":[{"tags":"a"},{"tags":"b"}]}"#),
            (Filter::all([Filter::tag("a"), Filter::tag("b")]), r#"{"+and":[{"tags":"a"},{"tags":"b"}]}"#),
            (Filter::tag("a").or(Filter::label("b")), r#"{"+or":[{"tags":"a"},{"label":"b"}]}"#),
            (Filter::tag("a").and(Filter::label("b")), r#"{"label":"b","tags":"a"}"#),
            (Filter::tag("a").and(Filter::tag("b")), r#"{"+and":[{"tags":"a"},{"tags":"b"}]}"#),
            (
                Filter::created_since("2026-01-02T03:04:05.9Z".parse().unwrap())
                    .order_by("created", Order::Descending),
                r#"{"+order":"desc","+order_by":"created","created":{"+gte":"2026-01-02T03:04:05"}}"#,
            ),
            (
                Filter::tag("a").order_by("id", Order::Ascending).and(Filter::tag("b")),
                r#"{"+and":[{"tags":"a"},{"tags":"b"}],"+order":"asc","+order_by":"id"}"#,
            ),
            (
                Filter::about_instance(InstanceId::new(7).unwrap()),
                r#"{"entity.id":7,"entity.type":"linode"}"#,
            ),
        ];
        for (filter, expected) in cases {
            assert_eq!(filter.to_string(), expected);
        }
    }

    #[test]
    fn letters_beyond_ascii_are_escaped() {
        let text = Filter::label("zürich 🚀").to_string();
        assert!(text.is_ascii());
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["label"], "zürich 🚀");
    }
}
