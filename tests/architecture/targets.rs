//! Tests and examples that need a feature which nobody turns on: cargo leaves them out of `--workspace` without a word.

use std::collections::{BTreeMap, BTreeSet};

/// The texts between quotes in `line`.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('"').skip(1).step_by(2)
}

/// Targets of a manifest whose required features neither its default nor its dev-dependency on itself turns on.
fn left_out(manifest: &str) -> Vec<String> {
    let (mut section, mut target) = ("", "");
    let mut features: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut on: Vec<&str> = vec!["default"];
    let mut required = Vec::new();
    for line in manifest.lines().map(str::trim) {
        let Some((key, value)) = line.split_once('=').map(|(key, value)| (key.trim(), value)) else {
            if line.starts_with('[') {
                section = line;
            }
            continue;
        };
        match section {
            "[features]" => drop(features.insert(key, quoted(value).collect())),
            "[dev-dependencies]" if value.contains("path = \".\"") => {
                on.extend(value.split_once("features").into_iter().flat_map(|(_, rest)| quoted(rest)));
            }
            "[[test]]" | "[[example]]" | "[[bench]]" | "[[bin]]" if key == "name" => {
                target = quoted(value).next().unwrap_or_default();
            }
            _ if key == "required-features" => {
                required.extend(quoted(value).map(|feature| (target, feature)))
            }
            _ => {}
        }
    }
    let mut enabled = BTreeSet::new();
    while let Some(feature) = on.pop() {
        if enabled.insert(feature) {
            on.extend(features.get(feature).into_iter().flatten());
        }
    }
    required.retain(|(_, feature)| !enabled.contains(feature));
    required.into_iter().map(|(target, feature)| format!("{target} needs {feature}")).collect()
}

#[test]
fn every_test_and_example_is_built_by_a_command_for_the_workspace() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut read = 0;
    for package in std::fs::read_dir(root.join("crates")).unwrap() {
        let path = package.unwrap().path().join("Cargo.toml");
        let manifest = std::fs::read_to_string(&path).unwrap();
        read += usize::from(manifest.contains("required-features"));
        let found = left_out(&manifest);
        let fix = "have its dev-dependency on itself turn that on";
        assert_eq!(found, [] as [String; 0], "{}: {fix}", path.display());
    }
    assert!(read > 4, "only {read} manifests require features: the check looks in the wrong place");
}

#[test]
fn a_target_that_nobody_builds_is_found() {
    let manifest = |default: &str, itself: &str| {
        format!(
            "[features]\ndefault = [{default}]\nall = [\"one\"]\none = []\n\n[dev-dependencies]\n{itself}\n\
             [[example]]\nname = \"show\"\nrequired-features = [\"one\"]\n"
        )
    };
    let itself = |feature: &str| format!("it = {{ path = \".\", features = [\"{feature}\"] }}\n");
    for good in [manifest("\"all\"", ""), manifest("", &itself("all")), manifest("", &itself("one"))] {
        assert_eq!(left_out(&good), [] as [String; 0], "{good}");
    }
    for bad in [manifest("", ""), manifest("", &itself("other"))] {
        assert_eq!(left_out(&bad), ["show needs one"], "{bad}");
    }
}
