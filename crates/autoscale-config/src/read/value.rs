//! How values are read at their places: a value that can't be read is a problem, and reading goes on.

use std::net::SocketAddr;
use std::num::NonZeroU64;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use autoscale_api::Span;
use scaler_core::model::{Amount, Price};
use url::Url;

use super::Reader;
use super::known::names_secret;
use crate::yaml::{At, Value};

/// The keys of a map.
#[derive(Debug)]
pub(super) struct Fields {
    at: At,
    fields: Vec<(String, At)>,
    /// Known keys that an unknown one was likely meant to be: they are not missing, too.
    misspelt: Vec<String>,
}

impl At {
    /// Says that this is not what belongs here.
    fn misfit(&self, r: &mut Reader<'_>, what: &str, fix: &str) {
        let message = match self.value() {
            Value::Nothing => format!("has no value, {what} belongs here"),
            Value::List(_) => format!("is a list, {what} belongs here"),
            Value::Map(_) => format!("is a map, {what} belongs here"),
            Value::Scalar(text) => format!("{} is not {what}", quoted(text)),
        };
        r.error(self, message, fix);
    }

    /// The keys of a map, each at most once, and none that is not `known`.
    pub(super) fn map(&self, r: &mut Reader<'_>, known: &[&str]) -> Option<Fields> {
        if !self.is_map() && known.iter().any(|key| names_secret(key)) {
            r.mask(self.extent());
        }
        let fields = self.entries(r, &format!("a map with {}", listed(known)))?;
        let mut kept = Vec::new();
        let mut misspelt = Vec::new();
        for (key, at) in fields.fields {
            if known.contains(&key.as_str()) {
                kept.push((key, at));
            } else if let Some(meant) = r.unknown(&key, &at, known) {
                misspelt.push(meant.to_owned());
            }
        }
        Some(Fields { at: fields.at, fields: kept, misspelt })
    }

    /// The keys of a map, each at most once, whatever they are.
    pub(super) fn entries(&self, r: &mut Reader<'_>, what: &str) -> Option<Fields> {
        let Value::Map(entries) = self.value() else {
            let fix = "write `key: value` on lines of their own, or `{ key: value, … }`";
            match self.word() {
                Some(_) => r.error(self, format!("is a single value, {what} belongs here"), fix),
                None => self.misfit(r, what, fix),
            }
            return None;
        };
        r.visit(self, entries.len())?;
        let mut fields: Vec<(String, Self)> = Vec::with_capacity(entries.len());
        for entry in entries {
            let at = self.below(&entry.key, &entry.value, Some(entry.key_extent));
            if let Some((_, first)) = fields.iter().find(|(key, _)| *key == entry.key) {
                // Nobody reads this one, and it may be the one that holds a secret.
                r.mask(at.extent());
                let line = first.key().from.0;
                r.error_at(
                    entry.key_extent,
                    &at.path,
                    format!("is written a second time, first in line {line}"),
                    "keep one",
                );
            } else {
                fields.push((entry.key.clone(), at));
            }
        }
        Some(Fields { at: self.clone(), fields, misspelt: Vec::new() })
    }

    /// The items of a list.
    pub(super) fn list(&self, r: &mut Reader<'_>, what: &str) -> Option<Vec<Self>> {
        let Value::List(items) = self.value() else {
            self.misfit(
                r,
                &format!("a list of {what}"),
                "write `[a, b]`, or each item on a line of its own after `- `",
            );
            return None;
        };
        r.visit(self, items.len())?;
        Some(items.iter().enumerate().map(|(i, node)| self.below(&format!("[{i}]"), node, None)).collect())
    }

    /// The items of a list, each as `read` reads it; none where one of them can't be read.
    pub(super) fn every<T>(
        &self,
        r: &mut Reader<'_>,
        what: &str,
        mut read: impl FnMut(&mut Reader<'_>, &Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        let items = self.list(r, what)?;
        let read: Vec<Option<T>> = items.iter().map(|item| read(r, item)).collect();
        read.into_iter().collect()
    }

    /// A value that `parse` understands.
    pub(super) fn parse<T>(
        &self,
        r: &mut Reader<'_>,
        what: &str,
        fix: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.word().and_then(|text| parse(text.trim()));
        if value.is_none() {
            self.misfit(r, what, fix);
        }
        value
    }

    /// Any text but an empty one.
    pub(super) fn text(&self, r: &mut Reader<'_>) -> Option<String> {
        self.parse(r, "a text", "write a text; in quotes where it has a special form", |text| {
            (!text.is_empty()).then(|| text.to_owned())
        })
    }

    /// A whole number within `range`.
    pub(super) fn number(&self, r: &mut Reader<'_>, range: RangeInclusive<u64>) -> Option<u64> {
        let (least, most) = (range.start(), range.end());
        let what = match *most {
            u64::MAX => format!("a whole number from {least}"),
            most => format!("a whole number from {least} to {most}"),
        };
        self.parse(r, &what, &format!("write {what}, without a unit"), |text| {
            text.parse().ok().filter(|number| range.contains(number))
        })
    }

    /// A number of members.
    pub(super) fn members(&self, r: &mut Reader<'_>) -> Option<u32> {
        self.number(r, 0..=10_000).and_then(|number| u32::try_from(number).ok())
    }

    /// The number of something in the account.
    pub(super) fn id(&self, r: &mut Reader<'_>) -> Option<NonZeroU64> {
        self.number(r, 1..=u64::MAX).and_then(NonZeroU64::new)
    }

    /// A number with or without decimals.
    pub(super) fn decimal(&self, r: &mut Reader<'_>) -> Option<f64> {
        self.parse(r, "a number", "write a number such as 30 or 0.7", |text| {
            text.parse().ok().filter(|number: &f64| number.is_finite())
        })
    }

    /// `true` or `false`.
    pub(super) fn boolean(&self, r: &mut Reader<'_>) -> Option<bool> {
        self.parse(r, "true or false", "write true or false", |text| text.parse().ok())
    }

    /// A duration such as `1h30m`.
    pub(super) fn duration(&self, r: &mut Reader<'_>) -> Option<Duration> {
        let bare = self.word().filter(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()));
        let fix = bare.map_or_else(
            || "write 90s, 10m, 1h30m or 2d (units d, h, m, s, ms, the largest first)".to_owned(),
            |number| format!("say in which unit: {number}s or {number}m"),
        );
        self.parse(r, "a duration", &fix, |text| text.parse().ok().map(|Span(duration)| duration))
    }

    /// A number of members or a percentage.
    pub(super) fn amount(&self, r: &mut Reader<'_>) -> Option<Amount> {
        let fix = "write a whole number such as 2, or a percentage such as 50%";
        self.parse(r, "an amount", fix, |text| text.parse().ok())
    }

    /// Dollars an hour, more than none.
    pub(super) fn price(&self, r: &mut Reader<'_>) -> Option<Price> {
        let fix = "write US dollars an hour as a number above 0, such as 1.20";
        self.parse(r, "a price", fix, |text| {
            text.parse().ok().filter(|dollars| (1e-6..1e6).contains(dollars)).map(Price::from_dollars)
        })
    }

    /// An address and port to listen at.
    pub(super) fn socket(&self, r: &mut Reader<'_>) -> Option<SocketAddr> {
        let fix = "write an IP address and a port, such as 127.0.0.1:9480 or \"[::1]:9480\"";
        self.parse(r, "an address with a port", fix, |text| text.parse().ok())
    }

    /// An http or https address without a password in it.
    pub(super) fn url(&self, r: &mut Reader<'_>) -> Option<Url> {
        let with_password = |url: &Url| !url.username().is_empty() || url.password().is_some();
        if self.word().and_then(|text| Url::parse(text.trim()).ok()).is_some_and(|url| with_password(&url)) {
            r.mask(self.extent());
            r.error(
                self,
                "has a user or a password in it".to_owned(),
                "leave it out, and name it under `credentials: { env: NAME }`",
            );
            return None;
        }
        let fix = "write an address such as \"http://127.0.0.1:9093\"";
        self.parse(r, "an http or https address", fix, |text| {
            Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        })
    }

    /// A path, relative to the configuration's folder.
    pub(super) fn path(&self, r: &mut Reader<'_>) -> Option<PathBuf> {
        let fix = "write a path; a relative one starts at this file's folder, and `~` is not read";
        self.parse(r, "a path", fix, |text| {
            (!text.is_empty() && !text.starts_with('~') && !text.contains('\0')).then(|| text.to_owned())
        })
        .map(|path| r.environment.path(&path))
    }
}

impl Fields {
    /// The map itself.
    pub(super) const fn at(&self) -> &At {
        &self.at
    }

    /// What is written under `key`.
    pub(super) fn get(&self, key: &str) -> Option<&At> {
        self.fields.iter().find(|(name, _)| name == key).map(|(_, at)| at)
    }

    /// All keys with their values.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &At)> {
        self.fields.iter().map(|(key, at)| (key.as_str(), at))
    }

    /// The first of `keys` that is written, else the map: where a caret may point.
    pub(super) fn spot(&self, keys: &[&str]) -> &At {
        keys.iter().find_map(|key| self.get(key)).unwrap_or(&self.at)
    }

    /// What is written under `key`, which has to be there.
    pub(super) fn need(&self, r: &mut Reader<'_>, key: &str, fix: &str) -> Option<&At> {
        let found = self.get(key);
        if found.is_none() && !self.misspelt.iter().any(|meant| meant == key) {
            r.error(&self.at, format!("`{key}` is missing"), fix);
        }
        found
    }

    /// The value under `key`, or what holds without it; `None` where what is written can't be read.
    pub(super) fn or<T>(
        &self,
        r: &mut Reader<'_>,
        key: &str,
        default: T,
        read: impl FnOnce(&At, &mut Reader<'_>) -> Option<T>,
    ) -> Option<T> {
        match self.get(key) {
            Some(at) => read(at, r),
            None => Some(default),
        }
    }

    /// The value under `key`, where it is written; the outer `None` where what is written can't be read.
    pub(super) fn maybe<T>(
        &self,
        r: &mut Reader<'_>,
        key: &str,
        read: impl FnOnce(&At, &mut Reader<'_>) -> Option<T>,
    ) -> Option<Option<T>> {
        self.get(key).map_or(Some(None), |at| read(at, r).map(Some))
    }
}

/// A value as it may stand in a message.
pub(super) fn quoted(text: &str) -> String {
    let short: String = text.chars().take(60).collect();
    if short.len() < text.len() { format!("{short:?}…") } else { format!("{short:?}") }
}

fn listed(known: &[&str]) -> String {
    match known {
        [] => "no keys".to_owned(),
        [one] => format!("the key {one}"),
        [first @ .., last] => format!("the keys {} and {last}", first.join(", ")),
    }
}
