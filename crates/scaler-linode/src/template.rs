//! What a template is known by: members with another hash are of an older template.

use std::collections::{BTreeMap, BTreeSet};

use linode_api::models::CreateInstance;
use scaler_core::model::TemplateHash;
use serde_json::Value;

/// Identifies what members are made of, the same in every build.
///
/// Label and type don't count: each member has its own label, and members of the second type are as good as those of
/// the first. Nor do secrets, for the hash stands in the log: the root password, and the values of the StackScript's
/// fields in `secrets`.
pub(super) fn hash(
    template: &CreateInstance,
    secrets: &BTreeSet<String>,
) -> Result<TemplateHash, serde_json::Error> {
    let mut content = template.clone();
    (content.root_pass, content.label) = (None, None);
    content.instance_type.clear();
    let mut content = serde_json::to_value(&content)?;
    for secret in secrets {
        if let Some(value) = content.get_mut("stackscript_data").and_then(|data| data.get_mut(secret)) {
            *value = Value::Null;
        }
    }
    let mut fields = BTreeMap::new();
    flatten(String::new(), &content, &mut fields);
    let mut hash = Fnv::new();
    for (path, value) in &fields {
        hash.field(path, value);
    }
    Ok(TemplateHash(format!("{:016x}", hash.0)))
}

/// The leaves of `value` by their paths, in an order that does not depend on how objects keep theirs.
fn flatten(path: String, value: &Value, fields: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                flatten(format!("{path}/{key}"), value, fields);
            }
        }
        Value::Array(items) => {
            for (n, value) in items.iter().enumerate() {
                flatten(format!("{path}/{n}"), value, fields);
            }
        }
        leaf => {
            fields.insert(path, leaf.to_string());
        }
    }
}

/// FNV-1a: the standard library's hasher may change from one release to the next.
struct Fnv(u64);

impl Fnv {
    const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Lengths go in too, so that no two lists of fields read the same.
    fn field(&mut self, key: &str, value: &str) {
        for part in [key, value] {
            for byte in (part.len() as u64).to_be_bytes().iter().chain(part.as_bytes()) {
                self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
    }
}
