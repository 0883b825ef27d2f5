use api_transport::{Multipart, Request};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::address::at_job;
use crate::call::Call;
use crate::client::Client;
use crate::models::{BuildNumber, JobName, ParameterValue};

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
    /// The stage view plugin hands the request to the step (`RunAPI.doInputSubmit`, `InputStepExecution.doProceed`), which reads
    /// `json={"parameter": [{"name": …, "value": …}]}` and refuses a name that it did not ask for. A parameter that is left out
    /// has no value: its default is not taken.
    ///
    /// A file is a part of `multipart/form-data` beside `json`, in which `"file"` names that part (Stapler's converter to
    /// `FileItem`). The step takes one of kind [`Base64File`](crate::models::ParameterKind::Base64File) alone. All this is read
    /// from the sources of Jenkins and its plugins; no server has answered it yet.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// use jenkins_client::ParameterValue;
    ///
    /// let input = client.job("deploy")?.build_number(7).input("Approve");
    /// input.submit([("REASON", "release 4.2".into()), ("PLAN", ParameterValue::file("plan.json", "{}"))]).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn submit<N: Into<String>, V: Into<ParameterValue>>(
        &self,
        values: impl IntoIterator<Item = (N, V)>,
    ) -> Call<()> {
        let (mut parameters, mut files) = (Vec::new(), Vec::new());
        for (name, value) in values {
            let name: String = name.into();
            parameters.push(match value.into() {
                ParameterValue::Text(text) => json!({"name": name, "value": text}),
                ParameterValue::Secret(secret) => json!({"name": name, "value": secret.expose_secret()}),
                // A file stands in a part of its own, which the form names.
                ParameterValue::File { name: file_name, content } => {
                    let field = format!("file{}", files.len());
                    let parameter = json!({"name": name, "file": field});
                    files.push((field, file_name, content));
                    parameter
                }
            });
        }
        let form = json!({"parameter": parameters}).to_string();
        let request = self.at("answering").path("wfapi/inputSubmit").query("inputId", &self.id);
        // The values may hold secrets: which do is not known here.
        let request = request.sensitive();
        if files.is_empty() {
            return self.client.done(request.form([("json", form)]));
        }
        let form = Multipart::new().text("json", form);
        let form =
            files.into_iter().fold(form, |form, (field, name, content)| form.file(field, name, content));
        self.client.done(request).map(|request| request.multipart(&form))
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
