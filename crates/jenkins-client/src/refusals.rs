//! What Jenkins means by its refusals.

use api_transport::http::{HeaderMap, StatusCode};
use api_transport::{HttpRefusals, Refusals, Verdict};

/// Judges as HTTP does, but for what Jenkins is known to say before it does anything.
#[derive(Debug)]
pub(crate) struct JenkinsRefusals;

impl Refusals for JenkinsRefusals {
    fn judge(&self, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Verdict {
        match status {
            StatusCode::SERVICE_UNAVAILABLE if is_starting(body) => Verdict::TURNED_AWAY,
            StatusCode::INTERNAL_SERVER_ERROR if is_about_parameters(body) => Verdict::FINAL,
            _ => HttpRefusals.judge(status, headers, body),
        }
    }
}

/// Whether it is the page that Jenkins shows while it starts: nothing of it works yet.
pub(crate) fn is_starting(body: &[u8]) -> bool {
    contains(body, "Jenkins is getting ready to work") || contains(body, "Jenkins is restarting")
}

/// Whether parameters did not fit the job. Nothing was scheduled.
pub(crate) fn is_about_parameters(body: &[u8]) -> bool {
    [
        "No such parameter definition",
        "This build is not parameterized",
        "Illegal choice",
        "Cannot retrieve the parameter value",
    ]
    .iter()
    .any(|words| contains(body, words))
}

/// Whether a crumb was missing or is not valid any more.
pub(crate) fn is_about_crumb(body: &[u8]) -> bool {
    contains(body, "No valid crumb")
}

fn contains(body: &[u8], words: &str) -> bool {
    body.windows(words.len()).any(|window| window.eq_ignore_ascii_case(words.as_bytes()))
}
