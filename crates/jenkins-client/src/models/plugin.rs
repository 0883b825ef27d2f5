//! Plugins.

objects! {
    /// The plugins that are installed.
    pub struct PluginList {
        /// The plugins.
        pub plugins: Vec<Plugin>,
    }

    /// A plugin.
    pub struct Plugin {
        /// Its id, such as `workflow-aggregator`.
        pub short_name: Option<String>,
        /// Its name in words.
        pub long_name: Option<String>,
        /// Its version.
        pub version: Option<String>,
        /// Whether it is loaded.
        pub active: Option<bool>,
        /// Whether it will be loaded at the next start.
        pub enabled: Option<bool>,
        /// Whether there is a newer version.
        pub has_update: Option<bool>,
        /// Whether it came with Jenkins.
        pub bundled: Option<bool>,
        /// What it needs.
        pub dependencies: Vec<PluginDependency>,
    }

    /// What a plugin needs.
    pub struct PluginDependency {
        /// The id of the other plugin.
        pub short_name: Option<String>,
        /// Its lowest version.
        pub version: Option<String>,
        /// Whether it can do without.
        pub optional: Option<bool>,
    }
}
