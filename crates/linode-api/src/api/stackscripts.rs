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
    ///
    /// ```no_run
    /// use linode_api::Filter;
    ///
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let mine = client.stackscripts().list().filter(Filter::eq("mine", true)).await?;
    /// println!("{} StackScripts", mine.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn stackscripts(&self) -> StackScripts {
        StackScripts(Target::new(self, "StackScripts"))
    }

    /// One StackScript.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, script: linode_api::StackScriptId) -> Result<(), linode_api::Error> {
    /// let script = client.stackscript(script).get().await?;
    /// println!("{}", script.label);
    /// # Ok(())
    /// # }
    /// ```
    pub fn stackscript(&self, id: StackScriptId) -> StackScriptHandle {
        StackScriptHandle(self.stackscripts().0.child(id, format!("StackScript {id}")))
    }
}

impl StackScripts {
    /// All StackScripts that the token sees, thousands of public ones included: filter by `mine`, `label` or `username`.
    ///
    /// ```no_run
    /// use linode_api::Filter;
    ///
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// for script in client.stackscripts().list().filter(Filter::eq("mine", true)).await? {
    ///     println!("{}: {}", script.id, script.label);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> List<StackScript> {
        self.0.list(Operation::ListStackScripts, &self.0)
    }
}

impl StackScriptHandle {
    /// The StackScript.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, script: linode_api::StackScriptId) -> Result<(), linode_api::Error> {
    /// let script = client.stackscript(script).get().await?;
    /// println!("{}", script.script);
    /// # Ok(())
    /// # }
    /// ```
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
