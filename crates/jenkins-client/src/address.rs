//! Addresses: paths of jobs, redirects, and URLs of answers put back on the client's base.

use api_transport::http::header::LOCATION;
use api_transport::http::{HeaderMap, StatusCode};
use api_transport::{Request, Url};

use crate::models::{JobName, QueueId};

/// The first parts of paths below Jenkins' root. What stands before one is a context path.
const ROOTS: &[&str] = &["job", "queue", "view", "computer", "user", "credentials", "me"];

/// What stands in the queries of redirects to somebody else's login: OAuth, SAML, oauth2-proxy, CAS.
const LOGIN_QUERIES: &[&str] = &["client_id", "redirect_uri", "SAMLRequest", "rd", "service"];

/// Puts the path of a job into a request; nothing for the root.
pub(crate) fn at_job(request: Request, job: Option<&JobName>) -> Request {
    let segments = job.into_iter().flat_map(JobName::segments);
    segments.fold(request, |request, segment| request.segment("job").segment(segment))
}

/// A URL of an answer on the client's base: Jenkins builds URLs from the root that is configured in it, which may be another
/// host, scheme or context path than the client uses. The path below the root is kept. None where no such path is found.
pub(crate) fn rebase(base: &Url, url: &str) -> Option<Url> {
    let path = path_of(url);
    let prefix = base.path().trim_end_matches('/');
    let below = match path.strip_prefix(prefix).filter(|rest| rest.starts_with('/')) {
        Some(rest) if !prefix.is_empty() || starts_at_root(rest) => rest,
        _ => from_root(path)?,
    };
    let mut rebased = base.clone();
    rebased.set_path(&format!("{prefix}/{}", below.trim_start_matches('/')));
    // Dots in the path may have led out of Jenkins, to what else the host serves.
    let inside = rebased.path().strip_prefix(prefix).is_some_and(starts_at_root);
    inside.then_some(rebased)
}

/// The item of the queue that a `Location` names.
pub(crate) fn queue_item(headers: &HeaderMap) -> Option<QueueId> {
    let path = path_of(location(headers)?);
    let mut parts = path.split('/').filter(|part| !part.is_empty()).skip_while(|p| *p != "queue");
    match (parts.next(), parts.next(), parts.next()) {
        (Some("queue"), Some("item"), Some(number)) => number.parse().ok(),
        _ => None,
    }
}

/// Whether a redirect is Jenkins' way to say that a POST was done: it leads to the page of what was changed. One that leads to
/// a login, to the same path again (a proxy that wants https), or with a query to a place that it names in full (Jenkins'
/// pages take none), says that nothing was done.
pub(crate) fn is_done(request: &Request, status: StatusCode, headers: &HeaderMap) -> bool {
    let Some(location) = location(headers) else { return false };
    matches!(status, StatusCode::FOUND | StatusCode::SEE_OTHER)
        && !is_login(headers)
        && (!location.contains("://") || query_of(location).next().is_none())
        && !path_of(location)
            .trim_end_matches('/')
            .ends_with(&format!("/{}", request.encoded_path().trim_end_matches('/')))
}

/// Whether a redirect leads to a page where people log in: Jenkins' own, or that of a proxy in front.
pub(crate) fn is_login(headers: &HeaderMap) -> bool {
    let Some(location) = location(headers) else { return false };
    let parts: Vec<&str> = path_of(location).split('/').filter(|part| !part.is_empty()).collect();
    let page = match parts.as_slice() {
        [.., "job", "login"] => false,
        [.., last] => matches!(*last, "login" | "commenceLogin" | "loginEntry"),
        [] => false,
    };
    page || query_of(location).any(|name| LOGIN_QUERIES.contains(&name))
}

/// Where a redirect leads, if it says so in full, without what may be secret in it.
pub(crate) fn redirect_target(headers: &HeaderMap) -> Option<Url> {
    let mut target = Url::parse(location(headers)?).ok()?;
    target.set_query(None);
    target.set_fragment(None);
    target.set_username("").ok()?;
    target.set_password(None).ok()?;
    Some(target)
}

fn location(headers: &HeaderMap) -> Option<&str> {
    headers.get(LOCATION)?.to_str().ok()
}

/// The names in the query of a URL.
fn query_of(url: &str) -> impl Iterator<Item = &str> {
    let query = url.split('#').next().and_then(|url| url.split_once('?')).map_or("", |(_, query)| query);
    query.split('&').filter_map(|pair| pair.split('=').next()).filter(|name| !name.is_empty())
}

/// The path of a URL that may be relative, without query and fragment.
fn path_of(url: &str) -> &str {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => url,
    }
}

fn starts_at_root(path: &str) -> bool {
    path.trim_start_matches('/').split('/').next().is_some_and(|first| ROOTS.contains(&first))
}

fn from_root(path: &str) -> Option<&str> {
    let mut rest = path.trim_start_matches('/');
    loop {
        if starts_at_root(rest) {
            return Some(rest);
        }
        rest = rest.split_once('/')?.1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api_transport::http::HeaderValue;

    fn to(location: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(LOCATION, HeaderValue::from_static(location))])
    }

    #[test]
    fn urls_of_answers_are_put_on_the_base() {
        let rebased = |base: &str, url| rebase(&base.parse().unwrap(), url).map(String::from);
        let here = Some("http://127.0.0.1:8080/job/a/job/b%20c/7/".to_owned());
        assert_eq!(rebased("http://127.0.0.1:8080/", "https://ci.example/job/a/job/b%20c/7/"), here);
        assert_eq!(rebased("http://127.0.0.1:8080", "https://ci.example/jenkins/job/a/job/b%20c/7/"), here);
        let below = Some("http://h/ci/queue/item/5/".to_owned());
        for url in [
            "https://ci.example/queue/item/5/",
            "queue/item/5/",
            "http://h/ci/queue/item/5/",
            "/x/queue/item/5/",
        ] {
            assert_eq!(rebased("http://h/ci/", url), below, "{url}");
        }
        assert_eq!(rebased("http://h/", "https://ci.example/other/"), None);
    }

    #[test]
    fn a_location_names_an_item_a_login_or_something_that_was_done() {
        let done = |location| {
            let request = Request::post("deleting").path("job/x/doDelete");
            is_done(&request, StatusCode::FOUND, &to(location))
        };
        assert!(done("http://ci/job/"));
        assert!(done("."));
        assert!(done("/job/login/"), "a job may be called login");
        assert!(!done("https://ci/job/x/doDelete"), "the same again, by a proxy that wants https");
        for login in [
            "/login?from=%2Fjob%2Fx",
            "http://ci/jenkins/login",
            "https://sso.example/securityRealm/commenceLogin",
        ] {
            assert!(!done(login) && is_login(&to(login)), "{login}");
        }
        assert_eq!(queue_item(&to("http://ci/jenkins/queue/item/12/")), Some(QueueId::new(12)));
        assert_eq!(queue_item(&to("/queue/item/12")), Some(QueueId::new(12)));
        assert_eq!(queue_item(&to("http://ci/job/x/")), None);
    }
}
