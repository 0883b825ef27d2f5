//! What the sandbox is to do.

/// The stories.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Story {
    /// Calm, spike, scale-up, calm, scale-down.
    #[default]
    Spike,
    /// The spike comes back while a member drains: it is reinstated.
    SpikeReturns,
}

/// What is played, and how it is shown.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Options {
    /// Which story is played.
    pub story: Story,
    /// How many times faster than real time the clock of cloud, daemon and rules goes, 1 to [`FASTEST`](Self::FASTEST).
    /// The load is always real.
    pub speed: f64,
    /// Second number of the addresses `127.N.x.y` of instances and NodeBalancer; one for each sandbox on a machine.
    pub network: u8,
    /// The real Prometheus and Alertmanager do the alerting; both must be on PATH.
    pub prometheus: bool,
    /// The load goes on after the story.
    pub keep: bool,
    /// What happens is shown in plain lines, also on a terminal.
    pub plain: bool,
    /// What happens is shown on stderr, in place of stdout.
    pub to_stderr: bool,
}

impl Options {
    /// Faster, and the shortest waits of the real world (a scrape, an evaluation, a poll) would take too large a part of it.
    pub const FASTEST: f64 = 15.0;
}

impl Default for Options {
    fn default() -> Self {
        Self {
            story: Story::default(),
            speed: 10.0,
            network: 110,
            prometheus: false,
            keep: false,
            plain: false,
            to_stderr: false,
        }
    }
}
