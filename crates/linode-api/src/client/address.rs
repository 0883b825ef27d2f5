//! The address of the API, as settings and the environment give it.

use api_transport::Url;

use super::build_error::BuildError;

/// Scheme and host of the API, and the version if the address ends in one.
pub(super) fn address(given: &str) -> Result<(Url, Option<String>), BuildError> {
    let bad = || BuildError::Address { given: shown(given) };
    let text = given.trim();
    let text = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let mut url = Url::parse(&text).map_err(|_| bad())?;
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() || !plain {
        return Err(bad());
    }
    let path = url.path().trim_end_matches('/').to_owned();
    let (before, last) = path.rsplit_once('/').unwrap_or(("", &path));
    if is_version(last) {
        let last = last.to_owned();
        url.set_path(before);
        return Ok((url, Some(last)));
    }
    Ok((url, None))
}

pub(super) fn version(given: &str) -> Result<String, BuildError> {
    let text = given.trim().trim_matches('/');
    if is_version(text) { Ok(text.to_owned()) } else { Err(BuildError::Version { given: given.to_owned() }) }
}

/// `v4`, `v4beta`, and what may follow them.
fn is_version(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('v') else { return false };
    rest.starts_with(|c: char| c.is_ascii_digit()) && rest.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Credentials in an address are not repeated in a message.
fn shown(given: &str) -> String {
    given.rsplit_once('@').map_or_else(|| given.to_owned(), |(_, host)| format!("…@{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_with_and_without_version() {
        let cases = [
            ("https://api.linode.com", "https://api.linode.com/", None),
            ("https://api.linode.com/", "https://api.linode.com/", None),
            ("https://api.linode.com/v4", "https://api.linode.com/", Some("v4")),
            ("https://api.linode.com/v4beta/", "https://api.linode.com/", Some("v4beta")),
            ("http://127.0.0.1:8080/proxy/v4", "http://127.0.0.1:8080/proxy", Some("v4")),
            ("http://127.0.0.1:8080/proxy", "http://127.0.0.1:8080/proxy", None),
            ("api.linode.com", "https://api.linode.com/", None),
        ];
        for (given, base, version) in cases {
            let (url, found) = address(given).unwrap();
            assert_eq!((url.as_str(), found.as_deref()), (base, version), "{given}");
        }
        for bad in ["", "ftp://host", "https://", "https://user:pass@host", "https://host?x=1"] {
            assert!(address(bad).is_err(), "{bad}");
        }
        let message = address("https://user:hunter2@host").unwrap_err().to_string();
        assert!(!message.contains("hunter2"), "{message}");
    }
}
