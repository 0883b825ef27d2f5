//! Prints the console of a build as it grows, until the build is over.
//!
//! `JENKINS_URL=… JENKINS_USER=… JENKINS_TOKEN=… cargo run -p jenkins-client --example tail_console -- JOB [NUMBER]`
#![allow(clippy::print_stdout)]

use std::env;
use std::error::Error;

use futures_util::TryStreamExt;
use jenkins_client::api::Permalink;
use jenkins_client::{BuildNumber, Client};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let job = arguments.next().ok_or("give the job's full name, such as infra/scale-web")?;
    let job = Client::from_env()?.job(job)?;
    let number: BuildNumber = match arguments.next() {
        Some(number) => number.parse()?,
        None => {
            let last = job.permalink(Permalink::LastBuild).tree("number").await?;
            last.number.ok_or("the job has no build")?
        }
    };
    let mut lines = job.build_number(number).console();
    while let Some(line) = lines.try_next().await? {
        println!("{line}");
    }
    Ok(())
}
