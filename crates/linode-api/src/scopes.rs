//! What a token may do.

use std::collections::BTreeMap;
use std::fmt;

/// How far a scope goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Access {
    /// May look.
    ReadOnly,
    /// May look and change.
    ReadWrite,
}

/// The scopes of a token, as the API's header `X-OAuth-Scopes` names them. They never change in a token's life.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scopes {
    all: bool,
    by_family: BTreeMap<String, Access>,
}

impl Scopes {
    /// Reads a header's value: `*`, or `linodes:read_write events:read_only` with spaces or commas between.
    ///
    /// ```
    /// use linode_api::Scopes;
    ///
    /// assert_eq!(Scopes::parse("*").to_string(), "*");
    /// ```
    pub fn parse(text: &str) -> Self {
        let mut scopes = Self::default();
        for scope in text.split([' ', ',']).filter(|s| !s.is_empty()) {
            let (family, access) = scope.split_once(':').unwrap_or((scope, "read_write"));
            let access = match access {
                "read_write" | "*" => Access::ReadWrite,
                _ => Access::ReadOnly,
            };
            if family == "*" {
                scopes.all = true;
            } else {
                let known = scopes.by_family.entry(family.to_owned()).or_insert(access);
                *known = access.max(*known);
            }
        }
        scopes
    }

    /// Whether the token may do `access` with `family`, such as `linodes`, `nodebalancers` or `events`.
    ///
    /// ```
    /// use linode_api::{Access, Scopes};
    ///
    /// let scopes = Scopes::parse("linodes:read_write events:read_only");
    /// assert!(scopes.allows("linodes", Access::ReadWrite) && !scopes.allows("events", Access::ReadWrite));
    /// ```
    pub fn allows(&self, family: &str, access: Access) -> bool {
        self.all || self.by_family.get(family).is_some_and(|has| *has >= access)
    }

    /// Whether the token may do everything.
    ///
    /// ```
    /// use linode_api::Scopes;
    ///
    /// assert!(Scopes::parse("*").is_all() && !Scopes::parse("linodes:read_write").is_all());
    /// ```
    pub const fn is_all(&self) -> bool {
        self.all
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.all {
            return f.write_str("*");
        }
        for (i, (family, access)) in self.by_family.iter().enumerate() {
            let access = match access {
                Access::ReadOnly => "read_only",
                Access::ReadWrite => "read_write",
            };
            write!(f, "{}{family}:{access}", if i > 0 { " " } else { "" })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_and_written() {
        let scopes = Scopes::parse("linodes:read_write,events:read_only nodebalancers:read_only");
        assert!(scopes.allows("linodes", Access::ReadOnly) && scopes.allows("linodes", Access::ReadWrite));
        assert!(scopes.allows("events", Access::ReadOnly) && !scopes.allows("events", Access::ReadWrite));
        assert!(!scopes.allows("account", Access::ReadOnly) && !scopes.is_all());
        assert_eq!(scopes.to_string(), "events:read_only linodes:read_write nodebalancers:read_only");
        assert!(Scopes::parse("*").allows("anything", Access::ReadWrite));
        assert_eq!(Scopes::parse("*").to_string(), "*");
        assert!(!Scopes::parse("").allows("linodes", Access::ReadOnly));
    }
}
