//! Pages, filters, order.

use linode_sim::{SeedInstance, Timings};
use serde_json::{Value, json};

use super::{Api, labels};

fn seeded(count: usize) -> Api {
    let api = Api::new(Timings::instant());
    for at in 0..count {
        let tag = if at % 2 == 0 { "pool=1" } else { "pool=10" };
        api.sim.seed_instance(&SeedInstance::new(format!("member-{at}")).tag(tag)).unwrap();
    }
    api
}

#[tokio::test(start_paused = true)]
async fn pages_are_cut_as_asked() {
    let api = seeded(60);
    let first = api.get("/linode/instances").await.ok();
    assert_eq!((&first["page"], &first["pages"], &first["results"]), (&json!(1), &json!(1), &json!(60)));
    let second = api.get("/linode/instances?page=2&page_size=25").await.ok();
    assert_eq!((&second["page"], &second["pages"], &second["results"]), (&json!(2), &json!(3), &json!(60)));
    assert_eq!(labels(&second).len(), 25);
    assert_eq!(labels(&second)[0], "member-25");
    let last = api.get("/linode/instances?page=3&page_size=25").await.ok();
    assert_eq!(labels(&last).len(), 10);
    let past = api.get("/linode/instances?page=99&page_size=25").await.ok();
    assert_eq!(past, last, "a page past the end repeats the last");
    for (query, field) in [("page_size=24", "page_size"), ("page_size=501", "page_size"), ("page=0", "page")]
    {
        let refused = api.get(&format!("/linode/instances?{query}")).await;
        assert_eq!((refused.status, refused.reason().2), (400, Some(field)), "{query}");
    }
    let single = api.get("/linode/instances/1?page=1&page_size=100").await;
    assert_eq!(single.status, 404, "linode-cli sends pages for single objects too");
}

#[tokio::test(start_paused = true)]
async fn filters_take_every_operator() {
    let api = seeded(12);
    let id = api.get("/linode/instances").await.ok()["data"][3]["id"].clone();
    for (filter, count) in [
        (json!({"tags": "pool=1"}), 6),
        (json!({"tags": {"+contains": "pool=1"}}), 12),
        (json!({"tags": {"+neq": "pool=1"}}), 6),
        (json!({"label": "member-3"}), 1),
        (json!({"label": {"+contains": "MEMBER-1"}}), 3),
        (json!({"label": {"+or_like": ["member-3", "member-4"]}}), 2),
        (json!({"id": id}), 1),
        (json!({"id": {"+lte": id}}), 4),
        (json!({"id": {"+lt": id}}), 3),
        (json!({"id": {"+gte": id}}), 9),
        (json!({"id": {"+gt": id}}), 8),
        (json!({"id": {"+gt": id, "+neq": id}}), 8),
        (json!({"region": "nl-ams", "tags": "pool=10"}), 6),
        (json!({"+and": [{"tags": "pool=1"}, {"label": {"+contains": "member-1"}}]}), 1),
        (json!({"+or": [{"label": "member-1"}, {"label": "member-2"}]}), 2),
        (json!({"+and": [{"+or": [{"label": "member-1"}, {"label": "member-2"}]}, {"tags": "pool=1"}]}), 1),
        (json!({"ipv4": "127.64.0.1"}), 1),
        (json!({}), 12),
        (json!({"status": "offline"}), 12),
    ] {
        let list = api.filtered("/linode/instances", filter.clone()).await.ok();
        assert_eq!(list["results"], count, "{filter}");
    }
}

#[tokio::test(start_paused = true)]
async fn unknown_fields_and_operators_are_refused() {
    let api = seeded(1);
    let refused = api.filtered("/linode/instances", json!({"foo": 1})).await;
    assert_eq!(refused.reason(), (400, "Cannot filter on foo", Some("X-Filter")));
    let refused = api.filtered("/linode/instances", json!({"+and": [{"bar": 1}]})).await;
    assert_eq!(refused.reason().1, "Cannot filter on bar");
    let refused = api.filtered("/linode/instances", json!({"id": {"+near": 1}})).await;
    assert_eq!(refused.reason().1, "Cannot filter on +near");
    let refused = api.filtered("/linode/instances", json!("nothing")).await;
    assert_eq!(refused.status, 400);
}

#[tokio::test(start_paused = true)]
async fn lists_are_ordered_as_asked() {
    let api = seeded(4);
    let order = json!({"+order_by": "label", "+order": "desc"});
    let list = api.filtered("/linode/instances", order).await.ok();
    assert_eq!(labels(&list), ["member-3", "member-2", "member-1", "member-0"]);
    let list = api.filtered("/linode/types", json!({"+order_by": "vcpus", "class": "dedicated"})).await.ok();
    let vcpus: Vec<u64> =
        list["data"].as_array().unwrap().iter().filter_map(|one| one["vcpus"].as_u64()).collect();
    assert!(vcpus.is_sorted() && vcpus.len() > 3, "{vcpus:?}");
}

#[tokio::test(start_paused = true)]
async fn events_are_asked_for_as_linodego_and_prometheus_do() {
    let api = Api::new(Timings::instant());
    let first = api.create("web-one").await;
    super::pass(100).await;
    let second = api.create("web-two").await;
    let since = second["created"].clone();
    let filter = json!({
        "+order": "desc", "+order_by": "created", "action": "linode_create", "created": {"+gte": since},
        "entity.id": second["id"], "entity.type": "linode",
    });
    let found = api.filtered("/account/events?page=1", filter).await.ok();
    assert_eq!((&found["results"], &found["data"][0]["entity"]["id"]), (&json!(1), &second["id"]));
    let all = api
        .filtered("/account/events?page=1&page_size=25", json!({"created": {"+gte": first["created"]}}))
        .await;
    let all = all.ok();
    let ids: Vec<&Value> = all["data"].as_array().unwrap().iter().map(|event| &event["id"]).collect();
    assert_eq!(all["results"], 4, "{ids:?}");
    let none =
        api.filtered("/account/events", json!({"created": {"+gte": "2030-01-01T00:00:00"}})).await.ok();
    assert_eq!(none["results"], 0);
}
