//! What the Linode API means by its refusals.

use api_transport::http::header::CONTENT_TYPE;
use api_transport::http::{HeaderMap, StatusCode};
use api_transport::{Refusals, Verdict};

/// The conditions under which the official Go client sends again, with the difference that what may have been done is
/// not done twice.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LinodeRefusals;

/// Sent with 503 while the API is closed for maintenance.
pub(crate) const MAINTENANCE: &str = "x-maintenance-mode";

/// Another job runs on the Linode: for seconds, also after its status changed.
pub(crate) const BUSY: &[u8] = b"Linode busy.";

impl Refusals for LinodeRefusals {
    fn judge(&self, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Verdict {
        match status.as_u16() {
            429 => Verdict::TURNED_AWAY,
            // A gateway in front of the API answered for it: the API never saw the request.
            400 if is_busy(body) || is_html(headers) => Verdict::TURNED_AWAY,
            503 if headers.contains_key(MAINTENANCE) => Verdict::FINAL,
            408 | 500 | 502..=599 => Verdict::DOUBTFUL,
            _ => Verdict::FINAL,
        }
    }
}

pub(crate) fn is_busy(body: &[u8]) -> bool {
    body.windows(BUSY.len()).any(|window| window == BUSY)
}

pub(crate) fn is_html(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(status: u16, headers: &[(&'static str, &str)], body: &str) -> Verdict {
        let headers = headers.iter().map(|(k, v)| (k.parse().unwrap(), v.parse().unwrap())).collect();
        LinodeRefusals.judge(StatusCode::from_u16(status).unwrap(), &headers, body.as_bytes())
    }

    #[test]
    fn each_condition() {
        let busy = r#"{"errors":[{"reason":"Linode busy."}]}"#;
        let other = r#"{"errors":[{"reason":"region is not valid","field":"region"}]}"#;
        assert_eq!(judge(429, &[], ""), Verdict::TURNED_AWAY);
        assert_eq!(judge(400, &[], busy), Verdict::TURNED_AWAY);
        assert_eq!(judge(400, &[("content-type", "text/html")], "<html>"), Verdict::TURNED_AWAY);
        assert_eq!(judge(400, &[("content-type", "application/json")], other), Verdict::FINAL);
        assert_eq!(judge(503, &[], ""), Verdict::DOUBTFUL);
        assert_eq!(judge(503, &[("x-maintenance-mode", "1")], ""), Verdict::FINAL);
        assert_eq!(judge(408, &[], ""), Verdict::DOUBTFUL);
        for status in [500, 502, 504, 520] {
            assert_eq!(judge(status, &[], ""), Verdict::DOUBTFUL, "{status}");
        }
        for status in [301, 401, 403, 404, 409, 501] {
            assert_eq!(judge(status, &[], ""), Verdict::FINAL, "{status}");
        }
    }
}
