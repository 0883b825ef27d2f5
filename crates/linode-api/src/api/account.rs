//! The account.

use super::target::Target;
use crate::call::Call;
use crate::client::Client;
use crate::list::{Identified, List};
use crate::models::{Account, AccountAvailability, AccountSettings, Maintenance};
use crate::operation::Operation;

/// The account: `/account`.
#[derive(Debug, Clone)]
pub struct AccountHandle(Target);

impl Client {
    /// The account that the token belongs to.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let account = client.account().get().await?;
    /// println!("{:?}", account.euuid);
    /// # Ok(())
    /// # }
    /// ```
    pub fn account(&self) -> AccountHandle {
        AccountHandle(Target::new(self, "the account"))
    }
}

impl AccountHandle {
    /// The account itself. Needs the scope `account:read_only`.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let account = client.account().get().await?;
    /// println!("{:?} owes {:?} US dollars", account.company, account.balance);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self) -> Call<Account> {
        self.0.json(Operation::GetAccount, format!("getting {}", self.0))
    }

    /// What new instances get that do not say otherwise. Needs the scope `account:read_only`.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let settings = client.account().settings().await?;
    /// if settings.backups_enabled == Some(true) {
    ///     println!("new instances are enrolled in paid backups");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn settings(&self) -> Call<AccountSettings> {
        self.0.json(Operation::GetAccountSettings, "getting the account's settings")
    }

    /// Which services the account may use in which region.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// for region in client.account().availability().await? {
    ///     println!("{}: {:?}", region.region, region.available);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn availability(&self) -> List<AccountAvailability> {
        self.0.list(Operation::ListAccountAvailability, "the account's availability")
    }

    /// Announced maintenance: reboots and cold migrations take an instance offline.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// for maintenance in client.account().maintenance().await? {
    ///     println!("{:?} {:?} at {:?}", maintenance.entity, maintenance.kind, maintenance.when);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn maintenance(&self) -> List<Maintenance> {
        self.0.list(Operation::ListMaintenance, "the account's maintenance")
    }
}

impl Identified for AccountAvailability {
    type Id = String;

    fn identity(&self) -> String {
        self.region.clone()
    }
}

/// Maintenance has no id: what it concerns, its kind and its time tell one from another.
impl Identified for Maintenance {
    type Id = String;

    fn identity(&self) -> String {
        format!("{:?} {:?} {:?}", self.entity, self.kind, self.when)
    }
}
