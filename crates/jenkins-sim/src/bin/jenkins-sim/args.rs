//! What the command line says.

use std::path::PathBuf;

use api_sim::program::CommonArgs;
use clap::{Parser, ValueEnum};
use jenkins_sim::{Fault, Timings};

const EXAMPLES: &str = "\
Examples:
  jenkins-sim --listen 127.0.0.1:8080 --user alice:11aa22bb
      A Jenkins with one administrator, whose API token is 11aa22bb.
  jenkins-sim --seed-file jobs.json --prefix /jenkins
      One with users and jobs, below a context path.
  jenkins-sim --timings quick --fault 'trigger:lost=502*1'
      No quiet period, and one trigger that is taken and answered 502.
  jenkins-sim --no-commands --speed 60
      Shell commands are modelled rather than run, and a minute passes in a second.

A seed file:
  {\"users\": [{\"id\": \"alice\", \"password\": \"correct horse\", \"tokens\": [\"11aa22bb\"]}],
   \"jobs\": [{\"name\": \"infra/scale-web\", \"parameters\": [{\"name\": \"DESIRED\", \"default\": \"2\"}],
             \"pipeline\": \"node { stage('Scale') { sh 'echo $DESIRED' } }\"}]}

The first line on stdout is {\"address\":\"127.0.0.1:PORT\",\"url\":\"http://127.0.0.1:PORT/\"}. SIGTERM and Ctrl-C end it.
Exit status: 0 when it was ended so, 1 when it could not start or went wrong, 2 for a command line that it can't read.";

/// A simulated Jenkins: its remote access API, its queue, and builds that run real commands.
#[derive(Debug, Parser)]
#[command(name = "jenkins-sim", version, after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) common: CommonArgs,

    /// An administrator with an API token. May be repeated; without any user there is no security.
    #[arg(long = "user", value_name = "NAME:TOKEN", value_parser = user)]
    pub(crate) users: Vec<UserToken>,

    /// The context path.
    #[arg(long, value_name = "PATH", value_parser = context_path)]
    prefix: Option<String>,

    /// The root URL that URLs in answers begin with, if not the one that clients use.
    #[arg(long, value_name = "URL", value_parser = root_url)]
    pub(crate) root_url: Option<String>,

    /// Where workspaces of builds are made; a folder that is removed at the end, if not given.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) home: Option<PathBuf>,

    /// How many freestyle builds and pipelines' nodes run at once.
    #[arg(long, value_name = "NUMBER", default_value_t = 2)]
    pub(crate) executors: usize,

    /// How long things take.
    #[arg(long, value_enum, default_value_t = Pace::Realistic)]
    pub(crate) timings: Pace,

    /// A fault, TARGET:EFFECT with *COUNT, %PERCENT, ^SKIP, +AFTER, ~FOR. May be repeated.
    #[arg(long = "fault", value_name = "FAULT")]
    pub(crate) faults: Vec<Fault>,

    /// Run no shell command: a model of a shell does. Real ones go no faster than the machine, whatever the speed.
    #[arg(long)]
    pub(crate) no_commands: bool,

    /// Ask for no crumb.
    #[arg(long)]
    pub(crate) no_crumbs: bool,
}

impl Args {
    /// The context path with a `/` before it, or nothing.
    pub(crate) fn prefix(&self) -> String {
        match self.prefix.as_deref().unwrap_or_default().trim_matches('/') {
            "" => String::new(),
            prefix => format!("/{prefix}"),
        }
    }
}

/// A name with its API token.
#[derive(Clone)]
pub(crate) struct UserToken {
    pub(crate) name: String,
    pub(crate) secret: String,
}

impl std::fmt::Debug for UserToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserToken").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Named sets of durations.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Pace {
    /// As installed: a quiet period of 5 s, a restart of 30 s.
    Realistic,
    /// No quiet period, a restart of 2 s.
    Quick,
}

impl From<Pace> for Timings {
    fn from(pace: Pace) -> Self {
        match pace {
            Pace::Realistic => Self::realistic(),
            Pace::Quick => Self::quick(),
        }
    }
}

fn user(text: &str) -> Result<UserToken, String> {
    match text.split_once(':') {
        Some((name, secret)) if !name.is_empty() && !secret.is_empty() => {
            Ok(UserToken { name: name.to_owned(), secret: secret.to_owned() })
        }
        _ => Err("a name and an API token are wanted, such as alice:11aa22bb".to_owned()),
    }
}

fn context_path(text: &str) -> Result<String, String> {
    match text.chars().find(|c| !c.is_ascii_alphanumeric() && !"/-_.~".contains(*c)) {
        None => Ok(text.to_owned()),
        Some(c) => Err(format!("{c:?} cannot stand in it; a path such as /jenkins is wanted")),
    }
}

fn root_url(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    match host {
        Some(host) if !host.is_empty() && !text.contains(['?', '#', ' ']) => Ok(text.to_owned()),
        _ => Err("a URL is wanted, such as https://ci.example/jenkins/".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_token_is_not_printed() {
        let args = Args::try_parse_from(["jenkins-sim", "--user", "alice:11aa22bb"]).unwrap();
        assert!(!format!("{args:?}").contains("11aa22bb"));
        assert!(Args::try_parse_from(["jenkins-sim", "--user", "alice"]).is_err());
    }

    #[test]
    fn a_path_or_a_url_that_is_none_says_what_would_be_one() {
        for (flag, value, wanted) in [
            ("--prefix", "a b?", "/jenkins"),
            ("--root-url", "ci.example", "https://"),
            ("--root-url", "https://ci.example/?x", "https://"),
        ] {
            let refusal = Args::try_parse_from(["jenkins-sim", flag, value]).unwrap_err();
            assert!(refusal.to_string().contains(wanted), "{refusal}");
        }
        let args = Args::try_parse_from(["jenkins-sim", "--prefix", "jenkins/", "--root-url", "http://ci/"]);
        assert_eq!(args.unwrap().prefix(), "/jenkins");
    }

    #[test]
    fn faults_are_read_and_a_wrong_one_says_what_would_be_right() {
        let args = Args::try_parse_from(["jenkins-sim", "--fault", "trigger:lost=502*1"]).unwrap();
        assert_eq!(args.faults.len(), 1);
        let refusal = Args::try_parse_from(["jenkins-sim", "--fault", "trigger:never"]).unwrap_err();
        assert!(refusal.to_string().contains("lost=502"), "{refusal}");
    }
}
