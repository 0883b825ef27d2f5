//! Started hours, monthly caps, and what the account shows of them.

use linode_sim::Timings;

use super::{Api, pass};

#[tokio::test(start_paused = true)]
async fn started_hours_are_billed_from_create_to_delete() {
    let api = Api::new(Timings::instant());
    let hour = 0.036;
    let id = api.create("web-one").await["id"].clone();
    assert!((api.sim.bill().total - hour).abs() < 1e-9, "an hour that began is paid");
    pass(3599).await;
    assert!((api.sim.bill().total - hour).abs() < 1e-9);
    pass(2).await;
    let bill = api.sim.bill();
    assert!((bill.total - 2.0 * hour).abs() < 1e-9);
    assert!((bill.per_hour - hour).abs() < 1e-9);
    api.delete(&format!("/linode/instances/{id}")).await.ok();
    pass(10 * 3600).await;
    let bill = api.get("/sim/bill").await.ok();
    assert_eq!(bill["lines"][0]["hours"], 2);
    assert_eq!(bill["per_hour"], 0.0);
    assert!((bill["total"].as_f64().unwrap() - 2.0 * hour).abs() < 1e-9);
    assert_eq!(api.get("/account").await.ok()["balance_uninvoiced"], 0.07);
}

#[tokio::test(start_paused = true)]
async fn a_replaced_member_is_paid_twice_that_hour_and_a_month_is_capped() {
    let api = Api::new(Timings::instant());
    let id = api.create("web-one").await["id"].clone();
    api.delete(&format!("/linode/instances/{id}")).await.ok();
    api.create("web-two").await;
    assert!((api.sim.bill().total - 0.072).abs() < 1e-9);
    // The simulation begins on the 5th of January: 27 days make 640 hours, 23.04 USD, below the cap of 24.
    pass(27 * 24 * 3600).await;
    let january = api.sim.bill().lines[1].amount;
    assert!((january - 23.04).abs() < 0.5, "{january}");
    pass(59 * 24 * 3600).await;
    let march = api.sim.bill().lines[1].amount;
    assert!(march < 23.04 + 24.0 + 24.0 + 3.0, "{march}");
}

#[tokio::test(start_paused = true)]
async fn some_regions_have_prices_of_their_own() {
    let api = Api::new(Timings::instant());
    let mut request = super::new_instance("far-one");
    request["region"] = "br-gru".into();
    api.post("/linode/instances", request).await.ok();
    let types = api.get("/linode/types/g6-standard-2").await.ok();
    let prices = types["region_prices"].as_array().unwrap();
    let own = prices.iter().find(|price| price["id"] == "br-gru").unwrap()["hourly"].as_f64().unwrap();
    assert!((api.sim.bill().total - own).abs() < 1e-9);
    assert!(own > 0.036);
}
