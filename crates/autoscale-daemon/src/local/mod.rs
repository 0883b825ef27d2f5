//! The way in for who may read the store's files: the daemon makes a key for each start and leaves it beside the store,
//! readable for its own user only. With it the daemon proves to who can read it that it is the one that holds the store,
//! and where no credential is configured the key is the credential.

mod holder;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use ring::hmac;
use secrecy::{ExposeSecret, SecretString};

pub use self::holder::{Holder, NoHolder, Unproved, holder};

/// The key that the daemon on a store made for its start. It is never printed.
#[derive(Clone, Debug)]
pub struct Key(SecretString);

impl Key {
    /// Reads the key beside the store at `path`; `None` where no daemon left one.
    ///
    /// # Errors
    /// As the file system says; another user may not read it.
    pub fn read(path: impl AsRef<Path>) -> io::Result<Option<Self>> {
        match fs::read_to_string(beside(path.as_ref())) {
            Ok(text) => Ok(Some(text.trim()).filter(|text| !text.is_empty()).map(|text| Self(text.into()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The credential, where the daemon's configuration names none.
    #[must_use]
    pub fn credential(&self) -> &str {
        self.0.expose_secret()
    }

    /// What who holds the key and listens at `address` answers to `challenge`: HMAC-SHA256, in hexadecimal. The address
    /// is part of it, so that nobody passes the challenge on to a daemon elsewhere.
    #[must_use]
    pub fn prove(&self, address: &str, challenge: &str) -> String {
        hex(hmac::sign(&self.hmac(), said(address, challenge).as_bytes()).as_ref())
    }

    /// Whether `proof` is the answer to `challenge` of the one at `address`; compared in constant time.
    #[must_use]
    pub fn is_proved(&self, address: &str, challenge: &str, proof: &str) -> bool {
        let shown: Option<Vec<u8>> = proof
            .as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
            .collect();
        shown.is_some_and(|shown| {
            hmac::verify(&self.hmac(), said(address, challenge).as_bytes(), &shown).is_ok()
        })
    }

    fn hmac(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, self.0.expose_secret().as_bytes())
    }
}

fn said(address: &str, challenge: &str) -> String {
    format!("autoscalerd\n{address}\n{challenge}")
}

/// A text that nobody can guess.
fn random_text() -> io::Result<String> {
    let mut bytes = [0; 24];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(hex(&bytes))
}

/// Makes a secret and writes it to a file that is not there yet, readable for this user only.
///
/// # Errors
/// As the file system says; `AlreadyExists` where the file is there.
pub fn make_secret(file: &Path) -> io::Result<String> {
    let secret = random_text()?;
    let mut written = File::options().write(true).create_new(true).mode(0o600).open(file)?;
    writeln!(written, "{secret}")?;
    Ok(secret)
}

/// A key that was left beside a store; the file is gone with this value at the latest.
#[derive(Debug)]
pub(crate) struct LeftKey {
    file: PathBuf,
    left: AtomicBool,
    pub(crate) key: Key,
}

impl LeftKey {
    /// Makes one beside the store at `path`, whose lock the caller holds.
    pub(crate) fn make(path: &Path) -> io::Result<Self> {
        let file = beside(path);
        // Made anew, so that nobody who opened the old one reads the new key.
        remove(&file)?;
        Ok(Self { key: Key(make_secret(&file)?.into()), left: AtomicBool::new(true), file })
    }

    /// Removes the file, while the caller still holds the store's lock. Once: what stands there later is the next holder's.
    pub(crate) fn take_away(&self) {
        if self.left.swap(false, Ordering::Relaxed) {
            // The next start makes it anew: what fails here is only untidy.
            let _ = remove(&self.file);
        }
    }
}

impl Drop for LeftKey {
    fn drop(&mut self) {
        self.take_away();
    }
}

fn beside(store: &Path) -> PathBuf {
    // The store resolves links, and so do its neighbours.
    let store = fs::canonicalize(store).unwrap_or_else(|_| store.to_owned());
    let mut name = OsString::from(store);
    name.push(".key");
    name.into()
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_key_proves_and_only_for_its_address_and_challenge() {
        let (key, other) = (Key("one".into()), Key("two".into()));
        let proof = key.prove("http://127.0.0.1:1", "c");
        assert!(key.is_proved("http://127.0.0.1:1", "c", &proof));
        assert!(!key.is_proved("http://127.0.0.1:2", "c", &proof), "it was passed on");
        assert!(!key.is_proved("http://127.0.0.1:1", "d", &proof), "it was heard before");
        assert!(!other.is_proved("http://127.0.0.1:1", "c", &proof));
        for not_one in ["", "00", "zz", "é", &proof[1..]] {
            assert!(!key.is_proved("http://127.0.0.1:1", "c", not_one), "{not_one}");
        }
        assert!(!format!("{key:?}").contains("one"));
    }
}
