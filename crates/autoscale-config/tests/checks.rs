//! Each mistake alone: it is found, named by its path, and nothing else is blamed.

use autoscale_config::Config;

use crate::support::{GOOD, TOKEN, environment, only, problems, with, with_group_lines};

#[track_caller]
fn finds(text: &str, expected: &str) {
    let found = only(text);
    assert!(found.starts_with(expected), "expected {expected:?}, found {found:?}");
}

#[test]
fn the_good_one_has_no_problem() {
    assert_eq!(problems(GOOD), []);
}

#[test]
fn sizes() {
    finds(&with("min: 2, max: 12", "min: 5, max: 3"), "error groups.web.size.max: max 3 is less than min 5");
    finds(&with("min: 2", "min: 0"), "warning groups.web.size.min: with no member in service");
    finds(
        &with("min: 2, max: 12", "min: 0, max: 0").replace("min: 0", "min: 1"),
        "error groups.web.size.max: the group could have no member",
    );
    finds(&with("min: 2", "min: two"), "error groups.web.size.min: \"two\" is not a whole number");
    finds(&with("min: 2", "min: -2"), "error groups.web.size.min: \"-2\" is not a whole number");
    finds(
        &with("{ min: 2, max: 12 }", "12"),
        "error groups.web.size: is a single value, a map with the keys min and max",
    );
    finds(&with("min: 2, ", ""), "error groups.web.size: `min` is missing");
    finds(
        &with_group_lines("headroom: 12"),
        "error groups.web.headroom: a headroom of 12 leaves none of max 12",
    );
    finds(
        &with_group_lines("on_unknown: { at_least: 13 }"),
        "error groups.web.on_unknown.at_least: 13 is more than max 12",
    );
    finds(
        &with_group_lines("on_unknown: remove"),
        "error groups.web.on_unknown: \"remove\" is not an answer",
    );
    finds(
        &with_group_lines("largest_step: { count: 0, percent: 0% }"),
        "error groups.web.largest_step: no step could add",
    );
}

#[test]
fn names() {
    for bad in ["Web", "a-name-of-19-letters", "web_1", "1web", "web--1", "web-"] {
        finds(
            &with("  web:", &format!("  {bad}:")),
            &format!("error groups.{bad}: a group's name has 1 to 18"),
        );
    }
    finds(&with("owner: k3x9w2", "owner: K3X9W2"), "error owner: \"K3X9W2\" is not a valid owner");
    finds(&with("owner: k3x9w2", "owner:"), "error owner: has no value");
    finds(&with("owner: k3x9w2\n", ""), "error : `owner` is missing");
}

#[test]
fn owners_of_digits_alone_are_texts() {
    assert_eq!(problems(&with("k3x9w2", "123456")), []);
    assert_eq!(problems(&with("k3x9w2", "12e456")), []);
}

#[test]
fn balancers() {
    let one = "[{ nodebalancer: 9042, config: 11873, port: 8080 }]";
    finds(&with(one, "[]"), "error groups.web.balancers: a group needs a NodeBalancer config");
    finds(&with(one, "{ nodebalancer: 9042 }"), "error groups.web.balancers: is a map, a list of");
    finds(
        &with("port: 8080 }", "port: 8080 }, { nodebalancer: 9042, config: 11873, port: 8081 }"),
        "error groups.web.balancers[1]: config 11873 is written a second time",
    );
    finds(
        &with("port: 8080", "port: 80800"),
        "error groups.web.balancers[0].port: \"80800\" is not a whole number from 1 to 65535",
    );
    finds(&with("config: 11873", "config: 0"), "error groups.web.balancers[0].config: \"0\" is not");
}

#[test]
fn policies() {
    let add = "add: 50%";
    let remove = "remove: 1";
    finds(&with(add, "add: 0"), "error groups.web.policies[0].step.add: adds nothing");
    finds(&with(remove, "remove: 0%"), "error groups.web.policies[1].step.remove: removes nothing");
    finds(
        &with(remove, "remove: 150%"),
        "error groups.web.policies[1].step.remove: 150% is all of the members",
    );
    finds(&with(remove, "remove: 60%"), "warning groups.web.policies[1].step.remove: 60% is more than half");
    finds(&with(add, "add: half"), "error groups.web.policies[0].step.add: \"half\" is not an amount");
    finds(&with(add, "add: 1, remove: 1"), "error groups.web.policies[0].step.remove: one alert can't ask");
    finds(
        &with(remove, "remove: 1, when_resolved: 1"),
        "error groups.web.policies[1].step.when_resolved: removes while",
    );
    finds(&with(", remove: 1", ""), "error groups.web.policies[1].step: does nothing");
    finds(
        &with("{ alertname: WebCpuHigh }", "{}"),
        "error groups.web.policies[0].step.on: matches every alert",
    );
    finds(
        &with("alertname: WebCpuHigh", "severity: critical"),
        "warning groups.web.policies[0].step.on: matches alerts of any name",
    );
    finds(
        &with("alertname: WebCpuLow", "alertname: WebCpuHigh"),
        "error groups.web.policies[1]: matches the same alerts as policies[0]",
    );
    finds(
        &with("alertname: WebCpuLow", "alertname: WebCpuLow, instance: a"),
        "error groups.web.policies[1].step.remove: an alert with an `instance` label",
    );
    finds(
        &with("alertname: WebCpuLow", "alertname: WebCpuLow, autoscale_group: api"),
        "error groups.web.policies[1].step.on.autoscale_group: alerts with this label belong to another group",
    );
    finds(
        &with("alertname: WebCpuLow", "alertname: Watchdog"),
        "error groups.web.policies[1]: Watchdog is the heartbeat",
    );
    finds(&with("remove: 1", "add: 1"), "warning groups.web.policies: no policy can remove");
    finds(&with("add: 50%", "remove: 1"), "warning groups.web.policies: no policy can add");
    finds(
        &with("- step: { on: { alertname: WebCpuHigh }, add: 50% }", "- {}"),
        "error groups.web.policies[0]: a policy is empty",
    );
}

#[test]
fn what_later_versions_read_is_refused_by_name() {
    let line = "- step: { on: { alertname: WebCpuLow }, remove: 1 }";
    let schedule = "- schedule: { cron: \"0 7 * * 1-5\", for: 12h, min: 4 }";
    finds(&with(line, schedule), "error groups.web.policies[1].schedule: this version has no schedules");
    finds(
        &with(line, "- target: { query: up }"),
        "error groups.web.policies[1].target: this version has no target tracking",
    );
    finds(&with_group_lines("hooks: []"), "error groups.web.hooks: this version has no hooks");
    finds(&with_group_lines("gate: {}"), "error groups.web.gate: this version has no gates");
    finds(&with("warm_up: 2m", "per_hour: 0"), "error groups.web.launch.per_hour: ");
    finds(&with("groups:", "launch: { per_hour: 0 }\ngroups:"), "error launch.per_hour: ");
    finds(&with("groups:", "launch: { timeout: 5m }\ngroups:"), "error launch.timeout: ");
    finds(
        &with("groups:", "launch: { per_hour: 1 }\ngroups:"),
        "warning launch: per_hour 1 is less than the groups' minima, 2",
    );
    assert_eq!(problems(&with("groups:", "launch: { per_hour: 2 }\ngroups:")), []);
}

#[test]
fn times() {
    finds(
        &with("warm_up: 2m", "warm_up: 10m"),
        "error groups.web.launch.warm_up: the launch timeout 10m is not longer",
    );
    finds(
        &with("warm_up: 2m", "warm_up: 0s"),
        "warning groups.web.launch.warm_up: a member counts as evidence",
    );
    finds(&with("warm_up: 2m", "warm_up: 120"), "error groups.web.launch.warm_up: \"120\" is not a duration");
    finds(
        &with("warm_up: 2m", "timeout: 2m"),
        "error groups.web.launch.timeout: the launch timeout 2m is not longer",
    );
    finds(
        &with("warm_up: 2m", "warm_up: 30s, timeout: 1m"),
        "warning groups.web.launch.timeout: a Linode takes a minute",
    );
    finds(
        &with_group_lines("replace: { after: 1s }"),
        "warning groups.web.replace.after: one failed health check",
    );
    finds(
        &with_group_lines("remove: { drain: 15m }"),
        "error groups.web.remove.drain: drain 15m and reject 1m take more than 15m",
    );
    finds(
        &with_group_lines("remove: { reject: 11m }"),
        "error groups.web.remove.reject: drain 5m and reject 11m",
    );
    finds(
        &with_group_lines("remove: { reject: 30s }"),
        "warning groups.web.remove.reject: a NodeBalancer takes up to 60s",
    );
    finds(
        &with_group_lines("remove: { drain: 0s }"),
        "warning groups.web.remove.drain: open connections are cut",
    );
    finds(
        &with_group_lines("remove: { low_for: 10s }"),
        "warning groups.web.remove.low_for: a dip of a moment",
    );
    finds(
        &with_group_lines("remove: { after_add: 1m }"),
        "warning groups.web.remove.after_add: is over before",
    );
    finds(
        &with_group_lines("remove: { at_most: 0 }"),
        "error groups.web.remove.at_most: the removal budget is at least 1",
    );
    finds(
        &with_group_lines("remove: { at_most: 80% }"),
        "warning groups.web.remove.at_most: 80% of the members may go at once",
    );
    finds(
        &with_group_lines("remove: { every: 0s }"),
        "error groups.web.remove.every: the removal budget would hold over no time",
    );
    finds(
        &with_group_lines("replace: { max_unhealthy: 100% }"),
        "warning groups.web.replace.max_unhealthy: never holds back",
    );
    finds(
        &with_group_lines("remove: { order: random }"),
        "error groups.web.remove.order: \"random\" is not an order",
    );
    finds(
        &with_group_lines("cost: { per_hour: -1 }"),
        "error groups.web.cost.per_hour: \"-1\" is not a price",
    );
}

#[test]
fn thresholds_that_would_oscillate() {
    // At min + 1 = 3 members, 60 becomes 90: over 0.9 × 90.
    finds(
        &with_group_lines("thresholds: { low: 60, high: 90 }"),
        "error groups.web.thresholds.low: removing one of 3 would lift the load from 60 to 90.0",
    );
    assert_eq!(problems(&with_group_lines("thresholds: { low: 53.9, high: 90 }")), []);
    finds(
        &with_group_lines("thresholds: { low: 54, high: 90 }"),
        "error groups.web.thresholds.low: removing one of 3",
    );
    finds(
        &with_group_lines("thresholds: { low: 90, high: 60 }"),
        "error groups.web.thresholds.low: the low threshold 90 is not below",
    );
    finds(
        &with_group_lines("thresholds: { low: 0, high: 60 }"),
        "error groups.web.thresholds.low: the low threshold has to be above 0",
    );
}

#[test]
fn freshness() {
    finds(&with("heartbeat: Watchdog\n", ""), "warning groups: without a `heartbeat`");
    finds(
        &with("heartbeat: Watchdog\n", "").replace("remove: 1", "when_resolved: 1"),
        "error groups.web.policies[1]: `when_resolved` needs a heartbeat",
    );
    finds(&with("heartbeat:", "confirm: 20m\nheartbeat:"), "warning confirm: has no effect");
    let unpolled = with("alertmanager: { url: \"http://127.0.0.1:9093\" }\n", "");
    finds(&unpolled, "warning groups: without `alertmanager` an alert that is not repeated within 10m");
    assert_eq!(problems(&format!("confirm: 10m\n{unpolled}")), []);
    finds(
        &format!("confirm: 8h\n{unpolled}"),
        "warning confirm: an alert whose end was lost is believed for 8h",
    );
    let heartbeat = |labels: &str| with("heartbeat: Watchdog", &format!("heartbeat: {labels}"));
    assert_eq!(problems(&heartbeat("{ alertname: Watchdog, prometheus: eu/shop }")), []);
    finds(&heartbeat("{ prometheus: eu/shop }"), "error heartbeat: `alertname` is missing");
    finds(&heartbeat("[Watchdog]"), "error heartbeat: is a list");
    finds(
        &format!("confirm: 1m\n{unpolled}"),
        "warning confirm: alerts that Alertmanager repeats less often than every 30s",
    );
    finds(&format!("confirm: 0s\n{unpolled}"), "error confirm: every alert would be doubted");
    finds(
        &with("9093\"", "9093\", poll: 0s"),
        "error alertmanager.poll: Alertmanager would be asked without a pause",
    );
    finds(&with("9093\"", "9093\", poll: 10m"), "warning alertmanager.poll: an alert is unknown after three");
    finds(
        &with("http://127.0.0.1:9093", "127.0.0.1:9093"),
        "error alertmanager.url: \"127.0.0.1:9093\" is not an http",
    );
    finds(&with("9093\"", "9093/api/v2/alerts\""), "error alertmanager.url: is the address of a call");
}

#[test]
fn templates() {
    let keys = "authorized_keys: [ssh-ed25519 AAAA deploy]";
    finds(
        &with(&format!(", {keys}"), ""),
        "error groups.web.template: the API creates no instance without a way to log in",
    );
    finds(
        &with("private/24170", "debian12"),
        "error groups.web.template.image: \"debian12\" is not an image",
    );
    finds(&with("type: g6-standard-2", "type: []"), "error groups.web.template.type: there is no type");
    finds(
        &with("type: g6-standard-2", "type: [g6-standard-2, g6-standard-2]"),
        "warning groups.web.template.type: g6-standard-2 is tried twice",
    );
    finds(
        &with("type: g6-standard-2", "type: \"G6 Standard\""),
        "error groups.web.template.type: \"G6 Standard\" is not a type",
    );
    finds(
        &with(keys, &format!("{keys}, tags: [ab]")),
        "error groups.web.template.tags[0]: \"ab\" is not a tag",
    );
    finds(
        &with(keys, &format!("{keys}, tags: [\"autoscale-owner:k3x9w2\"]")),
        "error groups.web.template.tags[0]: this tag would say whose",
    );
    finds(
        &with(keys, &format!("{keys}, interfaces: vpc")),
        "error groups.web.template.interfaces: \"vpc\" is not a generation of interfaces",
    );
    finds(
        &with(keys, &format!("{keys}, private_ip: false")),
        "warning groups.web.template.private_ip: members are then reached",
    );
    finds(
        &with(keys, &format!("{keys}, private_ip: yes")),
        "error groups.web.template.private_ip: \"yes\" is not true or false",
    );
    finds(
        &with(keys, "authorized_keys: [{ file: nowhere.pub }]"),
        "error groups.web.template.authorized_keys[0].file: tests/fixtures/nowhere.pub does not exist",
    );
    finds(
        &with(keys, "authorized_keys: [{ file: example }]"),
        "error groups.web.template.authorized_keys[0].file: tests/fixtures/example is not a file",
    );
    finds(
        &with(keys, "authorized_keys: [deploy]"),
        "error groups.web.template.authorized_keys[0]: is not one public SSH key",
    );
    finds(
        &with(keys, &format!("{keys}, user_data: {{ file: ~/cloud-init.yaml }}")),
        "error groups.web.template.user_data.file: \"~/cloud-init.yaml\" is not a path",
    );
    finds(
        &with(keys, &format!("{keys}, stackscript: {{ data: {{ a: b }} }}")),
        "error groups.web.template.stackscript: `id` is missing",
    );
    let long = "x".repeat(65_536);
    finds(
        &with(keys, &format!("{keys}, user_data: {long}")),
        "error groups.web.template.user_data: has 65536 bytes",
    );
}

#[test]
fn beyond_loopback_the_daemon_needs_both_credentials() {
    let text = |daemon: &str| format!("daemon: {{ {daemon} }}\n{GOOD}");
    let open = problems(&text("listen: 0.0.0.0:9480"));
    let messages: Vec<&str> = open.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[0].contains("`credentials` is missing"), "{messages:?}");
    assert!(messages[1].contains("`webhook_credentials` is missing"), "{messages:?}");
    finds(
        &text("listen: \"[2001:db8::1]:9480\", credentials: { env: AUTOSCALE_TOKEN }"),
        "error daemon.listen: anyone who reaches [2001:db8::1]:9480 could send alerts",
    );
    assert_eq!(
        problems(&text(
            "listen: 0.0.0.0:1, credentials: { env: AUTOSCALE_TOKEN }, webhook_credentials: { env: AUTOSCALE_TOKEN }"
        )),
        []
    );
    assert_eq!(problems(&text("listen: 127.0.0.5:9480")), []);
    finds(&text("listen: 9480"), "error daemon.listen: \"9480\" is not an address with a port");
}

#[test]
fn stores() {
    let sqlite = "{ sqlite: autoscale.db }";
    finds(&with(sqlite, "memory"), "warning store: windows, modes and removal budgets are forgotten");
    finds(
        &with(sqlite, "{ sqlite: nowhere/autoscale.db }"),
        "error store.sqlite: the folder tests/fixtures/nowhere does not exist",
    );
    finds(&with(sqlite, "{ sqlite: example }"), "error store.sqlite: tests/fixtures/example is a folder");
    finds(
        &with(sqlite, "{ postgresql: x }").replace("postgresql: x", "sqlite: autoscale.db, postgresql: x"),
        "error store.postgresql: this version has no PostgreSQL store",
    );
}

#[test]
fn the_api() {
    let token = "token: { env: LINODE_TOKEN }";
    finds(
        &with(token, &format!("{token}, url: \"http://api.example.com\"")),
        "error linode.url: the token would travel unencrypted",
    );
    assert_eq!(
        problems(&with(token, &format!("{token}, url: \"http://127.0.0.1:8123\", api_version: v4beta"))),
        []
    );
    finds(
        &with(token, &format!("{token}, api_version: v5")),
        "error linode.api_version: \"v5\" is not a version",
    );
    finds(
        &with(token, &format!("{token}, ca: autoscale.example")),
        "error linode.ca: tests/fixtures/autoscale.example does not exist",
    );
    finds(
        &with(token, &format!("{token}, ca: example/deploy.pub")),
        "error linode.ca: tests/fixtures/example/deploy.pub holds no PEM",
    );
}

#[test]
fn the_environment_of_the_api() {
    let found = |name: &str, value: &str| {
        let environment = environment().with_env([("LINODE_TOKEN", TOKEN), (name, value)]);
        let problems = Config::parse_in(GOOD, "autoscale.yaml", &environment).unwrap_err();
        let [problem] = problems.all() else { panic!("{problems}") };
        assert_eq!(problem.place.map(|place| place.line), Some(2), "{problem}");
        format!("{}: {}", problem.path, problem.message)
    };
    assert_eq!(
        found("LINODE_URL", "http://api.example.com"),
        "LINODE_URL: the token would travel unencrypted"
    );
    assert_eq!(found("LINODE_API_VERSION", "v5"), "LINODE_API_VERSION: \"v5\" is not a version of the API");
    assert_eq!(found("LINODE_CA", "nowhere.pem"), "LINODE_CA: tests/fixtures/nowhere.pem does not exist");
}

#[test]
fn two_groups() {
    let group = GOOD.split_once("groups:\n").unwrap().1;
    let both =
        |change: &dyn Fn(String) -> String| format!("{GOOD}{}", change(group.replace("  web:", "  api:")));
    let own = |text: String| text.replace("WebCpu", "ApiCpu");
    let apart = |text: String| own(text).replace("11873", "11874");
    assert_eq!(problems(&both(&apart)), []);
    finds(&both(&own), "error groups.api.balancers[0]: groups.web is behind the same config 11873");
    finds(
        &both(&|text| own(text).replace("8080", "9090")),
        "error groups.api.balancers[0]: groups.web serves the same config 11873 at port 8080",
    );
    finds(
        &both(&|text| own(text).replace("9042", "9043")),
        "error groups.api.balancers[0]: config 11873 belongs to one NodeBalancer",
    );
    let shared = problems(&both(&|text| text.replace("11873", "11874")));
    assert_eq!(shared.len(), 2);
    assert!(shared[0].message.contains("without the label autoscale_group may move groups.web too"));
    finds(
        &format!("{GOOD}{}", group.replace("WebCpu", "ApiCpu").replace("11873", "11874")),
        "error groups.web: is written a second time",
    );
}
