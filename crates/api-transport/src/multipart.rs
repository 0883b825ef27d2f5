use std::fmt;

use bytes::{Bytes, BytesMut};

/// The fields of a form as `multipart/form-data`: the one way to send a file with a form.
#[derive(Clone, Default)]
pub struct Multipart {
    parts: Vec<Part>,
}

#[derive(Clone)]
struct Part {
    name: String,
    file: Option<File>,
    value: Bytes,
}

#[derive(Clone)]
struct File {
    name: String,
    content_type: &'static str,
}

impl Multipart {
    /// A form without fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text field.
    #[must_use]
    pub fn text(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let value = Bytes::from(value.into());
        self.parts.push(Part { name: name.into(), file: None, value });
        self
    }

    /// Adds a file as `application/octet-stream`.
    #[must_use]
    pub fn file(
        mut self,
        name: impl Into<String>,
        file_name: impl Into<String>,
        content: impl Into<Bytes>,
    ) -> Self {
        let file = File { name: file_name.into(), content_type: "application/octet-stream" };
        self.parts.push(Part { name: name.into(), file: Some(file), value: content.into() });
        self
    }

    /// The content type, which names the boundary, and the body.
    pub(crate) fn encode(&self) -> (String, Bytes) {
        let boundary = self.boundary();
        let mut body = BytesMut::new();
        for part in &self.parts {
            let mut head =
                format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", quoted(&part.name));
            if let Some(file) = &part.file {
                head +=
                    &format!("; filename=\"{}\"\r\nContent-Type: {}", quoted(&file.name), file.content_type);
            }
            head += "\r\n\r\n";
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(&part.value);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        (format!("multipart/form-data; boundary={boundary}"), body.freeze())
    }

    /// A text that no value contains. It is the same for the same fields, so that a request can be compared in tests.
    fn boundary(&self) -> String {
        let mut number: u64 = 0;
        loop {
            let boundary = format!("----form-boundary-{number:016x}");
            let taken = |part: &Part| find(&part.value, boundary.as_bytes());
            if !self.parts.iter().any(taken) {
                return boundary;
            }
            number += 1;
        }
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// As browsers write names into `Content-Disposition`.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

impl fmt::Debug for Multipart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values stay out: a form may hold secrets.
        f.debug_list().entries(self.parts.iter().map(|part| &part.name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_written_with_a_boundary_that_no_value_contains() {
        let form = Multipart::new().text("json", "{}").file(
            "a\"b",
            "x.bin",
            &b"\r\n------form-boundary-0000000000000000--"[..],
        );
        let (content_type, body) = form.encode();
        let boundary = "----form-boundary-0000000000000001";
        assert_eq!(content_type, format!("multipart/form-data; boundary={boundary}"));
        let expected = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n{{}}\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"a%22b\"; filename=\"x.bin\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n\
             \r\n------form-boundary-0000000000000000--\r\n--{boundary}--\r\n"
        );
        assert_eq!(body, expected.as_bytes());
    }
}
