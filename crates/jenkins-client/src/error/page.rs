//! Jenkins' own words, dug out of the pages that it answers errors with.

use api_transport::http::HeaderMap;
use api_transport::http::header::CONTENT_TYPE;

/// The most of a message that is repeated: a server gone wrong must not fill a log.
const LONGEST: usize = 400;

/// The most of a page that is looked at.
const LOOKED_AT: usize = 256 << 10;

/// The message of an error, on one line; none where no words are found. A page is never repeated whole.
pub(super) fn message(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    if let Some(error) = headers.get("x-error") {
        return plain(&String::from_utf8_lossy(error.as_bytes()));
    }
    let text = String::from_utf8_lossy(&body[..body.len().min(LOOKED_AT)]);
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if is_html(headers, body) {
        return of_page(&text);
    }
    if kind.contains("json") {
        let json: serde_json::Value = serde_json::from_slice(body).ok()?;
        return ["message", "error"].iter().find_map(|field| plain(json.get(field)?.as_str()?));
    }
    if kind.starts_with("text/plain") { plain(text.lines().next()?) } else { None }
}

/// Whether an answer is a page for people.
pub(super) fn is_html(headers: &HeaderMap, body: &[u8]) -> bool {
    says_html(headers) || body.trim_ascii_start().starts_with(b"<")
}

/// Whether an answer says that it is a page for people.
pub(crate) fn says_html(headers: &HeaderMap) -> bool {
    let said = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    said.is_some_and(|kind| kind.starts_with("text/html"))
}

/// Whether it is a page on which people log in.
pub(super) fn is_login_page(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(&body[..body.len().min(LOOKED_AT)]);
    ["j_spring_security_check", "j_acegi_security_check", "type=\"password\"", "name=\"j_password\""]
        .iter()
        .any(|sign| text.contains(sign))
}

fn of_page(page: &str) -> Option<String> {
    // The servlet container's table, the page of Jenkins itself, the title or heading with the status, an older container's
    // `Reason`, and what else stands in the first paragraph.
    after(page, "MESSAGE:</th>", "td")
        .or_else(|| after(page, "<h1>Error</h1>", "p"))
        .or_else(|| ["h1", "h2", "title"].iter().find_map(|tag| of_status(&element(page, tag)?)))
        .or_else(|| first_line(page))
        .or_else(|| element(page, "p").and_then(|text| plain(&text)))
        .or_else(|| ["h1", "h2", "title"].iter().find_map(|tag| plain(&element(page, tag)?)))
}

/// The words of `HTTP ERROR 403 No valid crumb was included in the request`, where there are any besides the status'.
fn of_status(heading: &str) -> Option<String> {
    let rest = heading.trim().strip_prefix("HTTP ERROR")?.trim();
    let words = rest.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches([':', ' ']);
    let known = ["Forbidden", "Not Found", "Bad Request", "Internal Server Error", "Unauthorized"];
    if known.contains(&words) { None } else { plain(words) }
}

/// The first line of what stands preformatted: the rest is a stack trace.
fn first_line(page: &str) -> Option<String> {
    let text = element(page, "pre")?;
    plain(text.lines().find(|line| !line.trim().is_empty())?)
}

fn after(page: &str, mark: &str, tag: &str) -> Option<String> {
    let at = page.find(mark)? + mark.len();
    plain(&element(&page[at..], tag)?)
}

/// The text of the first element of this name, without the tags in it. Lines stay.
fn element(page: &str, tag: &str) -> Option<String> {
    let (mut from, open) = (0, format!("<{tag}"));
    loop {
        let begin = from + page.get(from..)?.find(&open)? + open.len();
        let rest = &page[begin..];
        // `<p` begins `<pre` too.
        if rest.starts_with(|c: char| c == '>' || c.is_ascii_whitespace()) {
            let inner = &rest[rest.find('>')? + 1..];
            let end = inner.find(&format!("</{tag}>")).unwrap_or(inner.len());
            return Some(without_tags(&inner[..end]));
        }
        from = begin;
    }
}

fn without_tags(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            _ if !inside => text.push(c),
            _ => {}
        }
    }
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#039;", "'"),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text, |text, (entity, c)| text.replace(entity, c))
}

/// On one line, without control characters, not too long; none where nothing is left.
fn plain(text: &str) -> Option<String> {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    let cut = line.char_indices().nth(LONGEST).map(|(at, _)| format!("{}…", &line[..at]));
    Some(cut.unwrap_or(line)).filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use api_transport::http::HeaderValue;

    fn of(body: &str) -> Option<String> {
        let headers =
            HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("text/html;charset=utf-8"))]);
        message(&headers, body.as_bytes())
    }

    #[test]
    fn each_kind_of_page_gives_its_words() {
        let rows = [
            (
                "<html><head><title>Error 403 No valid crumb</title></head><body><h2>HTTP ERROR 403 No valid crumb was \
                 included in the request</h2><table><tr><th>URI:</th><td>/x</td></tr><tr><th>MESSAGE:</th>\
                 <td>No valid crumb was included in the request</td></tr></table></body></html>",
                "No valid crumb was included in the request",
            ),
            ("<body><h1>Error</h1><p>X is not buildable</p><a href=/>back</a>", "X is not buildable"),
            (
                "<html><head><title>Error 500</title></head><body><h2>HTTP ERROR 500</h2><p>Problem accessing /x. \
                 Reason:<pre>    java.lang.IllegalArgumentException: No such parameter definition: N\n\tat hudson.Foo</pre>",
                "java.lang.IllegalArgumentException: No such parameter definition: N",
            ),
            (
                "<h1>Oops!</h1><p class='x'>ann is missing the <b>Job/Build</b> permission</p>",
                "ann is missing the Job/Build permission",
            ),
            ("<h1 id=a>HTTP ERROR 400 Nothing is submitted</h1>", "Nothing is submitted"),
            (
                "<h1>Please wait while Jenkins is getting ready to work</h1>",
                "Please wait while Jenkins is getting ready to work",
            ),
            ("<p>it&#039;s &lt;b&gt; &amp;amp;</p>", "it's <b> &amp;"),
        ];
        for (page, words) in rows {
            assert_eq!(of(page).as_deref(), Some(words), "{page}");
        }
        assert_eq!(of("<html></html>"), None);
    }

    #[test]
    fn a_message_is_one_line_of_bounded_length() {
        let long = of(&format!("<p>a\u{7}b\n{}</p>", "x".repeat(1000))).unwrap();
        assert!(long.starts_with("a b x") && long.chars().count() == LONGEST + 1, "{long}");
    }

    #[test]
    fn the_header_and_json_go_before() {
        let error = HeaderValue::from_bytes("A job already exists with the name ‘web’".as_bytes()).unwrap();
        let headers = HeaderMap::from_iter([("x-error".parse().unwrap(), error)]);
        assert_eq!(message(&headers, b"<p>other</p>").unwrap(), "A job already exists with the name ‘web’");
        let json = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        assert_eq!(message(&json, br#"{"status":"error","message":"no"}"#).unwrap(), "no");
        assert_eq!(message(&json, b"{}"), None);
    }
}
