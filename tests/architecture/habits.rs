//! What would drift apart unnoticed: the stages of CI and the pages that name them, the changelog and what it is about.

use std::collections::BTreeMap;

/// A stage's command as a person types it, by its title.
fn stages(run: &str) -> BTreeMap<&str, &str> {
    let lines = run.lines().filter_map(|line| {
        let line = line.strip_prefix("stage \"").or_else(|| line.strip_prefix("beside \""));
        line?.split_once("\" ")
    });
    // What a stage sets in its environment, the justfile sets for all recipes.
    let prefixes = ["env RUSTDOCFLAGS=\"-D warnings\" ", "nice "];
    lines
        .map(|(title, command)| {
            (title, prefixes.iter().find_map(|prefix| command.strip_prefix(prefix)).unwrap_or(command))
        })
        .collect()
}

/// The recipes of a justfile with a body of one line, by this line.
fn recipes(justfile: &str) -> BTreeMap<&str, &str> {
    let lines: Vec<&str> = justfile.lines().collect();
    let pairs = lines.windows(2).filter_map(|pair| {
        let command = pair[1].strip_prefix("    ")?;
        let name = pair[0].split([':', ' ']).next()?;
        (!pair[0].starts_with([' ', '#'])).then_some((command, name))
    });
    pairs.collect()
}

/// Where the stages of `.ci/run`, the recipes of the justfile and the table of CONTRIBUTING.md disagree.
pub(crate) fn stages_that_drifted(run: &str, justfile: &str, contributing: &str) -> Vec<String> {
    let recipes = recipes(justfile);
    let mut found = Vec::new();
    for (title, command) in stages(run) {
        let Some(recipe) = recipes.get(command) else {
            found.push(format!("the stage \"{title}\" has no recipe in the justfile that runs `{command}`"));
            continue;
        };
        if !contributing.contains(&format!("\n| `{recipe}` | `{command}` |")) {
            found.push(format!("CONTRIBUTING.md has no row | `{recipe}` | `{command}` |"));
        }
    }
    for row in contributing.lines().filter_map(|line| line.strip_prefix("| `")) {
        let cells: Vec<&str> = row.split("` | `").collect();
        if let [name, rest, ..] = cells[..]
            && let Some((command, _)) = rest.split_once('`')
            && recipes.get(command) != Some(&name)
        {
            found.push(format!("CONTRIBUTING.md names `just {name}` for `{command}`, the justfile does not"));
        }
    }
    found
}

/// What a changelog lacks: each library has a section, each version is unreleased or has its date, newest first, and each entry
/// says what kind of change it is.
pub(crate) fn changelog_gaps(changelog: &str, version: &str, libraries: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let mut versions = Vec::new();
    let mut sections = Vec::new();
    for (i, line) in changelog.lines().enumerate() {
        let at = i + 1;
        if let Some(heading) = line.strip_prefix("## ") {
            match heading.split_once(" - ") {
                Some((number, date)) if number_of(number).is_some() && is_date(date) => versions.push(number),
                None if heading == "Unreleased" && versions.is_empty() => {}
                _ => found.push(format!(
                    "line {at}: `{heading}` is neither `Unreleased`, at the top, nor `X.Y.Z - YYYY-MM-DD`"
                )),
            }
        } else if let Some(section) = line.strip_prefix("### ") {
            if !libraries.iter().any(|library| library == section)
                && !["All libraries", "Programs"].contains(&section)
            {
                found.push(format!("line {at}: there is no library {section}"));
            }
            sections.push(section);
        } else if line.starts_with("- ")
            && !["Breaking", "Added", "Changed", "Fixed"]
                .iter()
                .any(|kind| line.starts_with(&format!("- **{kind}** ")))
        {
            found.push(format!(
                "line {at}: begin the entry with **Breaking**, **Added**, **Changed** or **Fixed**"
            ));
        }
    }
    for library in libraries.iter().filter(|library| !sections.contains(&library.as_str())) {
        found.push(format!("{library} has no section"));
    }
    if versions.windows(2).any(|pair| number_of(pair[0]) <= number_of(pair[1])) {
        found.push("the versions do not stand newest first".to_owned());
    }
    let unreleased = changelog.contains("\n## Unreleased\n");
    match versions.first().map(|newest| number_of(newest).cmp(&number_of(version))) {
        Some(std::cmp::Ordering::Equal) => {}
        None | Some(std::cmp::Ordering::Less) if unreleased => {}
        _ => found.push(format!(
            "Cargo.toml's version {version} is neither the newest that has a date, nor higher and unreleased"
        )),
    }
    found
}

fn number_of(version: &str) -> Option<[u32; 3]> {
    let parts: Vec<u32> = version.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    parts.try_into().ok()
}

fn is_date(text: &str) -> bool {
    text.parse::<jiff::civil::Date>().is_ok()
}

/// A file of this workspace.
fn read(path: &str) -> String {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    std::fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn every_stage_of_ci_has_its_recipe_and_its_row() {
    let run = read(".ci/run");
    assert!(stages(&run).len() > 10, "the check does not see the stages");
    assert_eq!(stages_that_drifted(&run, &read("justfile"), &read("CONTRIBUTING.md")), [] as [String; 0]);
}

#[test]
fn a_stage_that_is_named_nowhere_is_found() {
    let run = "stage \"Docs\" env RUSTDOCFLAGS=\"-D warnings\" cargo doc\nbeside \"Lock file: up to date\" nice .ci/lock\n";
    let justfile = "# Pages\ndoc: tools\n    cargo doc\n\nlock:\n    .ci/lock\n";
    let contributing = "\n| `doc` | `cargo doc` | pages |\n| `lock` | `.ci/lock` | the lock file |\n";
    assert_eq!(stages_that_drifted(run, justfile, contributing), [] as [String; 0]);
    for (run, justfile, contributing, word) in [
        (run, "doc:\n    cargo doc\n", contributing, "has no recipe"),
        (run, justfile, "\n| `doc` | `cargo doc` | pages |\n", "has no row"),
        ("", justfile, "\n| `docs` | `cargo doc` | pages |\n", "the justfile does not"),
    ] {
        let found = stages_that_drifted(run, justfile, contributing);
        assert!(found.iter().any(|line| line.contains(word)), "{word}: {found:?}");
    }
}

/// The keys of a configuration that its page lacks.
fn unexplained(known: &str, page: &str) -> Vec<String> {
    let constants = known.split("pub(super) const ").skip(1).take_while(|of| !of.starts_with("SECRET"));
    let keys = constants
        .filter_map(|of| of.split_once("&[&str]")?.1.split_once("&[")?.1.split_once(']'))
        .flat_map(|(keys, _)| keys.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>());
    let words: std::collections::BTreeSet<&str> =
        page.split(|c: char| !c.is_ascii_lowercase() && c != '_').collect();
    keys.filter(|key| !words.contains(key.as_str())).collect()
}

#[test]
fn the_page_of_the_configuration_has_every_key() {
    let known = read("crates/autoscale-config/src/read/known.rs");
    assert_eq!(unexplained(&known, &read("docs/configuration.md")), [] as [String; 0]);
    let new = "pub(super) const ROOT: &[&str] = &[\"owner\", \"region_of_the_moon\"];\n";
    assert_eq!(unexplained(new, "`owner`"), ["region_of_the_moon"]);
}

#[test]
fn the_changelog_has_every_library_and_every_version() {
    let manifest = read("Cargo.toml");
    let version =
        manifest.lines().find_map(|line| line.strip_prefix("version = \"")).unwrap().trim_end_matches('"');
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("crates");
    let names =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let libraries: Vec<String> = names.collect();
    assert_eq!(changelog_gaps(&read("CHANGELOG.md"), version, &libraries), [] as [String; 0]);
}

#[test]
fn a_gap_in_a_changelog_is_found() {
    let libraries = ["one".to_owned(), "two".to_owned()];
    let good = "# Changelog\n\n## Unreleased\n\n### one\n- **Added** It.\n\n## 0.1.0 - 2026-11-30\n\n### two\n- **Fixed** That.\n";
    for version in ["0.1.0", "0.2.0"] {
        assert_eq!(changelog_gaps(good, version, &libraries), [] as [String; 0]);
    }
    for (from, to, word) in [
        ("### one", "### neo", "there is no library neo"),
        ("### one", "### neo", "one has no section"),
        ("- **Added** It", "- It", "line 6: begin the entry"),
        ("0.1.0 - 2026-11-30", "0.1.0", "neither `Unreleased`"),
        ("0.1.0 - 2026-11-30", "0.1.0 - 30 November", "neither `Unreleased`"),
        ("0.1.0 - 2026-11-30", "0.2.1 - 2026-11-30", "Cargo.toml's version 0.2.0"),
        ("## Unreleased", "## 0.0.9 - 2026-11-01", "newest first"),
        ("\n## Unreleased\n", "\n", "Cargo.toml's version 0.2.0"),
    ] {
        let found = changelog_gaps(&good.replace(from, to), "0.2.0", &libraries);
        assert!(found.iter().any(|line| line.contains(word)), "{word}: {found:?}");
    }
}
