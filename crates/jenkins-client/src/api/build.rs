use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use api_transport::http::header::CONTENT_LENGTH;
use api_transport::{Bytes, Request, StreamedResponse};
use futures_util::stream::{Stream, StreamExt};

use super::input::InputHandle;
use crate::address::at_job;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::log::Lines;
use crate::models::{Build, BuildNumber, JobName, PendingInput, PipelineRun, TestReport};

/// How long Jenkins may be away before reading a console that grows gives up.
const PATIENCE: Duration = Duration::from_secs(600);

/// One build: from [`JobHandle::build_number`](super::JobHandle::build_number) and
/// [`QueuedBuild::started`](super::QueuedBuild::started).
#[derive(Debug, Clone)]
pub struct BuildHandle {
    client: Client,
    job: JobName,
    number: BuildNumber,
}

impl BuildHandle {
    pub(crate) fn new(client: &Client, job: &JobName, number: BuildNumber) -> Self {
        Self { client: client.clone(), job: job.clone(), number }
    }

    /// Its number.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let build = client.job("web")?.build_number(7);
    /// assert_eq!(build.number().get(), 7);
    /// # Ok(())
    /// # }
    /// ```
    pub const fn number(&self) -> BuildNumber {
        self.number
    }

    /// Its job.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let build = client.job("infra/web")?.build_number(7);
    /// assert_eq!(build.job().to_string(), "infra/web");
    /// # Ok(())
    /// # }
    /// ```
    pub const fn job(&self) -> &JobName {
        &self.job
    }

    /// The build; narrow it down with [`Call::tree`]. `GET job/NAME/N/api/json`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let build = client.job("web")?.build_number(7).get().await?;
    /// println!("{:?}, {:?}", build.result, build.parameter("DESIRED").and_then(|p| p.text()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self) -> Call<Build> {
        Call::json(self.client.http(), self.read("getting", "api/json"))
    }

    /// Stops it: it ends as aborted. `POST job/NAME/N/stop`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// client.job("web")?.build_number(7).stop().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn stop(&self) -> Call<()> {
        self.change("stopping", "stop")
    }

    /// Stops a pipeline that [`stop`](Self::stop) does not end. `POST job/NAME/N/term`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// client.job("web")?.build_number(7).term().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn term(&self) -> Call<()> {
        self.change("terminating", "term")
    }

    /// Ends a pipeline that [`term`](Self::term) does not end, wherever it is. `POST job/NAME/N/kill`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// client.job("web")?.build_number(7).kill().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn kill(&self) -> Call<()> {
        self.change("killing", "kill")
    }

    /// Removes it. `POST job/NAME/N/doDelete`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// client.job("web")?.build_number(7).delete().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete(&self) -> Call<()> {
        self.change("deleting", "doDelete").removing()
    }

    /// Keeps it when old builds are removed, or not any more. `GET job/NAME/N/api/json?tree=keepLog`, and `POST
    /// job/NAME/N/toggleLogKeep` where that has to change
    ///
    /// # Errors
    /// Those of the two calls.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// client.job("web")?.build_number(7).keep(true).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn keep(&self, keep: bool) -> Result<(), Error> {
        let build = self.get().tree("keepLog").await?;
        if build.keep_log.unwrap_or(false) != keep {
            // Twice is not the same as once.
            let request = self.at(Request::post(format!("keeping {self}"))).path("toggleLogKeep");
            self.client.done(request).await?;
        }
        Ok(())
    }

    /// Sets its description. `POST job/NAME/N/submitDescription`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// client.job("web")?.build_number(7).set_description("rolled back").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_description(&self, description: &str) -> Call<()> {
        let request = self.at(Request::post(format!("describing {self}"))).path("submitDescription");
        self.client.done(request.idempotent().form([("description", description)]))
    }

    /// Its console from the beginning, line by line as it grows, until the build is over. A restart of Jenkins in the middle
    /// is waited for. `GET job/NAME/N/logText/progressiveText?start=…`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// use futures_util::TryStreamExt;
    ///
    /// let mut lines = client.job("web")?.build_number(7).console();
    /// while let Some(line) = lines.try_next().await? {
    ///     println!("{line}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn console(&self) -> Lines {
        self.console_with(PATIENCE)
    }

    pub(crate) fn console_with(&self, patience: Duration) -> Lines {
        let text = self.read("reading the console of", "logText/progressiveText");
        let build = self.read("getting", "api/json").query("tree", "building,inProgress");
        Lines::growing(&self.client, text, build, patience)
    }

    /// Its console as it is now, line by line in flat memory. `GET job/NAME/N/consoleText`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// use futures_util::TryStreamExt;
    ///
    /// let lines: Vec<String> = client.job("web")?.build_number(7).console_so_far().try_collect().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn console_so_far(&self) -> Lines {
        Lines::whole(&self.client, self.read("reading the console of", "consoleText"))
    }

    /// A file that it archived, by the [`relative_path`](crate::models::Artifact::relative_path), as a stream of bytes. `GET
    /// job/NAME/N/artifact/PATH`
    ///
    /// # Errors
    /// As those of a call, up to the first byte.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// use futures_util::TryStreamExt;
    ///
    /// let mut file = client.job("web")?.build_number(7).artifact("dist/plan.json").await?;
    /// while let Some(bytes) = file.try_next().await? {
    ///     println!("{} bytes", bytes.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn artifact(&self, path: &str) -> Result<Download, Error> {
        let request =
            self.at(Request::get(format!("downloading {path} of {self}"))).path("artifact").path(path);
        Download::of(&self.client, &request).await
    }

    /// All files that it archived, as a ZIP archive. `GET job/NAME/N/artifact/*zip*/archive.zip`
    ///
    /// # Errors
    /// As those of a call, up to the first byte.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let archive = client.job("web")?.build_number(7).artifacts_as_zip().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn artifacts_as_zip(&self) -> Result<Download, Error> {
        Download::of(&self.client, &self.read("downloading the artifacts of", "artifact/*zip*/archive.zip"))
            .await
    }

    /// Its test results; 404 where it has none. `GET job/NAME/N/testReport/api/json`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let report = client.job("web")?.build_number(7).test_report().await?;
    /// println!("{:?} failed", report.fail_count);
    /// # Ok(())
    /// # }
    /// ```
    pub fn test_report(&self) -> Call<TestReport> {
        Call::json(self.client.http(), self.read("getting the test report of", "testReport/api/json"))
    }

    /// Its stages, where it is a pipeline and Jenkins has the stage view plugin; else 404. `GET job/NAME/N/wfapi/describe`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// for stage in client.job("web")?.build_number(7).stages().await?.stages {
    ///     println!("{}: {:?}", stage.name, stage.status);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn stages(&self) -> Call<PipelineRun> {
        Call::json(self.client.http(), self.read("getting the stages of", "wfapi/describe"))
    }

    /// The inputs that it waits for. `GET job/NAME/N/wfapi/pendingInputActions`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let build = client.job("deploy")?.build_number(7);
    /// for input in build.pending_inputs().await? {
    ///     println!("{}", input.message.unwrap_or_default());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn pending_inputs(&self) -> Call<Vec<PendingInput>> {
        Call::json(self.client.http(), self.read("getting the inputs of", "wfapi/pendingInputActions"))
    }

    /// One input that it waits for, by the id that [`pending_inputs`](Self::pending_inputs) has: that of the Jenkinsfile with a
    /// capital as its first letter. Sends nothing.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// client.job("deploy")?.build_number(7).input("Approve").proceed().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn input(&self, id: impl Into<String>) -> InputHandle {
        InputHandle::new(&self.client, &self.job, self.number, id.into())
    }

    pub(crate) const fn client(&self) -> &Client {
        &self.client
    }

    fn at(&self, request: Request) -> Request {
        at_job(request, Some(&self.job)).segment(self.number)
    }

    fn read(&self, verb: &str, path: &str) -> Request {
        self.at(Request::get(format!("{verb} {self}"))).path(path)
    }

    fn change(&self, verb: &str, path: &str) -> Call<()> {
        self.client.done(self.at(Request::post(format!("{verb} {self}"))).path(path).idempotent())
    }
}

impl fmt::Display for BuildHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "build {} of {}", self.number, self.job)
    }
}

/// A file that is downloaded: a [`Stream`] of bytes in flat memory.
#[derive(Debug)]
#[must_use = "a file is not read until its bytes are"]
pub struct Download(StreamedResponse);

impl Download {
    async fn of(client: &Client, request: &Request) -> Result<Self, Error> {
        Ok(Self(client.http().stream(request).await?))
    }

    /// How many bytes it has, where Jenkins said so.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// println!("{:?}", client.job("web")?.build_number(7).artifact("plan.json").await?.size());
    /// # Ok(())
    /// # }
    /// ```
    pub fn size(&self) -> Option<u64> {
        self.0.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
    }
}

impl Stream for Download {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(context).map(|chunk| chunk.map(|chunk| chunk.map_err(Error::from)))
    }
}
