//! Worlds that begin with something in them.

mod credential;
mod job;
mod parameter;
mod user;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use self::credential::SeedCredential;
pub use self::job::SeedJob;
pub use self::parameter::SeedParameter;
pub use self::user::SeedUser;
use crate::faults::Fault;
use crate::refusal::Refusal;
use crate::world::{Credential, Node, User, World, join, parent, short_name};

/// What a seed file holds, as JSON.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Seed {
    /// Who may log in. Without anybody there is no security.
    pub users: Vec<SeedUser>,
    /// Jobs and folders; folders on the way to a job are made.
    pub jobs: Vec<SeedJob>,
    /// Nodes beside the built-in one.
    pub nodes: Vec<SeedNode>,
    /// Credentials.
    pub credentials: Vec<SeedCredential>,
    /// Repositories that pipelines come from: files by path, by branch, by URL.
    pub repositories: BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>>,
    /// Faults, as the command line has them.
    pub faults: Vec<String>,
}

/// A node beside the built-in one.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SeedNode {
    /// Its name.
    pub name: String,
    /// How many builds it runs at once.
    pub executors: usize,
    /// Its labels, with spaces between.
    pub labels: String,
}

/// A seed that the simulated Jenkins would not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedError {
    what: String,
    reason: String,
}

impl std::fmt::Display for SeedError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot seed {}: {}", self.what, self.reason)
    }
}

impl std::error::Error for SeedError {}

pub(crate) fn user(world: &mut World, seed: &SeedUser) {
    let full_name = if seed.full_name.is_empty() { &seed.id } else { &seed.full_name };
    let user = User {
        full_name: full_name.clone(),
        password: seed.password.clone(),
        tokens: seed.tokens.clone(),
        permissions: seed.permissions.clone(),
        hidden: seed.hidden.clone(),
    };
    world.users.insert(seed.id.clone(), user);
}

pub(crate) fn job(world: &mut World, seed: &SeedJob) -> Result<(), SeedError> {
    let refused =
        |refusal: Refusal| SeedError { what: format!("the job `{}`", seed.name), reason: refusal.message };
    let mut folder = String::new();
    for name in parent(&seed.name).split('/').filter(|name| !name.is_empty()) {
        let next = join(&folder, name);
        if !world.items.contains_key(&next) {
            world.create_item(&folder, name, &SeedJob::folder(name).config_xml()).map_err(refused)?;
        }
        folder = next;
    }
    world.create_item(&folder, short_name(&seed.name), &seed.config_xml()).map_err(refused)?;
    world.scan(&seed.name);
    Ok(())
}

pub(crate) fn all(world: &mut World, seed: &Seed) -> Result<(), SeedError> {
    for text in &seed.faults {
        let faults = Fault::parse_all(text)
            .map_err(|error| SeedError { what: "the faults".to_owned(), reason: error.to_string() })?;
        for fault in faults {
            world.faults.add(fault);
        }
    }
    seed.users.iter().for_each(|one| user(world, one));
    world.repositories.extend(seed.repositories.clone());
    for node in &seed.nodes {
        world.nodes.insert(node.name.clone(), Node::new(node.executors, "", &node.labels));
    }
    for seed in &seed.credentials {
        let credential = Credential::read(&seed.xml(), || seed.id.clone())
            .map_err(|reason| SeedError { what: format!("the credential `{}`", seed.id), reason })?;
        let store = world.credentials.entry(seed.folder.clone()).or_default();
        store.entry("_".to_owned()).or_default().insert(credential.id.clone(), credential);
    }
    seed.jobs.iter().try_for_each(|one| job(world, one))
}
