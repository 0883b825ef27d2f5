//! The wire between the real client and the simulator: each exchange is a point, and is judged.

use std::fmt;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use api_transport::service::{Body, InProcess, Service, ServiceError};
use async_trait::async_trait;
use bytes::Bytes;
use linode_sim::Simulator;
use tokio::time::sleep;

use super::call::Call;
use super::invariants::Judge;
use super::kill_switch::{Blow, Fate, Fuse, Gate, Kind};

/// Each way takes so long.
const LATENCY: Duration = Duration::from_millis(20);

/// A request whose process is gone arrives so much later.
pub const LATE: Duration = Duration::from_secs(9);

/// The wire of one process.
#[derive(Clone)]
pub struct Wire {
    inner: InProcess<linode_sim::SimulatorService<linode_sim::Simulator>>,
    judge: Arc<Judge>,
    fuse: Arc<Fuse>,
    process: u32,
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").field("process", &self.process).finish_non_exhaustive()
    }
}

impl Wire {
    pub fn new(sim: &Simulator, judge: &Arc<Judge>, fuse: &Arc<Fuse>, process: u32) -> Self {
        let inner = InProcess::new(sim.service());
        Self { inner, judge: Arc::clone(judge), fuse: Arc::clone(fuse), process }
    }

    async fn exchange(
        &self,
        call: &Call,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, ServiceError> {
        self.judge.before(self.process, call);
        let answer = self.whole(request).await;
        let body = answer.as_ref().ok().map(|answer| (answer.status().as_u16(), answer.body().as_ref()));
        self.judge.after(self.process, call, body);
        answer.map(|answer| answer.map(Body::from))
    }

    async fn whole(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, ServiceError> {
        let (head, body) = self.inner.call(request).await?.into_parts();
        Ok(http::Response::from_parts(head, body.collect(usize::MAX).await?))
    }
}

struct Blown<'a>(&'a Fuse);

impl Drop for Blown<'_> {
    fn drop(&mut self) {
        self.0.blow();
    }
}

#[async_trait]
impl Service for Wire {
    async fn call(&self, request: http::Request<Bytes>) -> Result<http::Response<Body>, ServiceError> {
        let call = Call::of(&request);
        sleep(LATENCY).await;
        let kind = if call.changes() { Kind::Change } else { Kind::Read };
        match self.fuse.enter(kind, || call.to_string()) {
            Gate::Pass => {}
            Gate::Dead => pending().await,
            Gate::Struck(Blow::Kill, fate) => {
                // Also where the client gives the call up first.
                let blow = Blown(&self.fuse);
                match fate {
                    Fate::Never => {}
                    Fate::Landed => drop(self.exchange(&call, request).await),
                    Fate::Late => {
                        let ghost = self.clone();
                        tokio::spawn(async move {
                            sleep(LATE).await;
                            ghost.judge.ghost();
                            let _ = ghost.exchange(&call, request).await;
                        });
                    }
                }
                drop(blow);
                return pending().await;
            }
            Gate::Struck(Blow::Overtake, Fate::Landed) => {
                let answer = self.exchange(&call, request).await;
                self.fuse.blow();
                self.fuse.released().await;
                return answer;
            }
            Gate::Struck(Blow::Overtake, _) => {
                self.fuse.blow();
                self.fuse.released().await;
            }
        }
        let answer = self.exchange(&call, request).await;
        sleep(LATENCY).await;
        answer
    }
}
