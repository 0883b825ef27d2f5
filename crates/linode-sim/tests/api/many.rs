//! Worlds with more in them than a real account.

use linode_sim::{SeedInstance, Timings};
use serde_json::json;

use super::{Api, new_instance};

#[tokio::test(start_paused = true)]
async fn sixty_thousand_instances_have_addresses() {
    let api = Api::new(Timings::instant());
    let seed = (0..60_000).map(|at| {
        let mut one = SeedInstance::new(format!("web-{at}"));
        one.private_ip = at < 32_258;
        one
    });
    for one in seed {
        api.sim.seed_instance(&one).unwrap();
    }
    let page = api.get("/linode/instances?page_size=500").await.ok();
    assert_eq!((&page["results"], &page["pages"]), (&json!(60_000), &json!(120)));

    // The network that private addresses are in is the real one, which has no more of them.
    let none = "No addresses are left in the simulated network";
    for _ in 0..1_000 {
        assert_eq!(api.post("/linode/instances", new_instance("web-last")).await.reason(), (400, none, None));
    }
    let mut public = new_instance("web-last");
    public["private_ip"] = false.into();
    api.post("/linode/instances", public).await.ok();
}
