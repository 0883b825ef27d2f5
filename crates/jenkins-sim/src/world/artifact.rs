//! Which files of a workspace a pattern means.

/// Whether a path is meant by one of the patterns that a string holds, in Ant's form: `*` within a name, `**` for
/// any folders, a trailing `/` for everything below, commas between.
pub(crate) fn is_match(patterns: &str, path: &str) -> bool {
    let path: Vec<&str> = path.split('/').collect();
    patterns.split(',').map(str::trim).filter(|pattern| !pattern.is_empty()).any(|pattern| {
        let whole = if pattern.ends_with('/') { format!("{pattern}**") } else { pattern.to_owned() };
        let parts: Vec<&str> = whole.split('/').collect();
        parts_match(&parts, &path)
    })
}

fn parts_match(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), _) => {
            parts_match(rest, path)
                || path.split_first().is_some_and(|(_, below)| parts_match(pattern, below))
        }
        (Some((part, rest)), Some((name, below))) => api_sim::glob(part, name) && parts_match(rest, below),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_match;

    #[test]
    fn patterns_are_those_of_ant() {
        for (pattern, path) in [
            ("*.txt", "a.txt"),
            ("**/*.txt", "a.txt"),
            ("**/*.txt", "x/y/a.txt"),
            ("out/", "out/x/y"),
            ("a, b", "b"),
        ] {
            assert!(is_match(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [("*.txt", "x/a.txt"), ("out/*.log", "out/x/a.log"), ("", "a")] {
            assert!(!is_match(pattern, path), "{pattern} {path}");
        }
    }
}
