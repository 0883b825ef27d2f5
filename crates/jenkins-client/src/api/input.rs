use api_transport::Request;
use serde_json::json;

use crate::address::at_job;
use crate::call::Call;
use crate::client::Client;
use crate::models::{BuildNumber, JobName};

/// One input that a pipeline waits for: from [`BuildHandle::input`](super::BuildHandle::input).
#[derive(Debug, Clone)]
pub struct InputHandle {
    client: Client,
    job: JobName,
    number: BuildNumber,
    id: String,
}

impl InputHandle {
    pub(super) fn new(client: &Client, job: &JobName, number: BuildNumber, id: String) -> Self {
        Self { client: client.clone(), job: job.clone(), number, id }
    }

    /// Lets the pipeline go on; for an input without parameters. `POST job/NAME/N/input/ID/proceedEmpty`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// client.job("deploy")?.build_number(7).input("Approve").proceed().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn proceed(&self) -> Call<()> {
        self.answer("approving", "proceedEmpty")
    }

    /// Ends the pipeline as aborted. `POST job/NAME/N/input/ID/abort`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// client.job("deploy")?.build_number(7).input("Approve").abort().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn abort(&self) -> Call<()> {
        self.answer("rejecting", "abort")
    }

    /// Lets the pipeline go on with these values. `POST job/NAME/N/wfapi/inputSubmit?inputId=ID`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let input = client.job("deploy")?.build_number(7).input("Approve");
    /// input.submit([("REASON", "release 4.2")]).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn submit<N: Into<String>, V: Into<String>>(
        &self,
        values: impl IntoIterator<Item = (N, V)>,
    ) -> Call<()> {
        let values =
            values.into_iter().map(|(name, value)| json!({"name": name.into(), "value": value.into()}));
        let form = json!({"parameter": values.collect::<Vec<_>>()}).to_string();
        let request = self.at("answering").path("wfapi/inputSubmit").query("inputId", &self.id);
        // The values may hold secrets: which do is not known here.
        self.client.done(request.sensitive().form([("json", form)]))
    }

    fn answer(&self, verb: &str, path: &str) -> Call<()> {
        self.client.done(self.at(verb).path("input").segment(&self.id).path(path))
    }

    fn at(&self, verb: &str) -> Request {
        let request =
            Request::post(format!("{verb} the input {} of build {} of {}", self.id, self.number, self.job));
        at_job(request, Some(&self.job)).segment(self.number)
    }
}
