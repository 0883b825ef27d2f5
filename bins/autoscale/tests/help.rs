//! What the help says.

use crate::session::Session;

const COMMANDS: [&str; 22] = [
    "init",
    "check",
    "status",
    "plan",
    "apply",
    "up",
    "down",
    "history",
    "alerts",
    "alerts forget",
    "mode",
    "adopt",
    "release",
    "protect",
    "unprotect",
    "standby",
    "activate",
    "replace",
    "store",
    "store rebind",
    "completions",
    "",
];

#[tokio::test]
async fn help_is_as_documented() {
    let mut session = Session::new();
    session.run("autoscale --help").await;
    session.run("autoscale apply --help").await;
    session.run("autoscale mode --help").await;
    session.run("autoscale protect -h").await;
    insta::assert_snapshot!(session.transcript());
}

#[tokio::test]
async fn every_command_has_examples_and_says_where_it_acts() {
    let mut session = Session::new();
    for command in COMMANDS {
        let said = session.run(&format!("autoscale {command} --help")).await;
        assert_eq!(said.code, 0, "{command}");
        assert!(said.out.contains("Examples:\n"), "{command}: {}", said.out);
        assert!(said.out.contains(&format!("autoscale {command}")), "{command}");
        assert!(said.out.contains("--config <FILE>"), "{command}");
    }
}

#[tokio::test]
async fn what_is_typed_wrong_is_told_with_the_fix() {
    let mut session = Session::new();
    session.run("autoscale").await;
    session.run("autoscale stauts").await;
    session.run("autoscale up").await;
    session.run("autoscale up web --by lots").await;
    session.run("autoscale up web --by 0").await;
    session.run("autoscale mode web asleep").await;
    session.run("autoscale mode web add_only --for 0s").await;
    session.run("autoscale apply --group web --desired 3 --timeout soon").await;
    session.run("autoscale up web --timeout 5m --no-wait").await;
    session.run("autoscale status --daemon ftp://example.org").await;
    insta::assert_snapshot!(session.transcript());
}

#[tokio::test]
async fn completions_know_the_commands() {
    let mut session = Session::new();
    for shell in ["bash", "zsh", "fish"] {
        let said = session.run(&format!("autoscale completions {shell}")).await;
        assert_eq!(said.code, 0);
        for command in COMMANDS.iter().flat_map(|command| command.split(' ')) {
            assert!(said.out.contains(command), "{shell}: {command}");
        }
    }
}
