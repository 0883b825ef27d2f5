//! What is not a configuration at all, and the corners of YAML.

use std::fs;
use std::path::Path;

use autoscale_config::{Config, Severity};

use crate::support::{GOOD, only, problems, read, with, with_group_lines};

#[test]
fn broken_yaml_is_told_with_its_place() {
    let error = read("owner: k3x9w2\ngroups: [\n").unwrap_err();
    assert_eq!(error.len(), 1);
    let problem = &error.all()[0];
    assert!(problem.message.starts_with("this is not valid YAML: "), "{}", problem.message);
    assert!(problem.place.is_some());
    for text in ["a: b: c", "\t- x", "\"", "owner: 'k3x9w2", "{", "a: *nobody", "- a\nb: c"] {
        let error = read(text).expect_err(text);
        assert!(error.is_fatal(), "{text}");
    }
}

#[test]
fn nothing_is_no_configuration() {
    for text in ["", "\n\n", "# a comment\n"] {
        assert_eq!(read(text).unwrap_err().all()[0].message, "autoscale.yaml is empty");
    }
    assert!(only("just a word").starts_with("error : is a single value, a map with the keys owner"));
    assert!(only("[a, b]").starts_with("error : is a list"));
}

#[test]
fn what_yaml_can_and_we_do_not_want() {
    let twice = with("owner: k3x9w2", "owner: k3x9w2\nowner: abcdef");
    assert_eq!(only(&twice), "error owner: is written a second time, first in line 1");
    assert!(only(&format!("{GOOD}---\nowner: abcdef\n")).contains("a second document begins here"));
    assert!(only(&with("k3x9w2", "!!str k3x9w2")).contains("YAML tags"));
    assert!(only("? [a, b]\n: c\n").contains("a key has to be one word"));
    assert!(only("a: &a { b: 1 }\nc:\n  <<: *a\n").contains("merge keys"));
    assert!(only("a: &a [*a]\n").contains("inside its own anchor"));
}

#[test]
fn aliases_stand_for_what_they_name() {
    let text = with("size: { min: 2, max: 12 }", "size: &size { min: 2, max: 12 }");
    let group = text.split_once("groups:\n").unwrap().1;
    let second = group
        .replace("  web:", "  api:")
        .replace("&size { min: 2, max: 12 }", "*size")
        .replace("WebCpu", "ApiCpu")
        .replace("11873", "11874");
    let config = read(&format!("{text}{second}")).unwrap();
    assert!(config.groups.values().all(|settings| settings.group.size.max == 12));
}

#[test]
fn aliases_do_not_blow_up() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..30 {
        let before = n - 1;
        text.push_str(&format!("a{n}: &a{n} [{}]\n", vec![format!("*a{before}"); 10].join(", ")));
    }
    assert_eq!(problems(&text).len(), 30 + 2);
}

#[test]
fn unknown_keys_are_told_which_was_meant() {
    let fix = |text: &str| problems(text).iter().map(|problem| problem.fix.clone()).collect::<Vec<_>>();
    assert_eq!(
        fix(&with("heartbeat: Watchdog", "heartbeat: Watchdog\nconfrim: 10m")),
        ["did you mean `confirm`?"]
    );
    assert_eq!(fix(&with("warm_up: 2m", "warmUp: 2m")), ["did you mean `warm_up`?"]);
    assert_eq!(fix(&format!("listen: 127.0.0.1:9480\n{GOOD}")), ["it belongs in `daemon`"]);
    assert_eq!(fix(&format!("{GOOD}    drain: 5m\n")), ["it belongs in `groups.<name>.remove`"]);
    assert_eq!(fix(&format!("{GOOD}    max_unhealthy: 20%\n")), ["it belongs in `groups.<name>.replace`"]);
    assert_eq!(fix(&with("min: 2,", "min: 2, banana: 3,")), ["remove it; known here: min, max"]);
}

/// A key under another name is refused where it stands, and the fix is what is read.
#[test]
fn other_names_of_a_key_are_told_the_one_that_is_read() {
    for (written, called, fix) in [
        ("launch_timeout: 10m", "launch.timeout", "write launch: { timeout: … }"),
        ("warm_up: 2m", "launch.warm_up", "write launch: { warm_up: … }"),
        ("grace: 2m", "replace.after", "write replace: { after: … }"),
        ("breaker: 20%", "replace.max_unhealthy", "write replace: { max_unhealthy: … }"),
        ("spare: 1", "headroom", "write headroom"),
        ("marks: { low: 30, high: 80 }", "thresholds", "write thresholds"),
        ("order: newest", "remove.order", "write remove: { order: … }"),
        ("remove: { calm: 10m }", "low_for", "write low_for"),
    ] {
        let text = with_group_lines(written);
        let problems = problems(&text);
        let [problem] = problems.as_slice() else { panic!("{written}: {problems:?}") };
        let key = written.strip_prefix("remove: { ").unwrap_or(written).split(':').next().unwrap();
        assert_eq!(problem.severity, Severity::Error, "{written}");
        assert_eq!(problem.message, format!("unknown key `{key}`: it is called `{called}`"));
        assert_eq!(problem.fix, fix, "{written}");
        let column = text.lines().last().unwrap().find(key).unwrap() + 1;
        let place = problem.place.unwrap();
        assert_eq!((place.line, place.column, place.length), (16, column, key.len()), "{written}");
        let shown = problem.to_string();
        assert!(shown.contains(&format!("| {}{}", " ".repeat(column - 1), "^".repeat(key.len()))), "{shown}");
    }
}

#[test]
fn columns_count_characters_and_long_lines_are_cut() {
    let text = with("alertname: WebCpuLow", "alertname: \"ÄÖÜ\"").replace("remove: 1", "remove: 0");
    let problem = &problems(&text)[0];
    let line = text.lines().find(|line| line.contains("ÄÖÜ")).unwrap();
    let column = line.chars().position(|c| c == '0').unwrap() + 1;
    assert_eq!(problem.place.unwrap().column, column);
    let caret = problem.to_string();
    let caret = caret.lines().nth(4).unwrap();
    assert_eq!(caret.chars().count(), column + "14 | ".len());

    let long = with("{ min: 2, max: 12 }", &format!("{{ min: 2,{} max: 1 }}", " ".repeat(5_000)));
    let shown = problems(&long)[0].to_string();
    assert!(shown.lines().all(|line| line.chars().count() < 130), "{shown}");
    assert!(shown.contains('^'));
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let shown = problems(&with("region: nl-ams", "region: \"nl\\e[31m\u{7f}\"")).first().unwrap().to_string();
    assert!(shown.chars().all(|c| c == '\n' || !c.is_control()), "{shown:?}");
}

#[test]
fn files_that_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let missing = Config::load(&folder.path().join("autoscale.yaml")).unwrap_err();
    assert!(missing.all()[0].message.contains("autoscale.yaml does not exist"), "{missing}");
    assert!(Config::load(folder.path()).is_err());
    let path = folder.path().join("binary.yaml");
    fs::write(&path, [0xff, 0xfe, 0x00]).unwrap();
    assert!(Config::check(&path).all()[0].message.contains("is not valid UTF-8"));
    fs::write(&path, vec![b'a'; (1 << 20) + 1]).unwrap();
    assert!(Config::check(&path).all()[0].message.contains("bytes, at most 1048576 are possible"));
    assert!(Config::parse(GOOD, Path::new("tests/fixtures")).is_err(), "the process has no LINODE_TOKEN");
}
