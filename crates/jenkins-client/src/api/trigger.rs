use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use api_transport::http::header::LOCATION;
use api_transport::http::{HeaderMap, StatusCode};
use api_transport::{Multipart, Request, RequestFailure};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::sleep;

use super::queued::QueuedBuild;
use super::search;
use crate::address::{at_job, queue_item};
use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::models::{JobName, ParameterDefinition, ParameterKind, ParameterValue};
use crate::outage::Outage;

/// How often, and with which pause, a trigger whose answer was lost is looked for.
const LOOKS: u32 = 5;
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);

/// A trigger of a build that was made ready and not yet sent: `.await` sends it and brings the item of the queue.
///
/// It is sent again only if Jenkins surely did not take it: without a connection, while Jenkins starts, or with a crumb that was
/// void. With parameters, those that the job takes are read first, and what does not fit is refused before anything is sent:
/// Jenkins would ignore a parameter that it does not know.
#[must_use = "a trigger does nothing until it is awaited"]
#[derive(Clone)]
pub struct Trigger {
    client: Client,
    job: JobName,
    parameters: Option<Vec<(String, ParameterValue)>>,
    delay: Option<Duration>,
    cause: Option<String>,
    token: Option<SecretString>,
    unchecked: bool,
    identified_by: Option<String>,
}

/// A parameter that does not fit the job.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParameterProblem {
    /// The job takes no parameters.
    #[error(
        "{job} takes no parameters: trigger it without; those of a Jenkinsfile are known after its first run"
    )]
    NotParameterized {
        /// The job.
        job: JobName,
    },
    /// The job does not take this one.
    #[error("{job} does not take {name}; it takes {}", known.join(", "))]
    Unknown {
        /// The job.
        job: JobName,
        /// The parameter that was given.
        name: String,
        /// Those that it takes.
        known: Vec<String>,
    },
    /// The value is not one of the choices.
    #[error("{value:?} is not a valid {name}: choose one of {}", choices.join(", "))]
    Choice {
        /// The parameter.
        name: String,
        /// The value that was given.
        value: String,
        /// What it may be.
        choices: Vec<String>,
    },
    /// The value is not `true` or `false`.
    #[error("{value:?} is not a valid {name}: give true or false")]
    Boolean {
        /// The parameter.
        name: String,
        /// The value that was given.
        value: String,
    },
    /// The parameter that a trigger is to be told by is not among those that are given as text.
    #[error("{name} identifies nothing: give it among the parameters, with a value of its own as text")]
    NotGiven {
        /// The parameter.
        name: String,
    },
    /// A file was given for another kind of parameter, or none for one that is a file.
    #[error("{name} is{} a file", if *file { "" } else { " not" })]
    File {
        /// The parameter.
        name: String,
        /// Whether it is a file.
        file: bool,
    },
}

impl Trigger {
    pub(super) fn new(
        client: &Client,
        job: &JobName,
        parameters: Option<Vec<(String, ParameterValue)>>,
    ) -> Self {
        Self {
            client: client.clone(),
            job: job.clone(),
            parameters,
            delay: None,
            cause: None,
            token: None,
            unchecked: false,
            identified_by: None,
        }
    }

    /// Adds a parameter, such as one of another type than the others.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// use jenkins_client::ParameterValue;
    ///
    /// let trigger = client.job("deploy")?.build_with([("TARGET", "web")])
    ///     .parameter("DRY_RUN", true)
    ///     .parameter("PASSWORD", secrecy::SecretString::from("s3cret"))
    ///     .parameter("plan.json", ParameterValue::file("plan.json", "{}"));
    /// let queued = trigger.await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<ParameterValue>) -> Self {
        self.parameters.get_or_insert_default().push((name.into(), value.into()));
        self
    }

    /// How long it stays in the queue at least, in whole seconds, in place of the job's quiet period.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let queued = client.job("web")?.build().delay(std::time::Duration::ZERO).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub const fn delay(mut self, delay: Duration) -> Self {
        self.delay = Some(delay);
        self
    }

    /// The text that the build shows as its cause. Jenkins takes it only together with a [`token`](Self::token).
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let queued = client.job("web")?.build().token("trigger-me").cause("release 4.2").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn cause(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// The token of the job's own, with which it may be triggered by someone who may not build it otherwise. The parameters are
    /// then not checked before, since such a caller may not read the job either.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let queued = client.job("web")?.build_with([("DESIRED", "5")]).token("trigger-me").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn token(mut self, token: impl Into<SecretString>) -> Self {
        self.token = Some(token.into());
        self.unchecked = true;
        self
    }

    /// Sends it without a look at the parameters that the job takes: one request less, and Jenkins ignores what it does not
    /// know.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let queued = client.job("web")?.build_with([("DESIRED", "5")]).unchecked().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub const fn unchecked(mut self) -> Self {
        self.unchecked = true;
        self
    }

    /// Names the parameter whose value no other trigger has, such as a request id. When the answer to the trigger is lost, the
    /// queue and the builds are searched for that value: what is found is the answer, and nothing is triggered twice. It also
    /// keeps two requests with the same other parameters from being joined in the queue.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let trigger = client.job("infra/scale-web")?.build_with([("DESIRED", "5"), ("REQUEST_ID", "op-17")]);
    /// let queued = trigger.identified_by("REQUEST_ID").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn identified_by(mut self, parameter: impl Into<String>) -> Self {
        self.identified_by = Some(parameter.into());
        self
    }

    /// The job that it triggers.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let trigger = client.job("web")?.build();
    /// assert_eq!(trigger.job().to_string(), "web");
    /// # Ok(())
    /// # }
    /// ```
    pub const fn job(&self) -> &JobName {
        &self.job
    }

    /// The client that it is sent by.
    pub(crate) const fn client(&self) -> &Client {
        &self.client
    }

    /// The request that will be sent.
    ///
    /// # Errors
    /// When it cannot be built.
    ///
    /// ```no_run
    /// # fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let request = client.job("web")?.build().request()?;
    /// assert_eq!(request.encoded_path(), "job/web/build");
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self) -> Result<Request, Error> {
        let path = if self.parameters.is_some() { "buildWithParameters" } else { "build" };
        let request = Request::post(self.attempting());
        let mut request = at_job(request, Some(&self.job)).path(path).success_when(is_taken);
        if let Some(delay) = self.delay {
            request = request.query("delay", format!("{}sec", delay.as_secs()));
        }
        if let Some(cause) = &self.cause {
            request = request.query("cause", cause);
        }
        if let Some(token) = &self.token {
            request = request.query("token", token.expose_secret()).sensitive();
        }
        Ok(self.with_parameters(request)?)
    }

    fn with_parameters(&self, request: Request) -> Result<Request, RequestFailure> {
        let Some(parameters) = &self.parameters else { return Ok(request) };
        let request = match parameters.iter().any(|(_, value)| matches!(value, ParameterValue::Secret(_))) {
            true => request.sensitive(),
            false => request,
        };
        let text = |value: &ParameterValue| match value {
            ParameterValue::Text(text) => Some(text.clone()),
            ParameterValue::Secret(secret) => Some(secret.expose_secret().to_owned()),
            ParameterValue::File { .. } => None,
        };
        if !parameters.iter().any(|(_, value)| matches!(value, ParameterValue::File { .. })) {
            return Ok(request.form(parameters.iter().filter_map(|(name, value)| Some((name, text(value)?)))));
        }
        let form = parameters.iter().fold(Multipart::new(), |form, (name, value)| match value {
            ParameterValue::File { name: file, content } => form.file(name, file, content.clone()),
            other => form.text(name, text(other).unwrap_or_default()),
        });
        request.multipart(&form)
    }

    /// The parameter by whose value it can be told from others.
    fn identity(&self) -> Result<Option<(&str, &str)>, ParameterProblem> {
        let Some(name) = &self.identified_by else { return Ok(None) };
        let given = self.parameters.iter().flatten().find_map(|(known, value)| match value {
            ParameterValue::Text(value) if known == name => Some(value),
            _ => None,
        });
        given
            .map(|value| Some((name.as_str(), value.as_str())))
            .ok_or_else(|| ParameterProblem::NotGiven { name: name.clone() })
    }

    async fn send(self) -> Result<QueuedBuild, Error> {
        let misfit = |problem| Error::unsent(ErrorKind::Parameters, &self.attempting(), problem);
        let identity = self.identity().map_err(misfit)?;
        if let Some(parameters) = self.parameters.as_ref().filter(|_| !self.unchecked) {
            let taken = search::parameters(&self.client, &self.job).await?;
            check(&self.job, parameters, &taken).map_err(misfit)?;
        }
        let request = self.request()?;
        let response = match self.client.http().send(&request).await {
            Ok(response) => response,
            Err(failure) => {
                let error = Error::from(failure);
                return match error.may_have_happened() {
                    true => self.look_for(identity, error).await,
                    false => Err(error),
                };
            }
        };
        let already_waiting = response.status() == StatusCode::SEE_OTHER;
        match queue_item(response.headers()) {
            Some(item) => Ok(QueuedBuild::new(&self.client, &self.job, item, already_waiting)),
            None => {
                let why = "it names no item of the queue: does the HTTP client follow redirects?";
                let error = Error::from(response.not_understood(request.attempting(), why));
                self.look_for(identity, error).await
            }
        }
    }

    /// The answer to a trigger was lost: whether it was taken shows in the queue and the builds, if it can be told from others.
    async fn look_for(&self, identity: Option<(&str, &str)>, error: Error) -> Result<QueuedBuild, Error> {
        let Some((name, value)) = identity else { return Err(error) };
        let mut outage = Outage::new(Duration::from_secs(300));
        let mut looks = 0;
        while looks < LOOKS {
            match search::item_with(&self.client, &self.job, name, value).await {
                Ok(Some(item)) => return Ok(QueuedBuild::new(&self.client, &self.job, item, false)),
                Ok(None) => {
                    outage.end();
                    looks += 1;
                    sleep(BETWEEN_LOOKS).await;
                }
                Err(trouble) => match outage.bear(trouble) {
                    Ok(wait) => sleep(wait).await,
                    // The trigger's own error says what matters.
                    Err(_) => return Err(error),
                },
            }
        }
        Err(error)
    }

    fn attempting(&self) -> String {
        format!("triggering {}", self.job)
    }
}

/// A redirect is a success only if it leads to an item of the queue.
fn is_taken(_: &Request, status: StatusCode, headers: &HeaderMap) -> bool {
    matches!(status, StatusCode::FOUND | StatusCode::SEE_OTHER)
        && headers.contains_key(LOCATION)
        && queue_item(headers).is_some()
}

fn check(
    job: &JobName,
    given: &[(String, ParameterValue)],
    taken: &[ParameterDefinition],
) -> Result<(), ParameterProblem> {
    if taken.is_empty() {
        return Err(ParameterProblem::NotParameterized { job: job.clone() });
    }
    for (name, value) in given {
        let Some(definition) = taken.iter().find(|definition| definition.name == *name) else {
            let known = taken.iter().map(|definition| definition.name.clone()).collect();
            return Err(ParameterProblem::Unknown { job: job.clone(), name: name.clone(), known });
        };
        fits(definition, value)?;
    }
    Ok(())
}

fn fits(definition: &ParameterDefinition, value: &ParameterValue) -> Result<(), ParameterProblem> {
    let name = || definition.name.clone();
    let is_file = definition.kind.as_ref().and_then(ParameterKind::is_file);
    if let Some(file) = is_file.filter(|file| *file != matches!(value, ParameterValue::File { .. })) {
        return Err(ParameterProblem::File { name: name(), file });
    }
    let ParameterValue::Text(text) = value else { return Ok(()) };
    match (&definition.kind, &definition.choices) {
        (Some(ParameterKind::Choice), Some(choices)) if !choices.contains(text) => {
            Err(ParameterProblem::Choice { name: name(), value: text.clone(), choices: choices.clone() })
        }
        (Some(ParameterKind::Boolean), _) if !matches!(text.as_str(), "true" | "false") => {
            Err(ParameterProblem::Boolean { name: name(), value: text.clone() })
        }
        _ => Ok(()),
    }
}

impl IntoFuture for Trigger {
    type Output = Result<QueuedBuild, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl fmt::Debug for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trigger")
            .field("job", &self.job)
            .field("parameters", &self.parameters)
            .field("delay", &self.delay)
            .field("cause", &self.cause)
            .field("identified_by", &self.identified_by)
            .finish_non_exhaustive()
    }
}
