//! Pages, and whether they fit together.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::Query;
use axum::response::Response;
use futures_util::{StreamExt, TryStreamExt};
use linode_api::models::Tag;
use linode_api::{Client, ErrorKind, Filter};
use serde::Deserialize;
use serde_json::json;

use super::{answer, linode};

#[derive(Deserialize)]
struct Asked {
    page: u64,
    page_size: u64,
}

type Change = dyn Fn(u64, &mut Vec<u64>) + Send + Sync;

/// A server of tags, of which `change` may alter the list before page `n` is answered.
#[derive(Clone)]
struct Tags {
    all: Arc<Mutex<Vec<u64>>>,
    change: Arc<Change>,
    asked: Arc<AtomicU64>,
}

impl Tags {
    fn new(count: u64, change: impl Fn(u64, &mut Vec<u64>) + Send + Sync + 'static) -> Self {
        Self {
            all: Arc::new(Mutex::new((1..=count).collect())),
            change: Arc::new(change),
            asked: Arc::default(),
        }
    }

    fn linode(&self) -> Client {
        let tags = self.clone();
        linode(Router::new().fallback(move |Query(asked): Query<Asked>| {
            let tags = tags.clone();
            async move { tags.page(&asked) }
        }))
    }

    fn page(&self, asked: &Asked) -> Response {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut all = self.all.lock().unwrap();
        (self.change)(asked.page, &mut all);
        let results = all.len() as u64;
        let pages = results.div_ceil(asked.page_size).max(1);
        // A page far past the end repeats the last.
        let page = asked.page.min(pages);
        let from = usize::try_from((page - 1) * asked.page_size).unwrap();
        let data: Vec<_> = all
            .iter()
            .skip(from)
            .take(asked.page_size as usize)
            .map(|n| json!({"label": format!("tag-{n}")}))
            .collect();
        answer(200, json!({"data": data, "page": page, "pages": pages, "results": results}))
    }
}

fn numbers(tags: &[Tag]) -> Vec<u64> {
    tags.iter().map(|tag| tag.label.strip_prefix("tag-").unwrap().parse().unwrap()).collect()
}

#[tokio::test(start_paused = true)]
async fn all_pages_come_in_order_and_fit() {
    for count in [0, 1, 499, 500, 501, 2_750] {
        let tags = Tags::new(count, |_, _| {});
        let all = tags.linode().tags().list().await.unwrap();
        assert!(all.is_consistent(), "{count}");
        assert_eq!(numbers(&all), (1..=count).collect::<Vec<_>>());
        assert_eq!(tags.asked.load(Ordering::SeqCst), count.div_ceil(500).max(1));
    }
}

#[tokio::test(start_paused = true)]
async fn what_appears_or_vanishes_between_pages_is_noticed() {
    type Case = (&'static str, fn(u64, &mut Vec<u64>));
    let cases: [Case; 5] = [
        ("one vanished from the first page", |page, all| {
            if page == 2 {
                all.retain(|n| *n != 3);
            }
        }),
        ("one appeared at the end", |page, all| {
            if page == 3 {
                all.push(9_999);
            }
        }),
        ("one appeared in front", |page, all| {
            if page == 2 {
                all.insert(0, 9_999);
            }
        }),
        ("so many vanished that a page is gone", |page, all| {
            if page == 3 {
                all.truncate(900);
            }
        }),
        ("one took another's place further down", |page, all| {
            if page == 2 {
                all.retain(|n| *n != 1_200);
                all.insert(0, 9_999);
            }
        }),
    ];
    for (what, change) in cases {
        let tags = Tags::new(1_300, change);
        let all = tags.linode().tags().list().await.unwrap();
        assert!(!all.is_consistent(), "{what}");
        let mut seen = numbers(&all);
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), all.len(), "nothing is there twice: {what}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_gives_all_and_ends_where_the_listing_ends() {
    for count in [0, 1, 500, 1_250] {
        let tags = Tags::new(count, |_, _| {});
        let all: Vec<Tag> = tags.linode().tags().list().stream().try_collect().await.unwrap();
        assert_eq!(numbers(&all), (1..=count).collect::<Vec<_>>());
        assert_eq!(tags.asked.load(Ordering::SeqCst), count.div_ceil(500).max(1));
    }
    // The listing shrinks under the stream: it ends, and repeats nothing.
    let tags = Tags::new(1_250, |page, all| {
        if page == 3 {
            all.truncate(700);
        }
    });
    let all: Vec<Tag> = tags.linode().tags().list().stream().try_collect().await.unwrap();
    assert_eq!(numbers(&all), (1..=1_000).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_stream_fetches_one_page_ahead_and_no_more() {
    let tags = Tags::new(5_000, |_, _| {});
    let mut stream = Box::pin(tags.linode().tags().list().stream());
    for _ in 0..10 {
        stream.next().await.unwrap().unwrap();
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(tags.asked.load(Ordering::SeqCst), 2, "the second page is there before the first is used up");
    for _ in 0..500 {
        stream.next().await.unwrap().unwrap();
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(tags.asked.load(Ordering::SeqCst), 3);
    drop(stream);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(tags.asked.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn an_error_on_a_later_page_is_an_error_and_not_a_short_listing() {
    let broken = || {
        linode(Router::new().fallback(|Query(asked): Query<Asked>| async move {
            match asked.page {
                1 => answer(200, json!({"data": [{"label": "a"}], "page": 1, "pages": 2, "results": 2})),
                _ => answer(403, json!({"errors": [{"reason": "Unauthorized"}]})),
            }
        }))
    };
    let error = broken().tags().list().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    let streamed: Result<Vec<Tag>, _> = broken().tags().list().stream().try_collect().await;
    assert_eq!(streamed.unwrap_err().kind(), ErrorKind::Forbidden);
}

#[tokio::test(start_paused = true)]
async fn half_a_list_is_no_list() {
    for nonsense in ["", "{\"data\": [{\"label\": \"a\"}, {\"la", "[]", "{}", "<html>"] {
        let linode = linode(Router::new().fallback(move || async move { nonsense }));
        let error = linode.tags().list().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{nonsense}");
    }
}

#[test]
fn the_request_of_a_page_is_a_value() {
    let linode = linode(Router::new());
    let list = linode
        .instances()
        .list()
        .filter(Filter::tag("group:web"))
        .filter(Filter::label("ä"))
        .page_size(9_999);
    let call = list.page(3);
    let request = call.request().unwrap();
    assert_eq!(request.encoded_path(), "v4/linode/instances");
    assert_eq!(request.query_pairs(), [("page".into(), "3".into()), ("page_size".into(), "500".into())]);
    assert_eq!(request.headers()["x-filter"], "{\"label\":\"\\u00e4\",\"tags\":\"group:web\"}");
    assert!(!linode.instance_types().list().page(1).request().unwrap().headers().contains_key("x-filter"));
}
