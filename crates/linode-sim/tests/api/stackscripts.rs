//! StackScripts: made, changed and deleted.

use linode_sim::{Settings, Simulator, Timings};
use serde_json::{Value, json};

use super::{Api, TOKEN, labels, new_instance};

const SCRIPTS: &str = "/linode/stackscripts";

const SCRIPT: &str = "#!/bin/bash\n# <UDF name=\"foo\" Label=\"Foo\" example=\"bar\" />\n# <udf name=\"size\" oneOf=\"s,l\" default=\"s\">\n";

fn script(label: &str) -> Value {
    json!({"label": label, "images": ["linode/debian12"], "script": SCRIPT, "rev_note": "revision 1"})
}

fn with(name: &str, value: Value) -> Value {
    let mut request = script("web-setup");
    request[name] = value;
    request
}

async fn actions(api: &Api) -> Vec<String> {
    let events = api.filtered("/account/events", json!({"entity.type": "stackscript"})).await.ok();
    let rows = events["data"].as_array().unwrap().iter().rev();
    rows.map(|event| event["action"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_stackscript_is_made_changed_and_deleted() {
    let api = Api::new(Timings::instant());
    let before = api.get(SCRIPTS).await.ok()["results"].as_u64().unwrap();
    let made = api.post(SCRIPTS, script("web-setup")).await.ok();
    assert_eq!(
        (&made["mine"], &made["is_public"], &made["description"]),
        (&json!(true), &json!(false), &json!(""))
    );
    let asked = json!([
        {"name": "foo", "label": "Foo", "example": "bar"}, {"name": "size", "oneof": "s,l", "default": "s"},
    ]);
    assert_eq!(made["user_defined_fields"], asked);
    let mine = api.filtered(SCRIPTS, json!({"mine": true})).await.ok();
    assert_eq!(labels(&mine), ["web-setup"]);
    assert_eq!(api.get(SCRIPTS).await.ok()["results"], before + 1);

    let path = format!("{SCRIPTS}/{}", made["id"]);
    let changed = api.put(&path, json!({"images": ["any/all"], "rev_note": "revision 2"})).await.ok();
    assert_eq!((&changed["images"], &changed["rev_note"]), (&json!(["any/all"]), &json!("revision 2")));
    assert_eq!((&changed["script"], &changed["label"]), (&json!(SCRIPT), &json!("web-setup")));
    let revised = api.put(&path, json!({"script": "#!/bin/sh\n"})).await.ok();
    assert_eq!(revised["user_defined_fields"], json!([]));
    assert_eq!(api.get(&path).await.ok(), revised);

    assert_eq!(api.delete(&path).await.ok(), json!({}));
    assert_eq!(api.get(&path).await.reason(), (404, "Not found", None));
    assert_eq!(
        actions(&api).await,
        ["stackscript_create", "stackscript_update", "stackscript_revise", "stackscript_delete"]
    );
}

#[tokio::test(start_paused = true)]
async fn stackscripts_are_validated() {
    let api = Api::new(Timings::instant());
    let (label, images, code) = (Some("label"), Some("images"), Some("script"));
    for (request, reason, field) in [
        (with("label", json!(null)), "label is required", label),
        (with("label", json!("ab")), "Must be between 3 and 128 characters", label),
        (with("images", json!(null)), "images is required", images),
        (with("images", json!("linode/debian12")), "images must be a list", images),
        (
            with("images", json!([])),
            "StackScripts must be associated with at least one image or distro",
            None,
        ),
        (with("images", json!(["linode/beos"])), "images is not valid", images),
        (with("script", json!(null)), "script is required", code),
        (with("script", json!("echo")), "Must begin with a shebang (#!)", code),
    ] {
        let refused = api.post(SCRIPTS, request.clone()).await;
        assert_eq!(refused.reason(), (400, reason, field), "{request}");
    }
    let path = format!("{SCRIPTS}/{}", api.post(SCRIPTS, script("web-setup")).await.ok()["id"]);
    let refused = api.put(&path, json!({"label": "other", "script": "echo"})).await;
    assert_eq!(refused.reason(), (400, "Must begin with a shebang (#!)", code));
    assert_eq!(api.get(&path).await.ok()["label"], "web-setup");
}

#[tokio::test(start_paused = true)]
async fn a_public_stackscript_stays_public_and_that_of_another_user_is_not_touched() {
    let api = Api::new(Timings::instant());
    let path = format!("{SCRIPTS}/{}", api.post(SCRIPTS, script("web-setup")).await.ok()["id"]);
    assert_eq!(api.put(&path, json!({"is_public": true})).await.ok()["is_public"], true);
    let words = "A public StackScript can not be made private";
    assert_eq!(api.put(&path, json!({"is_public": false})).await.reason(), (400, words, Some("is_public")));
    assert_eq!(api.delete(&path).await.reason(), (400, "A public StackScript can not be deleted", None));
    assert_eq!(actions(&api).await, ["stackscript_create", "stackscript_publicize"]);

    let all = api.filtered(SCRIPTS, json!({"mine": false})).await.ok();
    let path = format!("{SCRIPTS}/{}", all["data"][0]["id"]);
    assert_eq!(api.put(&path, json!({"label": "mine now"})).await.reason(), (403, "Unauthorized", None));
    assert_eq!(api.delete(&path).await.reason(), (403, "Unauthorized", None));
    assert_eq!(api.delete("/linode/stackscripts/1").await.reason().0, 404);

    let mut settings = Settings::default();
    settings.restricted = true;
    let restricted = Simulator::builder().token(TOKEN).profile(Timings::instant()).settings(settings).build();
    let refused = Api::of(restricted).post(SCRIPTS, script("web-setup")).await;
    assert_eq!(refused.reason(), (403, "Unauthorized", None));
}

#[tokio::test(start_paused = true)]
async fn an_instance_takes_a_stackscript_that_fits_its_image() {
    let api = Api::new(Timings::instant());
    let made = api.post(SCRIPTS, script("web-setup")).await.ok();
    let mut request = new_instance("web-one");
    request["stackscript_id"] = made["id"].clone();
    request["image"] = "linode/debian13".into();
    let refused = api.post("/linode/instances", request.clone()).await;
    assert_eq!(refused.reason(), (400, "The StackScript is not for this image", Some("stackscript_id")));
    request["image"] = "linode/debian12".into();
    api.post("/linode/instances", request.clone()).await.ok();
    api.delete(&format!("{SCRIPTS}/{}", made["id"])).await.ok();
    request["label"] = "web-two".into();
    let refused = api.post("/linode/instances", request.clone()).await;
    assert_eq!(refused.reason(), (400, "stackscript_id is not valid", Some("stackscript_id")));
    request["image"] = Value::Null;
    assert_eq!(
        api.post("/linode/instances", request).await.reason(),
        (400, "image is required", Some("image"))
    );
}
