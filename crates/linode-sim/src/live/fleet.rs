//! Keeps what runs on the machine's loopback addresses the same as what the simulated world shows.

use std::collections::{HashMap, HashSet};
use std::{fmt, io};

use tokio_util::task::TaskTracker;

use super::LiveOptions;
use super::balancer::ConfigSpec;
use super::forward::{Forwarder, Report};
use super::guest::{Guest, GuestSpec};

/// What should be running.
#[derive(Clone, Debug)]
pub(crate) struct Picture {
    /// Instances that run.
    pub(crate) guests: Vec<GuestSpec>,
    pub(crate) configs: Vec<ConfigSpec>,
}

/// What is running.
pub(crate) struct Fleet {
    options: LiveOptions,
    report: Report,
    guests: HashMap<u64, Guest>,
    forwarders: HashMap<u64, Forwarder>,
    leaving: TaskTracker,
    /// Listeners that could not be opened and were complained about.
    refused: HashSet<Place>,
}

/// Whose listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Place {
    Instance(u64),
    Config(u64),
}

impl fmt::Debug for Fleet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fleet")
            .field("guests", &self.guests.len())
            .field("forwarders", &self.forwarders.len())
            .finish_non_exhaustive()
    }
}

impl Fleet {
    pub(crate) fn new(options: LiveOptions, report: Report) -> Self {
        Self {
            options,
            report,
            guests: HashMap::new(),
            forwarders: HashMap::new(),
            leaving: TaskTracker::new(),
            refused: HashSet::new(),
        }
    }

    /// Starts what is missing, stops what is too much. A listener that can't be opened is tried again next time.
    ///
    /// `exists` tells an instance that was shut down, which ends by itself, from one that is gone.
    pub(crate) async fn apply(&mut self, picture: Picture, exists: impl Fn(u64) -> bool) {
        self.refused.retain(|place| match place {
            Place::Instance(id) => picture.guests.iter().any(|spec| spec.id == *id),
            Place::Config(id) => picture.configs.iter().any(|spec| spec.id == *id),
        });
        self.guests(picture.guests, exists).await;
        self.forwarders(picture.configs).await;
    }

    /// Whether something that should run does not.
    pub(crate) fn lacks(&self) -> bool {
        !self.refused.is_empty()
    }

    /// Ends everything and returns when it has ended.
    pub(crate) async fn stop(mut self) {
        for (_, forwarder) in self.forwarders.drain() {
            forwarder.cut().await;
        }
        for (_, guest) in self.guests.drain() {
            guest.cut().await;
        }
        self.leaving.close();
        self.leaving.wait().await;
    }

    async fn guests(&mut self, wanted: Vec<GuestSpec>, exists: impl Fn(u64) -> bool) {
        let ids: HashSet<u64> = wanted.iter().map(|spec| spec.id).collect();
        let gone: Vec<u64> = self.guests.keys().filter(|id| !ids.contains(*id)).copied().collect();
        for id in gone {
            let Some(guest) = self.guests.remove(&id) else { continue };
            if exists(id) {
                self.leaving.spawn(guest.finish());
            } else {
                guest.cut().await;
            }
        }
        for spec in wanted {
            let id = spec.id;
            if self.guests.get(&id).is_some_and(|guest| !guest.is(&spec))
                && let Some(guest) = self.guests.remove(&id)
            {
                guest.cut().await;
            }
            let opened = match self.guests.get_mut(&id) {
                Some(guest) => guest.set_health(spec.health).await,
                None => Guest::start(spec, &self.options).await.map(|guest| {
                    self.guests.insert(id, guest);
                }),
            };
            self.note(Place::Instance(id), opened);
        }
    }

    async fn forwarders(&mut self, wanted: Vec<ConfigSpec>) {
        let fits = |id: &u64, forwarder: &Forwarder| {
            wanted.iter().any(|spec| spec.id == *id && forwarder.can_take(spec))
        };
        let gone: Vec<u64> =
            self.forwarders.iter().filter(|(id, old)| !fits(id, old)).map(|(id, _)| *id).collect();
        for id in gone {
            if let Some(forwarder) = self.forwarders.remove(&id) {
                forwarder.cut().await;
            }
        }
        for spec in wanted {
            let id = spec.id;
            if let Some(forwarder) = self.forwarders.get_mut(&id) {
                forwarder.update(spec);
                continue;
            }
            let opened = Forwarder::start(spec, self.report.clone()).await.map(|forwarder| {
                self.forwarders.insert(id, forwarder);
            });
            self.note(Place::Config(id), opened);
        }
    }

    fn note(&mut self, place: Place, opened: io::Result<()>) {
        match opened {
            Ok(()) => {
                self.refused.remove(&place);
            }
            Err(error) => {
                if self.refused.insert(place) {
                    tracing::warn!(?place, %error, "a port can't be opened; tried again until it can");
                }
            }
        }
    }
}
