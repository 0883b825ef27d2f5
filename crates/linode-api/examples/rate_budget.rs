//! What is left of a rate limit, and what happens when it is used up: the client holds calls back before the API refuses them.
//!
//! ```text
//! LINODE_TOKEN=… [LINODE_URL=…] cargo run -p linode-api --example rate_budget
//! ```
//!
//! It lists tags until the budget of that operation is used up, at most 500 times.
#![allow(clippy::print_stdout, reason = "an example talks to the person who runs it")]

use std::error::Error;
use std::time::Duration;

use linode_api::{Client, ErrorKind, Operation, Retry, Stage, Token};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // A call waits for its turn as long as its retries may take in all; this program prefers an error after 2 s.
    let client = Client::builder(Token::from_env("LINODE_TOKEN")?)
        .environment()
        .retry(Retry::default().total(Duration::from_secs(2)))
        .build()?;
    println!("assumed before the first answer: {}", left(&client));

    client.tags().list().await?;
    println!("learned from the first answer: {}", left(&client));

    for calls in 2..=500 {
        match client.tags().list().await {
            Ok(_) => {}
            // Held back by the client: the API has not seen it, and its limit is not exceeded.
            Err(error) if error.stage() == Stage::Held => {
                println!("call {calls}: {error}");
                println!("{}; it may begin in {:?}", left(&client), error.retry_after().unwrap_or_default());
                println!("other operations go on: {} types", client.instance_types().list().await?.len());
                return Ok(());
            }
            // Refused by the API: another program uses the same token's user.
            Err(error) if error.kind() == ErrorKind::RateLimited => {
                println!("call {calls}: {error}");
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
    }
    println!("500 calls, and the limit is not reached");
    Ok(())
}

fn left(client: &Client) -> String {
    let left = [Operation::ListTags, Operation::CreateInstance].map(|operation| {
        let left = client.rate_left(operation).map_or("unknown".to_owned(), |left| left.to_string());
        format!("{operation}: {left} left")
    });
    left.join(", ")
}
