//! What becomes of times when the wall clock is set.

use jiff::SignedDuration;

use crate::model::Member;
use crate::state::{Draft, GroupState, Launches};

impl GroupState {
    /// What is timed goes on as if the clock had always shown what it shows now.
    pub(super) fn clock_set(&mut self, draft: &Draft, by: SignedDuration) {
        self.began = Some(draft.at);
        let permits = self.permits.iter_mut().map(|permit| &mut permit.at);
        let signals = self.signal.iter_mut().map(|(_, since)| since).chain(&mut self.low_before);
        let members = self.members.values_mut().flat_map(Member::timed);
        let Launches { failed, postponed, sold_out, sent, counted, unseen, .. } = &mut self.launches;
        let bounds = sent.iter_mut().chain(counted).chain(unseen);
        let postponed = postponed.iter_mut().map(|(_, until)| until);
        let launches = failed.iter_mut().chain(postponed).chain(sold_out.values_mut()).chain(bounds);
        let Self { last_added, opened, rebuilt, resumed, mass_loss, .. } = self;
        let group = [last_added, opened, rebuilt, resumed, mass_loss].into_iter().flatten();
        for at in permits.chain(signals).chain(launches).chain(group).chain(members) {
            *at = at.checked_add(by).unwrap_or(*at);
        }
    }
}
