//! The configuration of Prometheus and Alertmanager that the README shows: what it shows is what is tested.

use std::fs;
use std::process::Command;

const README: &str = include_str!("../../README.md");

/// The README's block of YAML that begins with `# name`.
pub(super) fn block(name: &str) -> String {
    let (_, rest) = README.split_once(&format!("```yaml\n# {name}\n")).expect(name);
    rest.split_once("```").expect(name).0.to_owned()
}

/// A text with parts of it replaced, each of which must be there.
pub(super) fn with(text: &str, parts: &[(&str, &str)]) -> String {
    parts.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from} is not there any more:\n{text}");
        text.replace(from, to)
    })
}

#[test]
#[ignore = "needs Debian's prometheus and prometheus-alertmanager: .ci/e2e runs it"]
fn prometheus_and_alertmanager_accept_what_the_readme_shows() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["prometheus.yml", "web.rules.yml", "alertmanager.yml"] {
        fs::write(folder.path().join(name), block(name)).unwrap();
    }
    for (program, check, file) in [
        ("promtool", ["check", "config"], "prometheus.yml"),
        ("amtool", ["check-config", "--"], "alertmanager.yml"),
    ] {
        let output = Command::new(program).args(check).arg(file).current_dir(folder.path()).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program}: {text}");
        assert!(text.contains("SUCCESS"), "{program}: {text}");
    }
}
