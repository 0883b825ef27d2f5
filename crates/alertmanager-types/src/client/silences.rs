use std::borrow::Borrow;

use api_transport::{Client, Request};

use super::call::Call;
use super::list::List;
use crate::api::{GettableSilence, PostSilencesResponse, PostableSilence, SilenceId, SilencesQuery};

/// All silences: `/silences`.
#[derive(Debug, Clone)]
pub struct Silences(Client);

/// One silence: `/silence/{id}`.
#[derive(Debug, Clone)]
pub struct OneSilence {
    http: Client,
    id: SilenceId,
}

impl Silences {
    pub(super) fn new(http: &Client) -> Self {
        Self(http.clone())
    }

    /// The silences, also pending and expired ones, which Alertmanager keeps for five days: `GET /silences`.
    ///
    /// ```no_run
    /// # async fn run(client: alertmanager_types::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use alertmanager_types::Matcher;
    ///
    /// for silence in client.silences().list().filter(Matcher::equal("group", "web")?).await? {
    ///     println!("{} until {}: {}", silence.id, silence.ends_at, silence.comment);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> List<SilencesQuery, GettableSilence> {
        let request = Request::get("listing the silences of Alertmanager").path(SilencesQuery::PATH);
        List::new(&self.0, request, SilencesQuery::filter, SilencesQuery::pairs)
    }

    /// Makes a silence, or replaces one ([`PostableSilence::replacing`]); the answer is its id: `POST /silences`. A
    /// silence that is replaced may get another id.
    ///
    /// It is sent again only when Alertmanager surely did not take it. Where
    /// [`may_have_happened`](crate::Error::may_have_happened), list the silences before making another.
    ///
    /// ```no_run
    /// # async fn run(client: alertmanager_types::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use alertmanager_types::api::PostableSilence;
    /// use jiff::{SignedDuration, Timestamp};
    ///
    /// let now = Timestamp::now();
    /// let end = now + SignedDuration::from_hours(2);
    /// let silence = PostableSilence::new(&r#"{group="web"}"#.parse()?, now, end, "ops", "release 4.2");
    /// let id = client.silences().create(silence).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn create(&self, silence: impl Borrow<PostableSilence>) -> Call<SilenceId> {
        let request = Request::post("creating a silence").path(SilencesQuery::PATH).creates();
        let answer = |response: api_transport::Response, attempting: &str| {
            response.json(attempting).map(|made: PostSilencesResponse| made.silence_id)
        };
        Call::new(&self.0, request, answer).body(silence.borrow())
    }
}

impl OneSilence {
    pub(super) fn new(http: &Client, id: SilenceId) -> Self {
        Self { http: http.clone(), id }
    }

    /// The silence: `GET /silence/{id}`.
    ///
    /// ```no_run
    /// # async fn run(client: alertmanager_types::Client) -> Result<(), alertmanager_types::Error> {
    /// match client.silence("b7b1d2a8-6c1f-4d6e-a9a3-3a2f0a8f5d11").get().await {
    ///     Ok(silence) => println!("{} by {}", silence.status.state, silence.created_by),
    ///     Err(error) if error.is_not_found() => println!("there is none"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self) -> Call<GettableSilence> {
        Call::json(&self.http, self.at(Request::get(format!("getting silence {}", self.id))))
    }

    /// Ends the silence; one that has ended stays as it is: `DELETE /silence/{id}`. Alertmanager shows it as expired for
    /// five days more.
    ///
    /// ```no_run
    /// # async fn run(client: alertmanager_types::Client) -> Result<(), alertmanager_types::Error> {
    /// for silence in client.silences().list().await? {
    ///     if silence.created_by == "ops" && silence.is_active() {
    ///         client.silence(silence.id).expire().await?;
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn expire(&self) -> Call<()> {
        Call::empty(&self.http, self.at(Request::delete(format!("expiring silence {}", self.id))))
    }

    fn at(&self, request: Request) -> Request {
        request.path(SilenceId::PATH).segment(self.id.as_str())
    }
}
