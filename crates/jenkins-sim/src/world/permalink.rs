//! Builds that a job shows under names.

use super::build::Build;
use super::item::Item;
use super::outcome::Outcome;

/// The names under which a job shows some of its builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permalink {
    Last,
    Completed,
    Failed,
    Stable,
    Successful,
    Unstable,
    Unsuccessful,
    First,
}

impl Permalink {
    pub(crate) const ALL: [(Self, &'static str); 8] = [
        (Self::First, "firstBuild"),
        (Self::Last, "lastBuild"),
        (Self::Completed, "lastCompletedBuild"),
        (Self::Failed, "lastFailedBuild"),
        (Self::Stable, "lastStableBuild"),
        (Self::Successful, "lastSuccessfulBuild"),
        (Self::Unstable, "lastUnstableBuild"),
        (Self::Unsuccessful, "lastUnsuccessfulBuild"),
    ];

    pub(crate) fn find(self, item: &Item) -> Option<&Build> {
        let wanted = |build: &&Build| {
            let done = build.ended.is_some();
            let result = build.result.filter(|_| done);
            match self {
                Self::First | Self::Last => true,
                Self::Completed => done,
                Self::Failed => result == Some(Outcome::Failure),
                Self::Stable => result == Some(Outcome::Success),
                Self::Successful => result.is_some_and(|result| result <= Outcome::Unstable),
                Self::Unstable => result == Some(Outcome::Unstable),
                Self::Unsuccessful => result.is_some_and(|result| result > Outcome::Success),
            }
        };
        match self {
            Self::First => item.builds.values().next(),
            _ => item.builds.values().rev().find(wanted),
        }
    }
}
