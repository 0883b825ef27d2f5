use api_transport::Request;
use api_transport::http::HeaderValue;
use secrecy::ExposeSecret;

use crate::address::at_job;
use crate::call::Call;
use crate::client::Client;
use crate::models::{Credential, CredentialConfig, CredentialDomain, JobName};

/// The credentials of a domain, in Jenkins' own store or that of a folder: from [`Client::credentials`].
#[derive(Debug, Clone)]
pub struct Credentials {
    client: Client,
    folder: Option<JobName>,
    domain: String,
}

impl Client {
    /// Credentials that jobs use: those of the global domain in Jenkins' own store, unless told otherwise.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let of_a_folder = client.credentials().in_folder("infra".parse()?).list().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn credentials(&self) -> Credentials {
        Credentials { client: self.clone(), folder: None, domain: "_".to_owned() }
    }
}

impl Credentials {
    /// Those of this domain, in place of the global one.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// let list = client.credentials().domain("linode").list().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = domain.into();
        self
    }

    /// Those in the store of a folder, in place of Jenkins' own.
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let list = client.credentials().in_folder("infra".parse()?).list().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn in_folder(mut self, folder: JobName) -> Self {
        self.folder = Some(folder);
        self
    }

    /// The credentials, without their secrets. `GET credentials/store/system/domain/_/api/json`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// for credential in client.credentials().list().await? {
    ///     println!("{}: {:?}", credential.id, credential.type_name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> Call<Vec<Credential>> {
        let request = self.at(Request::get("listing the credentials")).path("api/json");
        let call = Call::new(self.client.http(), request, |response, attempting| {
            response.json::<CredentialDomain>(attempting).map(|domain| domain.credentials)
        });
        call.tree("credentials[id,displayName,description,typeName,fullName]")
    }

    /// Creates one. `POST credentials/store/system/domain/_/createCredentials`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// use jenkins_client::models::CredentialConfig;
    ///
    /// let token = CredentialConfig::secret_text("linode-token", "s3cret");
    /// client.credentials().create(&token).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn create(&self, credential: &CredentialConfig) -> Call<()> {
        let request = Request::post(format!("creating credential {}", credential.id())).creates();
        self.client.done(with_xml(self.at(request).path("createCredentials"), credential))
    }

    /// Replaces the one with this id. `POST credentials/store/system/domain/_/credential/ID/config.xml`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// use jenkins_client::models::CredentialConfig;
    ///
    /// client.credentials().update(&CredentialConfig::secret_text("linode-token", "n3w")).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn update(&self, credential: &CredentialConfig) -> Call<()> {
        let request = Request::post(format!("updating credential {}", credential.id())).idempotent();
        let request = self.at(request).path("credential").segment(credential.id()).path("config.xml");
        self.client.done(with_xml(request, credential))
    }

    /// Removes the one with this id. `POST credentials/store/system/domain/_/credential/ID/doDelete`
    ///
    /// ```no_run
    /// # async fn run(client: jenkins_client::Client) -> Result<(), jenkins_client::Error> {
    /// client.credentials().delete("linode-token").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete(&self, id: &str) -> Call<()> {
        let request = self.at(Request::post(format!("deleting credential {id}")).idempotent());
        self.client.done(request.path("credential").segment(id).path("doDelete")).removing()
    }

    fn at(&self, request: Request) -> Request {
        let store = if self.folder.is_some() { "folder" } else { "system" };
        let request = at_job(request, self.folder.as_ref()).path("credentials/store").segment(store);
        request.path("domain").segment(&self.domain)
    }
}

fn with_xml(request: Request, credential: &CredentialConfig) -> Request {
    let xml = credential.to_xml().expose_secret().to_owned();
    request.sensitive().raw(HeaderValue::from_static("application/xml"), xml)
}
