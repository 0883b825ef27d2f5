use api_transport::Request;

use crate::call::Call;
use crate::client::Client;
use crate::models::{SystemInfo, Validation, WhoAmI};

/// Jenkins itself: from [`Client::system`].
#[derive(Debug, Clone)]
pub struct SystemHandle {
    client: Client,
}

impl Client {
    /// Jenkins itself.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let who = client.system().who_am_i().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn system(&self) -> SystemHandle {
        SystemHandle { client: self.clone() }
    }
}

impl SystemHandle {
    /// What the root says: whether Jenkins is quieting down, its executors, jobs and views. `GET api/json`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let info = client.system().info().tree("quietingDown,url").await?;
    /// println!("{:?}", info.quieting_down);
    /// # Ok(())
    /// # }
    /// ```
    pub fn info(&self) -> Call<SystemInfo> {
        Call::json(self.client.http(), Request::get("getting the system's information").path("api/json"))
    }

    /// Who is asking: the cheapest way to see that address and login are right. `GET whoAmI/api/json`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let who = client.system().who_am_i().await?;
    /// assert_eq!(who.authenticated, Some(true));
    /// # Ok(())
    /// # }
    /// ```
    pub fn who_am_i(&self) -> Call<WhoAmI> {
        Call::json(self.client.http(), Request::get("asking who I am").path("whoAmI/api/json"))
    }

    /// Lets no further build start, so that Jenkins can go down. `POST quietDown`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// client.system().quiet_down().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn quiet_down(&self) -> Call<()> {
        self.change("quieting down", "quietDown")
    }

    /// Lets builds start again. `POST cancelQuietDown`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// client.system().cancel_quiet_down().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn cancel_quiet_down(&self) -> Call<()> {
        self.change("ending the quiet down", "cancelQuietDown")
    }

    /// Restarts Jenkins when no build runs any more. `POST safeRestart`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// client.system().safe_restart().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn safe_restart(&self) -> Call<()> {
        self.client.done(Request::post("restarting when idle").path("safeRestart"))
    }

    /// Restarts Jenkins at once: pipelines go on after it, freestyle builds are lost. `POST restart`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// client.system().restart().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn restart(&self) -> Call<()> {
        self.client.done(Request::post("restarting").path("restart"))
    }

    /// Checks the structure of a declarative Jenkinsfile; the names of steps are not checked. `POST
    /// pipeline-model-converter/validate`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// use jenkins_client::models::Validation;
    ///
    /// if let Validation::Invalid { errors } = client.system().validate("pipeline { }").await? {
    ///     println!("{}", errors.join("\n"));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn validate(&self, jenkinsfile: &str) -> Call<Validation> {
        let request = Request::post("checking a Jenkinsfile").path("pipeline-model-converter/validate");
        let request = request.idempotent().form([("jenkinsfile", jenkinsfile)]);
        Call::new(self.client.http(), request, |response, attempting| {
            match Validation::read(&String::from_utf8_lossy(response.body())) {
                Some(validation) => Ok(validation),
                None => {
                    Err(response.not_understood(attempting, "it is neither a success nor a list of errors"))
                }
            }
        })
    }

    fn change(&self, attempting: &str, path: &str) -> Call<()> {
        self.client.done(Request::post(attempting).path(path).idempotent())
    }
}
