//! Jenkins itself, and who is asking.

use super::{Job, Label, View};

objects! {
    /// The root: Jenkins as a whole.
    pub struct SystemInfo {
        /// Whether the built-in node takes any build (`NORMAL`) or only those tied to it (`EXCLUSIVE`).
        pub mode: Option<String>,
        /// The description of the built-in node.
        pub node_description: Option<String>,
        /// The name of the built-in node.
        pub node_name: Option<String>,
        /// The executors of the built-in node.
        pub num_executors: Option<u32>,
        /// What the system is for.
        pub description: Option<String>,
        /// The jobs at the root.
        pub jobs: Vec<Job>,
        /// The view that is shown first.
        pub primary_view: Option<View>,
        /// Whether no further builds start, because Jenkins is about to go down.
        pub quieting_down: Option<bool>,
        /// The port for agents; 0 for any, -1 for none.
        pub slave_agent_port: Option<i32>,
        /// The root URL that is configured, of which the URLs of all answers are built.
        pub url: Option<String>,
        /// Whether crumbs are asked for.
        pub use_crumbs: Option<bool>,
        /// Whether users log in.
        pub use_security: Option<bool>,
        /// The views.
        pub views: Vec<View>,
        /// The labels of the built-in node.
        pub assigned_labels: Vec<Label>,
    }

    /// Who is asking.
    pub struct WhoAmI {
        /// The user's id.
        pub name: Option<String>,
        /// Whether the caller is not logged in.
        pub anonymous: Option<bool>,
        /// Whether the caller is logged in.
        pub authenticated: Option<bool>,
        /// The groups that permissions can be given to.
        pub authorities: Vec<String>,
    }
}
