use std::fmt;

use api_transport::Request;
use api_transport::http::HeaderValue;

use super::build::BuildHandle;
use super::build_list::BuildList;
use super::jobs::JobList;
use super::search;
use super::trigger::Trigger;
use crate::address::at_job;
use crate::call::Call;
use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::models::{
    Build, BuildNumber, Job, JobName, JobNameError, ParameterDefinition, ParameterValue, QueueId,
};

const FOLDER: &str = "<com.cloudbees.hudson.plugins.folder.Folder/>";

/// One job or folder: from [`Client::job`].
#[derive(Debug, Clone)]
pub struct JobHandle {
    client: Client,
    name: JobName,
}

/// A build of a job by what it is to the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Permalink {
    /// The newest.
    LastBuild,
    /// The newest that is over.
    LastCompletedBuild,
    /// The newest that is over and was not a failure.
    LastSuccessfulBuild,
    /// The newest that was a success.
    LastStableBuild,
    /// The newest that was unstable.
    LastUnstableBuild,
    /// The newest that was a failure.
    LastFailedBuild,
    /// The newest that was not a success.
    LastUnsuccessfulBuild,
}

impl Client {
    /// One job or folder by its full name, such as `infra/scale-web`; sends nothing.
    ///
    /// # Errors
    /// When the name cannot be one.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let job = client.job("infra/scale-web")?;
    /// println!("{:?}", job.get().await?.color);
    /// # Ok(())
    /// # }
    /// ```
    pub fn job<N>(&self, name: N) -> Result<JobHandle, Error>
    where
        N: TryInto<JobName>,
        N::Error: Into<JobNameError>,
    {
        let name = name
            .try_into()
            .map_err(|error| Error::unsent(ErrorKind::Request, "naming a job", error.into()))?;
        Ok(JobHandle { client: self.clone(), name })
    }
}

impl JobHandle {
    /// Its full name.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// assert_eq!(client.job("infra/web")?.name().to_string(), "infra/web");
    /// # Ok(())
    /// # }
    /// ```
    pub const fn name(&self) -> &JobName {
        &self.name
    }

    /// The job; narrow it down with [`Call::tree`]. `GET job/NAME/api/json`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let job = client.job("web")?.get().tree("color,lastBuild[number,url]").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self) -> Call<Job> {
        Call::json(
            self.client.http(),
            self.at(Request::get(format!("getting job {}", self.name))).path("api/json"),
        )
    }

    /// The parameters that it takes, in order; empty where it takes none. `GET job/NAME/api/json?tree=property[…]`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// for parameter in client.job("web")?.parameters().await? {
    ///     println!("{}: {:?}", parameter.name, parameter.kind);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn parameters(&self) -> Call<Vec<ParameterDefinition>> {
        search::parameters(&self.client, &self.name)
    }

    /// What is in it, where it is a folder or a multibranch pipeline. `GET job/NAME/api/json?tree=jobs[…]`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let branches = client.job("infra/pipeline")?.jobs().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn jobs(&self) -> JobList {
        JobList::new(&self.client, Some(self.name.clone()))
    }

    /// Creates it from a `config.xml`. Its folder must exist. `POST [job/FOLDER/]createItem?name=NAME`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let config = client.job("infra/scale-web")?.config().await?;
    /// client.job("infra/scale-api")?.create(config.replace("web", "api")).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn create(&self, config: impl Into<String>) -> Call<()> {
        let request = self.create_item("creating");
        self.client.done(request.raw(xml(), without_bom(config.into())))
    }

    /// Creates it as an empty folder. `POST [job/FOLDER/]createItem?name=NAME`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// client.job("infra")?.create_folder().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn create_folder(&self) -> Call<()> {
        self.create(FOLDER)
    }

    /// Creates it as a copy of another job. Jenkins lets a copy be built only after its configuration was saved once.
    /// `POST [job/FOLDER/]createItem?name=NAME&mode=copy&from=OTHER`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// client.job("infra/scale-api")?.copy_from(&"infra/scale-web".parse()?).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn copy_from(&self, other: &JobName) -> Call<()> {
        // With a slash in front the name is read from the root, not from the folder of the copy.
        let request = self.create_item("copying").query("mode", "copy").query("from", format!("/{other}"));
        self.client.done(request)
    }

    /// Its `config.xml`. `GET job/NAME/config.xml`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// println!("{}", client.job("web")?.config().await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn config(&self) -> Call<String> {
        let request =
            self.at(Request::get(format!("reading the configuration of {}", self.name))).path("config.xml");
        Call::text(self.client.http(), request)
    }

    /// Replaces its `config.xml`. `POST job/NAME/config.xml`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let job = client.job("web")?;
    /// let config = job.config().await?;
    /// job.set_config(config.replace("<disabled>true", "<disabled>false")).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_config(&self, config: impl Into<String>) -> Call<()> {
        let request = self.at(Request::post(format!("configuring {}", self.name))).path("config.xml");
        self.client.done(request.idempotent().raw(xml(), without_bom(config.into())))
    }

    /// Gives it another name in its folder. `POST job/NAME/confirmRename?newName=OTHER`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// client.job("infra/scale-web")?.rename("scale-www").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn rename(&self, new_name: &str) -> Call<()> {
        let request = Request::post(format!("renaming {} to {new_name}", self.name));
        self.client.done(self.at(request).path("confirmRename").query("newName", new_name))
    }

    /// Lets it be built. `POST job/NAME/enable`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// client.job("web")?.enable().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn enable(&self) -> Call<()> {
        self.idempotent("enabling", "enable")
    }

    /// Keeps it from being built. Builds that run go on. `POST job/NAME/disable`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// client.job("web")?.disable().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn disable(&self) -> Call<()> {
        self.idempotent("disabling", "disable")
    }

    /// Removes it with its builds, and what is in it. `POST job/NAME/doDelete`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// client.job("web")?.delete().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete(&self) -> Call<()> {
        self.idempotent("deleting", "doDelete").removing()
    }

    /// Looks for branches, where it is a multibranch pipeline or an organization. `POST job/NAME/build?delay=0`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// client.job("infra/pipeline")?.scan().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn scan(&self) -> Call<()> {
        let request =
            self.at(Request::post(format!("scanning {}", self.name))).path("build").query("delay", 0);
        self.client.done(request.idempotent())
    }

    /// Sets its description. `POST job/NAME/description`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// client.job("web")?.set_description("Scales the web servers").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_description(&self, description: &str) -> Call<()> {
        let request = self.at(Request::post(format!("describing {}", self.name))).path("description");
        self.client.done(request.idempotent().form([("description", description)]))
    }

    /// Triggers a build of a job without parameters. `POST job/NAME/build`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let build = client.job("web")?.build().await?.started().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn build(&self) -> Trigger {
        Trigger::new(&self.client, &self.name, None)
    }

    /// Triggers a build with these parameters; those that are left out have their defaults. `POST
    /// job/NAME/buildWithParameters`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let queued = client.job("infra/scale-web")?.build_with([("DESIRED", "5")]).await?;
    /// if queued.was_already_waiting() {
    ///     println!("the same was asked for before: item {}", queued.id());
    /// }
    /// let build = queued.finished().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn build_with<N: Into<String>, V: Into<ParameterValue>>(
        &self,
        parameters: impl IntoIterator<Item = (N, V)>,
    ) -> Trigger {
        let parameters = parameters.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Trigger::new(&self.client, &self.name, Some(parameters))
    }

    /// One of its builds; sends nothing.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let build = client.job("web")?.build_number(7).get().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn build_number(&self, number: impl Into<BuildNumber>) -> BuildHandle {
        BuildHandle::new(&self.client, &self.name, number.into())
    }

    /// The build that is this to the job; 404 where there is none. `GET job/NAME/lastBuild/api/json`, and the others
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// use jenkins_client::api::Permalink;
    ///
    /// let build = client.job("web")?.permalink(Permalink::LastSuccessfulBuild).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn permalink(&self, permalink: Permalink) -> Call<Build> {
        let request = Request::get(format!("getting {permalink} of {}", self.name));
        Call::json(self.client.http(), self.at(request).segment(permalink).path("api/json"))
    }

    /// Its builds, the newest first. `GET job/NAME/api/json?tree=builds[…]`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// for build in client.job("web")?.builds().limit(10).await? {
    ///     println!("{:?}: {:?}", build.number, build.result);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn builds(&self) -> BuildList {
        BuildList::new(&self.client, &self.name)
    }

    /// The build that an item of the queue became; none where none of its newest 500 builds was that item. It finds builds
    /// whose item has expired, five minutes after it left the queue. `GET job/NAME/api/json?tree=allBuilds[…]`
    ///
    /// # Errors
    /// Those of the calls that look.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let build = client.job("web")?.build_of(12.into()).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn build_of(&self, item: QueueId) -> Result<Option<BuildHandle>, Error> {
        let number = search::build_of_item(&self.client, &self.name, item).await?;
        Ok(number.map(|number| self.build_number(number)))
    }

    fn at(&self, request: Request) -> Request {
        at_job(request, Some(&self.name))
    }

    fn create_item(&self, verb: &str) -> Request {
        let request = Request::post(format!("{verb} {}", self.name)).creates();
        at_job(request, self.name.folder().as_ref()).path("createItem").query("name", self.name.name())
    }

    fn idempotent(&self, verb: &str, path: &str) -> Call<()> {
        self.client.done(self.at(Request::post(format!("{verb} {}", self.name))).path(path).idempotent())
    }
}

const fn xml() -> HeaderValue {
    HeaderValue::from_static("application/xml")
}

/// Jenkins does not read a configuration with a byte order mark.
fn without_bom(config: String) -> String {
    config.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(config)
}

impl Permalink {
    /// The word that stands in paths.
    ///
    /// ```
    /// use jenkins_client::api::Permalink;
    ///
    /// assert_eq!(Permalink::LastStableBuild.as_str(), "lastStableBuild");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LastBuild => "lastBuild",
            Self::LastCompletedBuild => "lastCompletedBuild",
            Self::LastSuccessfulBuild => "lastSuccessfulBuild",
            Self::LastStableBuild => "lastStableBuild",
            Self::LastUnstableBuild => "lastUnstableBuild",
            Self::LastFailedBuild => "lastFailedBuild",
            Self::LastUnsuccessfulBuild => "lastUnsuccessfulBuild",
        }
    }
}

impl fmt::Display for Permalink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
