//! RE2's syntax on the `regex` crate. The two differ where a silent difference would be a wrong match: in RE2 `\d`,
//! `\w`, `\s` and `\b` are ASCII, a class knows no set operations, a brace that does not repeat is a brace, `\Q…\E`
//! quotes and octal escapes exist; and the crate knows escapes and flags that RE2 refuses.

use regex::Regex;

/// RE2's limit on a repetition.
const MOST_REPEATS: u32 = 1000;

/// Compiles the pattern to match a whole value.
pub(super) fn anchored(pattern: &str) -> Result<Regex, String> {
    let translated = translate(pattern)?;
    Regex::new(&format!("^(?:{translated})$")).map_err(|error| match error {
        regex::Error::CompiledTooBig(limit) => format!("it needs more than {limit} bytes of memory"),
        // The crate prints a picture of the pattern with carets: its last line is the reason.
        other => {
            let text = other.to_string();
            text.lines().last().map_or("", |line| line.trim_start_matches("error: ")).to_owned()
        }
    })
}

fn translate(pattern: &str) -> Result<String, String> {
    let mut reader = Translator { rest: pattern, out: String::with_capacity(pattern.len() + 8) };
    let mut last = Last::Operand;
    while let Some(c) = reader.next() {
        let now = match c {
            '*' | '+' => Last::Repetition,
            '?' if last == Last::Repetition => Last::Lazy,
            '?' => Last::Repetition,
            '{' if reader.brace()? => Last::Repetition,
            _ => Last::Operand,
        };
        if now == Last::Repetition && last != Last::Operand {
            return Err(format!("a repetition of a repetition needs a group: {c}{}", reader.rest));
        }
        last = now;
        match c {
            '\\' => reader.escape()?,
            '[' => reader.class()?,
            '(' => reader.group()?,
            '{' => {}
            c => reader.out.push(c),
        }
    }
    Ok(reader.out)
}

const POSIX: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "word", "xdigit",
];

/// What the translator just passed: RE2 refuses `a**`, where the crate would repeat the repetition.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Operand,
    Repetition,
    /// The `?` behind a repetition that makes it take as little as it can.
    Lazy,
}

/// What an escape stands for.
enum Escape {
    Char(char),
    /// Text for the inside of a class of the crate.
    Class(String),
}

struct Translator<'a> {
    rest: &'a str,
    out: String,
}

impl Translator<'_> {
    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next();
        self.rest = chars.as_str();
        c
    }

    fn take(&mut self, token: &str) -> bool {
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn literal(&mut self, c: char) {
        if c.is_ascii_alphanumeric() || !c.is_ascii() {
            self.out.push(c);
        } else {
            self.out.push_str(&format!("\\x{{{:X}}}", u32::from(c)));
        }
    }

    fn group(&mut self) -> Result<(), String> {
        self.out.push('(');
        if !self.take("?") {
            return Ok(());
        }
        self.out.push('?');
        if self.rest.starts_with(['P', '<']) {
            return Ok(());
        }
        while let Some(c) = self.next() {
            match c {
                'i' | 'm' | 's' | 'U' | '-' => self.out.push(c),
                ':' | ')' => {
                    self.out.push(c);
                    return Ok(());
                }
                other => return Err(format!("RE2 has no flag `{other}`")),
            }
        }
        Err("unclosed group".to_owned())
    }

    /// Whether the brace was a repetition.
    fn brace(&mut self) -> Result<bool, String> {
        let repeat = self.rest.split_once('}').filter(|(inner, _)| {
            let (least, most) = inner.split_once(',').unwrap_or((inner, "0"));
            let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            !least.is_empty() && number(least) && number(most)
        });
        let Some((inner, rest)) = repeat else {
            self.literal('{');
            return Ok(false);
        };
        let too_many =
            |text: &str| !text.is_empty() && text.parse::<u32>().map_or(true, |n| n > MOST_REPEATS);
        if inner.split(',').any(too_many) {
            return Err(format!("a repetition counts to {MOST_REPEATS} at most: {{{inner}}}"));
        }
        self.out.push_str(&format!("{{{inner}}}"));
        self.rest = rest;
        Ok(true)
    }

    fn escape(&mut self) -> Result<(), String> {
        for (letter, assertion) in [("A", r"\A"), ("z", r"\z"), ("b", r"(?-u:\b)"), ("B", r"(?-u:\B)")] {
            if self.take(letter) {
                self.out.push_str(assertion);
                return Ok(());
            }
        }
        if self.take("Q") {
            let (quoted, rest) = self.rest.split_once("\\E").ok_or("\\Q without \\E")?;
            quoted.chars().for_each(|c| self.literal(c));
            self.rest = rest;
            return Ok(());
        }
        match self.escaped()? {
            Escape::Char(c) => self.literal(c),
            Escape::Class(inside) => self.out.push_str(&format!("[{inside}]")),
        }
        Ok(())
    }

    /// What stands after a backslash, in a class or outside.
    fn escaped(&mut self) -> Result<Escape, String> {
        let c = self.next().ok_or("a backslash stands at the end")?;
        let class = |inside: &str| Ok(Escape::Class(inside.to_owned()));
        match c {
            'd' => class("0-9"),
            'D' => class("[^0-9]"),
            'w' => class("0-9A-Za-z_"),
            'W' => class("[^0-9A-Za-z_]"),
            's' => class(r"\t\n\f\r\x20"),
            'S' => class(r"[^\t\n\f\r\x20]"),
            'p' | 'P' => self.property(c == 'P').map(Escape::Class),
            'a' => Ok(Escape::Char('\u{7}')),
            'f' => Ok(Escape::Char('\u{c}')),
            'n' => Ok(Escape::Char('\n')),
            'r' => Ok(Escape::Char('\r')),
            't' => Ok(Escape::Char('\t')),
            'v' => Ok(Escape::Char('\u{b}')),
            'x' => self.hexadecimal().map(Escape::Char),
            '0'..='7' => self.octal(c).map(Escape::Char),
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => Ok(Escape::Char(c)),
            c => Err(format!("RE2 has no escape `\\{c}`")),
        }
    }

    fn property(&mut self, negated: bool) -> Result<String, String> {
        let mut name = match self.next() {
            Some('{') => {
                let (name, rest) = self.rest.split_once('}').ok_or("unclosed \\p{")?;
                self.rest = rest;
                name.to_owned()
            }
            Some(c) => c.to_string(),
            None => return Err("\\p without the name of a class".to_owned()),
        };
        let inverse = name.starts_with('^');
        if inverse {
            name.remove(0);
        }
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err(format!("no Unicode class is called `{name}`"));
        }
        Ok(format!("\\{}{{{name}}}", if negated == inverse { 'p' } else { 'P' }))
    }

    fn hexadecimal(&mut self) -> Result<char, String> {
        let (digits, rest) = match self.rest.strip_prefix('{') {
            Some(inner) => inner.split_once('}').ok_or("unclosed \\x{")?,
            None => self.rest.split_at_checked(2).ok_or("\\x wants two digits")?,
        };
        let number = Some(digits)
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|digits| u32::from_str_radix(digits, 16).ok());
        self.rest = rest;
        number.and_then(char::from_u32).ok_or_else(|| format!("\\x names no character: {digits}"))
    }

    /// `\0`, `\012`, `\123`; a single digit other than 0 would be a back-reference, which RE2 does not have.
    fn octal(&mut self, first: char) -> Result<char, String> {
        if first != '0' && !self.rest.starts_with(|c: char| ('0'..='7').contains(&c)) {
            return Err(format!("RE2 has no back-references: \\{first}"));
        }
        let mut number = first.to_digit(8).unwrap_or_default();
        for _ in 0..2 {
            let Some(digit) = self.rest.chars().next().and_then(|c| c.to_digit(8)) else { break };
            number = number * 8 + digit;
            self.rest = &self.rest[1..];
        }
        char::from_u32(number).ok_or_else(|| format!("\\{number:o} names no character"))
    }

    fn class(&mut self) -> Result<(), String> {
        self.out.push('[');
        if self.take("^") {
            self.out.push('^');
        }
        let mut first = true;
        loop {
            if !first && self.take("]") {
                self.out.push(']');
                return Ok(());
            }
            first = false;
            self.class_item()?;
        }
    }

    fn class_item(&mut self) -> Result<(), String> {
        if let Some((name, rest)) = self.rest.strip_prefix("[:").and_then(|inner| inner.split_once(":]")) {
            if !POSIX.contains(&name.strip_prefix('^').unwrap_or(name)) {
                return Err(format!("no class is called [:{name}:]"));
            }
            self.out.push_str(&format!("[:{name}:]"));
            self.rest = rest;
            return Ok(());
        }
        let low = match self.class_char()? {
            Escape::Char(low) => low,
            Escape::Class(inside) => {
                self.out.push_str(&inside);
                return Ok(());
            }
        };
        self.literal(low);
        let range =
            self.rest.strip_prefix('-').is_some_and(|after| !after.is_empty() && !after.starts_with(']'));
        if range {
            self.rest = &self.rest[1..];
            let Escape::Char(high) = self.class_char()? else {
                return Err("a class can't end a range".to_owned());
            };
            if high < low {
                return Err(format!("the range {low}-{high} is the wrong way round"));
            }
            self.out.push('-');
            self.literal(high);
        }
        Ok(())
    }

    fn class_char(&mut self) -> Result<Escape, String> {
        match self.next().ok_or("unclosed character class")? {
            '\\' => self.escaped(),
            c => Ok(Escape::Char(c)),
        }
    }
}
