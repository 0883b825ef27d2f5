//! The token's user.

use api_transport::http::StatusCode;

use super::target::Target;
use crate::call::Call;
use crate::client::Client;
use crate::models::{Grants, Profile};
use crate::operation::Operation;
use crate::scopes::Scopes;

/// The token's user: `/profile`.
#[derive(Debug, Clone)]
pub struct ProfileHandle(Target);

impl Client {
    /// The token's user.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let profile = client.profile().get().await?;
    /// println!("{} speaks", profile.username);
    /// # Ok(())
    /// # }
    /// ```
    pub fn profile(&self) -> ProfileHandle {
        ProfileHandle(Target::new(self, "the profile"))
    }
}

impl ProfileHandle {
    /// The token's user. Needs no scope.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let profile = client.profile().get().await?;
    /// if profile.restricted {
    ///     println!("{} needs grants", profile.username);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self) -> Call<Profile> {
        self.0.json(Operation::GetProfile, format!("getting {}", self.0))
    }

    /// What the token may do, from the header that the API adds to its answers. Needs no scope.
    ///
    /// ```no_run
    /// use linode_api::Access;
    ///
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let scopes = client.profile().scopes().await?;
    /// assert!(scopes.allows("linodes", Access::ReadWrite));
    /// # Ok(())
    /// # }
    /// ```
    pub fn scopes(&self) -> Call<Scopes> {
        self.0.decoded_by(Operation::GetProfile, "getting the token's scopes", |response, attempting| {
            let header = response.headers().get("x-oauth-scopes").and_then(|value| value.to_str().ok());
            match header.map(Scopes::parse) {
                Some(scopes) => Ok(scopes),
                None => Err(response.not_understood(attempting, "the answer has no X-OAuth-Scopes header")),
            }
        })
    }

    /// What the token's user was granted; `None` for an unrestricted user, who may do everything. Needs no scope.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// match client.profile().grants().await? {
    ///     Some(grants) => println!("restricted: {:?}", grants.global),
    ///     None => println!("unrestricted"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn grants(&self) -> Call<Option<Grants>> {
        self.0.decoded_by(Operation::GetGrants, "getting the grants", |response, attempting| {
            match response.status() {
                StatusCode::NO_CONTENT => Ok(None),
                _ => response.json(attempting).map(Some),
            }
        })
    }
}
