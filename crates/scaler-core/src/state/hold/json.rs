//! What programs read of a hold: its fields, the setting that holds it, and its sentence.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::state::Hold;

impl Serialize for Hold {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// The hold's own fields, without what follows from them.
        struct Fields<'a>(&'a Hold);

        impl Serialize for Fields<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                Hold::serialize(self.0, serializer)
            }
        }

        #[derive(Serialize)]
        struct Told<'a> {
            #[serde(flatten)]
            fields: Fields<'a>,
            #[serde(skip_serializing_if = "Option::is_none")]
            setting: Option<&'static str>,
            text: String,
        }

        Told { fields: Fields(self), setting: self.setting(), text: self.to_string() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Hold {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let told = Value::deserialize(deserializer)?;
        let text = told.get("text").and_then(Value::as_str);
        match (Self::deserialize(&told), text) {
            (Ok(Self::Other { .. }) | Err(_), Some(text)) => Ok(Self::Other { text: text.to_owned() }),
            (read, _) => read.map_err(D::Error::custom),
        }
    }
}
