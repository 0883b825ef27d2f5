//! Where the program under test is.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// What cargo tells a test of its own package; a cargo beneath must not take it for its own, for some build scripts run
/// again when it differs.
const OF_THIS_PACKAGE: &[&str] = &[
    "CARGO_PKG_",
    "CARGO_MANIFEST_",
    "CARGO_BIN_",
    "CARGO_CRATE_NAME",
    "CARGO_PRIMARY_PACKAGE",
    "CARGO_TARGET_TMPDIR",
];

/// The program `autoscalerd`: the one that the variable `AUTOSCALERD` names, or built now, once, in the profile and with
/// the dependencies of the tests.
pub(crate) fn autoscalerd() -> PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| std::env::var_os("AUTOSCALERD").map_or_else(build, PathBuf::from)).clone()
}

fn build() -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    // With a test among what is built, the dependencies have the features that `cargo test --workspace` gives them:
    // whatever it built is used.
    cargo
        .args(["build", "--quiet", "--workspace", "--bin", "autoscalerd", "--test", "integration"])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| OF_THIS_PACKAGE.iter().any(|prefix| name.starts_with(prefix))) {
            cargo.env_remove(name);
        }
    }
    let output = cargo.output().unwrap();
    assert!(output.status.success(), "cargo build of autoscalerd: {}", output.status);
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == "autoscalerd")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .expect("cargo names the program that it built")
}
