use crate::{Matcher, Matchers};

type Pairs = Vec<(&'static str, String)>;

fn filters(filter: &Matchers, pairs: &mut Pairs) {
    pairs.extend(filter.iter().map(|matcher| ("filter", matcher.to_string())));
}

fn flags(list: &[(&'static str, Option<bool>)], pairs: &mut Pairs) {
    pairs.extend(list.iter().filter_map(|(name, flag)| flag.map(|flag| (*name, flag.to_string()))));
}

macro_rules! flag_setters {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {
        $(
            $(#[$meta])*
            #[must_use]
            pub const fn $name(mut self, with: bool) -> Self {
                self.$name = Some(with);
                self
            }
        )+
    };
}

/// What `GET /api/v2/alerts` is asked for. A flag that is `None` is left to Alertmanager, whose default is true.
///
/// ```
/// use alertmanager_types::{Matcher, api::AlertsQuery};
///
/// let query = AlertsQuery::default().filter(Matcher::equal("group", "web")?).silenced(false);
/// assert_eq!(
///     query.pairs(),
///     [("filter", r#"group="web""#.to_owned()), ("silenced", "false".to_owned())]
/// );
/// # Ok::<(), alertmanager_types::MatcherError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AlertsQuery {
    /// The alerts that all of these match.
    pub filter: Matchers,
    /// With those that nothing suppresses?
    pub active: Option<bool>,
    /// With the silenced ones?
    pub silenced: Option<bool>,
    /// With the inhibited ones?
    pub inhibited: Option<bool>,
    /// With those that no route has looked at yet?
    pub unprocessed: Option<bool>,
    /// A regular expression, anchored on both sides, that the name of a receiver must match.
    pub receiver: Option<String>,
}

impl AlertsQuery {
    /// Where it is asked, below Alertmanager's own prefix.
    pub const PATH: &'static str = "/api/v2/alerts";

    /// Adds a matcher.
    #[must_use]
    pub fn filter(mut self, matcher: Matcher) -> Self {
        self.filter.push(matcher);
        self
    }

    flag_setters! {
        /// With or without those that nothing suppresses.
        active,
        /// With or without the silenced ones.
        silenced,
        /// With or without the inhibited ones.
        inhibited,
        /// With or without those that no route has looked at yet.
        unprocessed,
    }

    /// Only those of receivers whose whole name matches the regular expression.
    #[must_use]
    pub fn receiver(mut self, regex: impl Into<String>) -> Self {
        self.receiver = Some(regex.into());
        self
    }

    /// The parameters of the query, not yet percent-encoded.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Pairs::new();
        filters(&self.filter, &mut pairs);
        let Self { active, silenced, inhibited, unprocessed, .. } = *self;
        flags(
            &[
                ("active", active),
                ("silenced", silenced),
                ("inhibited", inhibited),
                ("unprocessed", unprocessed),
            ],
            &mut pairs,
        );
        pairs.extend(self.receiver.clone().map(|regex| ("receiver", regex)));
        pairs
    }
}

/// What `GET /api/v2/alerts/groups` is asked for. A flag that is `None` is left to Alertmanager, whose default is
/// true.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AlertGroupsQuery {
    /// The alerts that all of these match.
    pub filter: Matchers,
    /// With those that nothing suppresses?
    pub active: Option<bool>,
    /// With the silenced ones?
    pub silenced: Option<bool>,
    /// With the inhibited ones?
    pub inhibited: Option<bool>,
    /// With the muted ones? (Since 0.28.)
    pub muted: Option<bool>,
    /// A regular expression, anchored on both sides, that the name of a receiver must match.
    pub receiver: Option<String>,
}

impl AlertGroupsQuery {
    /// Where it is asked, below Alertmanager's own prefix.
    pub const PATH: &'static str = "/api/v2/alerts/groups";

    /// Adds a matcher.
    #[must_use]
    pub fn filter(mut self, matcher: Matcher) -> Self {
        self.filter.push(matcher);
        self
    }

    flag_setters! {
        /// With or without those that nothing suppresses.
        active,
        /// With or without the silenced ones.
        silenced,
        /// With or without the inhibited ones.
        inhibited,
        /// With or without the muted ones (since 0.28).
        muted,
    }

    /// Only those of receivers whose whole name matches the regular expression.
    #[must_use]
    pub fn receiver(mut self, regex: impl Into<String>) -> Self {
        self.receiver = Some(regex.into());
        self
    }

    /// The parameters of the query, not yet percent-encoded.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Pairs::new();
        filters(&self.filter, &mut pairs);
        let Self { active, silenced, inhibited, muted, .. } = *self;
        flags(
            &[("active", active), ("silenced", silenced), ("inhibited", inhibited), ("muted", muted)],
            &mut pairs,
        );
        pairs.extend(self.receiver.clone().map(|regex| ("receiver", regex)));
        pairs
    }
}

/// What `GET /api/v2/silences` is asked for. The flags are known since 0.3x; `None` leaves them to Alertmanager,
/// whose default is true.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SilencesQuery {
    /// The silences that have matchers which all of these match.
    pub filter: Matchers,
    /// With the active ones?
    pub active: Option<bool>,
    /// With the expired ones?
    pub expired: Option<bool>,
    /// With the pending ones?
    pub pending: Option<bool>,
}

impl SilencesQuery {
    /// Where it is asked, below Alertmanager's own prefix.
    pub const PATH: &'static str = "/api/v2/silences";

    /// Adds a matcher.
    #[must_use]
    pub fn filter(mut self, matcher: Matcher) -> Self {
        self.filter.push(matcher);
        self
    }

    flag_setters! {
        /// With or without the active ones.
        active,
        /// With or without the expired ones.
        expired,
        /// With or without the pending ones.
        pending,
    }

    /// The parameters of the query, not yet percent-encoded.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Pairs::new();
        filters(&self.filter, &mut pairs);
        let Self { active, expired, pending, .. } = *self;
        flags(&[("active", active), ("expired", expired), ("pending", pending)], &mut pairs);
        pairs
    }
}
