//! A request with who sends it, and what it needs.

use super::call::Call;
use crate::Permission;
use crate::refusal::Refusal;
use crate::world::{Caller, World};

/// A request with who sends it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) call: &'a Call,
    pub(super) caller: &'a Caller,
}

impl Context<'_> {
    pub(super) fn needs(self, world: &World, permission: Permission) -> Result<(), Refusal> {
        if world.may(self.caller, permission) {
            Ok(())
        } else {
            Err(Refusal::denied(&self.caller.id, permission))
        }
    }

    pub(super) fn needs_post(self) -> Result<(), Refusal> {
        if self.call.is_post() { Ok(()) } else { Err(Refusal::needs_post()) }
    }

    /// Something that changes the world: a POST by somebody who may.
    pub(super) fn changes(self, world: &World, permission: Permission) -> Result<(), Refusal> {
        self.needs_post()?;
        self.needs(world, permission)
    }

    /// The server's address as the client has it, with the context path and a `/` at its end. Redirects go there.
    pub(super) fn server(self, world: &World) -> String {
        match (&self.call.host, &world.settings.root_url) {
            (Some(host), _) => format!("http://{host}{}/", world.settings.prefix),
            (None, Some(root)) => root.clone(),
            (None, None) => format!("http://localhost:8080{}/", world.settings.prefix),
        }
    }

    /// What the URLs in answers begin with: what is configured, or what the client used.
    pub(super) fn root(self, world: &World) -> String {
        world.settings.root_url.clone().unwrap_or_else(|| self.server(world))
    }
}

/// The session that a request shows.
pub(super) fn session<'a>(world: &World, call: &'a Call) -> Option<&'a str> {
    let cookie = call.cookies.iter().find(|(name, _)| *name == world.sessions.cookie);
    cookie.map(|(_, id)| id.as_str()).filter(|id| world.sessions.exists(id))
}
