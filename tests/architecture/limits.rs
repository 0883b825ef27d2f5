//! The limits of programs, crates and names, held against this workspace and against made-up trees.

use super::WORKSPACE;
use super::house::{LARGER_PROGRAMS, LIMITS, PROGRAM_LINES, SHARED_NAMES};
use super::made_up::MadeUp;
use super::rules::Rule;

/// A name that is not shared any more leaves its list; a limit is of something that is there.
#[test]
fn names_that_are_shared_no_more_and_limits_of_nothing_leave_their_lists() {
    let report = &*WORKSPACE;
    for (name, _) in SHARED_NAMES {
        let places = report.types.get(*name).map_or(0, Vec::len);
        assert!(places > 1, "{places} public types are called {name}: take it off its list in house.rs");
    }
    for of in LIMITS.iter().map(|limit| limit.of).chain(LARGER_PROGRAMS.iter().map(|(program, _)| *program)) {
        let (lines, _) = report.sizes.get(of).copied().unwrap_or_default();
        assert!(lines > PROGRAM_LINES, "{of} has {lines} lines of code: it needs no limit of its own");
    }
}

#[test]
fn a_program_that_grows_is_found() {
    let made = MadeUp::new();
    made.write("bins/small/Cargo.toml", "[package]\nname = \"small\"\n");
    let lines = "fn f() {}\n".repeat(PROGRAM_LINES - 1);
    let not_code =
        "\n// a comment\n/// more\n#[cfg(test)]\nmod tests {\n    fn t() {}\n}\n#[cfg(test)]\nmod more;\n";
    made.write("bins/small/src/main.rs", &format!("{lines}{not_code}"));
    made.write("bins/small/src/more.rs", &lines);
    made.write("bins/small/src/part.rs", "fn f() {}\n");
    assert_eq!(made.check().violations, []);
    made.write("bins/small/src/part.rs", "fn f() {\n}\n");
    let found = made.check().violations;
    let says = format!("small has {} lines of code, at most {PROGRAM_LINES}", PROGRAM_LINES + 1);
    assert!(found.len() == 1 && found[0].rule == Rule::Size && found[0].why == says, "{found:?}");
}

#[test]
fn a_crate_that_outgrows_its_limits_is_found() {
    let made = MadeUp::new();
    let limit = &LIMITS[0];
    let types: String = (0..=limit.public_types).map(|i| format!("pub struct Type{i};\n")).collect();
    made.write(&format!("crates/{}/src/model/part.rs", limit.of), &types);
    let lines = "fn f() {}\n".repeat(500);
    for part in 0..=limit.lines / 500 {
        made.write(&format!("crates/{}/src/model/part_{part}.rs", limit.of), &lines);
    }
    let found = made.check().violations;
    let says = |word: &str| found.iter().any(|v| v.rule == Rule::Size && v.why.contains(word));
    assert!(found.len() == 2 && says("lines of code") && says("public types"), "{found:?}");
}

/// Each row: a file with its text, and whether its type's name is shared with `pub struct Group` of `scaler-core`.
#[test]
fn a_name_that_two_public_types_share_is_found() {
    let rows = [
        ("crates/scaler/src/a.rs", "pub enum Group {}\n", true),
        ("crates/scaler/src/a.rs", "pub type Group = u8;\n", true),
        ("crates/scaler-core/src/ports/part.rs", "pub trait Group {}\n", true),
        ("crates/scaler/src/a.rs", "pub(crate) struct Group;\n", false),
        ("crates/scaler/src/a.rs", "pub use scaler_core::model::Group;\n", false),
        ("crates/scaler/src/a.rs", "#[cfg(test)]\npub struct Group;\n", false),
        ("crates/scaler/src/a.rs", "pub struct Groups;\n", false),
    ];
    for (file, text, shared) in rows {
        let made = MadeUp::new();
        made.write(file, text);
        let found = made.check().violations;
        let hit = found.iter().any(|v| v.rule == Rule::SharedName && v.why.contains("Group"));
        assert_eq!((hit, found.len()), (shared, usize::from(shared)), "{text:?}: {found:?}");
    }
}
