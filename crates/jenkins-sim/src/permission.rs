//! Who may do what.

use serde::{Deserialize, Serialize};

macro_rules! permissions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal $id:literal,)*) => {
        /// A permission of Jenkins' matrix, named as there: `Job/Build`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum Permission {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)*
        }

        impl Permission {
            /// Its name, such as `Job/Build`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Its id, as the header `X-Required-Permission` has it, such as `hudson.model.Item.Build`.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }
        }
    };
}

permissions! {
    /// Everything.
    Administer = "Overall/Administer" "hudson.model.Hudson.Administer",
    /// To see Jenkins at all.
    Read = "Overall/Read" "hudson.model.Hudson.Read",
    /// To see a job; without it, the job is not found.
    JobRead = "Job/Read" "hudson.model.Item.Read",
    /// To trigger a build.
    JobBuild = "Job/Build" "hudson.model.Item.Build",
    /// To stop a build, or cancel an item of the queue.
    JobCancel = "Job/Cancel" "hudson.model.Item.Cancel",
    /// To change a job.
    JobConfigure = "Job/Configure" "hudson.model.Item.Configure",
    /// To create a job.
    JobCreate = "Job/Create" "hudson.model.Item.Create",
    /// To delete a job.
    JobDelete = "Job/Delete" "hudson.model.Item.Delete",
    /// To delete a build.
    RunDelete = "Run/Delete" "hudson.model.Run.Delete",
    /// To change a build's description, or keep it.
    RunUpdate = "Run/Update" "hudson.model.Run.Update",
    /// To create a view.
    ViewCreate = "View/Create" "hudson.model.View.Create",
    /// To change a view.
    ViewConfigure = "View/Configure" "hudson.model.View.Configure",
    /// To delete a view.
    ViewDelete = "View/Delete" "hudson.model.View.Delete",
    /// To see credentials.
    CredentialsView = "Credentials/View" "com.cloudbees.plugins.credentials.CredentialsProvider.View",
    /// To create credentials.
    CredentialsCreate = "Credentials/Create" "com.cloudbees.plugins.credentials.CredentialsProvider.Create",
    /// To change credentials.
    CredentialsUpdate = "Credentials/Update" "com.cloudbees.plugins.credentials.CredentialsProvider.Update",
    /// To delete credentials.
    CredentialsDelete = "Credentials/Delete" "com.cloudbees.plugins.credentials.CredentialsProvider.Delete",
    /// To create, change and delete nodes.
    AgentConfigure = "Agent/Configure" "hudson.model.Computer.Configure",
}
