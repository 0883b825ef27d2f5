//! Every body that was recorded from real Alertmanagers 0.25 and 0.28. Skipped where the recordings are absent.

use std::collections::BTreeMap;
use std::path::PathBuf;

use alertmanager_types::api::{
    AlertGroup, AlertGroupsQuery, AlertmanagerStatus, AlertsQuery, ErrorBody, GettableAlert, GettableSilence,
    PostSilencesResponse, PostableAlert, PostableSilence, Receiver, SilencesQuery,
};
use alertmanager_types::webhook::{Message, Status};
use alertmanager_types::{Fingerprint, Labels, Matcher};
use serde_json::Value;

use crate::json::{assert_nothing_lost, assert_unchanged};

fn files(prefix: &str) -> Vec<(String, Vec<Value>)> {
    let folder = std::env::var_os("RECORDED_DIR").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/recorded")),
        PathBuf::from,
    );
    let Ok(entries) = std::fs::read_dir(folder.join("alertmanager")) else {
        println!("skipped: no recordings in {} (RECORDED_DIR names another folder)", folder.display());
        return Vec::new();
    };
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(prefix))
        .map(|path| {
            let lines = std::fs::read_to_string(&path).unwrap();
            let exchanges = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            (path.file_name().unwrap().to_string_lossy().into_owned(), exchanges)
        })
        .collect();
    files.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(!files.is_empty(), "the folder of the recordings has no {prefix}* file");
    files
}

fn text<'a>(exchange: &'a Value, field: &str) -> &'a str {
    exchange[field].as_str().unwrap_or_else(|| panic!("no {field} in {exchange}"))
}

/// The alerts anywhere in a body, as labels and fingerprint.
fn alerts(value: &Value, found: &mut Vec<(Labels, Fingerprint)>) {
    match value {
        Value::Object(fields) => {
            if let (Some(labels), Some(fingerprint)) = (fields.get("labels"), fields.get("fingerprint")) {
                found.push((
                    serde_json::from_value(labels.clone()).unwrap(),
                    serde_json::from_value(fingerprint.clone()).unwrap(),
                ));
            }
            fields.values().for_each(|value| alerts(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| alerts(value, found)),
        _ => {}
    }
}

#[test]
fn every_notification_decodes_and_encodes_without_loss() {
    for (file, exchanges) in files("webhook") {
        for exchange in &exchanges {
            let case = text(exchange, "case");
            let body = serde_json::to_vec(&exchange["body"]).unwrap();
            let message = Message::from_json(&body).unwrap_or_else(|error| panic!("{file}, {case}: {error}"));
            assert_unchanged::<Message>(&exchange["body"]);
            assert_eq!(message.firing().count() + message.resolved().count(), message.alerts.len(), "{case}");
            assert_eq!(message.status == Status::Firing, message.firing().count() > 0, "{case}");
            assert_eq!(message.is_truncated(), case == "max-alerts-truncated", "{case}");
            assert!(message.firing().all(|alert| alert.ends_at.is_none()), "{case}");
            assert!(message.resolved().all(|alert| alert.ends_at.is_some()), "{case}");
            assert_eq!(
                message.group_key.rsplit_once(":{").unwrap().1,
                &message.group_labels.to_string()[1..]
            );
        }
        println!("{file}: {} notifications", exchanges.len());
    }
}

#[test]
fn what_new_computes_is_what_alertmanager_sent() {
    for (_, exchanges) in files("webhook") {
        for exchange in exchanges.iter().filter(|exchange| exchange["body"]["truncatedAlerts"] == 0) {
            let sent: Message = serde_json::from_value(exchange["body"].clone()).unwrap();
            let made = Message::new(&sent.receiver, &sent.group_key, sent.alerts.clone())
                .group_labels(sent.group_labels.clone())
                .external_url(&sent.external_url);
            assert_eq!(made, sent, "{}", text(exchange, "case"));
        }
    }
}

#[test]
fn every_fingerprint_is_the_hash_of_its_labels() {
    let mut found = Vec::new();
    for (_, exchanges) in files("") {
        exchanges.iter().for_each(|exchange| alerts(exchange, &mut found));
    }
    for (labels, fingerprint) in &found {
        assert_eq!(labels.fingerprint(), *fingerprint, "{labels}");
    }
    println!("{} fingerprints", found.len());
}

#[test]
fn every_exchange_with_the_api_decodes_and_encodes_without_loss() {
    for (file, exchanges) in files("api") {
        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        for exchange in &exchanges {
            let case = text(exchange, "case");
            println!("{file}: {case}");
            *kinds.entry(response(exchange)).or_default() += 1;
            if let Some(kind) = request(exchange) {
                *kinds.entry(kind).or_default() += 1;
            }
        }
        println!("{file}: {} exchanges: {kinds:?}", exchanges.len());
    }
}

fn response(exchange: &Value) -> &'static str {
    let body = &exchange["response"];
    let path = text(exchange, "path").trim_start_matches("/api/v2");
    if exchange["status"] != 200 {
        let raw = if body == "" { Vec::new() } else { serde_json::to_vec(body).unwrap() };
        let Some(error) = ErrorBody::from_body(&raw) else {
            assert_eq!(text(exchange, "case"), "unknown silence");
            return "empty error";
        };
        assert_unchanged::<ErrorBody>(body);
        let expected = body.get("message").unwrap_or(body);
        assert_eq!(error.message(), expected.as_str().unwrap());
        return "error";
    }
    if body == "" {
        return "empty";
    }
    match (text(exchange, "method"), path) {
        ("GET", "/status") => assert_unchanged::<AlertmanagerStatus>(body),
        ("GET", "/receivers") => assert_unchanged::<Vec<Receiver>>(body),
        ("GET", "/alerts") => assert_unchanged::<Vec<GettableAlert>>(body),
        ("GET", "/alerts/groups") => assert_unchanged::<Vec<AlertGroup>>(body),
        ("GET", "/silences") => assert_unchanged::<Vec<GettableSilence>>(body),
        ("POST", "/silences") => assert_unchanged::<PostSilencesResponse>(body),
        ("GET", path) if path.starts_with("/silence/") => assert_unchanged::<GettableSilence>(body),
        other => panic!("no model for {other:?}"),
    }
    "response"
}

fn request(exchange: &Value) -> Option<&'static str> {
    let body = &exchange["request"];
    match text(exchange, "path") {
        _ if !(body.is_array() || body.is_object()) => return None,
        "/api/v2/alerts" => assert_nothing_lost::<Vec<PostableAlert>>(body),
        "/api/v2/silences" => assert_nothing_lost::<PostableSilence>(body),
        other => panic!("no model for a request to {other}"),
    }
    Some("request")
}

#[test]
fn a_filter_that_alertmanager_took_selects_here_what_it_selected_there() {
    for (file, exchanges) in files("api") {
        let all: Vec<GettableAlert> = exchanges
            .iter()
            .find(|exchange| text(exchange, "case") == "alerts")
            .map(|exchange| serde_json::from_value(exchange["response"].clone()).unwrap())
            .unwrap();
        let mut tried = 0;
        for exchange in exchanges.iter().filter(|exchange| text(exchange, "query").starts_with("filter=")) {
            let matcher =
                decoded(text(exchange, "query").trim_start_matches("filter=").split('&').next().unwrap());
            if exchange["status"] != 200 {
                assert!(matcher.parse::<Matcher>().is_err(), "{matcher}");
                continue;
            }
            let matcher: Matcher = matcher.parse().unwrap();
            let there: Vec<GettableAlert> = serde_json::from_value(exchange["response"].clone()).unwrap();
            let prints = |list: &[GettableAlert]| {
                let mut prints: Vec<_> = list
                    .iter()
                    .filter(|alert| matcher.matches(&alert.labels))
                    .map(|alert| alert.fingerprint)
                    .collect();
                prints.sort();
                prints
            };
            assert_eq!(prints(&there).len(), there.len(), "{file}: {matcher} matches all that it selected");
            if !there.is_empty() {
                assert_eq!(prints(&all), prints(&there), "{file}: {matcher}");
                tried += 1;
            }
        }
        assert!(tried > 0, "{file} has no filter with an answer");
    }
}

#[test]
fn our_queries_are_written_as_those_that_were_answered() {
    let mut ours = AlertsQuery::default().filter(Matcher::equal("alertname", "WebCpuHigh").unwrap());
    let mut written = vec![encoded(&ours.pairs())];
    ours = AlertsQuery::default()
        .filter(r#"alertname=~"A.*""#.parse().unwrap())
        .silenced(false)
        .inhibited(false);
    ours.active = Some(true);
    written.push(encoded(&ours.pairs()));
    written.push(encoded(&AlertsQuery::default().receiver("few").pairs()));
    let paths = [AlertsQuery::PATH, AlertGroupsQuery::PATH, SilencesQuery::PATH];
    for (file, exchanges) in files("api") {
        for query in &written {
            assert!(exchanges.iter().any(|exchange| text(exchange, "query") == query), "{file}: {query}");
        }
        for path in paths {
            assert!(exchanges.iter().any(|exchange| text(exchange, "path") == path), "{file}: {path}");
        }
    }
}

fn encoded(pairs: &[(&str, String)]) -> String {
    let value = |text: &str| {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    char::from(byte).to_string()
                }
                byte => format!("%{byte:02X}"),
            })
            .collect::<String>()
    };
    pairs.iter().map(|(name, text)| format!("{name}={}", value(text))).collect::<Vec<_>>().join("&")
}

fn decoded(text: &str) -> String {
    let mut bytes = text.bytes();
    let mut out = Vec::new();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'%' => {
                let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            b'+' => b' ',
            other => other,
        });
    }
    String::from_utf8(out).unwrap()
}
