//! Secrets: read where they are named, refused where they stand, shown nowhere.

use std::fs;

use autoscale_config::{Config, Environment, SecretSource};
use secrecy::ExposeSecret;

use crate::support::{GOOD, TOKEN, only, problems, read, with};

const NAMED: &str = "{ env: LINODE_TOKEN }";

#[test]
fn is_read_from_a_variable() {
    let config = read(GOOD).unwrap();
    assert_eq!(config.linode.token.source(), &SecretSource::Env("LINODE_TOKEN".to_owned()));
    assert_eq!(config.linode.token.value().unwrap().expose_secret(), TOKEN);
    assert!(!format!("{config:?}").contains(TOKEN));
}

#[test]
fn is_read_from_a_file_without_white_space_around_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    fs::write(&path, format!("{TOKEN}\n")).unwrap();
    let set_mode = |mode: u32| {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let environment = Environment::new(folder.path()).with_env::<&str, &str>([]);
    let text = with(NAMED, "{ file: token }");
    set_mode(0o600);
    let config = Config::parse_in(&text, "a", &environment).unwrap();
    assert_eq!(config.linode.token.value().unwrap().expose_secret(), TOKEN);
    assert_eq!(config.warnings(), []);
    assert!(!format!("{config:?}").contains(TOKEN));
    set_mode(0o644);
    let config = Config::parse_in(&text, "a", &environment).unwrap();
    assert!(config.warnings()[0].message.contains("every user of this machine may read"));
    fs::write(&path, "\n").unwrap();
    let problems = Config::parse_in(&text, "a", &environment).unwrap_err();
    assert!(problems.all()[0].message.contains("is empty"));
}

#[test]
fn a_literal_one_is_refused_and_never_shown() {
    let texts = [
        with(NAMED, TOKEN),
        with(NAMED, &format!("\"{TOKEN}\"")),
        with(NAMED, &format!("[{TOKEN}]")),
        with(NAMED, &format!("{{ env: {TOKEN} }}")),
        with(NAMED, &format!("{{ value: {TOKEN} }}")).replace("value", "token"),
        with(&format!("token: {NAMED}"), &format!("tokn: {TOKEN}")),
        with(&format!("token: {NAMED}"), &format!("api_token: {TOKEN}")),
        with(&format!("{{ token: {NAMED} }}"), TOKEN),
        with(&format!("{{ token: {NAMED} }}"), &format!("\n  token: {TOKEN}\n  url: [")),
        with(NAMED, &format!("|\n    {TOKEN}\n  ")).replace("{ token", "\n  token").replace("   }", ""),
        with("http://127.0.0.1:9093", &format!("http://user:{TOKEN}@127.0.0.1:9093")),
        with(&format!("token: {NAMED}"), &format!("token: {TOKEN}, nonsense: 1")),
        with(NAMED, &format!("{{ value: {TOKEN} }}")),
        with(NAMED, &format!("{{ fil: {TOKEN} }}")),
        with(NAMED, &format!("{{ file: {TOKEN} }}")),
        with(NAMED, "{ env: deadbeef_and_more }"),
        with(&format!("token: {NAMED}"), &format!("api_key: {TOKEN}")),
        with(&format!("token: {NAMED}"), &format!("token: {NAMED}, token: {TOKEN}")),
        with("type: g6-standard-2", &format!("type: g6-standard-2, user_datta: \"pw={TOKEN}\"")),
        with("type: g6-standard-2", &format!("type: g6-standard-2, regoin: x, user_data: \"pw={TOKEN}\"")),
        with("type: g6-standard-2", &format!("tipe: {{ value: {TOKEN} }}")),
        with("type: g6-standard-2", &format!("tpye: 1, stackscript: {{ id: 1, data: {{ pw: {TOKEN} }} }}")),
        with(
            "store: { sqlite: autoscale.db }",
            &format!("store: {{ postgres: \"postgres://u:{TOKEN}@db\" }}"),
        ),
    ];
    for text in texts {
        let problems = read(&text).expect_err(&text);
        let shown = format!("{problems}\n{problems:?}\n{}", serde_json::to_string(&problems).unwrap());
        assert!(!shown.contains("deadbeef"), "{text}\n{shown}");
    }
}

#[test]
fn a_literal_one_is_not_shown_by_a_file_that_is_not_valid_yaml() {
    for text in [
        format!("linode:\n  token: {TOKEN} }}: [\n"),
        format!("linode:\n  token:\n    {TOKEN}: b: c\n"),
        format!("linode: {{ tokn: {TOKEN}: [\n"),
        "linode:\n  token: |\n    deadbeef\n   deadbeef: [ b\n  ]".to_owned(),
    ] {
        let problems = read(&text).expect_err(&text);
        assert!(problems.all()[0].message.starts_with("this is not valid YAML"), "{problems}");
        assert!(!format!("{problems}{problems:?}").contains("deadbeef"), "{text}\n{problems}");
    }
}

#[test]
fn a_literal_one_is_told_how_to_move() {
    let problems = read(&with(NAMED, "hunter2")).unwrap_err();
    assert_eq!(
        problems.all()[0].to_string(),
        "error: linode.token: a secret is written here in plain text\n \
         --> autoscale.yaml:2:18\n  \
         |\n\
         2 | linode: { token: ******* }\n  \
         |                  ^^^^^^^\n  \
         = fix: write { env: NAME } or { file: PATH }, and replace the secret: anyone who has read this file knows it"
    );
}

#[test]
fn one_that_is_not_there() {
    let missing = with(NAMED, "{ env: NOWHERE }");
    assert!(
        only(&missing).starts_with("error linode.token.env: the environment variable NOWHERE is not set")
    );
    assert!(
        only(&with(NAMED, "{ file: nowhere }"))
            .starts_with("error linode.token.file: the file that is named here does not exist")
    );
    assert!(
        only(&with(NAMED, "{ file: ./nowhere }"))
            .starts_with("error linode.token.file: tests/fixtures/./nowhere does not exist")
    );
    let environment = Environment::new("tests/fixtures").with_env::<&str, &str>([]).lenient();
    let config = Config::parse_in(&missing, "a", &environment).unwrap();
    assert_eq!(config.warnings().len(), 1);
    let error = config.linode.token.value().unwrap_err();
    assert_eq!(error.to_string(), "the environment variable NOWHERE has no value: set it and start again");
}

#[test]
fn one_has_one_source() {
    assert!(only(&with(NAMED, "{}")).starts_with("error linode.token: does not name a secret"));
    assert!(
        only(&with(NAMED, "{ env: LINODE_TOKEN, file: token }"))
            .starts_with("error linode.token.file: names a second source")
    );
}

#[test]
fn the_token_is_looked_for_where_the_official_tools_look() {
    let text = with("linode: { token: { env: LINODE_TOKEN } }\n", "");
    assert_eq!(problems(&text), []);
    let environment = Environment::new("tests/fixtures").with_env::<&str, &str>([]);
    let problems = Config::parse_in(&text, "a", &environment).unwrap_err();
    assert!(problems.all()[0].message.contains("LINODE_TOKEN is not set"));
}

#[test]
fn a_private_key_is_not_taken_for_a_public_one() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("deploy"), "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n").unwrap();
    let text = with("[ssh-ed25519 AAAA deploy]", "[{ file: deploy }]");
    let environment = Environment::new(folder.path()).with_env([("LINODE_TOKEN", TOKEN)]);
    let problems = Config::parse_in(&text, "a", &environment).unwrap_err();
    assert_eq!(problems.all()[0].message, "is a private key, the public one belongs here");
}

#[test]
fn what_is_not_a_file_is_refused_and_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    for path in ["/dev/zero", fifo.to_str().unwrap()] {
        let problems = Config::check(path.as_ref());
        assert_eq!(problems.all()[0].message, format!("{path} is not a file"));
        assert!(only(&with(NAMED, &format!("{{ file: {path} }}"))).contains("is not a file"));
        assert!(only(&with("autoscale.db", path)).contains("is not a file"));
    }
}
