//! Users, sessions, and who a request comes from.

use std::collections::{BTreeMap, BTreeSet};

use api_sim::glob;
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

use super::World;
use crate::Permission;

/// Somebody who may log in.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) full_name: String,
    pub(crate) password: Option<SecretString>,
    pub(crate) tokens: Vec<SecretString>,
    /// `None` is everything.
    pub(crate) permissions: Option<BTreeSet<Permission>>,
    /// Full names of jobs, with `*` for anything, that they may not even see.
    pub(crate) hidden: Vec<String>,
}

/// How a request was authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Login {
    /// By an API token: no crumb is needed.
    Token,
    Password,
    Session,
    Anonymous,
}

/// Whose request it is.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) id: String,
    pub(crate) login: Login,
}

#[derive(Debug, Clone)]
struct Session {
    /// Whom it logs in, after the login form.
    user: Option<String>,
    crumbs: BTreeMap<String, String>,
}

/// The sessions of this run of Jenkins.
#[derive(Debug)]
pub(crate) struct Sessions {
    pub(crate) cookie: String,
    open: BTreeMap<String, Session>,
}

impl Sessions {
    pub(crate) fn new(rng: &mut fastrand::Rng) -> Self {
        Self { cookie: format!("JSESSIONID.{}", hex(rng, 8)), open: BTreeMap::new() }
    }

    pub(crate) fn exists(&self, id: &str) -> bool {
        self.open.contains_key(id)
    }

    pub(crate) fn user(&self, id: &str) -> Option<&str> {
        self.open.get(id)?.user.as_deref()
    }

    pub(crate) fn open(&mut self, rng: &mut fastrand::Rng, user: Option<String>) -> String {
        let id = format!("node0{}.node0", hex(rng, 26));
        self.open.insert(id.clone(), Session { user, crumbs: BTreeMap::new() });
        id
    }

    /// The crumb of a user in a session; it stays the same as long as the session.
    pub(crate) fn crumb(&mut self, rng: &mut fastrand::Rng, session: &str, user: &str) -> Option<String> {
        let session = self.open.get_mut(session)?;
        Some(session.crumbs.entry(user.to_owned()).or_insert_with(|| hex(rng, 64)).clone())
    }

    pub(crate) fn is_crumb(&self, session: Option<&str>, user: &str, crumb: &str) -> bool {
        let session = session.and_then(|id| self.open.get(id));
        session.and_then(|session| session.crumbs.get(user)).is_some_and(|known| known == crumb)
    }
}

pub(crate) fn hex(rng: &mut fastrand::Rng, digits: usize) -> String {
    (0..digits).filter_map(|_| char::from_digit(rng.u32(0..16), 16)).collect()
}

fn is_secret(known: &SecretString, shown: &str) -> bool {
    known.expose_secret().as_bytes().ct_eq(shown.as_bytes()).into()
}

/// The id of whoever did not log in.
pub(crate) const ANONYMOUS: &str = "anonymous";

impl World {
    /// Who shows these credentials, if they are right.
    pub(crate) fn log_in(&self, id: &str, secret: &str) -> Option<Caller> {
        let user = self.users.get(id)?;
        let login = if user.tokens.iter().any(|token| is_secret(token, secret)) {
            Login::Token
        } else if user.password.as_ref().is_some_and(|password| is_secret(password, secret)) {
            Login::Password
        } else {
            return None;
        };
        Some(Caller { id: id.to_owned(), login })
    }

    /// Without any user there is no security, and everybody may do everything.
    pub(crate) fn is_secured(&self) -> bool {
        self.users.keys().any(|id| id != ANONYMOUS)
    }

    pub(crate) fn may(&self, caller: &Caller, permission: Permission) -> bool {
        if !self.is_secured() {
            return true;
        }
        let Some(user) = self.users.get(&caller.id) else { return false };
        let Some(granted) = &user.permissions else { return true };
        granted.contains(&permission) || granted.contains(&Permission::Administer)
    }

    /// Whether a user may see a job; without it the job is not found.
    pub(crate) fn sees(&self, caller: &Caller, full: &str) -> bool {
        let hidden = self.users.get(&caller.id).is_some_and(|user| {
            user.hidden.iter().any(|pattern| glob(pattern, full) || full.starts_with(&format!("{pattern}/")))
        });
        !hidden && self.may(caller, Permission::JobRead)
    }

    pub(crate) fn full_name(&self, id: &str) -> String {
        self.users.get(id).map_or_else(|| id.to_owned(), |user| user.full_name.clone())
    }
}
