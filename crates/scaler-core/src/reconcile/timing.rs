//! The constants of time, in one place, each with its reason. What a person may set is in the group.

use std::time::Duration;

const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// An actor that just began lets no deadline pass for so long: the first observations may be of a cloud in trouble.
pub(crate) const SETTLE: Duration = seconds(120);

/// A member that was unhealthy for half of so many times `replace.after` is replaced, however often it recovered.
pub(crate) const FLAPS: u32 = 10;

/// An instance is gone if it answers 404 by id twice, so far apart: lists and look-ups lag writes.
pub(crate) const GONE_TWICE: Duration = seconds(30);

/// Lists may show an instance for so long after its deletion was answered.
pub(crate) const DELETED_SHOWN: Duration = seconds(600);

/// How far our clock may be ahead of the cloud's when an instance's creation is compared with the intent of its create.
pub(crate) const CLOCK_SKEW: Duration = seconds(120);

/// A node that does not accept so long after a drain of ours still shows that drain, not a person's.
pub(crate) const DRAIN_IS_OURS: Duration = seconds(600);

/// A create without an answer is looked up so long after it was sent, until it is found: it may land late, and lists lag.
pub(crate) const LOOK_UP: [Duration; 3] = [seconds(0), seconds(30), seconds(120)];

/// One that was given up is looked up once more after so long: nobody else would lead it out.
pub(crate) const LOOK_UP_LAST: Duration = seconds(3_600);

/// The next create begins so long after one that was rate limited or could not be sent, where the cloud told no time.
pub(crate) const CREATE_AGAIN: Duration = seconds(30);

/// A time that the cloud tells is kept to, but nothing is sent again sooner than this: servers were seen to tell less than
/// none.
pub(crate) const TOLD_AT_LEAST: Duration = seconds(5);

/// And nothing waits longer than this on the word of one answer: it may be a proxy's, and the group may be below its minimum.
pub(crate) const TOLD_AT_MOST: Duration = seconds(300);

/// The POST of a node without an answer is not sent again for so long: lists lag writes.
pub(crate) const NODE_LAG: Duration = seconds(120);

/// A mode that was refused or not answered is asked for again after so long.
pub(crate) const MODE_AGAIN: Duration = seconds(5);

/// A found instance without a node is left alone for so long: the actor before may have sent its delete.
pub(crate) const FOUND_LEFT_ALONE: Duration = seconds(120);

/// A node that was not swept, for its instance exists after all, is looked at again so far apart.
pub(crate) const SWEEP_AGAIN: Duration = seconds(600);

/// A type that could not be had is not tried again for so long.
pub(crate) const SOLD_OUT: Duration = seconds(600);

/// A member whose removal was refused is left alone for so long; each further refusal doubles it.
pub(crate) const REMOVAL_REFUSED: Duration = seconds(600);

/// But no longer than this: who cured it does not want to wait for a day.
pub(crate) const REMOVAL_REFUSED_MOST: Duration = seconds(7_200);

/// The bound on creates is counted over so long.
pub(crate) const LAUNCHES_WINDOW: Duration = seconds(3_600);

/// Below its minimum a group may create one instance beyond that bound so often.
pub(crate) const LAUNCH_BELOW_MIN: Duration = seconds(600);
