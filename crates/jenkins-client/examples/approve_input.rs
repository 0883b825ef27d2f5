//! Triggers a pipeline, approves every input that it waits for, and follows it to the end.
//!
//! `JENKINS_URL=… JENKINS_USER=… JENKINS_TOKEN=… cargo run -p jenkins-client --example approve_input -- JOB`
#![allow(clippy::print_stdout)]

use std::env;
use std::error::Error;

use futures_util::TryStreamExt;
use jenkins_client::{Client, Progress};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let job = env::args().nth(1).ok_or("give the job's full name, such as infra/deploy")?;
    let build = Client::from_env()?.job(job)?.build().await?.started().await?;
    let mut events = build.follow().with_stages().events();
    while let Some(event) = events.try_next().await? {
        println!("{event}");
        if let Progress::Input(input) = event {
            build.input(input.id).proceed().await?;
            println!("approved");
        }
    }
    Ok(())
}
