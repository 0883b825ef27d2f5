//! The files beside the database: the lock, and the holder's address.
//!
//! The lock is a file of its own: SQLite's locks on the database are the process's, and closing any other handle of that
//! file would drop them.

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs, io, thread};

use crate::error::OpenError;

/// How often the lock is tried again while others only look at it, and the pause between.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(2);

/// Which file it is, whatever its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    device: u64,
    inode: u64,
}

impl Identity {
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        fs::metadata(path).map(|file| Self { device: file.dev(), inode: file.ino() })
    }

    /// Whether it is still the one that `path` names. Where the file system does not tell, SQLite will.
    pub(super) fn is_at(self, path: &Path) -> bool {
        match Self::of(path) {
            Ok(found) => found == self,
            Err(error) => error.kind() != io::ErrorKind::NotFound,
        }
    }
}

/// The database, held by this process while this value lives; the system lets go of it also when the process is killed.
#[derive(Debug)]
pub(super) struct Held {
    database: PathBuf,
    lock: File,
    address_written: bool,
}

impl Held {
    pub(super) fn take(path: &Path) -> Result<Self, OpenError> {
        let io = |source| OpenError::Io { path: path.to_owned(), source };
        let database = resolved(path).map_err(io)?;
        let mut lock = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(beside(&database, ".lock"))
            .map_err(io)?;
        match take_lock(&lock) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(locked(lock, database)),
            Err(TryLockError::Error(source)) => return Err(io(source)),
        }
        tell_holder(&mut lock).map_err(io)?;
        // One that was killed left its address behind.
        remove(&beside(&database, ".addr")).map_err(io)?;
        Ok(Self { database, lock, address_written: false })
    }

    pub(super) fn database(&self) -> &Path {
        &self.database
    }

    pub(super) fn write_address(&mut self, address: &str) -> io::Result<()> {
        let whole = beside(&self.database, ".addr");
        let part = beside(&self.database, ".addr.new");
        self.address_written = true;
        fs::write(&part, address)?;
        // Renamed so that nobody reads half an address.
        fs::rename(&part, &whole)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // Whoever comes next does both again: what fails here is only untidy.
        if self.address_written {
            let _ = remove(&beside(&self.database, ".addr"));
        }
        let _ = self.lock.set_len(0);
    }
}

/// Takes the lock. Who only looks has it shared, for a moment: that is waited for, a holder is not.
fn take_lock(lock: &File) -> Result<(), TryLockError> {
    for _ in 0..TRIES {
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => lock.try_lock_shared()?,
            answer => return answer,
        }
        lock.unlock().map_err(TryLockError::Error)?;
        thread::sleep(PAUSE);
    }
    lock.try_lock()
}

/// Looks whether nobody holds the store at `path`; also where it is not there yet.
///
/// # Errors
/// [`OpenError::Locked`] where somebody does, [`OpenError::Io`] where the file system does not tell.
pub fn check_free(path: impl AsRef<Path>) -> Result<(), OpenError> {
    let path = path.as_ref();
    let io = |source| OpenError::Io { path: path.to_owned(), source };
    let absent = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Ok(()),
        _ => Err(io(error)),
    };
    let database = match resolved(path) {
        Ok(database) => database,
        Err(error) => return absent(error),
    };
    let lock = match File::open(beside(&database, ".lock")) {
        Ok(lock) => lock,
        Err(error) => return absent(error),
    };
    // Shared, so that two who look don't take each other for a holder.
    match lock.try_lock_shared() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(locked(lock, database)),
        Err(TryLockError::Error(source)) => Err(io(source)),
    }
}

fn locked(mut lock: File, database: PathBuf) -> OpenError {
    let mut holder = String::new();
    let told = lock.read_to_string(&mut holder).is_ok() && !holder.trim().is_empty();
    OpenError::Locked {
        holder: told.then(|| holder.trim().to_owned()),
        address: address_of(&database).ok().flatten(),
        path: database,
    }
}

/// The address that the holder of the store at `path` wrote, or its last holder if that was killed; `None` without one.
///
/// # Errors
/// As the file system says.
pub fn read_address(path: impl AsRef<Path>) -> io::Result<Option<String>> {
    match resolved(path.as_ref()) {
        Ok(database) => address_of(&database),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn address_of(database: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(beside(database, ".addr")) {
        Ok(text) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The path with links resolved, so that two names of one file mean one lock.
fn resolved(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let name = path.file_name().ok_or_else(|| io::Error::other("the path names no file"))?;
            let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
            Ok(fs::canonicalize(directory.unwrap_or_else(|| Path::new(".")))?.join(name))
        }
        answer => answer,
    }
}

fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(database);
    name.push(suffix);
    name.into()
}

fn tell_holder(lock: &mut File) -> io::Result<()> {
    let program = env::current_exe().ok();
    let program = program
        .as_deref()
        .and_then(Path::file_name)
        .map_or("a program".into(), |name| name.to_string_lossy());
    lock.set_len(0)?;
    lock.rewind()?;
    writeln!(lock, "{program} (process {})", std::process::id())?;
    lock.flush()
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
