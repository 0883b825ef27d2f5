//! Exchanges as they lie in files: one JSON object a line.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

/// One request and what the API answered.
#[derive(Deserialize)]
pub(crate) struct Exchange {
    pub(crate) method: String,
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) request: Value,
    pub(crate) status: u16,
    pub(crate) response: Value,
}

impl Exchange {
    /// The parts of the path behind the API's version.
    pub(crate) fn segments(&self) -> Vec<&str> {
        let mut segments: Vec<_> = self.path.split('/').filter(|segment| !segment.is_empty()).collect();
        if segments.first().is_some_and(|first| first.starts_with("v4")) {
            segments.remove(0);
        }
        segments
    }

    /// The first two parts of the path.
    pub(crate) fn family(&self) -> String {
        self.segments().into_iter().take(2).collect::<Vec<_>>().join("/")
    }

    /// Method and path, numbers left out.
    pub(crate) fn shape(&self) -> String {
        let path: Vec<_> = self
            .segments()
            .into_iter()
            .map(|segment| if segment.parse::<u64>().is_ok() { "{}" } else { segment })
            .collect();
        format!("{} /{}", self.method, path.join("/"))
    }
}

/// The files of exchanges under a folder, in the order of their names.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "jsonl") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The exchanges of a file.
pub(crate) fn read(file: &Path) -> Vec<Exchange> {
    let text = std::fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(number, line)| {
            serde_json::from_str(line)
                .unwrap_or_else(|e| panic!("{}:{}: no exchange: {e}", file.display(), number + 1))
        })
        .collect()
}
