use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;

use api_transport::{Client, Request};
use serde::de::DeserializeOwned;

use super::call::Call;
use super::error::Error;
use crate::Matcher;

/// The parameters of a query, not yet percent-encoded.
type Pairs = Vec<(&'static str, String)>;

/// A list that was made ready and not yet asked for: `.await` brings all of it (Alertmanager knows no pages).
///
/// `Q` is what may be asked for, such as [`AlertsQuery`](crate::api::AlertsQuery); `T` is what comes.
#[must_use = "a list does nothing until it is awaited"]
pub struct List<Q, T> {
    http: Client,
    request: Request,
    query: Q,
    add: fn(Q, Matcher) -> Q,
    pairs: fn(&Q) -> Pairs,
    decode: fn(&Client, Request) -> Call<Vec<T>>,
}

impl<Q: Default, T: DeserializeOwned> List<Q, T> {
    pub(super) fn new(
        http: &Client,
        request: Request,
        add: fn(Q, Matcher) -> Q,
        pairs: fn(&Q) -> Pairs,
    ) -> Self {
        Self { http: http.clone(), request, query: Q::default(), add, pairs, decode: Call::json }
    }
}

impl<Q, T> List<Q, T> {
    /// Only what this matches, beside all else that was asked for.
    ///
    /// ```no_run
    /// # async fn run(client: alertmanager_types::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use alertmanager_types::Matcher;
    ///
    /// let web = client.alerts().list().filter(Matcher::equal("group", "web")?).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn filter(mut self, matcher: Matcher) -> Self {
        self.query = (self.add)(self.query, matcher);
        self
    }

    /// Asks for this, in place of all that was asked for before.
    ///
    /// ```no_run
    /// # async fn run(client: alertmanager_types::Client) -> Result<(), alertmanager_types::Error> {
    /// use alertmanager_types::api::AlertsQuery;
    ///
    /// let heard = AlertsQuery::default().silenced(false).inhibited(false).receiver("autoscaler");
    /// let alerts = client.alerts().list().query(heard).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn query(mut self, query: Q) -> Self {
        self.query = query;
        self
    }

    /// The call that it is.
    ///
    /// ```
    /// use alertmanager_types::api::SilencesQuery;
    /// use alertmanager_types::{Client, Matcher};
    ///
    /// let list = Client::new("http://127.0.0.1:9093")?.silences().list();
    /// let call = list.filter(Matcher::equal("group", "web")?).into_call();
    /// assert_eq!(call.request().unwrap().query_pairs(), [("filter".to_owned(), r#"group="web""#.to_owned())]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn into_call(self) -> Call<Vec<T>> {
        let pairs = (self.pairs)(&self.query);
        let request =
            pairs.into_iter().fold(self.request, |request, (name, value)| request.query(name, value));
        (self.decode)(&self.http, request)
    }
}

impl<Q, T: 'static> IntoFuture for List<Q, T> {
    type Output = Result<Vec<T>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        self.into_call().into_future()
    }
}

impl<Q: fmt::Debug, T> fmt::Debug for List<Q, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List")
            .field("request", &self.request)
            .field("query", &self.query)
            .finish_non_exhaustive()
    }
}
