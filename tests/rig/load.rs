//! Visitors: so many requests a second, whatever becomes of those before.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep_until};

use super::{http, seconds};

/// Visitors who come until [`Load::stop`].
#[derive(Debug)]
pub(crate) struct Load {
    rate: watch::Sender<f64>,
    tally: Arc<Mutex<Tally>>,
    visitors: JoinHandle<()>,
}

/// What became of their requests.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) served: u64,
    /// By the label of the member that served.
    pub(crate) by: BTreeMap<String, u64>,
    /// What went wrong, in words.
    pub(crate) failed: Vec<String>,
    pub(crate) slowest: Duration,
}

impl Load {
    pub(crate) fn start(door: &str, rate: f64) -> Self {
        let (rate, wanted) = watch::channel(rate);
        let tally = Arc::new(Mutex::new(Tally::default()));
        let visitors = tokio::spawn(come(door.to_owned(), wanted, Arc::clone(&tally)));
        Self { rate, tally, visitors }
    }

    /// So many a second from now on.
    pub(crate) fn set_rate(&self, rate: f64) {
        self.rate.send_replace(rate);
    }

    pub(crate) fn tally(&self) -> Tally {
        self.tally.lock().unwrap().clone()
    }

    /// No more come; those who are there are still served.
    pub(crate) async fn stop(self) -> Tally {
        drop(self.rate);
        self.visitors.await.unwrap();
        self.tally.lock().unwrap().clone()
    }
}

async fn come(door: String, mut wanted: watch::Receiver<f64>, tally: Arc<Mutex<Tally>>) {
    let http = http(seconds(20));
    let mut visitors = JoinSet::new();
    let mut next = Instant::now();
    loop {
        next += Duration::from_secs_f64(1.0 / *wanted.borrow_and_update());
        tokio::select! {
            () = sleep_until(next) => {
                visitors.spawn(visit(http.clone(), door.clone(), Arc::clone(&tally)));
            }
            changed = wanted.changed() => match changed {
                Ok(()) => next = Instant::now(),
                Err(_) => break,
            },
        }
        while visitors.try_join_next().is_some() {}
    }
    visitors.join_all().await;
}

async fn visit(http: reqwest::Client, door: String, tally: Arc<Mutex<Tally>>) {
    let began = Instant::now();
    let outcome = request(&http, &door).await;
    let took = began.elapsed();
    let mut tally = tally.lock().unwrap();
    tally.slowest = tally.slowest.max(took);
    match outcome {
        Ok(server) => {
            tally.served += 1;
            *tally.by.entry(server).or_default() += 1;
        }
        Err(why) => tally.failed.push(why),
    }
}

async fn request(http: &reqwest::Client, door: &str) -> Result<String, String> {
    let answer = http.get(door).send().await.map_err(|error| format!("{error:?}"))?;
    let status = answer.status();
    let server = answer.headers().get("x-served-by").and_then(|name| name.to_str().ok()).map(str::to_owned);
    let text = answer.text().await.map_err(|error| format!("{error:?}"))?;
    match server {
        Some(server) if status.is_success() => Ok(server),
        _ => Err(format!("{status}: {text}")),
    }
}
