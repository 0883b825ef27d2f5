//! The way in for who may read the store's files: where no credential is configured, the daemon makes one for each start
//! and leaves it beside the store, readable for its own user only.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The credential that the daemon on the store at `path` made for this start; `None` where it made none.
///
/// # Errors
/// As the file system says; another user may not read it.
pub fn read_token(path: impl AsRef<Path>) -> io::Result<Option<String>> {
    match fs::read_to_string(beside(path.as_ref())) {
        Ok(text) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// A credential of this start, gone with this value. It is never printed.
pub(crate) struct LocalToken {
    file: PathBuf,
    token: String,
}

impl fmt::Debug for LocalToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalToken").field("file", &self.file).finish_non_exhaustive()
    }
}

impl LocalToken {
    /// Makes one beside the store at `path`, whose lock the caller holds.
    pub(crate) fn make(path: &Path) -> io::Result<Self> {
        let token = random()?;
        let file = beside(path);
        // Made anew, so that nobody who opened the old one reads the new token.
        remove(&file)?;
        let mut written = File::options().write(true).create_new(true).mode(0o600).open(&file)?;
        writeln!(written, "{token}")?;
        Ok(Self { file, token })
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }
}

/// Removes what an earlier start may have left: a credential is configured now.
pub(crate) fn forget(path: &Path) -> io::Result<()> {
    remove(&beside(path))
}

impl Drop for LocalToken {
    fn drop(&mut self) {
        // The next start makes it anew: what fails here is only untidy.
        let _ = remove(&self.file);
    }
}

fn beside(store: &Path) -> PathBuf {
    // The store resolves links, and so do its neighbours.
    let store = fs::canonicalize(store).unwrap_or_else(|_| store.to_owned());
    let mut name = OsString::from(store);
    name.push(".token");
    name.into()
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn random() -> io::Result<String> {
    let mut bytes = [0; 24];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
