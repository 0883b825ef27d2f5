//! `init` and `check`.

use std::os::unix::fs::PermissionsExt as _;

use linode_sim::Timings;

use crate::session::{Cloud, Session};

const MISTAKES: &str = r#"owner: K3
linode: { token: abcdef0123456789 }
groups:
  web:
    regoin: nl-ams
    size: { min: 4, max: 2 }
    template:
      type: g6-standard-2
      image: linode/debian12
    balancers: [{ nodebalancer: 9042, config: 11873, port: 80800 }]
    policies:
      - step: { on: { alertname: WebCpuHigh }, add: 50 % more }
    launch: { warm_up: 2 minutes }
"#;

#[tokio::test]
async fn check_shows_every_mistake_with_place_and_fix() {
    let mut session = Session::new();
    session.write("autoscale.yaml", MISTAKES);
    let said = session.run("autoscale check").await;
    assert_eq!(said.code, 2);
    assert!(!said.out.contains("abcdef0123456789"), "a secret is shown");
    session.run("autoscale check --config missing.yaml").await;
    session.run("autoscale status").await;
    insta::assert_snapshot!(session.transcript());

    let report = session.run("autoscale check --output json").await;
    assert_eq!(report.code, 2);
    let report = report.json();
    assert_eq!(report["errors"].as_u64().unwrap(), report["problems"].as_array().unwrap().len() as u64);
    assert!(
        report["problems"]
            .as_array()
            .unwrap()
            .iter()
            .all(|problem| { problem["line"].is_u64() && !problem["fix"].as_str().unwrap().is_empty() })
    );
    let failed = session.run("autoscale status --output json").await;
    assert_eq!((failed.code, failed.json()["error"]["kind"].as_str()), (2, Some("usage")));
}

#[tokio::test]
async fn init_makes_an_owner_and_the_webhooks_credential_and_never_overwrites() {
    let mut session = Session::new();
    let made = session.run("autoscale init --output json").await;
    assert_eq!(made.code, 0);
    let owner = made.json()["owner"].as_str().unwrap().to_owned();
    assert_eq!(made.json()["file"], "autoscale.yaml");
    let written = std::fs::read_to_string(session.path("autoscale.yaml")).unwrap();
    assert!(written.contains(&format!("owner: {owner}")));

    let key = std::fs::read_to_string(session.path("webhook.key")).unwrap();
    assert!(key.trim().len() >= 32, "{key}");
    let mode = std::fs::metadata(session.path("webhook.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let again = session.run("autoscale init").await;
    assert_eq!(std::fs::read_to_string(session.path("webhook.key")).unwrap(), key);
    assert_eq!(again.code, 6, "{again:?}");
    assert!(again.err.contains("is there already"));
    assert_eq!(std::fs::read_to_string(session.path("autoscale.yaml")).unwrap(), written);

    let printed = session.run("autoscale init --print").await;
    assert!(printed.out.starts_with("# What autoscalerd keeps in shape"));
    assert!(!printed.out.contains(&owner), "each owner is another");

    // What it names has to be there, and then it is right as it is.
    session.write(
        "deploy.pub",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ9pDpZ4Qn1wVvF8a1hMZ0m6kO2J4b2l5q7cX3d8e9fA a\n",
    );
    session.write("cloud-init.yaml", "#cloud-config\n");
    session.env.push(("AUTOSCALE_TOKEN".into(), "one-that-is-long-enough-0123456789".into()));
    let check = session.run("autoscale check --strict").await;
    assert_eq!(check.code, 0, "{check:?}");
    session.env.clear();
    assert_eq!(session.run("autoscale check").await.code, 2, "secrets are missing");
    assert_eq!(session.run("autoscale check --no-secrets").await.code, 0);
}

#[tokio::test]
async fn check_online_asks_about_account_and_balancers() {
    let cloud = Cloud::new(Timings::instant(), 1.0).await;
    let mut session = Session::new();
    session.write("autoscale.yaml", &cloud.configuration());
    let said = session.run("autoscale check --online").await;
    assert_eq!(said.code, 0, "{said:?}");

    let wrong = cloud.configuration().replace(&format!("config: {}", cloud.config), "config: 999");
    session.write("wrong.yaml", &wrong);
    let said = session.run("autoscale check --online --config wrong.yaml").await;
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.out.contains("has no config 999: correct its number"), "{}", said.out);
    let report = session.run("autoscale check --online --config wrong.yaml --output json").await.json();
    assert_eq!(report["online"][0]["weight"], "error");

    // The environment names the API where the file does not, as it does for the daemon.
    let url = cloud.server.url().to_string();
    let unnamed = cloud.configuration().replace(&format!(", url: \"{url}\""), "");
    assert!(!unnamed.contains(&url), "{unnamed}");
    session.write("unnamed.yaml", &unnamed);
    session.env.push(("LINODE_URL".into(), url));
    let said = session.run("autoscale check --online --config unnamed.yaml").await;
    assert_eq!(said.code, 0, "{said:?}");

    session.env.retain(|(name, _)| name != "LINODE_TOKEN");
    session.env.push(("LINODE_TOKEN".into(), "another".into()));
    let said = session.run("autoscale check --online").await;
    assert_eq!(said.code, 2, "{said:?}");
    assert!(!said.out.contains("another"), "{}", said.out);
}
