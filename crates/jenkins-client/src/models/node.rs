//! The nodes that builds run on.

use serde_json::Value;

use super::BuildRef;

objects! {
    /// The nodes, with what they do together.
    pub struct NodeList {
        /// Executors that run something.
        pub busy_executors: Option<u32>,
        /// All executors.
        pub total_executors: Option<u32>,
        /// The nodes, the built-in one among them.
        pub computer: Vec<Node>,
    }

    /// A node.
    pub struct Node {
        /// Its name.
        pub display_name: Option<String>,
        /// What it is for.
        pub description: Option<String>,
        /// Whether it runs nothing.
        pub idle: Option<bool>,
        /// Whether it cannot run anything.
        pub offline: Option<bool>,
        /// Why, in words.
        pub offline_cause_reason: Option<String>,
        /// Whether a person took it offline.
        pub temporarily_offline: Option<bool>,
        /// How many builds it can run at the same time.
        pub num_executors: Option<u32>,
        /// Its labels.
        pub assigned_labels: Vec<Label>,
        /// Its executors; what they run is shown at depth 2.
        pub executors: Vec<Executor>,
        /// Executors of builds that only coordinate.
        pub one_off_executors: Vec<Executor>,
        /// Disk space, response time and the like, by the class that measures it.
        pub monitor_data: Option<Value>,
    }

    /// A label of a node.
    pub struct Label {
        /// Its name.
        pub name: Option<String>,
    }

    /// An executor of a node.
    pub struct Executor {
        /// The build that it runs.
        pub current_executable: Option<BuildRef>,
        /// Whether it runs nothing.
        pub idle: Option<bool>,
        /// Its number on the node.
        pub number: Option<u32>,
        /// How far its build is, in percent; -1 where Jenkins does not know.
        pub progress: Option<i32>,
        /// Whether its build seems to hang.
        pub likely_stuck: Option<bool>,
    }
}
