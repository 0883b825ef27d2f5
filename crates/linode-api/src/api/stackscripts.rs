//! StackScripts.

use super::target::Target;
use crate::call::Call;
use crate::client::Client;
use crate::list::{Identified, List};
use crate::models::{StackScript, StackScriptId};
use crate::operation::Operation;

/// StackScripts: `/linode/stackscripts`.
#[derive(Debug, Clone)]
pub struct StackScripts(Target);

/// One StackScript: `/linode/stackscripts/{id}`.
#[derive(Debug, Clone)]
pub struct StackScriptHandle(Target);

impl Client {
    /// StackScripts.
    pub fn stackscripts(&self) -> StackScripts {
        StackScripts(Target::new(self, "StackScripts"))
    }

    /// One StackScript.
    pub fn stackscript(&self, id: StackScriptId) -> StackScriptHandle {
        StackScriptHandle(self.stackscripts().0.child(id, format!("StackScript {id}")))
    }
}

impl StackScripts {
    /// All StackScripts that the token sees, thousands of public ones included: filter by `mine`, `label` or `username`.
    pub fn list(&self) -> List<StackScript> {
        self.0.list(Operation::ListStackScripts, &self.0)
    }
}

impl StackScriptHandle {
    /// The StackScript.
    pub fn get(&self) -> Call<StackScript> {
        self.0.json(Operation::GetStackScript, format!("getting {}", self.0))
    }
}

impl Identified for StackScript {
    type Id = StackScriptId;

    fn identity(&self) -> StackScriptId {
        self.id
    }
}
