//! A client over a socket, as small as one can be: it triggers a job, follows the console, and says what came of it.
//!
//! ```sh
//! cargo run -p jenkins-sim --example follow
//! ```

use std::error::Error;
use std::io::{self, Write as _};
use std::time::Duration;

use jenkins_sim::{SeedJob, SeedParameter, SeedUser, Simulator, Timings};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const SCRIPT: &str = "node { stage('Scale') { sh 'echo scaling to $DESIRED; sleep 2; echo done' } }";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let sim =
        Simulator::builder().user(SeedUser::new("alice").token("11aa22bb")).timings(Timings::quick()).build();
    let job = SeedJob::pipeline("infra/scale-web", SCRIPT).parameter(SeedParameter::string("DESIRED", "2"));
    sim.seed_job(&job)?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    tokio::select! {
        served = sim.serve(listener) => Ok(served?),
        () = sim.keep_time() => Ok(()),
        followed = follow(&address) => followed,
    }
}

async fn follow(address: &str) -> Result<(), Box<dyn Error>> {
    let trigger = "/job/infra/job/scale-web/buildWithParameters?DESIRED=5";
    let taken = ask(address, "POST", trigger).await?;
    let item = header(&taken, "location").ok_or("the trigger was not taken")?;
    let item = item.strip_prefix(&format!("http://{address}")).ok_or("the item is elsewhere")?.to_owned();
    let build = loop {
        let page = ask(address, "GET", &format!("{item}api/json?tree=executable[number]")).await?;
        if let Some(number) = page.split("\"number\":").nth(1).and_then(|rest| rest.split('}').next()) {
            break format!("/job/infra/job/scale-web/{number}");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let mut start = "0".to_owned();
    loop {
        let page = ask(address, "GET", &format!("{build}/logText/progressiveText?start={start}")).await?;
        let text = page.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        io::stdout().write_all(text.as_bytes())?;
        if header(&page, "x-more-data").is_none() {
            return Ok(());
        }
        start = header(&page, "x-text-size").ok_or("the console has no size")?.to_owned();
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// One request on a connection of its own; the whole answer.
async fn ask(address: &str, method: &str, path: &str) -> Result<String, Box<dyn Error>> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Basic YWxpY2U6MTFhYTIyYmI=\r\nConnection: close\r\n\
         Content-Length: 0\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

fn header<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let lines = answer.split("\r\n\r\n").next()?.lines();
    lines.filter_map(|line| line.split_once(": ")).find(|(known, _)| *known == name).map(|(_, value)| value)
}
