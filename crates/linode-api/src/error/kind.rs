//! What kind of failure a call met.

use api_transport::{RequestFailure, Stage};

use crate::models::Reason;
use crate::refusals::{MAINTENANCE, is_busy, is_html};

/// What kind of failure a call met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request could not be built; nothing was sent.
    Request,
    /// No connection could be made; surely not taken.
    Connect,
    /// The connection broke or the time ran out after something was sent; may have been taken.
    Lost,
    /// The API agreed, and its answer could not be understood; it was taken.
    Decode,
    /// 400: the API does not accept what was asked; its reasons name the fields.
    Invalid,
    /// 400: something on the account has this label already.
    LabelTaken,
    /// 400 on creating an instance which no field of the request explains but its type or region: there may be no room.
    Unavailable,
    /// 400: a limit of the account, or an account that is not active. Only an operator can cure it.
    AccountLimit,
    /// 400 on creating an instance: the account may not have this plan. Others can still be created.
    PlanLimit,
    /// 400: another job runs on the Linode.
    Busy,
    /// 401: the token is not valid, or has expired.
    Token,
    /// 401: the token is valid and lacks the scope.
    Scope,
    /// 403: the token's user lacks a grant or permission.
    Forbidden,
    /// 404: it does not exist, or not for this token.
    NotFound,
    /// 429, or the client's own rate budget: too many requests.
    RateLimited,
    /// 503 with the sign of maintenance.
    Maintenance,
    /// 408 or 5xx, or a gateway's page: the API is not well.
    Server,
    /// Any other status.
    Other,
}

/// What a call is about, where its refusals need to be read with that in mind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    CreateInstance,
    Other,
}

impl ErrorKind {
    pub(super) fn of(failure: &RequestFailure, reasons: &[Reason], subject: Subject) -> Self {
        match failure.stage() {
            Stage::Building => return Self::Request,
            Stage::Held => return Self::RateLimited,
            Stage::Connecting => return Self::Connect,
            Stage::Sending | Stage::Reading => return Self::Lost,
            Stage::Decoding => return Self::Decode,
            _ => {}
        }
        let html = failure.headers().is_some_and(is_html);
        match failure.status().map_or(0, |status| status.as_u16()) {
            400 if is_busy(failure.body()) => Self::Busy,
            400 if html => Self::Server,
            400 => Self::of_reasons(reasons, subject),
            401 if any(reasons, &["not authorized to use this endpoint"]) => Self::Scope,
            401 => Self::Token,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            429 => Self::RateLimited,
            503 if failure.headers().is_some_and(|h| h.contains_key(MAINTENANCE)) => Self::Maintenance,
            408 | 500..=599 => Self::Server,
            _ => Self::Other,
        }
    }

    fn of_reasons(reasons: &[Reason], subject: Subject) -> Self {
        if subject == Subject::CreateInstance && any(reasons, &["the selected linode plan"]) {
            return Self::PlanLimit;
        }
        if any(reasons, ACCOUNT) {
            return Self::AccountLimit;
        }
        let taken = |r: &Reason| {
            r.field.as_deref() == Some("label")
                && any(std::slice::from_ref(r), &["must be unique", "already exists"])
        };
        if reasons.iter().any(taken) {
            return Self::LabelTaken;
        }
        if subject == Subject::CreateInstance
            && !reasons.is_empty()
            && !reasons.iter().any(blames_the_request)
        {
            return Self::Unavailable;
        }
        Self::Invalid
    }
}

/// Words of refusals that were seen, or stand in the documentation, and that only an operator can cure.
const ACCOUNT: &[&str] = &[
    "account limit reached",
    "open a support ticket",
    "contact support",
    "limit on your account",
    "reached the limit for",
    "account must be activated",
];

/// What the request to create an instance says besides its type and region.
const OURS: &[&str] = &[
    "label",
    "image",
    "root_pass",
    "password",
    "authorized_keys",
    "authorized_users",
    "stackscript",
    "backup",
    "booted",
    "swap_size",
    "private_ip",
    "tag",
    "firewall",
    "metadata",
    "user_data",
    "interface",
    "disk_encryption",
    "ipv4",
    "maintenance_policy",
    "network_helper",
    "kernel",
    "boot_size",
    "group",
];

/// Whether a field of the request explains the refusal. How the API words a lack of room is not documented, so a refusal that
/// nothing explains is taken for one; a type or region that does not exist is a mistake, and says so.
fn blames_the_request(reason: &Reason) -> bool {
    match reason.field.as_deref() {
        Some("type" | "region") => {
            any(std::slice::from_ref(reason), &["is not valid", "not a valid", "does not exist"])
        }
        Some(_) => true,
        None => any(std::slice::from_ref(reason), OURS),
    }
}

fn any(reasons: &[Reason], words: &[&str]) -> bool {
    reasons.iter().any(|r| {
        let text = r.reason.to_lowercase();
        words.iter().any(|word| text.contains(word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(subject: Subject, field: Option<&str>, text: &str) -> ErrorKind {
        let reason = Reason { reason: text.into(), field: field.map(Into::into), ..Reason::default() };
        ErrorKind::of_reasons(&[reason], subject)
    }

    #[test]
    fn refusals_of_creates_are_sorted() {
        use ErrorKind::{AccountLimit, Invalid, LabelTaken, PlanLimit, Unavailable};
        let cases = [
            (None, "Account Limit reached. Please open a support ticket.", AccountLimit),
            (
                None,
                "A limit on your account is preventing the deployment of the selected Linode plan.",
                PlanLimit,
            ),
            (None, "You’ve reached the limit for the number of active vCPUs in this region.", AccountLimit),
            (None, "Your account must be activated before you can use this endpoint", AccountLimit),
            (Some("label"), "Label must be unique among your linodes", LabelTaken),
            (Some("label"), "Must only use ASCII letters, numbers, and underscores", Invalid),
            (None, "Must provide valid root_pass, authorized_keys, or authorized_users", Invalid),
            (Some("root_pass"), "Password does not meet strength requirement", Invalid),
            (Some("region"), "region is not valid", Invalid),
            (Some("type"), "A valid plan type by that ID was not found; it is not a valid type", Invalid),
            (Some("type"), "This plan is sold out", Unavailable),
            (Some("region"), "No room at the moment", Unavailable),
            (None, "An error occurred", Unavailable),
        ];
        for (field, text, expected) in cases {
            assert_eq!(kind(Subject::CreateInstance, field, text), expected, "{field:?}: {text}");
        }
        assert_eq!(kind(Subject::Other, None, "An error occurred"), ErrorKind::Invalid);
        assert_eq!(kind(Subject::Other, Some("label"), "Label must be unique"), ErrorKind::LabelTaken);
    }
}
