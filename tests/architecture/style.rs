//! One style of imports and of module files.

use std::collections::BTreeMap;

use super::source::{Token, tokens};

/// What breaks the style of imports: the line and the reason.
///
/// One `use` for each module path, and no path inside its braces: `use std::sync::{Arc, Mutex};`, and `use std::fmt;`
/// beside it.
pub(crate) fn imports(text: &str) -> Vec<(usize, String)> {
    let tokens = tokens(text);
    let text = |i: usize| tokens.get(i).map_or("", |t| t.text.as_str());
    let mut found = Vec::new();
    // The paths of each scope that is open, with what stands in front of their `use`.
    let mut scopes: Vec<BTreeMap<(String, String), usize>> = vec![BTreeMap::new()];
    let mut item = 0;
    let mut i = 0;
    while i < tokens.len() {
        match text(i) {
            "{" => {
                scopes.push(BTreeMap::new());
                item = i + 1;
            }
            "}" => {
                scopes.pop();
                item = i + 1;
            }
            ";" => item = i + 1,
            "use" if text(i + 1) != "<" => {
                let end = (i..tokens.len()).find(|at| text(*at) == ";").unwrap_or(tokens.len());
                let tree = &tokens[i + 1..end];
                let before = joined(&tokens[item..i]);
                if let Some(why) = nested(tree) {
                    found.push((tokens[i].line, why));
                } else if let Some(scope) = scopes.last_mut() {
                    let path = module_path(tree);
                    if path.is_empty() {
                        // A crate by its name.
                        i = end;
                        item = end + 1;
                        continue;
                    }
                    let first = *scope.entry((before, path.clone())).or_insert(tokens[i].line);
                    if first != tokens[i].line {
                        found.push((
                            tokens[i].line,
                            format!("`use {path}` stands in line {first} already: one `use` for each module"),
                        ));
                    }
                }
                i = end;
                item = end + 1;
            }
            _ => {}
        }
        i += 1;
    }
    found
}

/// Why a tree of `use` is not one module's names.
fn nested(tree: &[Token]) -> Option<String> {
    let open = tree.iter().position(|token| token.text == "{")?;
    if open == 0 {
        return Some("`use {…}` names several modules: one `use` for each".to_owned());
    }
    let inside = &tree[open + 1..];
    let path = inside.iter().any(|token| token.text == "::" || token.text == "{");
    path.then(|| {
        let outer = joined(&tree[..open - 1]);
        format!("`use {outer}::{{…}}` has a path in its braces: one `use` for each module")
    })
}

/// The module whose names a tree brings in: `std::sync` of `std::sync::Arc` and of `std::sync::{Arc, Mutex}`.
fn module_path(tree: &[Token]) -> String {
    let end = tree.iter().rposition(|token| token.text == "::").unwrap_or(0);
    joined(&tree[..end])
}

fn joined(tokens: &[Token]) -> String {
    let words: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
    words.join(" ").replace(" :: ", "::")
}
