//! Locks.

use super::target::Target;
use crate::call::Call;
use crate::client::Client;
use crate::list::{Identified, List};
use crate::models::{Lock, LockId};
use crate::operation::Operation;

/// Locks, which forbid deleting what has them: `/locks`. Only `v4beta` has them, so these calls use it whatever version the
/// client speaks.
#[derive(Debug, Clone)]
pub struct Locks(Target);

/// One lock: `/locks/{id}`, in `v4beta`.
#[derive(Debug, Clone)]
pub struct LockHandle(Target);

impl Client {
    /// Locks.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let locks = client.locks().list().await?;
    /// println!("{} locks", locks.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn locks(&self) -> Locks {
        Locks(Target::new(self, "locks"))
    }

    /// One lock.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, lock: linode_api::LockId) -> Result<(), linode_api::Error> {
    /// let lock = client.lock(lock).get().await?;
    /// println!("{}", lock.lock_type);
    /// # Ok(())
    /// # }
    /// ```
    pub fn lock(&self, id: LockId) -> LockHandle {
        LockHandle(self.locks().0.child(id, format!("lock {id}")))
    }
}

impl Locks {
    /// All locks of the account. Needs the scope `account:read_only`.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// for lock in client.locks().list().await? {
    ///     println!("{:?}: {}", lock.entity, lock.lock_type);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> List<Lock> {
        self.0.list(Operation::ListLocks, &self.0)
    }
}

impl LockHandle {
    /// The lock. Needs the scope `account:read_only`.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client, lock: linode_api::LockId) -> Result<(), linode_api::Error> {
    /// let lock = client.lock(lock).get().await?;
    /// println!("{:?} is locked", lock.entity);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self) -> Call<Lock> {
        self.0.json(Operation::GetLock, format!("getting {}", self.0))
    }
}

impl Identified for Lock {
    type Id = LockId;

    fn identity(&self) -> LockId {
        self.id
    }
}
