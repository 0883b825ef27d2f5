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

/// What a crate's library has that its manifest tells cargo not to run. Building a library once more for tests that it does not
/// have costs each run of all tests; one that gets some later must not leave them out in silence.
fn switched_off(manifest: &str, sources: &str) -> Vec<&'static str> {
    let library =
        manifest.split("\n[").find_map(|section| section.strip_prefix("lib]\n")).unwrap_or_default();
    let off = |key: &str| library.lines().any(|line| line == format!("{key} = false"));
    let tests = (off("test") && sources.contains("cfg(test)")).then_some("test");
    let examples = (off("doctest") && sources.contains("```")).then_some("doctest");
    tests.into_iter().chain(examples).collect()
}

#[test]
fn no_library_has_tests_that_its_manifest_leaves_out() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut off = 0;
    for package in std::fs::read_dir(root.join("crates")).unwrap() {
        let package = package.unwrap().path();
        let manifest = std::fs::read_to_string(package.join("Cargo.toml")).unwrap();
        off += usize::from(manifest.contains("\ntest = false\n"));
        let mut sources = std::fs::read_to_string(package.join("README.md")).unwrap();
        let mut folders = vec![package.join("src")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|of| of == "rs") {
                    sources.push_str(&std::fs::read_to_string(path).unwrap());
                }
            }
        }
        let found = switched_off(&manifest, &sources);
        assert_eq!(found, [""; 0], "{}: take `= false` out of [lib]", package.display());
    }
    assert!(off > 4, "only {off} libraries are built once: the check looks in the wrong place");
}

#[test]
fn tests_that_a_manifest_leaves_out_are_found() {
    let manifest = "[package]\nname = \"it\"\n\n[lib]\ntest = false\ndoctest = false\n\n[dependencies]\n";
    assert_eq!(switched_off(manifest, "fn it() {}"), [""; 0]);
    assert_eq!(switched_off(manifest, "#[cfg(test)]\nmod tests;"), ["test"]);
    assert_eq!(switched_off(manifest, "/// ```\n/// it();\n/// ```"), ["doctest"]);
    assert_eq!(switched_off("[package]\nname = \"it\"\n", "#[cfg(test)] /// ```"), [""; 0]);
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
