//! Reads a `Cargo.toml` far enough to know on whom a package depends.

/// What a dependency is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    Build,
    Tests,
}

/// The package's name.
pub(crate) fn name(manifest: &str) -> Option<String> {
    let mut section = "";
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            section = line;
        } else if section == "[package]"
            && let Some((key, value)) = line.split_once('=')
            && key.trim() == "name"
        {
            return Some(value.trim().trim_matches('"').to_owned());
        }
    }
    None
}

/// The dependencies with their lines: `[dependencies]`, `[target.….dependencies]`, `[dependencies.x]` and their
/// `dev-` and `build-` sisters. A renamed one is found by its `package`.
pub(crate) fn dependencies(manifest: &str) -> Vec<(usize, Need, String)> {
    let mut found = Vec::new();
    let mut need = None;
    for (i, line) in manifest.lines().enumerate() {
        let line = line.trim();
        if let Some(section) = line.strip_prefix('[') {
            let section = section.trim_end_matches(']');
            let (table, one) = match section.rsplit_once('.') {
                Some((table, name)) if table.ends_with("dependencies") => (table, Some(name)),
                _ => (section, None),
            };
            need = match table.rsplit('.').next() {
                Some("dependencies" | "build-dependencies") => Some(Need::Build),
                Some("dev-dependencies") => Some(Need::Tests),
                _ => None,
            };
            if let (Some(need), Some(name)) = (need, one) {
                found.push((i + 1, need, name.to_owned()));
            }
        } else if let (Some(need), Some((key, value))) = (need, line.split_once('=')) {
            let key = key.trim().trim_end_matches(".workspace").trim_matches('"');
            let renamed = value.split_once("package").and_then(|(_, rest)| rest.split('"').nth(1));
            found.push((i + 1, need, renamed.unwrap_or(key).to_owned()));
        }
    }
    found
}
