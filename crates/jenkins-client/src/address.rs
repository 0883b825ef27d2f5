//! Addresses: paths of jobs, redirects, and URLs of answers put back on the client's base.

use api_transport::http::header::LOCATION;
use api_transport::http::{HeaderMap, StatusCode};
use api_transport::{Request, Url};

use crate::models::{JobName, QueueId};

/// The first parts of paths below Jenkins' root. What stands before one is a context path.
const ROOTS: &[&str] = &["job", "queue", "view", "computer", "user", "credentials", "me"];

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
    Some(rebased)
}

/// The item of the queue that a `Location` names.
pub(crate) fn queue_item(headers: &HeaderMap) -> Option<QueueId> {
    let mut parts =
        location(headers)?.split('/').filter(|part| !part.is_empty()).skip_while(|p| *p != "queue");
    match (parts.next(), parts.next(), parts.next()) {
        (Some("queue"), Some("item"), Some(number)) => number.parse().ok(),
        _ => None,
    }
}

/// Whether a redirect is Jenkins' way to say that a POST was done: it leads to the page of what was changed. One that leads to
/// a login, or to the same path again (a proxy that wants https), says that nothing was done.
pub(crate) fn is_done(request: &Request, status: StatusCode, headers: &HeaderMap) -> bool {
    let Some(path) = location(headers) else { return false };
    matches!(status, StatusCode::FOUND | StatusCode::SEE_OTHER)
        && !is_login(headers)
        && !path
            .trim_end_matches('/')
            .ends_with(&format!("/{}", request.encoded_path().trim_end_matches('/')))
}

/// Whether a redirect leads to a page where people log in.
pub(crate) fn is_login(headers: &HeaderMap) -> bool {
    let Some(path) = location(headers) else { return false };
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [.., "job", "login"] => false,
        [.., last] => matches!(*last, "login" | "commenceLogin" | "loginEntry"),
        [] => false,
    }
}

/// The path of a redirect's `Location`.
fn location(headers: &HeaderMap) -> Option<&str> {
    Some(path_of(headers.get(LOCATION)?.to_str().ok()?))
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
