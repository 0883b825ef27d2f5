//! Kernels.

use super::target::Target;
use crate::client::Client;
use crate::list::{Identified, List};
use crate::models::Kernel;
use crate::operation::Operation;

/// Kernels: `/linode/kernels`. The API asks for no token here.
#[derive(Debug, Clone)]
pub struct Kernels(Target);

impl Client {
    /// Kernels.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let kernels = client.kernels().list().await?;
    /// println!("{} kernels", kernels.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn kernels(&self) -> Kernels {
        Kernels(Target::new(self, "kernels"))
    }
}

impl Kernels {
    /// All kernels.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let kernels = client.kernels().list().await?;
    /// assert!(kernels.iter().any(|kernel| kernel.id == "linode/grub2"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> List<Kernel> {
        self.0.list(Operation::ListKernels, &self.0)
    }
}

impl Identified for Kernel {
    type Id = String;

    fn identity(&self) -> String {
        self.id.clone()
    }
}
