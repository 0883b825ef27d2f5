//! The API's times: UTC without a zone (`2018-01-02T03:04:05`). A time that names its zone is read as well.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

/// Seconds, without fraction and zone: what nearly every time of the API looks like.
const USUAL_LENGTH: usize = "2018-01-02T03:04:05".len();

fn parse(text: &str) -> Result<Timestamp, jiff::Error> {
    if text.len() > USUAL_LENGTH
        && let Ok(time) = text.parse()
    {
        return Ok(time);
    }
    TimeZone::UTC.to_timestamp(text.parse::<DateTime>()?)
}

/// Writes the time as the API does.
pub(super) fn serialize<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&TimeZone::UTC.to_datetime(*time))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).map_err(D::Error::custom)
}

/// The same for a time that may be null or absent.
pub(super) mod option {
    use jiff::Timestamp;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(in crate::models) fn serialize<S: Serializer>(
        time: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => super::serialize(time, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(in crate::models) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| super::parse(&text)).transpose().map_err(D::Error::custom)
    }
}
