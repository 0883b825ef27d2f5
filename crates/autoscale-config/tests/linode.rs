//! What the Linode adapter is told.

use scaler_linode::BackendAddress;
use serde_json::json;

use crate::support::{GOOD, TOKEN, read, with};

#[test]
fn everything_written_arrives() {
    let text = with(
        "private/24170",
        "private/24170, firewall: 81230, user_data: hello, tags: [team-shop], root_pass: { env: AUTOSCALE_TOKEN }, \
         authorized_users: [ada], backups: true, swap_size: 512, placement_group: 7, disk_encryption: false, \
         network_helper: true, stackscript: { id: 9, data: { release: \"4.2\", key: { env: LINODE_TOKEN } } }",
    );
    let group = read(&text).unwrap().linode_groups().unwrap().remove(0);
    assert_eq!(group.name.as_str(), "web");
    assert_eq!(group.address, BackendAddress::PrivateIpv4);
    let [backend] = group.backends.as_slice() else { panic!("{:?}", group.backends) };
    assert_eq!((backend.nodebalancer.get(), backend.config.get(), backend.port), (9042, 11873, 8080));
    assert!(!format!("{group:?}").contains(TOKEN));
    assert_eq!(
        serde_json::to_value(&group.template).unwrap(),
        json!({
            "region": "nl-ams",
            "type": "",
            "image": "private/24170",
            "booted": true,
            "private_ip": true,
            "interface_generation": "legacy_config",
            "firewall_id": 81230,
            "metadata": { "user_data": "aGVsbG8=" },
            "tags": ["team-shop"],
            "root_pass": "open sesame",
            "authorized_keys": ["ssh-ed25519 AAAA deploy"],
            "authorized_users": ["ada"],
            "backups_enabled": true,
            "swap_size": 512,
            "placement_group": { "id": 7 },
            "disk_encryption": "disabled",
            "network_helper": true,
            "stackscript_id": 9,
            "stackscript_data": { "release": "4.2", "key": TOKEN },
        })
    );
}

#[test]
fn members_without_a_private_address_are_reached_by_ipv6() {
    let text = with("private/24170", "private/24170, private_ip: false, interfaces: linode");
    let group = read(&text).unwrap().linode_groups().unwrap().remove(0);
    assert_eq!(group.address, BackendAddress::PublicIpv6);
    assert_eq!(group.template.private_ip, Some(false));
    let plain = read(GOOD).unwrap().linode_groups().unwrap().remove(0);
    assert_ne!(group.template.interface_generation, plain.template.interface_generation);
}
