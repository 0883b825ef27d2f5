//! Against the simulated Jenkins in the same process, under a paused clock.

mod family;
mod follow;
mod login;
mod refused;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use jenkins_client::{Client, InProcess, Retry};
use jenkins_sim::{Permission, SeedJob, SeedParameter, SeedUser, Simulator, SimulatorBuilder};

pub(crate) const S: Duration = Duration::from_secs(1);

/// A simulated Jenkins with an administrator, one who may only read, and the jobs of a small house.
pub(crate) fn jenkins(change: impl FnOnce(SimulatorBuilder) -> SimulatorBuilder) -> Simulator {
    let ann = SeedUser::new("ann").token("t0ken").password("pass word");
    let eve = SeedUser::new("eve").token("t0ken").permissions([Permission::Read, Permission::JobRead]);
    let sim = change(Simulator::builder().user(ann).user(eve)).build();
    let scale = "pipeline { agent any\n stages {\n stage('Plan') { steps { sh 'echo desired $DESIRED; sleep 20' } }\n \
                 stage('Apply') { steps { sh 'echo applied; sleep 20' } } } }";
    let jobs = [
        SeedJob::folder("infra"),
        SeedJob::pipeline("infra/scale web", scale)
            .parameter(SeedParameter::string("DESIRED", "2"))
            .parameter(SeedParameter::string("REQUEST_ID", ""))
            .parameter(SeedParameter::choice("GROUP", ["web", "api"]))
            .parameter(SeedParameter::new("boolean", "DRY_RUN", "false"))
            .parameter(SeedParameter::new("password", "PASSWORD", "")),
        SeedJob::freestyle("plain", "echo one; sleep 30; echo two"),
        SeedJob::freestyle("off", "true").disabled(),
        SeedJob::freestyle("open", "true").token("trigger-me"),
    ];
    for job in jobs {
        sim.seed_job(&job).unwrap();
    }
    sim
}

pub(crate) fn as_user(sim: &Simulator, user: &str, token: &str) -> Client {
    let service = Arc::new(InProcess::new(sim.service()));
    Client::builder("http://ci.test/")
        .api_token(user, token)
        .service(service)
        .retry(Retry::default().seed(1))
        .build()
        .unwrap()
}

/// The administrator's client.
pub(crate) fn client(sim: &Simulator) -> Client {
    as_user(sim, "ann", "t0ken")
}

/// All of a stream, which must not fail.
pub(crate) async fn all<T, E: std::fmt::Debug>(stream: impl Stream<Item = Result<T, E>>) -> Vec<T> {
    stream.map(Result::unwrap).collect().await
}

/// An error with everything below it.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let below = error.source().map(chain);
    below.map_or_else(|| error.to_string(), |below| format!("{error}: {below}"))
}
