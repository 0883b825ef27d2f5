//! A configuration that can't be used: every mistake at once, with place and fix, and the exit code for it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::at_rest;
use crate::rig::autoscalerd;

/// The exit code of a configuration that can't be used.
const BAD_CONFIGURATION: i32 = 2;

/// The exit code when another process holds the store.
const STORE_IN_USE: i32 = 3;

fn run(file: &Path) -> (Output, String) {
    let output = Command::new(autoscalerd())
        .arg("--config")
        .arg(file)
        .env("LINODE_TOKEN", "a-token-that-no-log-shows")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    (output, text)
}

#[test]
fn a_configuration_with_many_mistakes_tells_all_of_them_with_place_and_fix() {
    let file: PathBuf = [
        env!("CARGO_MANIFEST_DIR"),
        "..",
        "crates",
        "autoscale-config",
        "tests",
        "fixtures",
        "mistakes.yaml",
    ]
    .iter()
    .collect();
    let (output, text) = run(&file);
    assert_eq!(output.status.code(), Some(BAD_CONFIGURATION), "{text}");
    let errors = text.lines().filter(|line| line.starts_with("error: ")).count();
    assert!(errors >= 10, "{errors} errors in\n{text}");
    for mark in ["mistakes.yaml:", "^", "= fix: "] {
        assert!(text.matches(mark).count() >= errors, "{mark:?} is missing in\n{text}");
    }
    for part in
        ["owner", "max 2 is less than min 4", "image", "port", "`timeout`", "write headroom", "`region`"]
    {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    assert!(!text.contains("0a1b2c3d4e5f60718293a4b5c6d7e8f9"), "a secret is shown:\n{text}");
}

#[test]
fn a_configuration_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (output, text) = run(&folder.path().join("nowhere.yaml"));
    assert_eq!(output.status.code(), Some(BAD_CONFIGURATION), "{text}");
    assert!(text.contains("nowhere.yaml"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_daemon_on_the_same_store_ends_and_says_who_has_it() {
    let (_account, daemon) = at_rest().await;
    let output = Command::new(autoscalerd())
        .arg("--config")
        .arg(daemon.file())
        .current_dir(daemon.file().parent().unwrap())
        .envs([
            ("LINODE_TOKEN", "a-token-that-no-log-shows"),
            ("AUTOSCALE_TOKEN", crate::rig::CREDENTIAL),
            ("WEBHOOK_TOKEN", crate::rig::WEBHOOK_CREDENTIAL),
        ])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(STORE_IN_USE), "{text}");
    assert!(text.contains("autoscale.db"), "{text}");
    assert_eq!(daemon.get("/readyz").await.status, 200);
}
