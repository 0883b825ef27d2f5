//! A good configuration, and what becomes of it when something is changed.

use autoscale_config::{Config, Environment, Problem, Problems};

/// Reads without a problem.
pub(crate) const GOOD: &str = r#"owner: k3x9w2
linode: { token: { env: LINODE_TOKEN } }
alertmanager: { url: "http://127.0.0.1:9093" }
heartbeat: Watchdog
store: { sqlite: autoscale.db }
groups:
  web:
    region: nl-ams
    size: { min: 2, max: 12 }
    template: { type: g6-standard-2, image: private/24170, authorized_keys: [ssh-ed25519 AAAA deploy] }
    balancers: [{ nodebalancer: 9042, config: 11873, port: 8080 }]
    policies:
      - step: { on: { alertname: WebCpuHigh }, add: 50% }
      - step: { on: { alertname: WebCpuLow }, remove: 1 }
    launch: { warm_up: 2m }
"#;

/// The token of the tests: no output may show it.
pub(crate) const TOKEN: &str = "deadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeef";

pub(crate) fn environment() -> Environment {
    Environment::new("tests/fixtures").with_env([("LINODE_TOKEN", TOKEN), ("AUTOSCALE_TOKEN", "open sesame")])
}

pub(crate) fn read(text: &str) -> Result<Config, Problems> {
    Config::parse_in(text, "autoscale.yaml", &environment())
}

/// All problems of `text`, warnings too.
pub(crate) fn problems(text: &str) -> Vec<Problem> {
    match read(text) {
        Ok(config) => config.warnings().to_vec(),
        Err(problems) => problems.all().to_vec(),
    }
}

/// [`GOOD`] with `from`, which stands in it once, replaced.
pub(crate) fn with(from: &str, to: &str) -> String {
    assert_eq!(GOOD.matches(from).count(), 1, "{from:?} stands in the good configuration once");
    GOOD.replace(from, to)
}

/// [`GOOD`] with more lines for its group.
pub(crate) fn with_group_lines(lines: &str) -> String {
    format!("{GOOD}    {lines}\n")
}

/// The one problem of `text`, as `severity path message`.
#[track_caller]
pub(crate) fn only(text: &str) -> String {
    let problems = problems(text);
    let [problem] = problems.as_slice() else {
        let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("one problem was expected in\n{text}\nfound:\n{}", shown.join("\n"));
    };
    assert!(!problem.fix.is_empty());
    format!("{} {}: {}", problem.severity, problem.path, problem.message)
}
