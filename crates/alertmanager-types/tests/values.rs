//! Labels, fingerprints, severities and times.

use alertmanager_types::{Annotations, Fingerprint, Labels, Severity, timestamp};
use jiff::Timestamp;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;

#[test]
fn labels_are_maps_in_the_order_of_bytes() {
    let mut labels: Labels = [("b", "2"), ("a", "1"), ("B", "3"), ("ä", "4")].into_iter().collect();
    assert_eq!(labels.iter().map(|(name, _)| name).collect::<String>(), "Babä");
    assert_eq!(labels.iter().next_back(), Some(("ä", "4")));
    assert_eq!((labels.len(), labels.iter().len(), labels.is_empty()), (4, 4, false));
    assert_eq!(labels.insert("a", "5").as_deref(), Some("1"));
    assert_eq!((labels.get("a"), labels.get("c"), labels.value("c")), (Some("5"), None, ""));
    assert_eq!(labels.remove("ä").as_deref(), Some("4"));
    assert!(!labels.contains("ä"));
    labels.extend([("c", "")]);
    assert!(labels.contains("c"));
    labels.retain(|name, value| name != "B" && !value.is_empty());
    assert_eq!(serde_json::to_value(&labels).unwrap(), json!({"a": "5", "b": "2"}));
    assert_eq!((&labels).into_iter().count(), 2);
    assert_eq!(Labels::from(labels.clone().into_inner()), labels);
    assert_eq!(labels.into_iter().collect::<Annotations>(), Annotations::from([("a", "5"), ("b", "2")]));
}

#[test]
fn labels_print_as_in_a_group_key() {
    assert_eq!(Labels::new().to_string(), "{}");
    let labels = Labels::from([("group", "ünïcode \"grüppe\""), ("x", "a\\b\n\u{1}\u{85}")]);
    assert_eq!(labels.to_string(), r#"{group="ünïcode \"grüppe\"", x="a\\b\n\x01\u0085"}"#);
}

#[test]
fn an_empty_severity_or_alertname_is_none() {
    let labels = Labels::from([("severity", ""), ("alertname", "")]);
    assert_eq!((labels.severity(), labels.alertname()), (None, None));
    assert_eq!(Labels::new().severity(), None);
}

#[test]
fn severities_are_open() {
    for (word, severity) in [
        ("critical", Severity::Critical),
        ("warning", Severity::Warning),
        ("info", Severity::Info),
        ("page", Severity::Other("page".into())),
        ("Critical", Severity::Other("Critical".into())),
    ] {
        assert_eq!(Severity::from(word), severity);
        assert_eq!(severity.to_string(), word);
        assert_eq!(serde_json::from_value::<Severity>(json!(word)).unwrap(), severity);
        assert_eq!(serde_json::to_value(&severity).unwrap(), json!(word));
    }
    assert!(serde_json::from_value::<Severity>(json!(1)).is_err());
}

#[test]
fn fingerprints_are_sixteen_digits() {
    let print: Fingerprint = "08d9ceb146bc53ab".parse().unwrap();
    assert_eq!((print.to_string().as_str(), print.as_u64()), ("08d9ceb146bc53ab", 0x08d9_ceb1_46bc_53ab));
    assert_eq!(Fingerprint::from_u64(print.as_u64()), print);
    assert_eq!(format!("{print:?}"), "Fingerprint(08d9ceb146bc53ab)");
    assert_eq!("08D9CEB146BC53AB".parse(), Ok(print));
    for bad in
        ["", "8d9ceb146bc53ab", "008d9ceb146bc53ab", "+8d9ceb146bc53ab", "08d9ceb146bc53ag", "ääääääää"]
    {
        let error = bad.parse::<Fingerprint>().unwrap_err().to_string();
        assert!(error.contains(bad) && error.contains("16 hexadecimal digits"), "{error}");
    }
}

#[test]
fn known_fingerprints() {
    for (labels, print) in [
        (Labels::new(), "cbf29ce484222325"),
        (Labels::from([("alertname", "Bare"), ("group", "bare")]), "8a4084fbf5506cf1"),
        (
            Labels::from([("team", "日本"), ("group", "ünïcode \"grüppe\""), ("alertname", "Hoch😀")]),
            "48cef6db869cbe2e",
        ),
    ] {
        assert_eq!(labels.fingerprint().to_string(), print);
    }
}

#[test]
fn times_that_were_never_set_are_none_both_ways() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Times {
        #[serde(default, with = "timestamp::end")]
        end: Option<Timestamp>,
        #[serde(default, with = "timestamp::end_millis")]
        end_millis: Option<Timestamp>,
        #[serde(with = "timestamp::millis")]
        millis: Timestamp,
    }
    let unset = json!({
        "end": "0001-01-01T00:00:00Z", "end_millis": "0001-01-01T00:00:00.000Z", "millis": "1970-01-01T00:00:00.000Z"
    });
    let times: Times = serde_json::from_value(unset.clone()).unwrap();
    assert_eq!(times, Times { end: None, end_millis: None, millis: Timestamp::UNIX_EPOCH });
    assert_eq!(serde_json::to_value(&times).unwrap(), unset);

    let absent: Times =
        serde_json::from_value(json!({"end": null, "millis": "1970-01-01T01:00:00+01:00"})).unwrap();
    assert_eq!(absent, times);

    let set = json!({
        "end": "2026-11-24T00:08:09.074018001Z", "end_millis": "2026-11-24T00:08:09.120Z",
        "millis": "2026-11-24T00:08:09.0001Z"
    });
    let times: Times = serde_json::from_value(set.clone()).unwrap();
    assert_eq!(times.end.unwrap().subsec_nanosecond(), 74_018_001);
    assert_eq!(serde_json::to_value(&times).unwrap(), set);
}

proptest! {
    #[test]
    fn a_fingerprint_does_not_depend_on_the_order_of_labels(
        pairs in prop::collection::btree_map("[a-z]{1,4}", any::<String>(), 0..8).prop_map(Vec::from_iter),
        seed in any::<prop::sample::Index>(),
    ) {
        let labels: Labels = pairs.iter().cloned().collect();
        let mut turned = pairs.clone();
        turned.reverse();
        if !turned.is_empty() {
            let by = seed.index(turned.len());
            turned.rotate_left(by);
        }
        let again: Labels = turned.into_iter().collect();
        prop_assert_eq!(labels.fingerprint(), again.fingerprint());
        let text = labels.fingerprint().to_string();
        prop_assert_eq!(text.len(), 16);
        prop_assert_eq!(text.parse::<Fingerprint>(), Ok(labels.fingerprint()));
        let decoded: Labels = serde_json::from_str(&serde_json::to_string(&labels).unwrap()).unwrap();
        prop_assert_eq!(decoded.fingerprint(), labels.fingerprint());
    }

    #[test]
    fn a_fingerprint_tells_names_values_and_pairs_apart(name in "[a-z]{2,6}", value in "[a-z]{2,6}") {
        let print = |pairs: &[(&str, &str)]| pairs.iter().copied().collect::<Labels>().fingerprint();
        let whole = print(&[(&name, &value)]);
        let shifted = format!("{name}{}", &value[..1]);
        prop_assert_ne!(whole, print(&[(&shifted, &value[1..])]));
        prop_assert_ne!(whole, print(&[(&name, &value), ("zzzzzzz", "")]));
        prop_assert_ne!(whole, print(&[]));
    }

    #[test]
    fn every_time_keeps_its_nanoseconds(second in -62_135_596_799_i64..253_402_207_200, nanosecond in 0..1_000_000_000) {
        let time = Timestamp::new(second, nanosecond).unwrap();
        let body = json!({"labels": {}, "startsAt": time, "endsAt": time});
        let alert: alertmanager_types::api::PostableAlert = serde_json::from_value(body).unwrap();
        prop_assert_eq!((alert.starts_at, alert.ends_at), (Some(time), Some(time)));
        let again = serde_json::from_str(&serde_json::to_string(&alert).unwrap()).unwrap();
        prop_assert_eq!(alert, again);
    }
}
