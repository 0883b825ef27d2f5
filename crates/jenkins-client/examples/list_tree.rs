//! Lists the jobs of all folders, each with the state of its last build.
//!
//! `JENKINS_URL=… JENKINS_USER=… JENKINS_TOKEN=… cargo run -p jenkins-client --example list_tree`
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::pin::pin;

use futures_util::TryStreamExt;
use jenkins_client::Client;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut jobs = pin!(Client::from_env()?.jobs().list().recursive().stream());
    while let Some(job) = jobs.try_next().await? {
        let Some(name) = job.job_name() else { continue };
        let depth = name.segments().count() - 1;
        let state = job.color.map(|color| format!(" ({color})")).unwrap_or_default();
        println!("{:indent$}{}{state}", "", name.name(), indent = 2 * depth);
    }
    Ok(())
}
