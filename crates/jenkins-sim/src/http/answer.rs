//! An answer before it is put on the wire.

use bytes::Bytes;

use crate::config::escape;
use crate::refusal::{Page, Refusal};

const HTML: &str = "text/html;charset=utf-8";

/// A status, headers and a body.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) kind: &'static str,
    pub(super) body: Bytes,
    /// It comes from something in front of Jenkins, so it lacks Jenkins' headers.
    pub(super) foreign: bool,
}

impl Answer {
    pub(super) fn new(status: u16, kind: &'static str, body: impl Into<Bytes>) -> Self {
        Self { status, headers: Vec::new(), kind, body: body.into(), foreign: false }
    }

    pub(super) fn json(value: &serde_json::Value) -> Self {
        Self::new(200, "application/json;charset=utf-8", value.to_string())
    }

    pub(super) fn text(text: impl Into<Bytes>) -> Self {
        Self::new(200, "text/plain;charset=utf-8", text)
    }

    pub(super) fn xml(text: impl Into<Bytes>) -> Self {
        Self::new(200, "application/xml", text)
    }

    /// A page for people, to which a redirect leads after something was done.
    pub(super) fn page(title: &str) -> Self {
        let title = crate::config::escape(title);
        Self::html(200, format!("<!DOCTYPE html><html><head><title>{title} [Jenkins]</title></head></html>"))
    }

    pub(super) fn html(status: u16, body: impl Into<Bytes>) -> Self {
        Self::new(status, HTML, body)
    }

    /// What most changes answer where nothing is to be shown.
    pub(super) fn done() -> Self {
        Self::new(200, HTML, Bytes::new())
    }

    pub(super) fn empty(status: u16) -> Self {
        Self::new(status, HTML, Bytes::new())
    }

    pub(super) fn redirect(status: u16, location: String) -> Self {
        Self::empty(status).header("Location", location)
    }

    pub(super) fn header(mut self, name: &'static str, value: impl std::fmt::Display) -> Self {
        self.headers.push((name, format!("{value}")));
        self
    }

    /// The page of a proxy in front of Jenkins.
    pub(super) fn gateway(status: u16) -> Self {
        let title = reason(status);
        let body = format!(
            "<html>\r\n<head><title>{status} {title}</title></head>\r\n<body>\r\n<center><h1>{status} {title}</h1>\
             </center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
        );
        Self { foreign: true, ..Self::html(status, body) }
    }

    /// The login page of a proxy in front of Jenkins.
    pub(super) fn login_page() -> Self {
        let body = "<!DOCTYPE html><html><head><title>Sign in</title></head><body><form action=\"/sso\" method=\"post\">\
                    <input name=\"user\"><input name=\"password\" type=\"password\"></form></body></html>";
        Self { foreign: true, ..Self::html(200, body) }
    }

    /// What Jenkins answers while it starts.
    pub(super) fn starting() -> Self {
        let body = "<!DOCTYPE html><html><head resURL=\"/static\"><title>Starting Jenkins</title></head><body>\
                    <h1>Starting Jenkins</h1><p>Please wait while Jenkins is getting ready to work ...</p>\
                    <p>Your browser will reload automatically when Jenkins is ready.</p></body></html>";
        Self { foreign: true, ..Self::html(503, body) }
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let Refusal { status, page, message, headers } = refusal;
        let shown = escape(&message);
        let body = match page {
            Page::Container => format!(
                "<html>\n<head>\n<meta http-equiv=\"Content-Type\" content=\"text/html;charset=utf-8\"/>\n<title>Error {status} \
                 {shown}</title>\n</head>\n<body><h2>HTTP ERROR {status} {shown}</h2>\n<table>\n<tr><th>STATUS:</th><td>{status}\
                 </td></tr>\n<tr><th>MESSAGE:</th><td>{shown}</td></tr>\n<tr><th>SERVLET:</th><td>Stapler</td></tr>\n</table>\n\
                 </body>\n</html>\n"
            ),
            Page::Error => framed("Error", &format!("<h1>Error</h1><p>{shown}</p>")),
            Page::Oops => framed(
                "Jenkins",
                &format!(
                    "<h1>Oops!</h1><p>A problem occurred while processing the request.</p><h2>Stack trace</h2>\
                     <pre>java.lang.IllegalArgumentException: {shown}\n\tat java.base/java.lang.Thread.run(Thread.java:1583)</pre>"
                ),
            ),
            Page::Denied => {
                framed("Access Denied", &format!("<h1>Access Denied</h1><p class=\"error\">{shown}</p>"))
            }
        };
        Self { headers, ..Self::html(status, body) }
    }
}

fn framed(title: &str, main: &str) -> String {
    format!(
        "<!DOCTYPE html><html><head><title>{title} [Jenkins]</title></head><body id=\"jenkins\"><div id=\"page-body\">\
         <div id=\"main-panel\">{main}</div></div><footer>Jenkins</footer></body></html>"
    )
}

/// The usual words for a status.
pub(super) fn reason(status: u16) -> String {
    let known = axum::http::StatusCode::from_u16(status).ok();
    known.and_then(|status| status.canonical_reason()).unwrap_or("Error").to_owned()
}
