//! What people see while the story is played.

mod live;
mod plain;

use std::io::{IsTerminal as _, stderr, stdout};
use std::time::Duration;

use autoscale_api::view::Status;
use linode_sim::Simulator;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::alerts::scrape::Gauges;
use crate::happening::{Happening, Tone};
use crate::load::Gauge;
use crate::options::Options;
use crate::pace::Pace;
use crate::stage::Stage;

/// Between two pictures of the live summary.
const FRAME: Duration = Duration::from_millis(200);

/// Who tells what happened takes a moment to hear of it: lines wait so long, so that they stand in order.
const RIPE: Duration = Duration::from_millis(150);

/// What the live summary is drawn from.
#[derive(Clone, Debug)]
struct View {
    pace: Pace,
    status: watch::Receiver<Option<Status>>,
    gauges: Gauges,
    load: Gauge,
    simulator: Simulator,
}

/// One way of showing.
#[derive(Debug)]
enum Screen {
    Plain(plain::Lines),
    Live(live::Live),
}

/// Shows until it is told to stop.
#[derive(Debug)]
pub(crate) struct Show {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Show {
    /// Shows what comes from `told`: lines on stdout, or on stderr where the report is for programs.
    pub(crate) fn start(options: &Options, stage: &Stage, told: mpsc::UnboundedReceiver<Happening>) -> Self {
        let view = View {
            pace: stage.pace,
            status: stage.status.clone(),
            gauges: stage.gauges.clone(),
            load: stage.load.gauge(),
            simulator: stage.simulator.clone(),
        };
        let to_stderr = options.to_stderr;
        let terminal = if to_stderr { stderr().is_terminal() } else { stdout().is_terminal() };
        let screen = if terminal && !options.plain {
            Screen::Live(live::Live::new(view, to_stderr))
        } else {
            Screen::Plain(plain::Lines::new(stage.pace, to_stderr, terminal))
        };
        let (stop, stopped) = oneshot::channel();
        Self { stop, task: tokio::spawn(show(screen, told, stopped)) }
    }

    /// Shows what is still to be shown, and takes the live summary away.
    pub(crate) async fn end(self) {
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

async fn show(
    mut screen: Screen,
    mut told: mpsc::UnboundedReceiver<Happening>,
    mut stopped: oneshot::Receiver<()>,
) {
    let mut frames = interval(FRAME);
    frames.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut waiting: Vec<(Instant, Happening)> = Vec::new();
    loop {
        tokio::select! {
            biased;
            Some(happening) = told.recv() => waiting.push((Instant::now(), happening)),
            _ = &mut stopped => break,
            _ = frames.tick() => {
                waiting.sort_by_key(|(_, happening)| happening.at);
                let ripe = waiting.iter().rposition(|(heard, _)| heard.elapsed() >= RIPE);
                for (_, happening) in waiting.drain(..ripe.map_or(0, |last| last + 1)) {
                    screen.tell(&happening);
                }
                if let Screen::Live(live) = &mut screen {
                    live.draw();
                }
            }
        }
    }
    waiting.sort_by_key(|(_, happening)| happening.at);
    waiting.iter().for_each(|(_, happening)| screen.tell(happening));
    if let Screen::Live(live) = screen {
        live.clear();
    }
}

impl Screen {
    fn tell(&mut self, happening: &Happening) {
        if happening.what.tone() == Tone::Silent {
            return;
        }
        match self {
            Self::Plain(lines) => lines.tell(happening),
            Self::Live(live) => live.tell(happening),
        }
    }
}

/// A line for something that happened: simulated clock, sign, text.
fn line(happening: &Happening, coloured: bool) -> String {
    let (sign, colour) = match happening.what.tone() {
        Tone::Heading => ("──", "1"),
        Tone::Load => ("»", "36"),
        Tone::Alert => ("!", "33"),
        Tone::Daemon => ("●", "32"),
        Tone::Cloud => ("◇", "34"),
        Tone::Bad => ("✗", "31"),
        Tone::Silent => (" ", "0"),
    };
    let clock = clock(happening.at);
    let text = &happening.what;
    match happening.what.tone() {
        Tone::Heading => paint(coloured, colour, &format!("{clock}  {sign} {text}")),
        _ => format!("{clock}  {}  {text}", paint(coloured, colour, sign)),
    }
}

/// The simulated clock.
pub(crate) fn clock(at: jiff::Timestamp) -> String {
    at.strftime("%H:%M:%S").to_string()
}

/// `text` in a colour, where colours are wanted.
pub(crate) fn paint(coloured: bool, colour: &str, text: &str) -> String {
    if coloured { format!("\u{1b}[{colour}m{text}\u{1b}[0m") } else { text.to_owned() }
}
