//! The little XML that is written here.

/// Text as it stands between tags or in an attribute. Characters that XML cannot carry are left out.
pub(super) fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&apos;",
            // A bare carriage return would be read as a line feed.
            '\r' => out += "&#13;",
            '\n' | '\t' => out.push(c),
            c if c.is_control() => {}
            _ => out.push(c),
        }
        out
    })
}
