//! Forms: urlencoded and multipart.

use super::escape::unescape;

/// What a form holds.
#[derive(Debug, Default)]
pub(super) struct Form {
    pub(super) fields: Vec<(String, String)>,
    pub(super) files: Vec<File>,
}

/// A file that was sent along.
#[derive(Debug)]
pub(super) struct File {
    pub(super) field: String,
    pub(super) name: String,
    pub(super) content: Vec<u8>,
}

impl Form {
    pub(super) fn read(content_type: &str, body: &[u8]) -> Self {
        if content_type.starts_with("application/x-www-form-urlencoded") {
            return Self { fields: pairs(body), files: Vec::new() };
        }
        let boundary =
            content_type.strip_prefix("multipart/form-data").and_then(|rest| rest.split("boundary=").nth(1));
        match boundary {
            Some(boundary) => {
                multipart(boundary.split(';').next().unwrap_or_default().trim().trim_matches('"'), body)
            }
            None => Self::default(),
        }
    }
}

/// `a=b&c=d` with escapes taken out.
pub(super) fn pairs(text: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(text);
    let plain = |text: &str| unescape(&text.replace('+', " "));
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (plain(name), plain(value)))
        .collect()
}

fn multipart(boundary: &str, body: &[u8]) -> Form {
    let mut form = Form::default();
    let mark = format!("--{boundary}");
    for part in split(body, mark.as_bytes()) {
        let part = part.strip_prefix(b"\r\n").unwrap_or(part);
        let Some(end) = find(part, b"\r\n\r\n") else { continue };
        let (head, content) = part.split_at(end);
        let content = content.get(4..).unwrap_or_default();
        let content = content.strip_suffix(b"\r\n").unwrap_or(content);
        let head = String::from_utf8_lossy(head);
        let attribute = |name: &str| {
            let (_, rest) = head.split_once(&format!("{name}=\""))?;
            rest.split_once('"').map(|(value, _)| value.to_owned())
        };
        let Some(field) = attribute("; name") else { continue };
        match attribute("; filename") {
            Some(name) => form.files.push(File { field, name, content: content.to_vec() }),
            None => form.fields.push((field, String::from_utf8_lossy(content).into_owned())),
        }
    }
    form
}

fn split<'a>(body: &'a [u8], mark: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let mut rest = body;
    while let Some(at) = find(rest, mark) {
        parts.push(rest.get(..at).unwrap_or_default());
        rest = rest.get(at + mark.len()..).unwrap_or_default();
    }
    parts
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len().max(1)).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_multipart_form_has_fields_and_files() {
        let body = b"--x\r\nContent-Disposition: form-data; name=\"GROUP\"\r\n\r\nweb\r\n--x\r\nContent-Disposition: \
                     form-data; name=\"plan\"; filename=\"plan.txt\"\r\nContent-Type: text/plain\r\n\r\na\r\nb\r\n--x--\r\n";
        let form = Form::read("multipart/form-data; boundary=x", body);
        assert_eq!(form.fields, [("GROUP".to_owned(), "web".to_owned())]);
        let file = &form.files[0];
        assert_eq!(
            (file.field.as_str(), file.name.as_str(), file.content.as_slice()),
            ("plan", "plan.txt", &b"a\r\nb"[..])
        );
    }

    #[test]
    fn pairs_are_unescaped() {
        assert_eq!(
            pairs(b"a=b+c%2F&d"),
            [("a".to_owned(), "b c/".to_owned()), ("d".to_owned(), String::new())]
        );
    }
}
