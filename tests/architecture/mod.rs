//! The tree is the architecture: a lower floor names no higher one. The check is held against this workspace, and
//! against made-up trees that break each of its rules, because a check which cannot fail proves nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod circles;
mod examples;
mod habits;
mod house;
mod limits;
mod made_up;
mod manifest;
mod ports;
mod rules;
mod sizes;
mod source;
mod style;
mod targets;

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use house::{CIRCLES, EXAMPLES, MOST_LINES, TO_CONVERT};
use made_up::MadeUp;
use rules::{Report, Rule, check};

/// This workspace, read once.
static WORKSPACE: LazyLock<Report> =
    LazyLock::new(|| check(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()));

#[test]
fn the_workspace_keeps_its_floors() {
    let report = &*WORKSPACE;
    let said: Vec<String> = report.violations.iter().map(ToString::to_string).collect();
    assert!(said.is_empty(), "{} violations:\n{}", said.len(), said.join("\n"));
    assert!(report.files > 20, "only {} files were read: the check looks in the wrong place", report.files);
    for floor in ["model", "state", "reconcile", "view", "ports", "runtime"] {
        assert!(
            report.held.contains_key(&("scaler-core", floor)),
            "no file of scaler-core's {floor} was checked"
        );
    }
    for (client, _) in EXAMPLES {
        let shown = report.shown.get(client).copied().unwrap_or_default();
        assert!(shown > 5, "only {shown} files of {client} were searched for functions without an example");
    }
    for client in ["linode-api", "jenkins-client"] {
        assert!(report.held.contains_key(&(client, "models")), "no file of {client}'s models was checked");
    }
}

/// A list of exceptions only shrinks.
#[test]
fn what_breaks_a_rule_no_more_leaves_its_list() {
    let report = &*WORKSPACE;
    for package in TO_CONVERT {
        assert!(
            report.to_convert.get(package).is_some_and(|breaks| *breaks > 0),
            "{package} has one style of imports and module files: take it off TO_CONVERT in house.rs"
        );
    }
    for (package, _) in CIRCLES {
        assert!(
            report.circles.get(package).is_some_and(|circles| *circles > 0),
            "the files of {package} import in no circle: take it off CIRCLES in house.rs"
        );
    }
}

#[test]
fn a_tree_that_breaks_nothing_passes() {
    let made = MadeUp::new();
    assert_eq!(made.check().violations, []);
}

/// Each row: a file with a text that breaks one rule, the line and a word of the complaint.
#[test]
fn each_way_to_break_a_rule_is_found() {
    let long = "// a line\n".repeat(MOST_LINES + 1);
    let rows: &[(&str, &str, Rule, usize, &str)] = &[
        (
            "crates/scaler-core/src/reconcile/plan.rs",
            "use crate::ports::Store;\n",
            Rule::Floors,
            1,
            "crate::ports::Store",
        ),
        (
            "crates/scaler-core/src/reconcile/plan.rs",
            "\nuse crate::{\n    model::Group,\n    runtime::{Actor, Turn},\n};\n",
            Rule::Floors,
            4,
            "crate::runtime::Actor",
        ),
        (
            "crates/scaler-core/src/reconcile/plan.rs",
            "fn f() { crate::runtime::memory::new(); }\n",
            Rule::Floors,
            1,
            "crate::runtime",
        ),
        (
            "crates/scaler-core/src/reconcile/plan.rs",
            "use super::super::ports::Store;\n",
            Rule::Floors,
            1,
            "crate::ports::Store",
        ),
        (
            "crates/scaler-core/src/reconcile/plan.rs",
            "mod inner { use super::super::super::ports; }\n",
            Rule::Floors,
            1,
            "crate::ports",
        ),
        (
            "crates/scaler-core/src/reconcile/plan.rs",
            "macro_rules! m { () => { $crate::ports::f() }; }\n",
            Rule::Floors,
            1,
            "crate::ports::f",
        ),
        (
            "crates/scaler-core/src/reconcile/plan.rs",
            "use crate::Scaler;\n",
            Rule::Floors,
            1,
            "crate::Scaler",
        ),
        ("crates/scaler-core/src/reconcile/plan.rs", "use tokio as t;\n", Rule::Outside, 1, "tokio"),
        ("crates/scaler-core/src/reconcile/plan.rs", "use std::{fmt, fs};\n", Rule::Outside, 1, "std::fs"),
        ("crates/scaler-core/src/reconcile/plan.rs", "pub async fn f() {}\n", Rule::Asynchronous, 1, "waits"),
        (
            "crates/scaler-core/src/ports/store.rs",
            "use crate::runtime::Actor;\n",
            Rule::Floors,
            1,
            "crate::runtime",
        ),
        (
            "crates/scaler-core/src/ports/store.rs",
            "fn f(l: linode_api::Client) {}\n",
            Rule::Outside,
            1,
            "linode_api",
        ),
        (
            "crates/scaler-core/src/runtime/actor.rs",
            "use crate::conformance;\n",
            Rule::Floors,
            1,
            "crate::conformance",
        ),
        (
            "crates/scaler-core/src/runtime/actor.rs",
            "use linode_api::InstanceId as Id;\n",
            Rule::Outside,
            1,
            "linode_api",
        ),
        (
            "crates/linode-api/src/models/tag.rs",
            "use crate::client::Client;\n",
            Rule::Floors,
            1,
            "crate::client",
        ),
        (
            "crates/linode-api/src/models/tag.rs",
            "use api_transport::Request;\n",
            Rule::Outside,
            1,
            "api_transport",
        ),
        (
            "crates/alertmanager-types/src/post.rs",
            "use std::net::TcpStream;\n",
            Rule::Outside,
            1,
            "std::net::TcpStream",
        ),
        (
            "crates/alertmanager-types/src/api/alert.rs",
            "use crate::client::Client;\n",
            Rule::Floors,
            1,
            "crate::client::Client",
        ),
        (
            "crates/alertmanager-types/src/api/alert.rs",
            "fn f() -> api_transport::Client { g() }\n",
            Rule::Outside,
            1,
            "api_transport",
        ),
        ("crates/alertmanager-types/src/lib.rs", "use tokio::net;\n", Rule::Outside, 1, "tokio"),
        (
            "crates/alertmanager-types/src/client/mod.rs",
            "use linode_api::Id;\n",
            Rule::Crates,
            1,
            "linode-api",
        ),
        (
            "crates/autoscale-api/src/answer.rs",
            "use api_transport::Url;\n",
            Rule::Outside,
            1,
            "api_transport",
        ),
        ("crates/autoscale-api/src/answer.rs", "use scaler::Scaler;\n", Rule::Crates, 1, "scaler"),
        ("crates/api-transport/src/api.rs", "use linode_api::Client;\n", Rule::Crates, 1, "linode-api"),
        ("crates/linode-api/src/x.rs", "fn f() -> scaler::Scaler { todo() }\n", Rule::Crates, 1, "scaler"),
        (
            "crates/api-transport/Cargo.toml",
            "[package]\nname = \"api-transport\"\n[dependencies]\nlinode-api.workspace = true\n",
            Rule::Crates,
            4,
            "linode-api",
        ),
        (
            "crates/api-transport/Cargo.toml",
            "[package]\nname = \"api-transport\"\n[dependencies.scaler]\npath = \"x\"\n",
            Rule::Crates,
            3,
            "scaler",
        ),
        (
            "crates/api-transport/Cargo.toml",
            "[package]\nname = \"api-transport\"\n[target.'cfg(unix)'.dependencies]\ns = { package = \"scaler\", path = \"x\" }\n",
            Rule::Crates,
            4,
            "scaler",
        ),
        (
            "crates/linode-sim/Cargo.toml",
            "[package]\nname = \"linode-sim\"\n[dev-dependencies]\nlinode-api.workspace = true\n",
            Rule::Crates,
            4,
            "linode-api",
        ),
        (
            "crates/scaler/Cargo.toml",
            "[package]\nname = \"scaler\"\n[dependencies]\nautoscale-daemon.workspace = true\n",
            Rule::Crates,
            4,
            "autoscale-daemon",
        ),
        (
            "crates/linode-sim/src/bin/linode-sim/main.rs",
            "use api_transport::Client;\n",
            Rule::Crates,
            1,
            "api-transport",
        ),
        ("crates/attic/Cargo.toml", "[package]\nname = \"attic\"\n", Rule::Crates, 1, "no floor"),
        (
            "crates/autoscale-daemon/src/run.rs",
            "use std::time::Instant;\nfn f() { Instant::now(); }\n",
            Rule::Clock,
            2,
            "Instant::now",
        ),
        (
            "crates/autoscale-daemon/src/run.rs",
            "use std::time;\nfn f() { time::SystemTime::now(); }\n",
            Rule::Clock,
            2,
            "SystemTime::now",
        ),
        (
            "crates/autoscale-daemon/src/run.rs",
            "fn f() { jiff::Timestamp::now(); }\n",
            Rule::Clock,
            1,
            "jiff::Timestamp::now",
        ),
        (
            "crates/scaler-core/src/ports/clock.rs",
            "fn f() { std::time::Instant::now(); }\n",
            Rule::Clock,
            1,
            "clock.rs",
        ),
        (
            "tests/slow.rs",
            "use jiff::Zoned as Z;\nfn f() { Z::now(); }\n",
            Rule::Clock,
            2,
            "jiff::Zoned::now",
        ),
        ("bins/autoscale/src/long.rs", &long, Rule::Length, MOST_LINES + 1, "lines"),
        ("crates/scaler/src/a.rs", "use std::{fmt, sync::Arc};\n", Rule::Imports, 1, "`use std::{…}`"),
        ("crates/scaler/src/a.rs", "pub use b::{c::{D, E}};\n", Rule::Imports, 1, "`use b::{…}`"),
        ("crates/scaler/src/a.rs", "use {std::fmt, http::Uri};\n", Rule::Imports, 1, "several modules"),
        (
            "crates/scaler/src/a.rs",
            "use std::fmt;\n\nuse std::io;\n",
            Rule::Imports,
            3,
            "`use std` stands in line 1",
        ),
        (
            "crates/scaler/src/a.rs",
            "use a::B;\nfn f() {\n    use c::{d, e::F};\n}\n",
            Rule::Imports,
            3,
            "`use c::{…}`",
        ),
        ("crates/scaler/src/alone/mod.rs", "//! Alone.\n", Rule::ModuleFile, 1, "without children"),
        ("crates/linode-api/src/api/ips.rs", "/// All.\npub fn list() {}\n", Rule::Example, 2, "list"),
        ("crates/jenkins-client/src/client/builder.rs", "pub fn retry() {}\n", Rule::Example, 1, "retry"),
        ("crates/alertmanager-types/src/client/list.rs", "pub fn all() {}\n", Rule::Example, 1, "all"),
    ];
    for (file, text, rule, line, word) in rows {
        let made = MadeUp::new();
        made.write(file, text);
        if file.starts_with("bins/autoscale/") {
            made.write("bins/autoscale/Cargo.toml", "[package]\nname = \"autoscale\"\n");
        }
        let found = made.check().violations;
        let hit = found
            .iter()
            .find(|v| v.file == *file && v.rule == *rule && v.line == *line && v.why.contains(word));
        assert!(
            hit.is_some(),
            "{file} with {text:?}: expected {rule:?} at line {line} ({word}), found {found:?}"
        );
    }
}

#[test]
fn a_module_with_children_is_a_folder() {
    let made = MadeUp::new();
    made.write("crates/linode-api/src/models/tag.rs", "//! Tags.\n");
    let found = made.check().violations;
    let hit =
        found.iter().find(|v| v.rule == Rule::ModuleFile && v.file == "crates/linode-api/src/models.rs");
    assert!(hit.is_some(), "{found:?}");
}

/// Each row: files below `src` with their texts, and the circle that is shown, with its line; none where it is empty.
#[test]
fn a_circle_of_imports_is_shown() {
    type Files<'a> = &'a [(&'a str, &'a str)];
    let rows: &[(Files<'_>, &str, usize)] = &[
        (&[("a.rs", "\nuse crate::b::B;\n"), ("b.rs", "use super::a::A;\n")], "a.rs → b.rs → a.rs", 2),
        (
            &[("a.rs", "fn f() { crate::b::g(); }\n"), ("b.rs", "use crate::a::{C, D};\n")],
            "a.rs → b.rs → a.rs",
            1,
        ),
        (
            &[("a.rs", "use crate::b;\n"), ("b.rs", "use crate::c::C;\n"), ("c.rs", "use crate::a::A;\n")],
            "a.rs → b.rs → c.rs → a.rs",
            1,
        ),
        // The one names the other through what their parent shows.
        (
            &[
                ("world/mod.rs", "mod agenda;\nmod power;\nuse agenda::Agenda;\npub use agenda::Due;\n"),
                ("world/agenda.rs", "use super::power::Step;\n"),
                ("world/power.rs", "use super::Due;\n"),
            ],
            "world/agenda.rs → world/power.rs → world/agenda.rs",
            1,
        ),
        // A module is made of its children, which may build on what it defines.
        (
            &[
                ("world/mod.rs", "mod power;\npub use power::Power;\n"),
                ("world/power.rs", "use super::World;\n"),
            ],
            "",
            0,
        ),
        (
            &[
                ("a.rs", "use crate::b::B;\n"),
                ("b.rs", "#[cfg(test)]\nmod tests {\n    use crate::a::A;\n}\n"),
            ],
            "",
            0,
        ),
        (
            &[("a.rs", "use crate::b::B;\n"), ("b.rs", "use crate::c::C;\n"), ("c.rs", "use crate::d::D;\n")],
            "",
            0,
        ),
    ];
    for (files, way, line) in rows {
        let made = MadeUp::new();
        for (file, text) in *files {
            made.write(&format!("crates/api-transport/src/{file}"), text);
        }
        let found = made.check().violations;
        let circles: Vec<_> = found.iter().filter(|v| v.rule == Rule::Circle).collect();
        match circles.as_slice() {
            [] => assert!(way.is_empty(), "not found: {way}"),
            [circle] => assert!(
                !way.is_empty() && circle.why.ends_with(&format!(": {way}")) && circle.line == *line,
                "{circle:?} where {way:?} was expected"
            ),
            more => panic!("{way}: {more:?}"),
        }
    }
}

#[test]
fn a_missing_floor_is_found() {
    let made = MadeUp::new();
    fs::remove_dir_all(made.root.path().join("crates/scaler-core/src/ports")).unwrap();
    let found = made.check().violations;
    assert!(found.iter().any(|v| v.rule == Rule::Missing && v.why.contains("port")), "{found:?}");
}

/// What looks like a violation and is none.
#[test]
fn what_is_only_written_about_is_no_violation() {
    let rows = [
        (
            "crates/scaler-core/src/reconcile/plan.rs",
            "// use crate::ports::Store;\n/* crate::ports /* nested */ crate::ports */\n",
        ),
        (
            "crates/scaler-core/src/reconcile/plan.rs",
            "const S: &str = \"crate::ports::Store\\\"\"; const R: &str = r#\"crate::\"port\"#;\n",
        ),
        (
            "crates/scaler-core/src/reconcile/plan.rs",
            "fn f<'a>(c: char) -> bool { c == '\"' || c == '\\'' } // crate::ports\n",
        ),
        (
            "crates/scaler-core/src/reconcile/plan.rs",
            "#[cfg(test)]\nmod tests {\n    use crate::runtime::memory;\n}\n",
        ),
        (
            "crates/scaler-core/src/reconcile/plan.rs",
            "use super::Group;\nuse self::step::Step;\nmod step { pub struct Step; }\n",
        ),
        (
            "crates/scaler-core/src/reconcile/plan.rs",
            "#![allow(x)]\nuse std::collections::BTreeMap;\nuse std::fmt::{self, Display};\n",
        ),
        ("crates/linode-sim/src/state.rs", "mod config;\npub use config::Config;\n"),
        ("crates/linode-sim/src/state.rs", "use super::config;\nfn f() { config::read(); }\n"),
        (
            "crates/autoscale-daemon/src/run.rs",
            "use tokio::time::Instant;\nfn f() { Instant::now(); tokio::time::Instant::now(); }\n",
        ),
        ("bins/autoscale/src/run.rs", "use autoscale_daemon::Daemon;\n"),
        (
            "crates/alertmanager-types/src/client/call.rs",
            "use api_transport::Request;\nuse crate::webhook;\nasync fn f() {}\n",
        ),
        ("crates/alertmanager-types/src/lib.rs", "pub mod client;\npub use client::Client;\n"),
        ("crates/alertmanager-types/src/labels.rs", "pub fn len() {}\n"),
        ("crates/linode-api/src/models.rs", "pub fn id() {}\n"),
        ("crates/api-transport/src/retry.rs", "pub fn never() {}\n"),
        (
            "crates/scaler/src/a.rs",
            "use std::fmt::{self, Display};\nuse std::{io, mem as memory};\n#[cfg(b)]\nuse std::fs;\npub use std::ops;\n",
        ),
        (
            "crates/scaler/src/a.rs",
            "use std::fmt;\nfn f() -> impl Fn() + use<'static> {\n    use std::io;\n    g\n}\n",
        ),
        ("crates/scaler/src/a.rs", "pub use http;\npub use serde;\n"),
    ];
    for (file, text) in rows {
        let made = MadeUp::new();
        made.write(file, text);
        made.write(
            "bins/autoscale/Cargo.toml",
            "[package]\nname = \"autoscale\"\n[dependencies]\nautoscale-daemon.workspace = true\n",
        );
        assert_eq!(made.check().violations, [], "{file} with {text:?}");
    }
}

#[test]
fn a_module_that_is_only_for_tests_may_name_any_floor() {
    let made = MadeUp::new();
    made.write("crates/scaler-core/src/runtime/mod.rs", "#[cfg(test)]\nmod world;\n");
    made.write("crates/scaler-core/src/runtime/world.rs", "use crate::conformance;\n");
    assert_eq!(made.check().violations, []);
    made.write("crates/scaler-core/src/runtime/mod.rs", "mod world;\n");
    assert_eq!(made.check().violations.len(), 1);
}
