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
    pub fn account(&self) -> AccountHandle {
        AccountHandle(Target::new(self, "the account"))
    }
}

impl AccountHandle {
    /// The account itself. Needs the scope `account:read_only`.
    pub fn get(&self) -> Call<Account> {
        self.0.json(Operation::GetAccount, format!("getting {}", self.0))
    }

    /// What new instances get that do not say otherwise. Needs the scope `account:read_only`.
    pub fn settings(&self) -> Call<AccountSettings> {
        self.0.json(Operation::GetAccountSettings, "getting the account's settings")
    }

    /// Which services the account may use in which region.
    pub fn availability(&self) -> List<AccountAvailability> {
        self.0.list(Operation::ListAccountAvailability, "the account's availability")
    }

    /// Announced maintenance: reboots and cold migrations take an instance offline.
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
