//! Which public functions show no example of their use.

use super::source::{tokens, without_tests};

/// The public functions of a file without a fenced block in their docs, with their lines. What is only for tests is left out,
/// and so are a trait's, which are not marked `pub`.
pub(crate) fn without_example(text: &str) -> Vec<(usize, String)> {
    let all = tokens(text);
    let kept = without_tests(&all).tokens;
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let word = |at: usize| kept.get(at).map_or("", |token| token.text.as_str());
    let mut found = Vec::new();
    for (at, token) in kept.iter().enumerate().filter(|(_, token)| token.text == "pub") {
        let fn_at = (at + 1..).find(|at| !matches!(word(*at), "const" | "async" | "unsafe"));
        let Some(fn_at) = fn_at.filter(|at| word(*at) == "fn") else { continue };
        if !has_example(lines.get(..token.line - 1).unwrap_or_default()) {
            found.push((token.line, word(fn_at + 1).to_owned()));
        }
    }
    found
}

/// Whether the docs that end the lines hold a fenced block. Attributes may stand between them and the function.
fn has_example(before: &[&str]) -> bool {
    before
        .iter()
        .rev()
        .skip_while(|line| !line.starts_with("///") && !line.is_empty() && !line.ends_with(['{', '}', ';']))
        .take_while(|line| line.starts_with("///"))
        .any(|line| line.starts_with("/// ```"))
}

/// Each row: a file, and the functions in it that lack an example.
#[test]
fn a_public_function_without_an_example_is_found() {
    let rows: &[(&str, &[(usize, &str)])] = &[
        ("/// Does it.\npub fn run() {}\n", &[(2, "run")]),
        ("/// Does it.\n///\n/// ```\n/// run();\n/// ```\npub fn run() {}\n", &[]),
        ("/// ```\n/// run();\n/// ```\npub fn run() {}\npub async fn other() {}\n", &[(5, "other")]),
        (
            "/// ```\n/// run();\n/// ```\n#[must_use]\n#[allow(\n    dead_code\n)]\npub const fn run() {}\n",
            &[],
        ),
        ("/// ```\n/// x\n/// ```\nstruct S;\n#[must_use]\npub const fn run() {}\n", &[(6, "run")]),
        ("/// ```\n/// x\n/// ```\nimpl S {\n    pub fn run() {}\n}\n", &[(5, "run")]),
        ("pub(crate) fn run() {}\nfn other() {}\npub struct S;\n", &[]),
        ("#[cfg(test)]\nmod tests {\n    pub fn run() {}\n}\n", &[]),
    ];
    for (text, expected) in rows {
        let found = without_example(text);
        let found: Vec<_> = found.iter().map(|(line, name)| (*line, name.as_str())).collect();
        assert_eq!(found, *expected, "{text}");
    }
}
