//! The example is true.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use autoscale_config::{Config, Environment, Owner, WEBHOOK_KEY, example, example_for};
use tempfile::TempDir;

/// A folder with what the example names.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["deploy.pub", "cloud-init.yaml"] {
        fs::copy(Path::new("tests/fixtures/example").join(name), folder.path().join(name)).unwrap();
    }
    let key = folder.path().join(WEBHOOK_KEY);
    fs::write(&key, "one-that-is-long-enough\n").unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    folder
}

fn environment(folder: &TempDir) -> Environment {
    Environment::new(folder.path()).with_env([("LINODE_TOKEN", "a"), ("AUTOSCALE_TOKEN", "b")])
}

#[test]
fn reads_without_a_problem() {
    let config = Config::parse_in(example(), "autoscale.yaml", &environment(&folder()))
        .unwrap_or_else(|p| panic!("{p}"));
    assert_eq!(config.warnings(), []);
    assert!(config.daemon.webhook_credentials.is_some());
    let web = config.groups.values().next().unwrap();
    assert_eq!(web.group.template.types.len(), 2);
    assert_eq!(web.template.user_data.as_ref().unwrap().text, "#cloud-config\n");
    assert!(web.template.authorized_keys[0].text.starts_with("ssh-ed25519 "));
}

#[test]
fn what_it_spells_out_is_the_default() {
    let config = Config::parse_in(example(), "autoscale.yaml", &environment(&folder())).unwrap();
    let spelt = config.groups.values().next().unwrap().group.clone();
    let mut bare = scaler_core::model::Group::new(
        spelt.name.clone(),
        spelt.size,
        spelt.balancers.clone(),
        spelt.template.clone(),
    );
    bare.policies.clone_from(&spelt.policies);
    bare.cost.clone_from(&spelt.cost);
    bare.thresholds = spelt.thresholds;
    assert_eq!(spelt.launches_per_hour(), bare.launches_per_hour(), "a default that follows from max");
    bare.launch.per_hour = spelt.launch.per_hour;
    assert_eq!(spelt, bare);
}

#[test]
fn can_have_an_owner_of_its_own() {
    let owner: Owner = "zz9zza".parse().unwrap();
    let config = Config::parse_in(&example_for(&owner), "autoscale.yaml", &environment(&folder())).unwrap();
    assert_eq!(config.owner, owner);
}
