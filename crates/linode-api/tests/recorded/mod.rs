//! Every recorded answer goes through its model without loss, and every recorded request that this crate can
//! make is one that it can say.

#![allow(clippy::print_stdout)]

mod documented;
mod exchange;
mod loss;
mod route;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use self::exchange::{Exchange, files, read};
use self::loss::losses;
use self::route::{Model, Route};

/// What a walk over a folder came to.
#[derive(Default)]
struct Walk {
    read: usize,
    failures: Vec<String>,
    unnamed: BTreeSet<String>,
    shapes: BTreeSet<String>,
}

impl Walk {
    fn over(folder: &Path) -> Self {
        let mut walk = Self::default();
        for file in files(folder) {
            walk.file(&file);
        }
        walk
    }

    fn file(&mut self, file: &Path) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let exchanges = read(file);
        let (mut answers, mut requests, mut not_ours, mut left) = (0, 0, 0, BTreeSet::new());
        for (index, exchange) in exchanges.iter().enumerate() {
            let at = format!("{name}:{} {}", index + 1, exchange.shape());
            match route::response(exchange) {
                Route::Model(model) => {
                    answers += 1;
                    self.shapes.insert(exchange.shape());
                    self.body(&format!("{at} {}", exchange.status), &exchange.response, model);
                }
                Route::Gap => self.failures.push(format!("{at}: no model")),
                Route::NotOurs => {
                    not_ours += 1;
                    left.insert(exchange.family());
                }
            }
            if let Some(model) = route::request(exchange) {
                requests += 1;
                self.body(&format!("{at} request"), &exchange.request, model);
            }
        }
        self.read += answers;
        figure(&format!(
            "{name}: {answers} of {} exchanges read, {requests} requests said again",
            exchanges.len()
        ));
        if not_ours > 0 {
            println!("    {not_ours} not ours: {}", left.into_iter().collect::<Vec<_>>().join(", "));
        }
    }

    fn body(&mut self, at: &str, body: &Value, model: Model) {
        // A 204 has no body, and a gateway's HTML is no JSON: there is nothing to decode.
        if body.is_null() || body.is_string() {
            return;
        }
        match model(body) {
            Ok(through) => {
                self.failures
                    .extend(losses(body, &through.encoded).into_iter().map(|loss| format!("{at}: {loss}")));
                if through.shown.contains(r#"extra: {""#) {
                    self.unnamed.insert(at.to_owned());
                }
            }
            Err(e) => self.failures.push(format!("{at}: does not decode: {e}")),
        }
    }

    fn assert_no_loss(&self) {
        for at in &self.unnamed {
            println!("{at}: the model keeps fields that it has no name for");
        }
        let failures = &self.failures;
        assert!(failures.is_empty(), "{} losses:\n{}", failures.len(), failures.join("\n"));
        assert!(self.read > 0, "nothing was read");
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// The recordings: in the folder that `RECORDED_DIR` names, or beside the project; a clone has none.
fn recordings() -> Option<PathBuf> {
    let named = std::env::var_os("RECORDED_DIR").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/recorded");
    let folder = named.or_else(|| beside.exists().then_some(beside))?;
    let linode = folder.join("linode");
    Some(if linode.exists() { linode } else { folder })
}

#[test]
fn recordings_pass_without_loss() {
    let Some(folder) = recordings() else {
        println!("skipped: no recordings beside the project, and RECORDED_DIR is not set");
        return;
    };
    let walk = Walk::over(&folder);
    figure(&format!("{}: {} answers read", folder.display(), walk.read));
    walk.assert_no_loss();
}

#[test]
fn fixtures_pass_without_loss_and_every_field_has_a_name() {
    let walk = Walk::over(&fixtures());
    walk.assert_no_loss();
    assert!(walk.unnamed.is_empty(), "fields without a name: {:#?}", walk.unnamed);
}

#[test]
fn fixtures_cover_every_family() {
    let walk = Walk::over(&fixtures());
    for shape in [
        "GET /linode/instances",
        "GET /linode/instances/{}",
        "POST /linode/instances",
        "PUT /linode/instances/{}",
        "DELETE /linode/instances/{}",
        "GET /linode/instances/{}/ips",
        "GET /linode/types",
        "GET /regions",
        "GET /regions/availability",
        "GET /images",
        "GET /linode/stackscripts",
        "GET /account/events",
        "GET /tags",
        "GET /nodebalancers",
        "GET /nodebalancers/{}/configs",
        "POST /nodebalancers/{}/configs",
        "GET /nodebalancers/{}/configs/{}/nodes",
        "POST /nodebalancers/{}/configs/{}/nodes",
        "PUT /nodebalancers/{}/configs/{}/nodes/{}",
        "GET /networking/ips",
        "GET /profile",
        "GET /profile/grants",
        "GET /account",
        "GET /account/settings",
        "GET /locks",
    ] {
        assert!(walk.shapes.contains(shape), "no fixture of {shape}");
    }
}

#[test]
fn a_dropped_field_fails_the_walk() {
    let mut walk = Walk::default();
    let forgetful: Model = |body| {
        let mut encoded = body.clone();
        encoded.as_object_mut().unwrap().remove("label");
        Ok(route::Through { encoded, shown: String::new() })
    };
    let exchange = one_exchange(r#"{"id": 7, "label": "web"}"#);
    walk.body("here", &exchange.response, forgetful);
    assert_eq!(walk.failures, [r#"here: /label: "web" became null"#]);
}

fn one_exchange(response: &str) -> Exchange {
    Exchange {
        method: "GET".to_owned(),
        path: "/v4/tags".to_owned(),
        request: Value::Null,
        status: 200,
        response: serde_json::from_str(response).unwrap(),
    }
}

/// Tells a figure also where tests pass: what the test runner captures nobody would read.
fn figure(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{text}");
}
