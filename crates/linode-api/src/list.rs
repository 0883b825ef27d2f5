//! Listings: page after page, or all.

use std::collections::HashSet;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::hash::Hash;
use std::ops::Deref;
use std::pin::Pin;

use api_transport::Request;
use api_transport::http::{HeaderName, HeaderValue};
use futures_util::stream::{self, Stream, StreamExt, TryStreamExt};
use serde::de::DeserializeOwned;
use tokio::task::JoinSet;

use crate::call::Call;
use crate::error::Error;
use crate::filter::Filter;
use crate::models::Page;

/// The largest page that the API gives.
const PAGE_SIZE: u32 = 500;

/// Pages of one listing that are fetched at the same time, once it is known how many there are.
const AT_ONCE: usize = 4;

/// Something that occurs in listings and can be told from the others.
pub trait Identified {
    /// What tells things of this kind apart.
    type Id: Eq + Hash + Send;

    /// What no other thing in the same listing has.
    fn identity(&self) -> Self::Id;
}

/// A listing that was made ready and not yet asked for: `.await` fetches all pages, [`stream`](Self::stream) one after the
/// other.
#[must_use = "a listing is not fetched until it is awaited or streamed"]
pub struct List<T> {
    http: api_transport::Client,
    request: Request,
    filter: Filter,
    page_size: u32,
    item: std::marker::PhantomData<fn() -> T>,
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        Self {
            http: self.http.clone(),
            request: self.request.clone(),
            filter: self.filter.clone(),
            page_size: self.page_size,
            item: self.item,
        }
    }
}

impl<T> List<T> {
    pub(crate) fn new(http: &api_transport::Client, request: Request) -> Self {
        Self {
            http: http.clone(),
            request,
            filter: Filter::new(),
            page_size: PAGE_SIZE,
            item: std::marker::PhantomData,
        }
    }

    /// Narrows and orders; a second filter holds in addition to the first.
    ///
    /// ```no_run
    /// use linode_api::Filter;
    ///
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let list = client.instances().list().filter(Filter::tag("group:web")).filter(Filter::eq("region", "nl-ams"));
    /// println!("{} instances", list.await?.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = self.filter.and(filter);
        self
    }

    /// Things on a page: 25 to 500, 500 by default.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let first = client.images().list().page_size(25).page(1).await?;
    /// println!("{} of {}", first.data.len(), first.results);
    /// # Ok(())
    /// # }
    /// ```
    pub fn page_size(mut self, size: u32) -> Self {
        self.page_size = size.clamp(25, PAGE_SIZE);
        self
    }
}

impl<T: DeserializeOwned> List<T> {
    /// One page, from 1. A page far past the end repeats the last one: look at its number.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let first = client.instances().list().page(1).await?;
    /// println!("{} instances on {} pages", first.results, first.pages);
    /// # Ok(())
    /// # }
    /// ```
    pub fn page(&self, page: u64) -> Call<Page<T>> {
        let request = self.request.clone().query("page", page).query("page_size", self.page_size);
        Call::json(&self.http, request).map(|request| {
            if self.filter.is_empty() {
                return Ok(request);
            }
            let filter = HeaderValue::try_from(self.filter.to_string())
                .map_err(|e| api_transport::RequestFailure::building(request.attempting(), e))?;
            Ok(request.header(HeaderName::from_static("x-filter"), filter))
        })
    }
}

impl<T: DeserializeOwned + Send + 'static> List<T> {
    /// The things one after the other, while the next page is fetched ahead: at most two pages are in memory. To know whether
    /// something appeared or vanished meanwhile, await the listing instead.
    ///
    /// ```no_run
    /// use futures_util::TryStreamExt;
    ///
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let mut instances = Box::pin(client.instances().list().stream());
    /// while let Some(instance) = instances.try_next().await? {
    ///     println!("{}", instance.label);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn stream(self) -> impl Stream<Item = Result<T, Error>> + Send + 'static {
        let mut ahead = JoinSet::new();
        ahead.spawn(self.page(1).into_future());
        stream::try_unfold((self, ahead, 1), |(list, mut ahead, number)| async move {
            let Some(page) = next_of(&mut ahead).await else { return Ok::<_, Error>(None) };
            let page = page?;
            // A page that is not the one asked for repeats the last.
            if page.page != number {
                return Ok(None);
            }
            if number < page.pages {
                ahead.spawn(list.page(number + 1).into_future());
            }
            Ok(Some((stream::iter(page.data.into_iter().map(Ok)), (list, ahead, number + 1))))
        })
        .try_flatten()
    }
}

/// The page that was fetched ahead. The set ends its task when the stream is dropped.
async fn next_of<T: 'static>(ahead: &mut JoinSet<Result<Page<T>, Error>>) -> Option<Result<Page<T>, Error>> {
    match ahead.join_next().await? {
        Ok(page) => Some(page),
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // Only a runtime that shuts down cancels it.
            Err(_) => None,
        },
    }
}

/// All pages of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllPages<T> {
    items: Vec<T>,
    pages: u64,
    consistent: bool,
}

impl<T> AllPages<T> {
    /// The things, in the order in which they came; each once.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let all = client.instances().list().await?;
    /// println!("{:?}", all.items().first());
    /// # Ok(())
    /// # }
    /// ```
    pub fn items(&self) -> &[T] {
        &self.items
    }

    /// The things.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let mut instances = client.instances().list().await?.into_items();
    /// instances.sort_by_key(|instance| instance.created);
    /// # Ok(())
    /// # }
    /// ```
    pub fn into_items(self) -> Vec<T> {
        self.items
    }

    /// How many pages it took, each a call that counts against the API's rate of lists.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let all = client.instances().list().await?;
    /// println!("{} instances by {} calls", all.len(), all.pages());
    /// # Ok(())
    /// # }
    /// ```
    pub const fn pages(&self) -> u64 {
        self.pages
    }

    /// Whether the pages fit together: none said another number of things, and together they held that number, none
    /// twice. If not, something appeared or vanished between two pages, and something may be missing here: list again.
    ///
    /// A listing of one page always fits. With several pages one case cannot be seen: one thing vanishes and another
    /// appears between the same two pages.
    ///
    /// ```no_run
    /// # async fn run(client: linode_api::Client) -> Result<(), linode_api::Error> {
    /// let mut all = client.instances().list().await?;
    /// while !all.is_consistent() {
    ///     all = client.instances().list().await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub const fn is_consistent(&self) -> bool {
        self.consistent
    }
}

impl<T> Deref for AllPages<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<T> IntoIterator for AllPages<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a AllPages<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

impl<T: Identified + DeserializeOwned + Send + 'static> IntoFuture for List<T> {
    type Output = Result<AllPages<T>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let first = self.page(1).await?;
            // The fewer moments between the pages, the fewer changes between them.
            let mut rest = stream::iter(2..=first.pages)
                .map(|number| {
                    let page = self.page(number).into_future();
                    async move { page.await.map(|page| (number, page)) }
                })
                .buffered(AT_ONCE);
            let mut all = Collector::new(&first);
            all.add(1, first);
            while let Some(page) = rest.next().await {
                let (number, page) = page?;
                all.add(number, page);
            }
            Ok(all.finish())
        })
    }
}

/// Puts pages together and watches whether they fit.
struct Collector<T: Identified> {
    items: Vec<T>,
    seen: HashSet<T::Id>,
    pages: u64,
    results: u64,
    consistent: bool,
}

impl<T: Identified> Collector<T> {
    fn new(first: &Page<T>) -> Self {
        Self {
            items: Vec::new(),
            seen: HashSet::new(),
            pages: first.pages,
            results: first.results,
            consistent: true,
        }
    }

    fn add(&mut self, number: u64, page: Page<T>) {
        self.consistent &= page.page == number && page.pages == self.pages && page.results == self.results;
        for item in page.data {
            if self.seen.insert(item.identity()) {
                self.items.push(item);
            } else {
                self.consistent = false;
            }
        }
    }

    fn finish(self) -> AllPages<T> {
        let whole = u64::try_from(self.items.len()).is_ok_and(|n| n == self.results);
        AllPages { consistent: self.consistent && whole, pages: self.pages, items: self.items }
    }
}

impl<T> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List")
            .field("request", &self.request)
            .field("filter", &self.filter)
            .field("page_size", &self.page_size)
            .finish_non_exhaustive()
    }
}
