//! What ends builds from outside: people, and time limits.

use super::failure::Failure;
use super::run::Level;
use super::{BuildId, World};
use crate::config::ItemKind;

impl World {
    /// A `timeout` has passed.
    pub(super) fn timed_out(&mut self, id: BuildId, frame: u64) {
        let Some(build) = self.build_mut(id) else { return };
        let Some(run) = &build.run else { return };
        let Some(branch) = run.find(|branch| branch.frames.iter().any(|known| known.id == frame)) else {
            return;
        };
        let branches = run.leaves(branch);
        build.print_line("Cancelling nested steps due to timeout");
        let failure = Failure { message: "Timeout has been exceeded".to_owned(), ..Failure::interrupted() };
        self.throw_into(id, &branches, &failure, false);
        self.go_on(id);
    }

    /// Throws from outside, into whatever these branches wait for.
    pub(super) fn throw_into(&mut self, id: BuildId, branches: &[u64], failure: &Failure, at_once: bool) {
        for branch in branches {
            self.stop_errand(id, *branch, at_once);
            let run = self.build_mut(id).and_then(|build| build.run.as_mut());
            run.into_iter().for_each(|run| run.is_ready(*branch, Some(failure.clone())));
        }
    }

    /// Somebody stops a build.
    pub(crate) fn interrupt(&mut self, id: BuildId, by: &str, level: Level) {
        let by = self.full_name(by);
        let kind = self.item_by_id(id.job).map(|(_, item)| item.config.kind);
        let Some(build) = self.build_mut(id).filter(|build| build.run.is_some()) else { return };
        if kind == Some(ItemKind::Freestyle) {
            build.print_line("Build was aborted");
        }
        build.print_line(match level {
            Level::Kill => "Hard kill!",
            _ => "Sending interrupt signal to process",
        });
        build.print_line(&format!("Aborted by {by}"));
        let Some(run) = build.run.as_mut() else { return };
        let branches = run.leaves(0);
        if level == Level::Kill {
            run.forget_handlers();
        }
        self.throw_into(id, &branches, &Failure::interrupted(), level != Level::Stop);
        self.go_on(id);
    }
}
