use api_transport::Request;

use crate::call::Call;
use crate::client::Linode;
use crate::list::{Identified, List};
use crate::models::{Lock, LockId};

const PATH: &str = "locks";

/// Locks, which forbid deleting what has them: `/locks`. They exist in `v4beta` alone, which is used whatever version the
/// client has.
#[derive(Debug, Clone)]
pub struct Locks(Linode);

impl Linode {
    /// Locks.
    pub fn locks(&self) -> Locks {
        Locks(self.clone())
    }
}

impl Locks {
    /// All locks of the account. Needs the scope `account:read_only`.
    pub fn list(&self) -> List<Lock> {
        List::new(&self.0, Request::get("listing locks").family(PATH).path("v4beta/locks"))
    }

    /// One lock.
    pub fn get(&self, id: LockId) -> Call<Lock> {
        Call::json(&self.0, Request::get(format!("getting lock {id}")).path("v4beta/locks").segment(id))
    }
}

impl Identified for Lock {
    fn identity(&self) -> String {
        self.id.to_string()
    }
}
