//! What is printed for a file with every kind of mistake.

use std::path::Path;
use std::{env, fs};

use autoscale_config::{Config, Environment, Problems};

/// Equal to the file, which `UPDATE_GOLDEN=1` writes anew.
fn golden(name: &str, printed: &str) {
    let path = Path::new("tests/fixtures").join(name);
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, printed).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(printed, expected, "{} differs; UPDATE_GOLDEN=1 writes it anew", path.display());
}

fn problems(name: &str) -> Problems {
    let environment = Environment::new("tests/fixtures").with_env([("LINODE_TOKEN", "a")]);
    Config::load_in(&Path::new("tests/fixtures").join(name), &environment).unwrap_err()
}

#[test]
fn more_than_ten_mistakes_are_all_told_at_once() {
    let problems = problems("mistakes.yaml");
    assert!(problems.errors().count() >= 10, "{problems}");
    golden("mistakes.txt", &format!("{problems}\n"));
}

#[test]
fn and_for_programs_as_json() {
    let view = serde_json::to_string_pretty(&problems("mistakes.yaml")).unwrap();
    golden("mistakes.json", &format!("{view}\n"));
}
