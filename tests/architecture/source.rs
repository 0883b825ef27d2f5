//! Reads a Rust file far enough to know which paths it names: comments and strings left out, `use` trees unfolded,
//! `self` and `super` resolved, and the names that a `use` brings in followed to where they come from.

use std::collections::BTreeMap;
use std::path::Path;

/// A path that a file names, from its root: `crate::…` for this crate, else an external crate's or a local name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) line: usize,
    pub(crate) segments: Vec<String>,
}

impl Named {
    /// Whether the path begins with `prefix`, written `a::b`.
    pub(crate) fn is_under(&self, prefix: &str) -> bool {
        let wanted: Vec<&str> = prefix.split("::").collect();
        self.segments.len() >= wanted.len() && self.segments.iter().zip(&wanted).all(|(a, b)| a == b)
    }
}

/// What a file says.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) named: Vec<Named>,
    /// What each `use` brings in under which name, and from where.
    pub(crate) brought: BTreeMap<String, Vec<String>>,
    /// The lines of the keywords `async` and `await`.
    pub(crate) asynchronous: Vec<usize>,
    /// The modules that the file declares only for its tests (`#[cfg(test)] mod x;`).
    pub(crate) test_modules: Vec<String>,
}

impl Source {
    /// Reads `text`, the file at `path` below its crate's `src`. Without `tests`, items under `#[cfg(test)]` are left
    /// out.
    pub(crate) fn read(path: &Path, text: &str, tests: bool) -> Self {
        let all = tokens(text);
        let (kept, test_modules) = if tests {
            (all, Vec::new())
        } else {
            let kept = without_tests(&all);
            (kept.tokens, kept.test_modules)
        };
        let asynchronous =
            kept.iter().filter(|t| t.text == "async" || t.text == "await").map(|t| t.line).collect();
        let (named, brought) = Walk::new(module_of(path)).run(&kept);
        Self { named, brought, asynchronous, test_modules }
    }
}

/// `core/decide.rs` and `core/decide/mod.rs` are the module `core::decide`; `lib.rs` and `main.rs` the root.
pub(crate) fn module_of(path: &Path) -> Vec<String> {
    let mut module: Vec<String> =
        path.with_extension("").components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
    if matches!(module.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        module.pop();
    }
    module
}

/// A word, or one sign; `::` is one.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) line: usize,
    pub(crate) text: String,
}

impl Token {
    pub(crate) fn is_word(&self) -> bool {
        self.text.starts_with(|c: char| c.is_alphabetic() || c == '_')
    }
}

/// The words and signs of a file, without comments and literals.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let mut found = Vec::new();
    let (mut i, mut line) = (0, 1);
    while i < chars.len() {
        let began = i;
        match at(i) {
            '/' if at(i + 1) == '/' => i += chars[i..].iter().take_while(|c| **c != '\n').count(),
            '/' if at(i + 1) == '*' => i = after_block_comment(&chars, i),
            '"' => i = after_string(&chars, i),
            '\'' if at(i + 1) == '\\' => {
                i += 3;
                i += chars[i.min(chars.len())..].iter().take_while(|c| **c != '\'').count() + 1;
            }
            '\'' if at(i + 2) == '\'' => i += 3,
            'r' | 'b' | 'c' if is_raw_string(&chars, i) => i = after_raw_string(&chars, i),
            'r' if at(i + 1) == '#' && (at(i + 2).is_alphabetic() || at(i + 2) == '_') => i += 2,
            c if c.is_alphabetic() || c == '_' => {
                i += chars[i..].iter().take_while(|c| c.is_alphanumeric() || **c == '_').count();
                found.push(Token { line, text: chars[began..i].iter().collect() });
            }
            ':' if at(i + 1) == ':' => {
                i += 2;
                found.push(Token { line, text: "::".to_owned() });
            }
            c => {
                i += 1;
                if !c.is_whitespace() {
                    found.push(Token { line, text: c.to_string() });
                }
            }
        }
        i = i.min(chars.len());
        line += chars[began..i].iter().filter(|c| **c == '\n').count();
    }
    found
}

fn after_block_comment(chars: &[char], mut i: usize) -> usize {
    let mut depth = 0;
    while i < chars.len() {
        match (chars[i], chars.get(i + 1)) {
            ('/', Some('*')) => (depth, i) = (depth + 1, i + 2),
            ('*', Some('/')) => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
        if depth == 0 {
            break;
        }
    }
    i
}

fn after_string(chars: &[char], mut i: usize) -> usize {
    i += 1;
    while i < chars.len() && chars[i] != '"' {
        i += if chars[i] == '\\' { 2 } else { 1 };
    }
    i + 1
}

/// `r"`, `r#"`, `br#"`, `cr"`: no escapes inside.
fn is_raw_string(chars: &[char], i: usize) -> bool {
    let r = if chars[i] == 'r' { i } else { i + 1 };
    chars.get(r) == Some(&'r')
        && chars[r + 1..].iter().find(|c| **c != '#') == Some(&'"')
        && !(i > 0 && (chars[i - 1].is_alphanumeric() || chars[i - 1] == '_'))
}

fn after_raw_string(chars: &[char], i: usize) -> usize {
    let open = i + chars[i..].iter().take_while(|c| **c != '"').count();
    let hashes = chars[i..open].iter().filter(|c| **c == '#').count();
    let mut end = open + 1;
    while end < chars.len() {
        if chars[end] == '"' && chars[end + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes
        {
            return end + 1 + hashes;
        }
        end += 1;
    }
    end
}

/// The index after the bracket that closes the one at `open`.
fn after_group(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0;
    for (i, token) in tokens.iter().enumerate().skip(open) {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return i + 1;
        }
    }
    tokens.len()
}

/// What is left of a file without the items under `#[cfg(test)]`.
#[derive(Debug, Default)]
pub(crate) struct WithoutTests {
    pub(crate) tokens: Vec<Token>,
    /// The modules that the file declares only for its tests.
    pub(crate) test_modules: Vec<String>,
    /// The first and the last line of each item that is left out.
    pub(crate) left_out: Vec<(usize, usize)>,
}

pub(crate) fn without_tests(tokens: &[Token]) -> WithoutTests {
    let text = |i: usize| tokens.get(i).map_or("", |t| t.text.as_str());
    let mut kept = WithoutTests::default();
    let mut i = 0;
    while i < tokens.len() {
        if text(i) != "#" || text(i + 1) != "[" {
            kept.tokens.push(tokens[i].clone());
            i += 1;
            continue;
        }
        let end = after_group(tokens, i + 1);
        let said: Vec<&str> = tokens[i..end].iter().map(|t| t.text.as_str()).collect();
        let for_tests = said.contains(&"cfg") && said.contains(&"test") && !said.contains(&"not");
        if !for_tests {
            kept.tokens.extend_from_slice(&tokens[i..end]);
            i = end;
            continue;
        }
        let from = tokens[i].line;
        i = end;
        while text(i) == "#" {
            i = after_group(tokens, i + 1);
        }
        if let Some(at) = (i..tokens.len()).find(|at| matches!(text(*at), "mod" | "{" | ";"))
            && text(at) == "mod"
            && text(at + 2) == ";"
        {
            kept.test_modules.push(text(at + 1).to_owned());
        }
        while i < tokens.len() {
            match text(i) {
                ";" => {
                    i += 1;
                    break;
                }
                "{" => {
                    i = after_group(tokens, i);
                    break;
                }
                "(" | "[" => i = after_group(tokens, i),
                _ => i += 1,
            }
        }
        kept.left_out.push((from, tokens[i.saturating_sub(1).min(tokens.len() - 1)].line));
    }
    kept
}

/// One pass over a file's tokens.
struct Walk {
    file: Vec<String>,
    /// Inline modules that are open, with the depth of braces at which each closes.
    inline: Vec<(String, usize)>,
    names: BTreeMap<String, Vec<String>>,
    local: Vec<String>,
    found: Vec<Named>,
}

impl Walk {
    fn new(file: Vec<String>) -> Self {
        Self { file, inline: Vec::new(), names: BTreeMap::new(), local: Vec::new(), found: Vec::new() }
    }

    fn run(mut self, tokens: &[Token]) -> (Vec<Named>, BTreeMap<String, Vec<String>>) {
        let text = |i: usize| tokens.get(i).map_or("", |t| t.text.as_str());
        let (mut i, mut depth) = (0, 0);
        while i < tokens.len() {
            match text(i) {
                "{" => depth += 1,
                "}" => {
                    depth -= 1;
                    self.inline.retain(|(_, at)| *at <= depth);
                }
                "mod" if tokens.get(i + 1).is_some_and(Token::is_word) => {
                    self.local.push(text(i + 1).to_owned());
                    if text(i + 2) == "{" {
                        self.inline.push((text(i + 1).to_owned(), depth + 1));
                    }
                    i += 1;
                }
                // `use<'a>` names what an `impl Trait` captures, no path.
                "use" if text(i + 1) != "<" => {
                    i = self.tree(tokens, i + 1, &[]);
                    continue;
                }
                _ if tokens[i].is_word() && text(i + 1) == "::" && (i == 0 || text(i - 1) != "::") => {
                    let line = tokens[i].line;
                    let mut segments = vec![text(i).to_owned()];
                    while text(i + 1) == "::" && tokens.get(i + 2).is_some_and(Token::is_word) {
                        segments.push(text(i + 2).to_owned());
                        i += 2;
                    }
                    let segments = self.absolute(segments);
                    self.found.push(Named { line, segments });
                }
                _ => {}
            }
            i += 1;
        }
        self.resolved()
    }

    /// Unfolds a `use` tree from the token at `i`; the index after it.
    fn tree(&mut self, tokens: &[Token], mut i: usize, prefix: &[String]) -> usize {
        let text = |i: usize| tokens.get(i).map_or("", |t| t.text.as_str());
        let line = tokens.get(i).map_or(0, |t| t.line);
        let mut path = prefix.to_vec();
        loop {
            match text(i) {
                "::" => i += 1,
                "{" => {
                    i += 1;
                    while i < tokens.len() && text(i) != "}" {
                        i = self.tree(tokens, i, &path);
                        if text(i) == "," {
                            i += 1;
                        }
                    }
                    return i + 1;
                }
                "*" => {
                    path.push("*".to_owned());
                    i += 1;
                    break;
                }
                word if tokens.get(i).is_some_and(Token::is_word) && word != "as" => {
                    // `a::{self}` names `a` itself.
                    if word != "self" || path.is_empty() {
                        path.push(word.to_owned());
                    }
                    i += 1;
                }
                _ => break,
            }
        }
        let mut alias = path.last().cloned().unwrap_or_default();
        if text(i) == "as" {
            alias = text(i + 1).to_owned();
            i += 2;
        }
        let segments = self.absolute(path);
        self.names.insert(alias, segments.clone());
        self.found.push(Named { line, segments });
        i
    }

    /// `self` and `super` become `crate::…`.
    fn absolute(&self, segments: Vec<String>) -> Vec<String> {
        if !matches!(segments.first().map(String::as_str), Some("self" | "super")) {
            return segments;
        }
        let mut module: Vec<String> =
            self.file.iter().cloned().chain(self.inline.iter().map(|(name, _)| name.clone())).collect();
        let mut rest = segments.into_iter().peekable();
        while let Some(step) = rest.next_if(|s| s == "self" || s == "super") {
            if step == "super" {
                module.pop();
            }
        }
        std::iter::once("crate".to_owned()).chain(module).chain(rest).collect()
    }

    /// Follows first segments that a `use` of the same file brought in, and names of the file's own modules.
    fn resolved(self) -> (Vec<Named>, BTreeMap<String, Vec<String>>) {
        let Self { file, names, local, found, .. } = self;
        let resolve = |mut segments: Vec<String>| {
            for _ in 0..4 {
                let first = segments[0].clone();
                match names.get(&first) {
                    Some(path) if path[0] != first && path.len() + segments.len() < 32 => {
                        segments.splice(..1, path.iter().cloned());
                    }
                    _ => break,
                }
            }
            if local.contains(&segments[0]) {
                let own = std::iter::once("crate".to_owned()).chain(file.iter().cloned());
                segments.splice(..0, own);
            }
            segments
        };
        let named = found
            .into_iter()
            .filter(|named| !named.segments.is_empty())
            .map(|named| Named { line: named.line, segments: resolve(named.segments) });
        let brought = names.iter().filter(|(_, path)| !path.is_empty());
        let brought = brought.map(|(name, path)| (name.clone(), resolve(path.clone())));
        (named.collect(), brought.collect())
    }
}
