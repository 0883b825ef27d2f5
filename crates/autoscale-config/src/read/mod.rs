//! Reading: each file here reads one section and says all that is wrong with it. What can't be read is left out, and
//! what depends on it is not checked.

mod across;
mod config;
mod draft;
mod group;
mod known;
mod lifecycle;
mod policy;
mod program;
mod secret;
mod template;
mod value;

use std::path::Path;

use crate::yaml::{self, At, Extent, Source};
use crate::{Config, Environment, Problem, Problems, Severity};

/// A configuration is a page or two: beyond this it is another file.
const LARGEST: u64 = 1 << 20;

/// Aliases can make a small file large: beyond this reading stops.
const MOST_VALUES: usize = 200_000;

/// Where problems gather while values are read.
#[derive(Debug)]
pub(crate) struct Reader<'s> {
    pub(crate) environment: &'s Environment,
    drafts: Vec<Draft>,
    masks: Vec<Extent>,
    visited: usize,
}

#[derive(Debug)]
struct Draft {
    severity: Severity,
    extent: Extent,
    path: String,
    message: String,
    fix: String,
}

impl Reader<'_> {
    /// Something that can't be used.
    pub(crate) fn error(&mut self, at: &At, message: impl Into<String>, fix: impl Into<String>) {
        self.error_at(at.mark(), &at.path, message, fix);
    }

    /// Something that can't be used, elsewhere than at a value.
    pub(crate) fn error_at(
        &mut self,
        extent: Extent,
        path: &str,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.drafts.push(Draft {
            severity: Severity::Error,
            extent,
            path: path.to_owned(),
            message: message.into(),
            fix: fix.into(),
        });
    }

    /// Something that can be used, and likely does not do what was meant.
    pub(crate) fn warn(&mut self, at: &At, message: impl Into<String>, fix: impl Into<String>) {
        self.drafts.push(Draft {
            severity: Severity::Warning,
            extent: at.mark(),
            path: at.path.clone(),
            message: message.into(),
            fix: fix.into(),
        });
    }

    /// Never show this part of the file.
    pub(crate) fn mask(&mut self, extent: Extent) {
        self.masks.push(extent);
    }

    /// Counts values; none once there are too many.
    pub(crate) fn visit(&mut self, at: &At, values: usize) -> Option<()> {
        let before = self.visited;
        self.visited = before.saturating_add(values);
        if self.visited <= MOST_VALUES {
            return Some(());
        }
        if before <= MOST_VALUES {
            self.error(
                at,
                "aliases make this file too large to read",
                "write the values out, or split the groups",
            );
        }
        None
    }
}

impl Config {
    /// Reads and checks the file at `path`. What it names is looked for relative to its folder.
    ///
    /// # Errors
    /// All [`Problems`] of the file at once, where one of them is an error.
    pub fn load(path: &Path) -> Result<Self, Problems> {
        Self::load_in(path, &Environment::new(path.parent().unwrap_or_else(|| Path::new(""))))
    }

    /// As [`Config::load`], in an environment of the caller's choice.
    ///
    /// # Errors
    /// All [`Problems`] of the file at once, where one of them is an error.
    pub fn load_in(path: &Path, environment: &Environment) -> Result<Self, Problems> {
        split(read_file(path, environment))
    }

    /// Reads and checks `text`, whose files are looked for in `base`.
    ///
    /// # Errors
    /// All [`Problems`] at once, where one of them is an error.
    pub fn parse(text: &str, base: &Path) -> Result<Self, Problems> {
        Self::parse_in(text, "autoscale.yaml", &Environment::new(base))
    }

    /// Reads and checks `text`, which messages name `file`, in an environment of the caller's choice.
    ///
    /// # Errors
    /// All [`Problems`] at once, where one of them is an error.
    pub fn parse_in(text: &str, file: &str, environment: &Environment) -> Result<Self, Problems> {
        split(read(text, file, environment))
    }

    /// All that is wrong with the file at `path`, warnings too.
    #[must_use]
    pub fn check(path: &Path) -> Problems {
        Self::check_in(path, &Environment::new(path.parent().unwrap_or_else(|| Path::new(""))))
    }

    /// As [`Config::check`], in an environment of the caller's choice.
    #[must_use]
    pub fn check_in(path: &Path, environment: &Environment) -> Problems {
        read_file(path, environment).1
    }

    /// What was found that does not keep the configuration from being used.
    #[must_use]
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }
}

fn split((config, problems): (Option<Config>, Problems)) -> Result<Config, Problems> {
    match config {
        Some(config) if !problems.is_fatal() => Ok(Config { warnings: problems.all().to_vec(), ..config }),
        _ => Err(problems),
    }
}

fn read_file(path: &Path, environment: &Environment) -> (Option<Config>, Problems) {
    let name = path.display().to_string();
    match secret::content(path, LARGEST) {
        Ok(text) => read(&text, &name, environment),
        Err(why) => whole(
            &name,
            &why,
            "give the path of the configuration, a file in UTF-8 that this user may read, such as `--config autoscale.yaml`",
        ),
    }
}

fn whole(file: &str, message: &str, fix: &str) -> (Option<Config>, Problems) {
    let problem = Problem {
        severity: Severity::Error,
        path: String::new(),
        place: None,
        message: format!("{file} {message}"),
        fix: fix.to_owned(),
        file: file.to_owned(),
        excerpt: None,
    };
    (None, Problems::new(file.to_owned(), vec![problem]))
}

fn read(text: &str, file: &str, environment: &Environment) -> (Option<Config>, Problems) {
    let mut reader = Reader { environment, drafts: Vec::new(), masks: Vec::new(), visited: 0 };
    let mut source = Source::new(text);
    let config = match yaml::parse(text) {
        Ok(Some(root)) => config::read(&mut reader, &At::root(root)),
        Ok(None) => {
            return whole(file, "is empty", "begin with `owner:` and `groups:`, as the example does");
        }
        Err(broken) => {
            source.mask_by_words(known::SECRET_WORDS);
            reader.error_at(broken.extent, "", broken.message, broken.fix);
            None
        }
    };
    for mask in &reader.masks {
        source.mask(*mask);
    }
    let problems = reader
        .drafts
        .into_iter()
        .map(|draft| {
            let place = source.place(draft.extent);
            Problem {
                severity: draft.severity,
                path: draft.path,
                place: Some(place),
                message: draft.message,
                fix: draft.fix,
                file: file.to_owned(),
                excerpt: source.excerpt(place),
            }
        })
        .collect();
    (config, Problems::new(file.to_owned(), problems))
}
