//! A group as far as it can be read.

use scaler_core::model::{GroupName, StepPolicy};

use crate::yaml::At;
use crate::{BalancerSettings, GroupSettings};

/// A group as far as it can be read, each part with its place.
#[derive(Debug)]
pub(super) struct GroupDraft {
    pub(super) at: At,
    pub(super) name: Option<GroupName>,
    pub(super) balancers: Vec<(BalancerSettings, At)>,
    pub(super) policies: Vec<(StepPolicy, At)>,
    pub(super) settings: Option<GroupSettings>,
}
