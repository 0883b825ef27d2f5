//! StackScripts: those of everybody, as recorded, and the account's own.

use serde_json::{Map, Value, json};

use super::{Collection, Subject, World};
use crate::body::Body;
use crate::refusal::Refusal;
use crate::stamp::Stamp;

const LIST: &str = "/linode/stackscripts";

/// Stands for every image.
const ANY: &str = "any/all";

impl World {
    pub(crate) fn create_stackscript(&mut self, body: Body<'_>) -> Result<u64, Refusal> {
        self.check_may_add()?;
        for name in ["label", "images", "script"] {
            body.required(name)?;
        }
        let fields = self.stackscript_fields(body)?;
        let id = self.new_id();
        let username = self.catalog.profile.get("username").cloned().unwrap_or_default();
        let now = Stamp(self.now);
        let mut script = json!({
            "id": id, "username": username, "user_gravatar_id": "a325bb9108a1b62aff27336b31751439",
            "label": "", "description": "", "ordinal": 0, "logo_url": "", "images": [], "deployments_total": 0,
            "deployments_active": 0, "is_public": false, "mine": true, "created": now, "updated": now,
            "rev_note": "", "script": "", "user_defined_fields": [],
        });
        replace(&mut script, fields);
        self.lagging(Collection::StackScripts, LIST, id, |_| None);
        self.event("stackscript_create", subject(id, &script));
        self.stackscripts.insert(id, script);
        Ok(id)
    }

    /// Changes what `PUT /linode/stackscripts/{id}` names.
    pub(crate) fn update_stackscript(&mut self, id: u64, body: Body<'_>) -> Result<(), Refusal> {
        let script = self.own_stackscript(id)?;
        let fields = self.stackscript_fields(body)?;
        let (public, becomes) = (is_public(script), fields.get("is_public").and_then(Value::as_bool));
        if public && becomes == Some(false) {
            return Err(Refusal::field("is_public", "A public StackScript can not be made private"));
        }
        let action = if !public && becomes == Some(true) {
            "stackscript_publicize"
        } else if fields.get("script").is_some_and(|text| script.get("script") != Some(text)) {
            "stackscript_revise"
        } else {
            "stackscript_update"
        };
        self.lagging(Collection::StackScripts, LIST, id, |world| world.stackscripts.get(&id).cloned());
        let now = Stamp(self.now);
        let script = self.stackscripts.get_mut(&id).ok_or_else(Refusal::not_found)?;
        replace(script, fields);
        script["updated"] = json!(now);
        let subject = subject(id, script);
        self.event(action, subject);
        Ok(())
    }

    pub(crate) fn delete_stackscript(&mut self, id: u64) -> Result<(), Refusal> {
        let script = self.own_stackscript(id)?;
        if is_public(script) {
            return Err(Refusal::bad("A public StackScript can not be deleted"));
        }
        let subject = subject(id, script);
        self.lagging(Collection::StackScripts, LIST, id, |world| world.stackscripts.get(&id).cloned());
        self.stackscripts.remove(&id);
        self.event("stackscript_delete", subject);
        Ok(())
    }

    /// Whether an instance may be made of this image with this StackScript.
    pub(super) fn check_stackscript(&self, id: u64, image: Option<&str>) -> Result<(), Refusal> {
        let image = image.ok_or_else(|| Refusal::field("image", "image is required"))?;
        let refuse = |reason: &str| Err(Refusal::field("stackscript_id", reason));
        let Some(script) = self.stackscripts.get(&id) else { return refuse("stackscript_id is not valid") };
        if image.starts_with("private/") {
            return refuse("StackScripts can not be used with private images");
        }
        let images = script.get("images").and_then(Value::as_array);
        let takes = |one: &Value| one == image || one == ANY;
        if images.is_none_or(|images| !images.iter().any(takes)) {
            return refuse("The StackScript is not for this image");
        }
        Ok(())
    }

    fn own_stackscript(&self, id: u64) -> Result<&Value, Refusal> {
        let script = self.stackscripts.get(&id).ok_or_else(Refusal::not_found)?;
        if script.get("mine") == Some(&Value::Bool(true)) {
            Ok(script)
        } else {
            Err(Refusal::new(403, "Unauthorized"))
        }
    }

    /// What a request says of a StackScript.
    fn stackscript_fields(&self, body: Body<'_>) -> Result<Map<String, Value>, Refusal> {
        let mut fields = Map::new();
        if let Some(label) = body.text("label")? {
            if !(3..=128).contains(&label.chars().count()) {
                return Err(Refusal::field("label", "Must be between 3 and 128 characters"));
            }
            fields.insert("label".to_owned(), label.into());
        }
        if let Some(images) = body.texts("images")? {
            if images.is_empty() {
                return Err(Refusal::bad(
                    "StackScripts must be associated with at least one image or distro",
                ));
            }
            if images.iter().any(|image| image != ANY && self.catalog.image(image).is_none()) {
                return Err(Refusal::field("images", "images is not valid"));
            }
            fields.insert("images".to_owned(), images.into());
        }
        if let Some(script) = body.text("script")? {
            if !script.starts_with("#!") {
                return Err(Refusal::field("script", "Must begin with a shebang (#!)"));
            }
            fields.insert("script".to_owned(), script.into());
            fields.insert("user_defined_fields".to_owned(), user_defined_fields(script).into());
        }
        for name in ["description", "rev_note"] {
            if let Some(text) = body.text(name)? {
                fields.insert(name.to_owned(), text.into());
            }
        }
        if let Some(public) = body.flag("is_public")? {
            fields.insert("is_public".to_owned(), public.into());
        }
        Ok(fields)
    }
}

/// What a script asks for in tags such as `<UDF name="size" label="Size" oneOf="s,l" default="s" />`.
fn user_defined_fields(script: &str) -> Vec<Value> {
    let lower = script.to_ascii_lowercase();
    let starts = lower.match_indices("<udf ").map(|(at, tag)| at + tag.len());
    let field = |start: usize| {
        let mut rest = script.get(start..)?;
        let mut field = Map::new();
        while let Some((name, value)) = rest.split_once("=\"").filter(|(name, _)| !name.contains('>')) {
            let (value, after) = value.split_once('"')?;
            field.insert(name.trim().to_ascii_lowercase(), value.into());
            rest = after;
        }
        field.contains_key("name").then_some(Value::Object(field))
    };
    starts.filter_map(field).collect()
}

fn replace(script: &mut Value, fields: Map<String, Value>) {
    for (name, value) in fields {
        script[name] = value;
    }
}

fn is_public(script: &Value) -> bool {
    script.get("is_public") == Some(&Value::Bool(true))
}

fn subject(id: u64, script: &Value) -> Subject {
    Subject::stackscript(id, script.get("label").and_then(Value::as_str).unwrap_or_default())
}
