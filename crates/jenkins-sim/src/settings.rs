//! How the simulated Jenkins is set up, and how long things take in it.

use std::time::Duration;

/// How long things take, in simulated time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timings {
    /// Between a trigger and the end of the wait for more, where neither the job nor the trigger says otherwise.
    pub quiet_period: Duration,
    /// Between an executor that is free and a build that runs on it.
    pub start: Duration,
    /// Between a build's result and its end: `result` is set while `building` is still true.
    pub finish: Duration,
    /// From the moment at which Jenkins stops to the one at which it answers again.
    pub restart: Duration,
    /// How long an item that left the queue can still be read.
    pub left_item: Duration,
}

impl Timings {
    /// Those of a Jenkins as it is installed: a quiet period of 5 s, a restart of 30 s.
    #[must_use]
    pub fn realistic() -> Self {
        Self {
            quiet_period: Duration::from_secs(5),
            start: Duration::from_millis(200),
            finish: Duration::from_millis(200),
            restart: Duration::from_secs(30),
            left_item: Duration::from_mins(5),
        }
    }

    /// No quiet period, and a restart of 2 s.
    #[must_use]
    pub fn quick() -> Self {
        Self {
            quiet_period: Duration::ZERO,
            start: Duration::from_millis(20),
            finish: Duration::from_millis(20),
            restart: Duration::from_secs(2),
            left_item: Duration::from_mins(5),
        }
    }
}

impl Default for Timings {
    fn default() -> Self {
        Self::realistic()
    }
}

/// Who carries out shell commands of builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Shell {
    /// A model of a shell that knows `echo`, `sleep`, `exit`, `export`, `cat`, `test`, `true`, `false`, redirection
    /// into files, `&&`, `||` and variables: no process, and deterministic under a paused clock.
    #[default]
    Modelled,
    /// The machine's `/bin/sh`, in a workspace of the build's own.
    Real,
}

/// What an administrator sets.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) prefix: String,
    pub(crate) root_url: Option<String>,
    pub(crate) version: String,
    pub(crate) crumbs: bool,
    pub(crate) shell: Shell,
    pub(crate) home: std::path::PathBuf,
    pub(crate) executors: usize,
    /// Whether the stage view plugin is there.
    pub(crate) stage_view: bool,
    pub(crate) coalesced_status: u16,
}
