//! Work that is done outside of the state machine: commands and files on a real machine.

use std::collections::BTreeMap;

use bytes::Bytes;

/// Names a piece of work under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ErrandId(pub(crate) u64);

/// What is to be done.
#[derive(Debug, Clone)]
pub(crate) enum Errand {
    Begin {
        id: ErrandId,
        workspace: String,
        work: Work,
    },
    /// Ends the processes of a command: by SIGTERM, or at once.
    Stop {
        id: ErrandId,
        at_once: bool,
    },
}

#[derive(Debug, Clone)]
pub(crate) enum Work {
    Run {
        script: String,
        environment: BTreeMap<String, String>,
        capture: bool,
    },
    Write {
        file: String,
        content: Vec<u8>,
    },
    WriteAll {
        files: BTreeMap<String, Vec<u8>>,
    },
    Read {
        file: String,
    },
    /// The files that match patterns, with commas between.
    Collect {
        patterns: String,
    },
}

/// What came of it.
#[derive(Debug)]
pub(crate) enum ErrandResult {
    /// Its status, and what it printed if that was captured.
    Exited {
        code: i32,
        captured: String,
    },
    Written,
    Content(Option<Vec<u8>>),
    Collected(BTreeMap<String, Bytes>),
    /// It could not be done.
    Failed(String),
}
