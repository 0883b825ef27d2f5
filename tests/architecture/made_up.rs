//! A tree that breaks no rule, for a test to break one.

use std::fs;

use super::rules::{Report, check};

/// A workspace in a folder of its own, whose floors are all there and break nothing.
pub(crate) struct MadeUp {
    pub(crate) root: tempfile::TempDir,
}

impl MadeUp {
    pub(crate) fn new() -> Self {
        let made = Self { root: tempfile::tempdir().unwrap() };
        for name in [
            "api-transport",
            "alertmanager-types",
            "linode-sim",
            "linode-api",
            "jenkins-client",
            "scaler-core",
            "scaler",
            "autoscale-api",
            "autoscale-config",
            "autoscale-daemon",
        ] {
            made.write(&format!("crates/{name}/Cargo.toml"), &format!("[package]\nname = \"{name}\"\n"));
            made.write(&format!("crates/{name}/src/lib.rs"), "//! A crate.\n");
        }
        made.write(
            "crates/linode-api/Cargo.toml",
            "[package]\nname = \"linode-api\"\n\n[dependencies]\napi-transport = { path = \"../api-transport\" }\n",
        );
        made.write("crates/linode-api/src/models.rs", "pub use serde::Deserialize;\n");
        made.write(
            "crates/scaler-core/src/model/mod.rs",
            "use std::collections::BTreeMap;\npub struct Group;\n",
        );
        made.write("crates/scaler-core/src/state/mod.rs", "use crate::model::Group;\n");
        made.write(
            "crates/scaler-core/src/reconcile/mod.rs",
            "use crate::model::Group;\nuse crate::state::Fact;\n",
        );
        made.write("crates/scaler-core/src/view/mod.rs", "use crate::reconcile::Turn;\n");
        made.write("crates/scaler-core/src/ports/mod.rs", "use crate::model::Group;\n");
        made.write(
            "crates/scaler-core/src/runtime/mod.rs",
            "use crate::model::Group;\nuse crate::ports::Store;\n",
        );
        for floor in ["model", "state", "reconcile", "view", "ports", "runtime"] {
            made.write(&format!("crates/scaler-core/src/{floor}/part.rs"), "//! A part.\n");
        }
        made.write(
            "crates/scaler-core/src/clock.rs",
            "pub fn now() -> std::time::SystemTime { std::time::SystemTime::now() }\n",
        );
        made
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.root.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn check(&self) -> Report {
        check(self.root.path())
    }
}
