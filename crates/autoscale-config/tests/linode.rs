//! What the Linode adapter is told.

use autoscale_config::{Config, LinodeAccess};
use scaler_linode::BackendAddress;
use serde_json::{Value, json};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{GOOD, TOKEN, environment, read, with, with_group_lines};

#[test]
fn everything_written_arrives() {
    let text = with(
        "private/24170",
        "private/24170, firewall: 81230, user_data: hello, tags: [team-shop], root_pass: { env: AUTOSCALE_TOKEN }, \
         authorized_users: [ada], backups: true, swap_size: 512, placement_group: 7, disk_encryption: false, \
         network_helper: true, stackscript: { id: 9, data: { release: \"4.2\", key: { env: LINODE_TOKEN } } }",
    );
    let group = read(&text).unwrap().linode_groups().unwrap().remove(0);
    assert_eq!(group.name().as_str(), "web");
    assert_eq!(group.address, BackendAddress::PrivateIpv4);
    let [backend] = group.backends.as_slice() else { panic!("{:?}", group.backends) };
    assert_eq!((backend.nodebalancer.get(), backend.config.get(), backend.port), (9042, 11873, 8080));
    assert!(!format!("{group:?}").contains(TOKEN));
    assert_eq!(
        serde_json::to_value(&group.template).unwrap(),
        json!({
            "region": "nl-ams",
            "type": "g6-standard-2",
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

fn access(text: &str, env: &[(&str, &str)]) -> LinodeAccess {
    let env = [("LINODE_TOKEN", TOKEN)].into_iter().chain(env.iter().copied());
    Config::parse_in(text, "autoscale.yaml", &environment().with_env(env)).unwrap().linode
}

/// Whose profile the API shows that `access` names.
async fn username(access: &LinodeAccess) -> Value {
    let client = access.client(access.service().unwrap(), "test/1").unwrap();
    client.get::<Value>("profile").await.unwrap()["username"].take()
}

#[tokio::test]
async fn the_client_asks_the_api_that_file_or_environment_name() {
    let server = async |version: &str, name: &str| {
        let server = MockServer::start().await;
        Mock::given(method("GET"))
            .and(path(format!("/{version}/profile")))
            .and(header("authorization", format!("Bearer {TOKEN}")))
            .respond_with(ResponseTemplate::new(200).set_body_json(json!({ "username": name })))
            .mount(&server)
            .await;
        server
    };
    let in_file = server("v4beta", "file").await;
    let in_environment = server("v4beta", "environment").await;
    let older = server("v4", "older").await;
    let url = in_environment.uri();
    let elsewhere = [("LINODE_URL", url.as_str())];

    assert_eq!(username(&access(GOOD, &elsewhere)).await, "environment");
    let without = with("linode: { token: { env: LINODE_TOKEN } }\n", "");
    assert_eq!(username(&access(&without, &elsewhere)).await, "environment");
    let text = with("LINODE_TOKEN }", &format!("LINODE_TOKEN }}, url: \"{}\"", in_file.uri()));
    assert_eq!(username(&access(&text, &elsewhere)).await, "file", "the file goes first");
    let url = older.uri();
    let older = access(GOOD, &[("LINODE_URL", url.as_str()), ("LINODE_API_VERSION", "v4")]);
    assert_eq!(username(&older).await, "older");
}

#[test]
fn the_client_trusts_the_certificates_that_the_environment_names() {
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    let access = access(GOOD, &[("LINODE_CA", ca.to_str().unwrap())]);
    let error = access.service().unwrap_err().to_string();
    assert!(error.contains("ca.pem"), "{error}");
}

#[test]
fn a_template_is_known_by_its_content() {
    let hash = |text: &str| read(text).unwrap().linode_groups().unwrap()[0].to_group().unwrap().template.hash;
    let same = hash(GOOD);
    assert_eq!(same.0, "9a55b62e0566cbab", "members of a running installation would become older ones");
    for other in [
        with("nl-ams", "de-fra-2"),
        with("private/24170", "private/24171"),
        with("AAAA deploy", "AAAB deploy"),
        with("private/24170", "private/24170, firewall: 3"),
        with("private/24170", "private/24170, swap_size: 3"),
        with("private/24170", "private/24170, backups: true"),
        with("private/24170", "private/24170, private_ip: false"),
        with("private/24170", "private/24170, tags: [one]"),
        with("private/24170", "private/24170, user_data: x"),
        with("private/24170", "private/24170, stackscript: { id: 1 }"),
        with("private/24170", "private/24170, stackscript: { id: 1, data: { a: b } }"),
        with("private/24170", "private/24170, disk_encryption: true"),
        with("private/24170", "private/24170, placement_group: 3"),
        with("private/24170", "private/24170, network_helper: true"),
        with("private/24170", "private/24170, interfaces: linode"),
        with("private/24170", "private/24170, authorized_users: [ada]"),
    ] {
        assert_ne!(hash(&other), same, "{other}");
    }
    for same_content in [
        with_group_lines("replace: { after: 3m }"),
        with("type: g6-standard-2", "type: [g6-standard-2, g6-dedicated-2]"),
        with("private/24170", "private/24170, root_pass: { env: AUTOSCALE_TOKEN }"),
    ] {
        assert_eq!(hash(&same_content), same, "{same_content}");
    }
}
