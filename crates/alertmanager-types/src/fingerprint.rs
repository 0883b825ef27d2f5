use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;
/// Stands after every name and every value. No UTF-8 text holds this byte, so no two sets run into one another.
const SEPARATOR: u8 = 0xff;

/// What identifies an alert over its whole life: a 64-bit FNV-1a hash of its labels, written as 16 hexadecimal
/// digits. The same labels keep it over firing, resolving and firing again.
///
/// ```
/// use alertmanager_types::{Fingerprint, Labels};
///
/// let labels = Labels::from([("severity", "warning"), ("alertname", "WebCpuHigh"), ("group", "web")]);
/// assert_eq!(labels.fingerprint().to_string(), "ce0eaddca5308550");
/// assert_eq!(labels.fingerprint(), "ce0eaddca5308550".parse::<Fingerprint>()?);
/// # Ok::<(), alertmanager_types::FingerprintError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// The fingerprint with this number.
    #[must_use]
    pub const fn from_u64(number: u64) -> Self {
        Self(number)
    }

    /// The number behind the digits.
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The fingerprint of labels in the order of their names.
    pub(crate) fn of<'a>(labels: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let feed = |hash: u64, text: &str| {
            text.bytes().chain([SEPARATOR]).fold(hash, |h, byte| (h ^ u64::from(byte)).wrapping_mul(PRIME))
        };
        Self(labels.fold(OFFSET_BASIS, |hash, (name, value)| feed(feed(hash, name), value)))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// A text that is not a fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a fingerprint: expected 16 hexadecimal digits, such as ce0eaddca5308550", .0.escape_debug())]
pub struct FingerprintError(String);

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() == 16
            && text.bytes().all(|byte| byte.is_ascii_hexdigit())
            && let Ok(number) = u64::from_str_radix(text, 16)
        {
            return Ok(Self(number));
        }
        Err(FingerprintError(text.chars().take(40).collect()))
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits;
        impl Visitor<'_> for Digits {
            type Value = Fingerprint;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("16 hexadecimal digits")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Fingerprint, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Digits)
    }
}
