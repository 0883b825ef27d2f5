//! Triggers a job and follows its build to the end. Ctrl-C cancels the work in Jenkins too.
//!
//! `JENKINS_URL=… JENKINS_USER=… JENKINS_TOKEN=… cargo run -p jenkins-client --example trigger_and_follow -- JOB [NAME=VALUE]…`
#![allow(clippy::print_stdout)]

use std::env;
use std::error::Error;
use std::time::Duration;

use futures_util::TryStreamExt;
use jenkins_client::{Client, Progress};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let job = arguments.next().ok_or("give the job's full name, such as infra/scale-web")?;
    let parameters: Vec<(String, String)> = arguments
        .map(|pair| pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())))
        .collect::<Option<_>>()
        .ok_or("give parameters as NAME=VALUE")?;

    let job = Client::from_env()?.job(job)?;
    let trigger = if parameters.is_empty() { job.build() } else { job.build_with(parameters) };
    let interrupted = async { tokio::signal::ctrl_c().await.unwrap_or(()) };
    let follow = trigger.follow().with_console().with_stages().deadline(Duration::from_secs(3600));
    let mut events = follow.cancelled_by(interrupted).events();
    while let Some(event) = events.try_next().await? {
        println!("{event}");
        if let Progress::Finished(build) = event
            && !build.is_success()
        {
            return Err(format!("the build ended as {:?}", build.result).into());
        }
    }
    Ok(())
}
