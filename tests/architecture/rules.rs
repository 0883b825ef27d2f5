//! The check that the workspace is built as the house's tables say.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use super::circles::{Read, circles};
use super::examples::without_example;
use super::house::{
    CIRCLES, CLOCKS, CRATES, EXAMPLES, FLOORS, Floor, INDEPENDENT, LARGER_PROGRAMS, LIMITS, MOST_LINES,
    PROGRAM_LINES, SHARED_NAMES, TO_CONVERT, stands_above,
};
use super::manifest::{self, Need};
use super::source::{Named, Source, module_of, tokens, without_tests};
use super::{sizes, style};

/// Which rule a place breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rule {
    Crates,
    Floors,
    Outside,
    Asynchronous,
    Clock,
    Length,
    Missing,
    Circle,
    Imports,
    ModuleFile,
    Size,
    SharedName,
    Example,
}

/// One place that breaks a rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Violation {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) rule: Rule,
    pub(crate) why: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.why)
    }
}

/// What the check saw.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) violations: Vec<Violation>,
    pub(crate) files: usize,
    /// How often a package of [`TO_CONVERT`] breaks the style.
    pub(crate) to_convert: BTreeMap<&'static str, usize>,
    /// How many circles each package of [`CIRCLES`] has.
    pub(crate) circles: BTreeMap<&'static str, usize>,
    /// Lines of code and public types of each package.
    pub(crate) sizes: BTreeMap<String, (usize, usize)>,
    /// Where the public types of each name are.
    pub(crate) types: BTreeMap<String, Vec<(PathBuf, usize)>>,
    /// Files of each client of [`EXAMPLES`] that were searched for functions without an example.
    pub(crate) shown: BTreeMap<&'static str, usize>,
    /// Files that a floor's rules were held against, by crate and folder.
    pub(crate) held: BTreeMap<(&'static str, &'static str), usize>,
}

/// Checks the workspace at `root`.
pub(crate) fn check(root: &Path) -> Report {
    let mut check = Check { root: root.to_owned(), report: Report::default() };
    for folder in ["crates", "bins"] {
        for package in folders(&root.join(folder)) {
            check.package(&package, folder == "bins");
        }
    }
    check.files(&root.join("tests"));
    check.names_are_shared_for_a_reason();
    check.report.violations.sort();
    check.report
}

struct Check {
    root: PathBuf,
    report: Report,
}

impl Check {
    fn breaks(&mut self, file: &Path, line: usize, rule: Rule, why: String) {
        let file = file.strip_prefix(&self.root).unwrap_or(file).to_string_lossy().into_owned();
        self.report.violations.push(Violation { file, line, rule, why });
    }

    fn package(&mut self, folder: &Path, program: bool) {
        let manifest_path = folder.join("Cargo.toml");
        let Ok(manifest) = fs::read_to_string(&manifest_path) else { return };
        let name = manifest::name(&manifest).unwrap_or_default();
        let below = self.below(&name, program, &manifest_path);
        for (line, need, dependency) in manifest::dependencies(&manifest) {
            let ours = CRATES.iter().any(|(name, _)| *name == dependency);
            let counts = need == Need::Build || INDEPENDENT.contains(&name.as_str());
            if ours && counts && dependency != name && !below.contains(&dependency.as_str()) {
                let why = format!("{name} must not build on {dependency}");
                self.breaks(&manifest_path, line, Rule::Crates, why);
            }
        }
        self.files(folder);
        self.floors_exist(&name, folder);
        self.sources(&name, &below, &folder.join("src"));
        self.size(&name, program, &folder.join("src"));
        self.imports_run_in_no_circle(&name, &folder.join("src"));
    }

    /// The crates of the workspace that a package may build on.
    fn below(&mut self, name: &str, program: bool, manifest: &Path) -> Vec<&'static str> {
        if program {
            return CRATES.iter().map(|(name, _)| *name).collect();
        }
        if let Some((_, below)) = CRATES.iter().find(|(known, _)| *known == name) {
            return below.to_vec();
        }
        let why = format!("{name} has no floor: give it its place in tests/architecture/house.rs");
        self.breaks(manifest, 1, Rule::Crates, why);
        Vec::new()
    }

    /// What holds for every Rust file: its length and where its time comes from.
    fn files(&mut self, folder: &Path) {
        let mut clock: Option<PathBuf> = None;
        for file in rust_files(folder) {
            let Ok(text) = fs::read_to_string(&file) else { continue };
            self.report.files += 1;
            let lines = text.lines().count();
            if lines > MOST_LINES {
                let why = format!("{lines} lines, at most {MOST_LINES}: it holds more than one idea");
                self.breaks(&file, lines, Rule::Length, why);
            }
            self.style(folder, &file, &text);
            let below_src = file.strip_prefix(folder.join("src")).unwrap_or(&file);
            let reads: Vec<Named> = Source::read(below_src, &text, true)
                .named
                .into_iter()
                .filter(|named| CLOCKS.iter().any(|clock| named.is_under(clock)))
                .collect();
            let Some(first) = reads.first() else { continue };
            let is_clock = file.file_name().is_some_and(|name| name == "clock.rs");
            if !is_clock || clock.is_some() {
                for named in &reads {
                    let why = format!("{} outside the package's one clock.rs", named.segments.join("::"));
                    self.breaks(&file, named.line, Rule::Clock, why);
                }
            } else if first.line > 0 {
                clock = Some(file);
            }
        }
    }

    /// One style of imports and module files: `name/mod.rs` where a module has children, `name.rs` where it has none.
    fn style(&mut self, package: &Path, file: &Path, text: &str) {
        let mut broken: Vec<(usize, Rule, String)> =
            style::imports(text).into_iter().map(|(line, why)| (line, Rule::Imports, why)).collect();
        if !rust_files(&file.with_extension("")).is_empty() {
            let why = "a module with children is name/mod.rs, not name.rs beside name/";
            broken.push((1, Rule::ModuleFile, why.to_owned()));
        }
        if file.ends_with("mod.rs") && file.parent().is_some_and(|folder| rust_files(folder).len() < 2) {
            let why = "a module without children is name.rs, not name/mod.rs";
            broken.push((1, Rule::ModuleFile, why.to_owned()));
        }
        let package = package.strip_prefix(&self.root).unwrap_or(package);
        if let Some(listed) = TO_CONVERT.iter().find(|listed| package == Path::new(listed)) {
            *self.report.to_convert.entry(listed).or_default() += broken.len();
            return;
        }
        for (line, rule, why) in broken {
            self.breaks(file, line, rule, why);
        }
    }

    fn imports_run_in_no_circle(&mut self, name: &str, src: &Path) {
        let programs = folders(&src.join("bin"));
        let mut found = Vec::new();
        for root in programs.iter().map(PathBuf::as_path).chain([src]) {
            let files: Vec<Read> = rust_files(root)
                .into_iter()
                .filter(|file| root != src || !file.starts_with(src.join("bin")))
                .filter_map(|file| {
                    let text = fs::read_to_string(&file).ok()?;
                    let path = file.strip_prefix(root).ok()?.to_owned();
                    let source = Source::read(&path, &text, false);
                    Some(Read { path, source })
                })
                .collect();
            for circle in circles(&files) {
                let way: Vec<String> = circle.files.iter().map(|file| file.display().to_string()).collect();
                let why = format!("imports run in a circle: {}", way.join(" → "));
                found.push((root.join(&circle.files[0]), circle.line, why));
            }
        }
        if let Some((listed, most)) = CIRCLES.iter().find(|(listed, _)| *listed == name) {
            self.report.circles.insert(listed, found.len());
            if found.len() <= *most {
                return;
            }
        }
        for (file, line, why) in found {
            self.breaks(&file, line, Rule::Circle, why);
        }
    }

    /// A crate that has begun to have modules has all of its floors.
    fn floors_exist(&mut self, name: &str, folder: &Path) {
        let src = folder.join("src");
        let begun = rust_files(&src).len() > 1;
        for floor in FLOORS.iter().filter(|f| begun && f.of == name && !f.folder.is_empty()) {
            let there =
                src.join(floor.folder).is_dir() || src.join(floor.folder).with_extension("rs").is_file();
            if !there {
                let why =
                    format!("the floor {} of {name} is missing, so nothing is checked there", floor.folder);
                self.breaks(&src, 1, Rule::Missing, why);
            }
        }
    }

    fn sources(&mut self, name: &str, below: &[&str], src: &Path) {
        let read: Vec<(PathBuf, Vec<String>, Source)> = rust_files(src)
            .into_iter()
            .filter_map(|file| {
                let text = fs::read_to_string(&file).ok()?;
                let inside = file.strip_prefix(src).ok()?.to_owned();
                Some((file, module_of(&inside), Source::read(&inside, &text, false)))
            })
            .collect();
        let for_tests: Vec<Vec<String>> = read
            .iter()
            .flat_map(|(_, module, source)| {
                source.test_modules.iter().map(|name| [module.clone(), vec![name.clone()]].concat())
            })
            .collect();
        for (file, module, source) in &read {
            if for_tests.iter().any(|tests| module.starts_with(tests)) {
                continue;
            }
            self.names_crates(name, below, file, source);
            for floor in FLOORS.iter().filter(|f| f.of == name) {
                let first = module.first();
                let all = floor.folder.is_empty() && !stands_above(name, first);
                if all || first.is_some_and(|m| m == floor.folder) {
                    *self.report.held.entry((floor.of, floor.folder)).or_default() += 1;
                    self.floor(floor, file, module.is_empty(), source);
                }
            }
        }
    }

    fn size(&mut self, name: &str, program: bool, src: &Path) {
        let files: Vec<(PathBuf, Vec<String>, String)> = rust_files(src)
            .into_iter()
            .filter_map(|file| {
                let text = fs::read_to_string(&file).ok()?;
                let module = module_of(file.strip_prefix(src).ok()?);
                Some((file, module, text))
            })
            .collect();
        let for_tests: Vec<Vec<String>> = files
            .iter()
            .flat_map(|(_, module, text)| {
                let names = without_tests(&tokens(text)).test_modules.into_iter();
                names.map(|name| [module.clone(), vec![name]].concat()).collect::<Vec<_>>()
            })
            .collect();
        let (mut lines, mut types) = (0, 0);
        for (file, module, text) in &files {
            if for_tests.iter().any(|tests| module.starts_with(tests)) {
                continue;
            }
            self.examples(name, file, module.first().map_or("", String::as_str), text);
            let measured = sizes::measure(text);
            lines += measured.lines;
            types += measured.public_types.len();
            for (line, named) in measured.public_types {
                self.report.types.entry(named).or_default().push((file.clone(), line));
            }
        }
        self.report.sizes.insert(name.to_owned(), (lines, types));
        let limit = LIMITS.iter().find(|limit| limit.of == name);
        let most_lines = if program {
            let larger = LARGER_PROGRAMS.iter().find(|(larger, _)| *larger == name);
            Some(larger.map_or(PROGRAM_LINES, |(_, most)| *most))
        } else {
            limit.map(|limit| limit.lines)
        };
        if let Some(most) = most_lines.filter(|most| lines > *most) {
            let why = format!("{name} has {lines} lines of code, at most {most}");
            self.breaks(src, 1, Rule::Size, why);
        }
        if let Some(most) = limit.map(|limit| limit.public_types).filter(|most| types > *most) {
            let why = format!("{name} has {types} public types, at most {most}");
            self.breaks(src, 1, Rule::Size, why);
        }
    }

    /// A client's functions each show how they are used.
    fn examples(&mut self, name: &str, file: &Path, module: &str, text: &str) {
        let Some((client, _)) =
            EXAMPLES.iter().find(|(client, in_modules)| *client == name && in_modules.hold(module))
        else {
            return;
        };
        *self.report.shown.entry(client).or_default() += 1;
        for (line, function) in without_example(text) {
            self.breaks(file, line, Rule::Example, format!("{function} has no example in its docs"));
        }
    }

    fn names_are_shared_for_a_reason(&mut self) {
        let shared: Vec<(String, Vec<(PathBuf, usize)>)> = self
            .report
            .types
            .iter()
            .filter(|(name, places)| places.len() > 1 && !may_be_shared(name))
            .map(|(name, places)| (name.clone(), places.clone()))
            .collect();
        for (name, places) in shared {
            let elsewhere: Vec<String> = places[1..]
                .iter()
                .map(|(file, line)| {
                    format!("{}:{line}", file.strip_prefix(&self.root).unwrap_or(file).display())
                })
                .collect();
            let why = format!("{name} is the name of another public type too: {}", elsewhere.join(", "));
            self.breaks(&places[0].0, places[0].1, Rule::SharedName, why);
        }
    }

    fn names_crates(&mut self, name: &str, below: &[&str], file: &Path, source: &Source) {
        for named in &source.named {
            let krate = named.segments[0].replace('_', "-");
            let ours = CRATES.iter().any(|(known, _)| *known == krate) && krate != name;
            if ours && !below.contains(&krate.as_str()) {
                let why = format!("{name} must not name {krate}: {}", named.segments.join("::"));
                self.breaks(file, named.line, Rule::Crates, why);
            }
        }
    }

    fn floor(&mut self, floor: &Floor, file: &Path, root: bool, source: &Source) {
        let here = if floor.folder.is_empty() { floor.of } else { floor.folder };
        for named in &source.named {
            let path = named.segments.join("::");
            if let Some(prefix) = floor.never.iter().find(|prefix| named.is_under(prefix)) {
                let why = format!("{here} must not name {prefix}: {path}");
                self.breaks(file, named.line, Rule::Outside, why);
            }
            if named.segments[0] != "crate" {
                continue;
            }
            if root && stands_above(floor.of, named.segments.get(1)) {
                continue;
            }
            let Some(module) = named.segments.get(1).map(String::as_str) else { continue };
            if !floor.names.hold(module) {
                let why = format!("{here} must not name {path}");
                self.breaks(file, named.line, Rule::Floors, why);
            }
        }
        if !floor.asynchronous {
            for line in &source.asynchronous {
                self.breaks(
                    file,
                    *line,
                    Rule::Asynchronous,
                    format!("{here} does no I/O, so nothing in it waits"),
                );
            }
        }
    }
}

fn may_be_shared(name: &str) -> bool {
    SHARED_NAMES.iter().any(|(shared, _)| *shared == name)
}

fn folders(path: &Path) -> Vec<PathBuf> {
    entries(path).into_iter().filter(|p| p.is_dir()).collect()
}

fn entries(path: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    found.sort();
    found
}

fn rust_files(path: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in entries(path) {
        if entry.is_dir() && entry.file_name().is_some_and(|n| n != "target") {
            found.extend(rust_files(&entry));
        } else if entry.extension().is_some_and(|e| e == "rs") {
            found.push(entry);
        }
    }
    found
}
