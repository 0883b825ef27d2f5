//! Views: lists of jobs that people put together.

use super::Job;

objects! {
    /// A view.
    pub struct View {
        /// Its name.
        pub name: Option<String>,
        /// Its URL, built from the root URL that is configured in Jenkins.
        pub url: Option<String>,
        /// What it is for.
        pub description: Option<String>,
        /// The jobs in it.
        pub jobs: Vec<Job>,
    }
}
