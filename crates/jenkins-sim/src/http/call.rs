//! A request, taken apart.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::escape::unescape;
use super::form::{Form, pairs};

/// A request, without transport.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: String,
    /// Below the context path, as it was sent.
    pub(super) path: String,
    /// Its parts, with escapes taken out.
    pub(super) parts: Vec<String>,
    pub(super) query: Vec<(String, String)>,
    pub(super) form: Form,
    pub(super) body: Vec<u8>,
    pub(super) content_type: String,
    pub(super) host: Option<String>,
    /// The user and the secret of `Authorization: Basic`; an error when the header can't be read.
    pub(super) basic: Option<Result<(String, String), ()>>,
    pub(super) cookies: Vec<(String, String)>,
    pub(super) crumb: Option<String>,
}

impl Call {
    pub(super) fn new(parts: &axum::http::request::Parts, path: &str, body: &[u8]) -> Self {
        let text =
            |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let content_type = text("content-type").to_owned();
        let cookies = text("cookie").split(';').filter_map(|cookie| {
            let (name, value) = cookie.trim().split_once('=')?;
            Some((name.to_owned(), value.trim_matches('"').to_owned()))
        });
        let host = parts.uri.authority().map(ToString::to_string).or_else(|| {
            let host = text("host");
            (!host.is_empty()).then(|| host.to_owned())
        });
        let crumb = text("jenkins-crumb");
        Self {
            method: parts.method.as_str().to_owned(),
            path: path.to_owned(),
            parts: path.split('/').filter(|part| !part.is_empty()).map(unescape).collect(),
            query: pairs(parts.uri.query().unwrap_or_default().as_bytes()),
            form: Form::read(&content_type, body),
            body: body.to_vec(),
            content_type,
            host,
            basic: parts.headers.get("authorization").map(|value| basic(value.to_str().unwrap_or_default())),
            cookies: cookies.collect(),
            crumb: (!crumb.is_empty()).then(|| crumb.to_owned()),
        }
    }

    /// A parameter of the query, or a field of the form.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let of = |pairs: &'_ [(String, String)]| pairs.iter().position(|(known, _)| known == name);
        if let Some(at) = of(&self.query) {
            return self.query.get(at).map(|(_, value)| value.as_str());
        }
        of(&self.form.fields).and_then(|at| self.form.fields.get(at)).map(|(_, value)| value.as_str())
    }

    pub(super) fn is_post(&self) -> bool {
        self.method == "POST"
    }

    /// The body as text, without a byte order mark.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).trim_start_matches('\u{feff}').to_owned()
    }
}

fn basic(header: &str) -> Result<(String, String), ()> {
    let (scheme, rest) = header.split_once(' ').ok_or(())?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(());
    }
    let bytes = STANDARD.decode(rest.trim()).map_err(|_| ())?;
    let text = String::from_utf8(bytes).map_err(|_| ())?;
    let (user, secret) = text.split_once(':').ok_or(())?;
    Ok((user.to_owned(), secret.to_owned()))
}
