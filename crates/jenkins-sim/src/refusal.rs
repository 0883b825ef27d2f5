//! How Jenkins says no.

/// What an error page looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Page {
    /// The servlet container's: `HTTP ERROR 404 Not Found`.
    Container,
    /// Jenkins' own, with the message below a heading.
    Error,
    /// `Oops!`, with the exception as a stack trace.
    Oops,
    /// `Access Denied`.
    Denied,
}

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) page: Page,
    pub(crate) message: String,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Refusal {
    fn new(status: u16, page: Page, message: impl Into<String>) -> Self {
        Self { status, page, message: message.into(), headers: Vec::new() }
    }

    pub(crate) fn not_found() -> Self {
        Self::new(404, Page::Container, "Not Found")
    }

    pub(crate) fn container(status: u16, message: impl Into<String>) -> Self {
        Self::new(status, Page::Container, message)
    }

    /// A `hudson.model.Failure`: 400 with the message in `X-Error` too.
    pub(crate) fn failure(message: impl Into<String>) -> Self {
        let message = message.into();
        Self::new(400, Page::Error, message.clone()).header("X-Error", message)
    }

    pub(crate) fn error(status: u16, message: impl Into<String>) -> Self {
        Self::new(status, Page::Error, message)
    }

    pub(crate) fn exception(message: impl Into<String>) -> Self {
        Self::new(500, Page::Oops, message)
    }

    pub(crate) fn needs_post() -> Self {
        Self::container(405, "This URL requires POST").header("Allow", "POST".to_owned())
    }

    pub(crate) fn denied(user: &str, permission: crate::Permission) -> Self {
        let message = format!("{user} is missing the {} permission", permission.name());
        Self::new(403, Page::Denied, message)
            .header("X-You-Are-Authenticated-As", user.to_owned())
            .header("X-Required-Permission", permission.id().to_owned())
    }

    pub(crate) fn header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}
