//! How many: numbers or percentages; and what it costs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A number of members, or a percentage of some: the two forms that can be written, so programs may match on both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "String")]
pub enum Amount {
    /// So many members.
    Count(u32),
    /// So many hundredths of the members that are counted.
    Percent(u32),
}

impl Amount {
    /// Members to add to `of`: percentages round up, to at least 1; nothing is 0 and 0 %.
    #[must_use]
    pub fn to_add(self, of: u32) -> u32 {
        match self {
            Self::Count(n) => n,
            Self::Percent(0) => 0,
            Self::Percent(p) => {
                u32::try_from((u64::from(of) * u64::from(p)).div_ceil(100)).unwrap_or(u32::MAX).max(1)
            }
        }
    }

    /// Members to remove from `of`: percentages round down, to at least 1; nothing is 0 and 0 %.
    #[must_use]
    pub fn to_remove(self, of: u32) -> u32 {
        match self {
            Self::Count(0) | Self::Percent(0) => 0,
            amount => amount.of(of).max(1),
        }
    }

    /// The part of `of`, rounded down; it may be none.
    #[must_use]
    pub fn of(self, of: u32) -> u32 {
        match self {
            Self::Count(n) => n,
            Self::Percent(p) => u32::try_from(u64::from(of) * u64::from(p) / 100).unwrap_or(u32::MAX),
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(n) => write!(f, "{n}"),
            Self::Percent(p) => write!(f, "{p}%"),
        }
    }
}

impl From<u32> for Amount {
    fn from(members: u32) -> Self {
        Self::Count(members)
    }
}

impl From<Amount> for String {
    fn from(amount: Amount) -> Self {
        amount.to_string()
    }
}

/// A text is no [`Amount`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an amount: write a whole number such as 2, or a percentage such as 50%")]
pub struct ParseAmountError(String);

impl FromStr for Amount {
    type Err = ParseAmountError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = |_| ParseAmountError(text.to_owned());
        match text.trim().strip_suffix('%') {
            Some(percent) => percent.trim().parse().map(Self::Percent).map_err(refuse),
            None => text.trim().parse().map(Self::Count).map_err(refuse),
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Number(u32),
    Text(String),
}

impl TryFrom<Written> for Amount {
    type Error = ParseAmountError;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        match written {
            Written::Number(n) => Ok(Self::Count(n)),
            Written::Text(text) => text.parse(),
        }
    }
}

/// An hourly price in millionths of a US dollar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Price(pub u64);

impl Price {
    /// From dollars an hour, as price lists and configurations write it; negative amounts count as nothing.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` saturates, which is what a price list's nonsense deserves"
    )]
    pub fn from_dollars(dollars: f64) -> Self {
        Self((dollars * 1e6).round() as u64)
    }

    /// As dollars an hour.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "hourly prices stay far below 2^53 millionths of a dollar"
    )]
    pub const fn dollars(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// This price `n` times.
    #[must_use]
    pub const fn times(self, n: u64) -> Self {
        Self(self.0.saturating_mul(n))
    }

    /// Both prices together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${}.{:04}/h", self.0 / 1_000_000, self.0 % 1_000_000 / 100)
    }
}

/// Prices as US dollars an hour, for `#[serde(with = …)]` on what people and programs are shown.
pub(crate) mod dollars {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Price;

    #[expect(
        clippy::cast_precision_loss,
        reason = "hourly prices stay far below 2^53 millionths of a dollar"
    )]
    pub(crate) fn serialize<S: Serializer>(price: &Option<Price>, serializer: S) -> Result<S::Ok, S::Error> {
        price.map(|price| price.0 as f64 / 1e6).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Price>, D::Error> {
        Ok(Option::<f64>::deserialize(deserializer)?.map(Price::from_dollars))
    }
}
