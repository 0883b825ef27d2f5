//! What Alertmanager would send.

use serde_json::{Value, json};

/// An alert of the group `web`; `status` is `firing` or `resolved`.
pub(crate) fn alert(name: &str, status: &str) -> Value {
    let ends = if status == "firing" { "0001-01-01T00:00:00Z" } else { "2026-01-05T08:30:00Z" };
    json!({
        "status": status,
        "labels": { "alertname": name, "autoscale_group": "web" },
        "annotations": {},
        "startsAt": "2026-01-05T08:00:00Z",
        "endsAt": ends,
        "generatorURL": "",
        "fingerprint": fingerprint(name),
    })
}

/// A notification of version 4 with these alerts.
pub(crate) fn notification(alerts: &[Value]) -> Value {
    let firing = alerts.iter().any(|alert| alert["status"] == "firing");
    json!({
        "version": "4",
        "groupKey": "{}:{autoscale_group=\"web\"}",
        "truncatedAlerts": 0,
        "status": if firing { "firing" } else { "resolved" },
        "receiver": "autoscaler",
        "groupLabels": { "autoscale_group": "web" },
        "commonLabels": { "autoscale_group": "web" },
        "commonAnnotations": {},
        "externalURL": "http://127.0.0.1:9093",
        "alerts": alerts,
    })
}

/// Sixteen hex digits that are the name's own.
fn fingerprint(name: &str) -> String {
    let number = name.bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    format!("{number:016x}")
}
