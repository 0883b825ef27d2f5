//! Where a process can die, or be overtaken: every call of a port is a numbered point.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// What becomes of the call that is under way when the fuse blows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It never lands.
    Never,
    /// It lands, and nobody hears the answer.
    Landed,
    /// It is under way, and lands when its process is gone.
    Late,
}

/// What happens at the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blow {
    /// The process dies.
    Kill,
    /// Another process begins, and then this one goes on.
    Overtake,
}

/// What a point is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing changes by it.
    Read,
    /// The store changes by it.
    Append,
    /// The cloud changes by it.
    Change,
    /// A wait.
    Sleep,
}

impl Kind {
    /// The fates that differ for such a call.
    pub const fn fates(self, blow: Blow) -> &'static [Fate] {
        match (self, blow) {
            (Self::Change | Self::Append, Blow::Kill) => &[Fate::Never, Fate::Landed, Fate::Late],
            (Self::Change | Self::Append, Blow::Overtake) => &[Fate::Never, Fate::Landed],
            (Self::Read | Self::Sleep, _) => &[Fate::Never],
        }
    }
}

/// At which point what happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strike {
    pub point: usize,
    pub fate: Fate,
    pub blow: Blow,
}

/// What a call does at its point.
pub enum Gate {
    Pass,
    /// The process is dead: this call was never made.
    Dead,
    Struck(Blow, Fate),
}

#[derive(Default)]
struct State {
    counting: bool,
    points: Vec<(Kind, String)>,
    strike: Option<Strike>,
    /// Strikes at the first point that is told so.
    at: Option<(&'static str, Fate, Blow)>,
    struck: Option<Blow>,
    blown: bool,
    told: bool,
    dead: bool,
}

/// One for each process.
#[derive(Default)]
pub struct Fuse {
    state: Mutex<State>,
    released: Notify,
}

impl fmt::Debug for Fuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fuse").finish_non_exhaustive()
    }
}

impl Fuse {
    /// Counts points from here on, and blows at one of them.
    pub fn arm(&self, strike: Option<Strike>) {
        let mut state = self.state();
        *state = State { counting: true, strike, dead: state.dead, ..State::default() };
    }

    /// Blows at the first point whose description contains `text`.
    pub fn arm_at(&self, text: &'static str, fate: Fate, blow: Blow) {
        let mut state = self.state();
        *state = State { counting: true, at: Some((text, fate, blow)), dead: state.dead, ..State::default() };
    }

    /// The points that were passed.
    pub fn points(&self) -> Vec<(Kind, String)> {
        self.state().points.clone()
    }

    /// A call comes by.
    pub fn enter(&self, kind: Kind, what: impl FnOnce() -> String) -> Gate {
        let mut state = self.state();
        if state.dead {
            return Gate::Dead;
        }
        if !state.counting {
            return Gate::Pass;
        }
        let what = what();
        let here = state.points.len();
        let by_number = state.strike.filter(|strike| strike.point == here).map(|at| (at.fate, at.blow));
        let by_name = state.at.filter(|(text, ..)| what.contains(text)).map(|(_, fate, blow)| (fate, blow));
        state.points.push((kind, what));
        let Some((fate, blow)) = by_number.or(by_name) else { return Gate::Pass };
        (state.strike, state.at) = (None, None);
        state.struck = Some(blow);
        state.dead = blow == Blow::Kill;
        Gate::Struck(blow, fate)
    }

    /// The struck call has had its fate: now the process has its own.
    pub fn blow(&self) {
        self.state().blown = true;
    }

    /// What was struck, told once.
    pub fn take_struck(&self) -> Option<Blow> {
        let mut state = self.state();
        if state.told || !state.blown {
            return None;
        }
        state.told = true;
        state.struck
    }

    /// Lets the struck call of a process that was overtaken go on.
    pub fn release(&self) {
        self.released.notify_one();
    }

    /// Waits for that.
    pub async fn released(&self) {
        self.released.notified().await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
