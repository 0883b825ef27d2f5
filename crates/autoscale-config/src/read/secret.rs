//! Secrets and files that the configuration names.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::Reader;
use crate::yaml::{At, Value};
use crate::{Secret, SecretSource, Text};

const HOW: &str = "write { env: NAME } or { file: PATH }";

/// Longer than any secret or key.
const LARGEST_SECRET: u64 = 64 * 1024;

impl At {
    /// A secret: `{ env: NAME }` or `{ file: PATH }`. What stands here literally is never shown.
    pub(crate) fn secret(&self, r: &mut Reader<'_>) -> Option<Secret> {
        if !self.is_map() {
            r.mask(self.extent());
            if self.word().is_some() {
                r.error(
                    self,
                    "a secret is written here in plain text",
                    format!("{HOW}, and replace the secret: anyone who has read this file knows it"),
                );
            } else {
                r.error(self, "does not name a secret", HOW);
            }
            return None;
        }
        if let Value::Map(entries) = self.value() {
            for entry in entries.iter().filter(|entry| !matches!(entry.key.as_str(), "env" | "file")) {
                r.mask(entry.value.extent);
            }
        }
        let fields = self.map(r, &["env", "file"])?;
        match (fields.get("env"), fields.get("file")) {
            (Some(env), None) => env.variable(r),
            (None, Some(file)) => file.secret_file(r),
            (None, None) => {
                r.error(self, "does not name a secret", HOW);
                None
            }
            (Some(_), Some(file)) => {
                r.error(file, "names a second source of one secret", "keep `env` or `file`");
                None
            }
        }
    }

    fn variable(&self, r: &mut Reader<'_>) -> Option<Secret> {
        let name = self.word().unwrap_or_default();
        let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let shape = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        // A token pasted here has the shape of a name too; it is long, and of hexadecimal digits.
        let token = name.len() >= 32 && name.bytes().all(|b| b.is_ascii_hexdigit());
        if !begins || !shape || token {
            r.mask(self.extent());
            r.error(
                self,
                "is not the name of an environment variable",
                "write a name such as LINODE_TOKEN, not the secret itself",
            );
            return None;
        }
        let value = r.environment.variable(name);
        if value.is_none() {
            // What is not written as variables are may be the secret itself.
            let shown = if name.bytes().any(|b| b.is_ascii_lowercase()) {
                r.mask(self.extent());
                "that is named here"
            } else {
                name
            };
            let fix = "export it before the start, or name a file: { file: PATH }";
            r.absent(self, &format!("the environment variable {shown} is not set"), fix);
        }
        let source = SecretSource::Env(name.to_owned());
        Some(Secret::new(source, value.map(SecretString::from)))
    }

    fn secret_file(&self, r: &mut Reader<'_>) -> Option<Secret> {
        let path = self.path(r)?;
        let value = match content(&path, LARGEST_SECRET) {
            Ok(text) if text.trim().is_empty() => {
                r.absent(self, &format!("{} is empty", path.display()), "write the secret into it");
                None
            }
            Ok(text) => {
                if open_to_all(&path) {
                    let fix = format!("chmod 600 {}", path.display());
                    r.warn(self, format!("every user of this machine may read {}", path.display()), fix);
                }
                Some(SecretString::from(text.trim().to_owned()))
            }
            Err(why) => {
                // What names nothing may be the secret itself.
                let folder =
                    path.parent().filter(|_| self.word().is_some_and(|written| written.contains('/')));
                let names = path.symlink_metadata().is_ok() || folder.is_some_and(Path::is_dir);
                let shown = if names {
                    path.display().to_string()
                } else {
                    r.mask(self.extent());
                    "the file that is named here".to_owned()
                };
                r.absent(
                    self,
                    &format!("{shown} {why}"),
                    "write the secret into it, readable for the daemon's user",
                );
                None
            }
        };
        Some(Secret::new(SecretSource::File(path), value))
    }

    /// A text that stands here or, as `{ file: PATH }`, in a file.
    pub(crate) fn text_or_file(&self, r: &mut Reader<'_>, largest: u64) -> Option<Text> {
        if !self.is_map() {
            // User data commonly holds passwords.
            r.mask(self.extent());
            return self.text(r).map(|text| Text { text, file: None });
        }
        let fields = self.map(r, &["file"])?;
        let file = fields.need(r, "file", "write the text itself, or { file: PATH }")?;
        let path = file.path(r)?;
        let text = file.content(r, &path, largest)?;
        Some(Text { text, file: Some(path) })
    }

    /// What the file at `path`, which is named here, holds.
    pub(crate) fn content(&self, r: &mut Reader<'_>, path: &Path, largest: u64) -> Option<String> {
        match content(path, largest) {
            Ok(text) => Some(text),
            Err(why) => {
                r.error(
                    self,
                    format!("{} {why}", path.display()),
                    "name a file that is there and readable; a relative path starts at this file's folder",
                );
                None
            }
        }
    }

    /// A path to a file that may not exist yet, in a folder that does.
    pub(crate) fn new_file(&self, r: &mut Reader<'_>) -> Option<PathBuf> {
        let path = self.path(r)?;
        let folder =
            path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        if path.is_dir() {
            r.error(self, format!("{} is a folder", path.display()), "name a file in it");
        } else if path.exists() && !path.is_file() {
            r.error(
                self,
                format!("{} is not a file", path.display()),
                "name a file, or one that is not there yet",
            );
        } else if !folder.is_dir() {
            r.error(
                self,
                format!("the folder {} does not exist", folder.display()),
                format!("mkdir -p {}", folder.display()),
            );
        }
        Some(path)
    }
}

impl Reader<'_> {
    /// A secret that is not there: a warning where the environment allows it.
    fn absent(&mut self, at: &At, message: &str, fix: &str) {
        if self.environment.is_lenient() {
            self.warn(at, message, fix);
        } else {
            self.error(at, message, fix);
        }
    }
}

/// The text of a file, at most `largest` bytes of it; in words what keeps it from being read.
pub(super) fn content(path: &Path, largest: u64) -> Result<String, String> {
    let said = |error: &std::io::Error| match error.kind() {
        ErrorKind::NotFound => "does not exist".to_owned(),
        ErrorKind::PermissionDenied => "is not readable for this user".to_owned(),
        _ => format!("can't be read: {error}"),
    };
    let found = fs::metadata(path).map_err(|error| said(&error))?;
    if !found.is_file() {
        return Err("is not a file".to_owned());
    }
    if found.len() > largest {
        return Err(format!("has {} bytes, at most {largest} are possible", found.len()));
    }
    let bytes = fs::read(path).map_err(|error| said(&error))?;
    String::from_utf8(bytes).map_err(|_| "is not valid UTF-8".to_owned())
}

#[cfg(unix)]
fn open_to_all(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o004 != 0)
}

#[cfg(not(unix))]
fn open_to_all(_: &Path) -> bool {
    false
}
