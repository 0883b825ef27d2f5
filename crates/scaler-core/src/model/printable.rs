//! What somebody else wrote, for a line of a log, a terminal or a page.

use std::fmt::{self, Write as _};

/// A text whose control characters are escaped, so that it stays on its line and moves nothing.
struct Printable<'a>(&'a str);

/// Escapes what a terminal obeys and a reader does not see: control characters, line ends, and what turns the direction of
/// writing. Everything else stays as it is.
///
/// ```
/// use scaler_core::model::printable;
///
/// assert_eq!(printable("sale\n\u{1b}[31mat noon, größer").to_string(), r"sale\n\u{1b}[31mat noon, größer");
/// ```
#[must_use]
pub fn printable(text: &str) -> impl fmt::Display {
    Printable(text)
}

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            if is_obeyed(c) {
                write!(f, "{}", c.escape_default())?;
            } else {
                f.write_char(c)?;
            }
        }
        Ok(())
    }
}

fn is_obeyed(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_escaped_and_letters_stay() {
        assert_eq!(printable("\t\r\n\0\u{7f}\u{9b}").to_string(), r"\t\r\n\u{0}\u{7f}\u{9b}");
        assert_eq!(printable("a\u{202e}b\u{2028}c").to_string(), r"a\u{202e}b\u{2028}c");
        let plain = "日本 größer — “x” \\n";
        assert_eq!(printable(plain).to_string(), plain);
    }
}
