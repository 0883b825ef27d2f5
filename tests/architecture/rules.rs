//! The floors of the house, and the check that nothing names a higher one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use super::circles::{Read, circles};
use super::manifest::{self, Need};
use super::source::{Named, Source, module_of};
use super::style;

/// Longer than this, a file holds more than one idea.
pub(crate) const MOST_LINES: usize = 600;

/// The crates from the ground up, each with the crates of the workspace that it may build on.
const CRATES: &[(&str, &[&str])] = &[
    ("api-transport", &[]),
    ("alertmanager-types", &["api-transport"]),
    ("api-sim", &[]),
    ("linode-sim", &["api-sim"]),
    ("jenkins-sim", &["api-sim"]),
    ("linode-api", &["api-transport"]),
    ("jenkins-client", &["api-transport"]),
    ("scaler-core", &[]),
    ("scaler-linode", &["api-transport", "linode-api", "scaler-core"]),
    ("scaler-sqlite", &["scaler-core"]),
    ("scaler-alertmanager", &["alertmanager-types", "scaler-core"]),
    ("scaler", &["linode-api", "scaler-core", "scaler-linode", "scaler-sqlite", "scaler-alertmanager"]),
    (
        "autoscale-config",
        &["api-transport", "linode-api", "alertmanager-types", "scaler-core", "scaler-linode"],
    ),
    (
        "autoscale-daemon",
        &[
            "api-transport",
            "linode-api",
            "alertmanager-types",
            "scaler-core",
            "scaler-linode",
            "scaler-sqlite",
            "scaler-alertmanager",
            "autoscale-config",
        ],
    ),
];

/// Reads of the API that must stay independent: these don't even test with the others.
const INDEPENDENT: &[&str] = &["linode-sim", "jenkins-sim", "alertmanager-types"];

/// Packages whose imports and module files are still of another style. Each still breaks it, or it leaves the list.
pub(crate) const TO_CONVERT: &[&str] = &[];

/// Packages whose files import in circles, and how many circles at most: the next one is refused. A package without one
/// leaves the list.
pub(crate) const CIRCLES: &[(&str, usize)] =
    &[("autoscale", 1), ("autoscale-config", 3), ("autoscale-daemon", 1), ("scaler-core", 3)];

/// Which modules at a crate's root a floor may name.
enum Modules {
    /// These, and each thing by its floor: a re-export at the root would hide where it comes from.
    Only(&'static [&'static str]),
    AllBut(&'static [&'static str]),
}

/// Modules that stand above the rest of their crate, which is one floor. Only the crate's root may name them, to show them.
const ABOVE: &[(&str, &str)] = &[("alertmanager-types", "client")];

fn stands_above(name: &str, module: Option<&String>) -> bool {
    module.is_some_and(|module| ABOVE.contains(&(name, module.as_str())))
}

/// A folder of a crate's `src` (or the file of that name; "" is the whole crate but for what stands above).
struct Floor {
    of: &'static str,
    folder: &'static str,
    names: Modules,
    /// Path prefixes outside the crate that it never names.
    never: &'static [&'static str],
    asynchronous: bool,
}

const FLOORS: &[Floor] = &[
    Floor {
        of: "scaler-core",
        folder: "model",
        names: Modules::Only(&["model"]),
        never: &[
            "alertmanager_types",
            "api_transport",
            "async_trait",
            "axum",
            "futures_util",
            "http",
            "linode_api",
            "reqwest",
            "rusqlite",
            "std::env",
            "std::fs",
            "std::net",
            "std::process",
            "std::thread",
            "tokio",
            "tokio_util",
            "tracing",
            "fastrand",
        ],
        asynchronous: false,
    },
    Floor {
        of: "scaler-core",
        folder: "state",
        names: Modules::Only(&["model", "state"]),
        never: &[
            "alertmanager_types",
            "api_transport",
            "async_trait",
            "axum",
            "futures_util",
            "http",
            "linode_api",
            "reqwest",
            "rusqlite",
            "std::env",
            "std::fs",
            "std::net",
            "std::process",
            "std::thread",
            "tokio",
            "tokio_util",
            "tracing",
            "fastrand",
        ],
        asynchronous: false,
    },
    Floor {
        of: "scaler-core",
        folder: "reconcile",
        names: Modules::Only(&["model", "state", "reconcile"]),
        never: &[
            "alertmanager_types",
            "api_transport",
            "async_trait",
            "axum",
            "futures_util",
            "http",
            "linode_api",
            "reqwest",
            "rusqlite",
            "std::env",
            "std::fs",
            "std::net",
            "std::process",
            "std::thread",
            "tokio",
            "tokio_util",
            "tracing",
            "fastrand",
        ],
        asynchronous: false,
    },
    Floor {
        of: "scaler-core",
        folder: "view",
        names: Modules::Only(&["model", "state", "reconcile", "view"]),
        never: &[
            "alertmanager_types",
            "api_transport",
            "async_trait",
            "axum",
            "futures_util",
            "http",
            "linode_api",
            "reqwest",
            "rusqlite",
            "std::env",
            "std::fs",
            "std::net",
            "std::process",
            "std::thread",
            "tokio",
            "tokio_util",
            "tracing",
            "fastrand",
        ],
        asynchronous: false,
    },
    Floor {
        of: "scaler-core",
        folder: "ports",
        names: Modules::Only(&["model", "state", "ports"]),
        never: &[
            "alertmanager_types",
            "api_transport",
            "axum",
            "http",
            "linode_api",
            "reqwest",
            "rusqlite",
            "std::fs",
            "std::net",
        ],
        asynchronous: true,
    },
    Floor {
        of: "scaler-core",
        folder: "runtime",
        names: Modules::Only(&[
            "model",
            "state",
            "reconcile",
            "view",
            "ports",
            "clock",
            "in_memory",
            "runtime",
        ]),
        never: &[
            "alertmanager_types",
            "api_transport",
            "axum",
            "http",
            "linode_api",
            "reqwest",
            "rusqlite",
            "std::fs",
            "std::net",
        ],
        asynchronous: true,
    },
    Floor {
        of: "linode-api",
        folder: "models",
        names: Modules::AllBut(&["api", "client", "list", "wait"]),
        never: &[
            "http",
            "reqwest",
            "api_transport",
            "std::fs",
            "std::net::TcpListener",
            "std::net::TcpStream",
            "std::net::UdpSocket",
            "tokio",
        ],
        asynchronous: false,
    },
    Floor {
        of: "jenkins-client",
        folder: "models",
        names: Modules::Only(&["models"]),
        never: &[
            "http",
            "reqwest",
            "api_transport",
            "std::fs",
            "std::net::TcpListener",
            "std::net::TcpStream",
            "std::net::UdpSocket",
            "tokio",
        ],
        asynchronous: false,
    },
    Floor {
        of: "alertmanager-types",
        folder: "",
        names: Modules::AllBut(&["client"]),
        never: &[
            "api_transport",
            "http",
            "reqwest",
            "std::fs",
            "std::net::TcpListener",
            "std::net::TcpStream",
            "std::net::UdpSocket",
            "tokio",
        ],
        asynchronous: false,
    },
];

/// The calls that read the wall clock or the monotonic one; `tokio::time` is fine, because a test can turn it.
const CLOCKS: &[&str] =
    &["std::time::SystemTime::now", "std::time::Instant::now", "jiff::Timestamp::now", "jiff::Zoned::now"];

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
        let why = format!("{name} has no floor: give it its place in tests/architecture/rules.rs");
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
            let allowed = match floor.names {
                Modules::Only(modules) => modules.contains(&module),
                Modules::AllBut(modules) => !modules.contains(&module),
            };
            if !allowed {
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
