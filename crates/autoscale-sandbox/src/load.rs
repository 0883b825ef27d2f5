//! The load generator: requests through the NodeBalancer at a mean rate and at random moments, as people come, however
//! long the answers take.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep_until};

use crate::happening::{Diary, What};
use crate::pace::Pace;
use crate::web::Web;

/// A request that takes longer has failed, as a person would say.
const PATIENCE: Duration = Duration::from_secs(15);
/// The first failures are told one by one.
const TOLD: usize = 5;
/// Requests that were late because the machine was busy are sent at once, but not more than that.
const CATCH_UP: Duration = Duration::from_millis(500);

/// One request and how it ended.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) sent: Timestamp,
    /// Real time.
    pub(crate) took: Duration,
    /// Who served it, or why nobody did.
    pub(crate) end: Result<Arc<str>, String>,
}

/// What some requests came to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Figures {
    pub(crate) served: u64,
    pub(crate) failed: u64,
    pub(crate) by_member: BTreeMap<String, u64>,
    pub(crate) failures: BTreeMap<String, u64>,
    /// Real milliseconds within which so many of 100 were served.
    pub(crate) p50_ms: f64,
    pub(crate) p95_ms: f64,
    pub(crate) p99_ms: f64,
}

impl Figures {
    pub(crate) fn of<'a>(requests: impl IntoIterator<Item = &'a Request>) -> Self {
        let mut figures = Self::default();
        let mut times = Vec::new();
        for request in requests {
            match &request.end {
                Ok(label) => {
                    figures.served += 1;
                    *figures.by_member.entry(label.to_string()).or_default() += 1;
                    times.push(request.took);
                }
                Err(why) => {
                    figures.failed += 1;
                    *figures.failures.entry(why.clone()).or_default() += 1;
                }
            }
        }
        times.sort_unstable();
        let at = |part: f64| {
            let index = (times.len().saturating_sub(1) as f64 * part).round() as usize;
            times.get(index).map_or(0.0, |time| time.as_secs_f64() * 1e3)
        };
        (figures.p50_ms, figures.p95_ms, figures.p99_ms) = (at(0.5), at(0.95), at(0.99));
        figures
    }
}

/// The generator, running. Dropping it stops it.
#[derive(Debug)]
pub(crate) struct Load {
    rate: watch::Sender<f64>,
    ledger: Arc<Ledger>,
    task: JoinHandle<()>,
}

/// Every request so far.
#[derive(Debug)]
struct Ledger {
    requests: Mutex<Vec<Request>>,
    known: Mutex<BTreeSet<Arc<str>>>,
    pace: Pace,
    diary: Diary,
}

impl Load {
    /// Ready to send GETs to `url`; nothing is sent before there is a rate. Members in `known` served before.
    pub(crate) fn start(web: Web, url: String, pace: Pace, diary: Diary, known: &[String]) -> Self {
        let known = known.iter().map(|label| Arc::from(label.as_str())).collect();
        let ledger = Arc::new(Ledger { requests: Mutex::default(), known: Mutex::new(known), pace, diary });
        let (rate, rates) = watch::channel(0.0);
        let task = tokio::spawn(generate(web, Arc::from(url), rates, Arc::clone(&ledger)));
        Self { rate, ledger, task }
    }

    /// Sends so many requests a second from now on.
    pub(crate) fn rate(&self, per_second: f64) {
        self.ledger.diary.note(What::Load(per_second));
        self.rate.send_replace(per_second);
    }

    /// Sends nothing more, and waits for the answers that are still on their way.
    pub(crate) async fn finish(&mut self) {
        self.rate.send_replace(-1.0);
        // An aborted generator has nothing on its way.
        let _ = (&mut self.task).await;
    }

    /// All requests that were answered so far, or failed.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.ledger.requests().clone()
    }

    /// A look at the latest requests, for whoever shows them.
    pub(crate) fn gauge(&self) -> Gauge {
        Gauge { ledger: Arc::clone(&self.ledger) }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Looks at the latest requests.
#[derive(Clone, Debug)]
pub(crate) struct Gauge {
    ledger: Arc<Ledger>,
}

impl Gauge {
    /// The figures of the last `span` of real time, and requests failed in all.
    pub(crate) fn latest(&self, span: Duration) -> (Figures, u64) {
        let pace = self.ledger.pace;
        let since = pace.now() - span.mul_f64(pace.speed);
        let requests = self.ledger.requests();
        let recent = requests.iter().rev().take_while(|request| request.sent >= since);
        let failed = requests.iter().filter(|request| request.end.is_err()).count();
        (Figures::of(recent), failed as u64)
    }
}

impl Ledger {
    fn requests(&self) -> MutexGuard<'_, Vec<Request>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, request: Request) {
        match &request.end {
            Ok(label) => {
                let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
                if known.insert(Arc::clone(label)) {
                    self.diary.note(What::Served { label: label.to_string() });
                }
            }
            Err(why) => {
                let before = self.requests().iter().filter(|request| request.end.is_err()).count();
                if before < TOLD {
                    self.diary.note(What::Failed { why: why.clone() });
                }
            }
        }
        self.requests().push(request);
    }
}

async fn generate(web: Web, url: Arc<str>, mut rates: watch::Receiver<f64>, ledger: Arc<Ledger>) {
    let mut open = JoinSet::new();
    // The same moments in each run.
    let mut chance = fastrand::Rng::with_seed(7);
    let mut next = Instant::now();
    loop {
        let rate = *rates.borrow_and_update();
        if rate < 0.0 {
            break;
        }
        if rate == 0.0 {
            if rates.changed().await.is_err() {
                break;
            }
            next = Instant::now();
            continue;
        }
        tokio::select! {
            changed = rates.changed() => {
                if changed.is_err() {
                    break;
                }
                next = Instant::now();
            }
            Some(_) = open.join_next() => {}
            () = sleep_until(next) => {
                let request = send(web.clone(), Arc::clone(&url), ledger.pace);
                let ledger = Arc::clone(&ledger);
                open.spawn(async move { ledger.enter(request.await) });
                next = (next + pause(rate, chance.f64())).max(Instant::now() - CATCH_UP);
            }
        }
    }
    while open.join_next().await.is_some() {}
}

/// The time to the next request where they come independently of each other; `chance` lies between 0 and 1.
fn pause(rate: f64, chance: f64) -> Duration {
    Duration::from_secs_f64(-(1.0 - chance).max(f64::MIN_POSITIVE).ln() / rate)
}

async fn send(web: Web, url: Arc<str>, pace: Pace) -> Request {
    let (sent, began) = (pace.now(), Instant::now());
    let end = ask(&web, &url).await;
    Request { sent, took: began.elapsed(), end }
}

async fn ask(web: &Web, url: &str) -> Result<Arc<str>, String> {
    let answer = web.get(url, PATIENCE).await.map_err(|error| error.to_string())?;
    let status = answer.status();
    let served = answer.headers().get("x-served-by").and_then(|value| value.to_str().ok()).map(Arc::from);
    if !status.is_success() {
        let reason = String::from_utf8_lossy(answer.body());
        return Err(format!("{status}: {}", reason.lines().last().unwrap_or_default()));
    }
    served.ok_or_else(|| "a page that does not say whose it is".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_come_to_the_rate_in_the_mean() {
        let mut chance = fastrand::Rng::with_seed(1);
        let sum: Duration = (0..10_000).map(|_| pause(100.0, chance.f64())).sum();
        assert!((95.0..105.0).contains(&sum.as_secs_f64()), "{sum:?}");
        assert!(pause(100.0, 1.0) < Duration::from_secs(10));
    }

    #[test]
    fn figures_count_members_and_reasons_and_know_percentiles() {
        let request = |ms: u64, end: Result<&str, &str>| Request {
            sent: Timestamp::UNIX_EPOCH,
            took: Duration::from_millis(ms),
            end: end.map(Arc::from).map_err(str::to_owned),
        };
        let mut requests: Vec<Request> = (1..=101).map(|ms| request(ms, Ok("web-1"))).collect();
        requests.push(request(7, Ok("web-2")));
        requests.push(request(9_000, Err("503")));
        let figures = Figures::of(&requests);
        assert_eq!((figures.served, figures.failed), (102, 1));
        assert_eq!(figures.by_member["web-2"], 1);
        assert_eq!(figures.failures["503"], 1);
        assert!((figures.p50_ms - 51.0).abs() <= 1.0, "{}", figures.p50_ms);
        assert!((figures.p99_ms - 100.0).abs() <= 1.0, "a failure has no latency: {}", figures.p99_ms);
    }
}
