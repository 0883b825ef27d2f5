//! Every fault, dialled in as a library, a command line or a request does it.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use linode_sim::{Delay, Effect, Fault, RequestFault, Simulator, Target, Timings};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::{Api, new_instance, pass, private_of};

fn faulty(faults: &str) -> Api {
    let api = Api::new(Timings::instant());
    api.sim.faults().add_all(faults).unwrap();
    api
}

#[tokio::test(start_paused = true)]
async fn a_status_is_answered_and_nothing_is_done() {
    let api = faulty("create:500*1,create:429=30*1,create:429=-5*1,create:401*1,create:408*1");
    for (status, reason, retry_after) in [
        (500, "Internal Server Error", ""),
        (429, "Too many requests", "30"),
        (429, "Too many requests", "-5"),
        (401, "Invalid Token", ""),
        (408, "Please try again", ""),
    ] {
        let refused = api.post("/linode/instances", new_instance("web-one")).await;
        assert_eq!(refused.reason(), (status, reason, None));
        assert_eq!(refused.header("retry-after"), retry_after);
        assert!(!refused.header("x-ratelimit-limit").is_empty(), "headers are on every answer");
    }
    assert_eq!(api.get("/linode/instances").await.ok()["results"], 0);
    api.create("web-one").await;
}

#[tokio::test(start_paused = true)]
async fn a_gateway_answers_html_and_maintenance_says_so() {
    let api = faulty("any:html*1,any:maintenance*1,any:html=503*1");
    let gateway = api.get("/profile").await;
    assert_eq!((gateway.status, gateway.header("content-type")), (502, "text/html"));
    assert!(gateway.text.starts_with("<html>") && gateway.header("x-oauth-scopes").is_empty());
    let maintenance = api.get("/profile").await;
    assert_eq!((maintenance.status, maintenance.header("x-maintenance-mode")), (503, "all"));
    assert_eq!(api.get("/profile").await.status, 503);
    assert_eq!(api.get("/profile").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_leaves_the_instance_behind() {
    let api = faulty("create:lost*1,create:lost=408*1,create:reset*1");
    let body = new_instance("web-one");
    api.send("POST", "/linode/instances", None, Some(&body)).await.unwrap_err();
    let label = json!({"label": "web-one"});
    assert_eq!(api.filtered("/linode/instances", label).await.ok()["results"], 1);
    let timed_out = api.post("/linode/instances", new_instance("web-two")).await;
    assert_eq!(timed_out.reason(), (408, "Please try again", None));
    assert_eq!(api.filtered("/linode/instances", json!({"label": "web-two"})).await.ok()["results"], 1);
    let twice = api.send("POST", "/linode/instances", None, Some(&new_instance("web-two"))).await;
    twice.unwrap_err();
    assert_eq!(
        api.get("/linode/instances").await.ok()["results"],
        2,
        "a reset comes before anything is done"
    );
    let again = api.post("/linode/instances", new_instance("web-two")).await;
    assert_eq!(again.reason().1, "Label must be unique among your linodes");
}

#[tokio::test(start_paused = true)]
async fn through_the_router_a_lost_answer_is_a_body_that_breaks_off() {
    let sim = Simulator::builder().build();
    sim.faults().add(Fault::new(Target::Any, Effect::Request(RequestFault::Lost)));
    let request =
        Request::get("/v4/profile").header("Authorization", "Bearer x").body(Body::empty()).unwrap();
    let response = sim.router().oneshot(request).await.unwrap();
    to_bytes(response.into_body(), 1000).await.unwrap_err();
}

/// Over a socket, and so in real time.
#[tokio::test]
async fn over_a_socket_a_lost_answer_is_a_closed_connection() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let api = faulty("create:lost*1");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(axum::serve(listener, api.sim.router()).into_future());
    let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
    let body = new_instance("web-one").to_string();
    let head = format!(
        "POST /v4/linode/instances HTTP/1.1\r\nhost: sim\r\nauthorization: Bearer {}\r\ncontent-length: {}\r\n\r\n",
        super::TOKEN,
        body.len()
    );
    socket.write_all((head + &body).as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let ended = socket.read_to_end(&mut answer).await;
    assert!(answer.is_empty(), "{ended:?} {}", String::from_utf8_lossy(&answer));
    assert_eq!(api.sim.snapshot().instances.len(), 1);
    server.abort();
}

#[tokio::test(start_paused = true)]
async fn answers_can_hang_be_late_or_never_come() {
    let api = faulty("create:hang=30s*1,create:late=60s*1,GET /profile:hang*1");
    let create = |label: &str| {
        let (api, body) = (api.with_token(super::TOKEN), new_instance(label));
        tokio::spawn(async move { api.post("/linode/instances", body).await })
    };
    let hanging = create("web-one");
    tokio::time::sleep(Duration::from_secs(29)).await;
    assert_eq!(api.get("/linode/instances").await.ok()["results"], 0, "it was not taken up yet");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(hanging.await.unwrap().status, 200);
    let late = create("web-two");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(api.get("/linode/instances").await.ok()["results"], 2, "it was taken up at once");
    assert!(!late.is_finished());
    assert_eq!(late.await.unwrap().status, 200);
    let never = tokio::time::timeout(Duration::from_secs(86_400), api.get("/profile")).await;
    never.unwrap_err();
    assert_eq!(api.get("/profile").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_body_can_be_nonsense() {
    let api = faulty("instances:nonsense*1");
    let reply = api.get("/linode/instances").await;
    assert_eq!((reply.status, reply.json), (200, Value::Null));
}

#[tokio::test(start_paused = true)]
async fn lists_can_be_half_short_empty_or_unfiltered() {
    let api = faulty("instances:half*1,instances:short*1,instances:empty*1,instances:all-tags*1");
    for at in 0..4 {
        api.create(&format!("web-{at}")).await;
    }
    let count = |list: &Value| (list["data"].as_array().unwrap().len(), list["results"].as_u64().unwrap());
    let other = json!({"+and": [{"+or": [{"tags": "group:other"}]}]});
    assert_eq!(count(&api.get("/linode/instances").await.ok()), (2, 4), "half");
    assert_eq!(count(&api.get("/linode/instances").await.ok()), (2, 2), "short");
    assert_eq!(count(&api.get("/linode/instances").await.ok()), (0, 0), "empty");
    assert_eq!(count(&api.filtered("/linode/instances", other.clone()).await.ok()), (4, 4), "all");
    assert_eq!(count(&api.filtered("/linode/instances", other).await.ok()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn boots_can_be_slow_or_never_end() {
    let api = faulty("boot:slow=120s*1,boot:never*1");
    let slow = api.create("slow-one").await["id"].clone();
    let never = api.create("never-one").await["id"].clone();
    pass(119).await;
    assert_eq!(api.status(&slow).await, "booting");
    pass(1).await;
    assert_eq!(api.status(&slow).await, "running");
    pass(86_400).await;
    assert_eq!(api.status(&never).await, "booting");
    let busy = api.post(&format!("/linode/instances/{never}/reboot"), json!({})).await;
    assert_eq!(busy.reason().1, "Linode busy.");
    api.delete(&format!("/linode/instances/{never}")).await.ok();
}

#[tokio::test(start_paused = true)]
async fn services_can_never_answer_or_cease_to() {
    let api = faulty("health:never*1,health:after=100s*1");
    let nodes = api.balancer().await;
    let mut paths = Vec::new();
    for label in ["never-well", "ill-later"] {
        let instance = api.create(label).await;
        assert_eq!(api.status(&instance["id"]).await, "running");
        let node = json!({"address": format!("{}:80", private_of(&instance)), "label": label});
        paths.push(format!("{nodes}/{}", api.post(&nodes, node).await.ok()["id"]));
    }
    let status = async |at: usize| api.get(&paths[at]).await.ok()["status"].clone();
    pass(10).await;
    assert_eq!((status(0).await, status(1).await), (json!("DOWN"), json!("UP")));
    pass(99).await;
    assert_eq!(status(1).await, "UP");
    pass(1).await;
    assert_eq!((status(0).await, status(1).await), (json!("DOWN"), json!("DOWN")));
}

#[tokio::test(start_paused = true)]
async fn types_can_be_sold_out_and_accounts_full() {
    let api = faulty("create:sold-out=g6-standard-2");
    let refused = api.post("/linode/instances", new_instance("web-one")).await;
    assert_eq!((refused.status, refused.reason().2), (400, None), "no field explains it");
    let filter = json!({"region": "nl-ams", "plan": "g6-standard-2"});
    let availability = api.filtered("/regions/availability", filter).await.ok();
    assert_eq!(
        availability["data"],
        json!([{"region": "nl-ams", "plan": "g6-standard-2", "available": false}])
    );
    let mut other = new_instance("web-one");
    other["type"] = "g6-dedicated-2".into();
    api.post("/linode/instances", other).await.ok();
    api.sim.faults().clear();
    api.sim.faults().add(Fault::new(Target::Create, Effect::AccountLimit));
    let refused = api.post("/linode/instances", new_instance("web-two")).await;
    assert_eq!(refused.reason().1, "Account Limit reached. Please open a support ticket.");
}

#[tokio::test(start_paused = true)]
async fn modes_can_take_longer() {
    let api = faulty("mode:delay=90s");
    let nodes = api.balancer().await;
    let instance = api.create("web-one").await;
    let node = json!({"address": format!("{}:80", private_of(&instance)), "label": "web-one"});
    let node = format!("{nodes}/{}", api.post(&nodes, node).await.ok()["id"]);
    pass(5).await;
    api.put(&node, json!({"mode": "reject"})).await.ok();
    pass(89).await;
    assert_eq!(api.get(&node).await.ok()["status"], "UP");
    pass(1).await;
    assert_eq!(api.get(&node).await.ok()["status"], "DOWN");
}

#[tokio::test(start_paused = true)]
async fn lists_and_events_can_lag() {
    let api = faulty("instances:lag=20s,events:lag=30s,nodes:lag=40s");
    let nodes = api.balancer().await;
    let instance = api.create("web-one").await;
    let path = format!("/linode/instances/{}", instance["id"]);
    let count = async |path: &str| api.get(path).await.ok()["results"].clone();
    assert_eq!(count("/linode/instances").await, 0);
    assert_eq!(api.get(&path).await.status, 200, "by its id it is there");
    let node = json!({"address": format!("{}:80", private_of(&instance)), "label": "web-one"});
    let node = format!("{nodes}/{}", api.post(&nodes, node).await.ok()["id"]);
    assert_eq!(count(&nodes).await, 0);
    pass(20).await;
    assert_eq!(count("/linode/instances").await, 1);
    assert_eq!(count("/account/events").await, 0);
    pass(10).await;
    assert_ne!(count("/account/events").await, 0);
    pass(10).await;
    assert_eq!(count(&nodes).await, 1);
    api.put(&node, json!({"mode": "drain"})).await.ok();
    assert_eq!(api.get(&nodes).await.ok()["data"][0]["mode"], "accept", "what was before");
    assert_eq!(api.get(&node).await.ok()["mode"], "drain");
    api.delete(&path).await.ok();
    assert_eq!(
        api.get("/linode/instances").await.ok()["data"][0]["status"],
        "running",
        "gone, and still listed"
    );
    assert_eq!(api.get(&path).await.status, 404);
    pass(40).await;
    assert_eq!((count("/linode/instances").await, count(&nodes).await), (json!(0), json!(0)));
}

#[tokio::test(start_paused = true)]
async fn faults_have_a_count_a_window_and_a_chance() {
    let api = faulty("GET /profile:500^1*2+10s~20s");
    let status = async || api.get("/profile").await.status;
    assert_eq!(status().await, 200, "not yet");
    pass(10).await;
    assert_eq!((status().await, status().await, status().await, status().await), (200, 500, 500, 200));
    api.sim.faults().clear();
    api.sim.faults().add_all("GET /profile:500~20s").unwrap();
    assert_eq!(status().await, 500);
    pass(20).await;
    assert_eq!(status().await, 200, "no longer");

    let struck = async |seed: u64| {
        let api = Api::of(Simulator::builder().token(super::TOKEN).seed(seed).build());
        api.sim.faults().add_all("GET /profile:500%30").unwrap();
        let mut struck = Vec::new();
        for _ in 0..100 {
            struck.push(api.get("/profile").await.status == 500);
        }
        struck
    };
    let (first, second) = (struck(1).await, struck(1).await);
    assert_eq!(first, second, "chance comes from the seed");
    let times = first.iter().filter(|struck| **struck).count();
    assert!((15..45).contains(&times), "{times}");
}

#[tokio::test(start_paused = true)]
async fn faults_are_dialled_in_over_http() {
    let api = Api::new(Timings::instant());
    let added = api.post("/sim/faults", json!("create:500*1,boot:never")).await.ok();
    assert_eq!(added["added"].as_array().unwrap().len(), 2);
    let one = json!({"target": {"request": {"method": "*", "path": "/linode/*"}}, "effect": {"status": {"status": 503}}});
    let id = api.post("/sim/faults", one).await.ok()["added"][0].clone();
    assert_eq!(api.get("/linode/instances").await.status, 503);
    api.delete(&format!("/sim/faults/{id}")).await.ok();
    assert_eq!(api.get("/linode/instances").await.status, 200);
    let list = api.get("/sim/faults").await.ok();
    assert_eq!((list.as_array().unwrap().len(), &list[0]["struck"]), (2, &json!(0)));
    assert_eq!(api.delete("/sim/faults/99").await.status, 404);
    let wrong = api.post("/sim/faults", json!("create:sideways")).await;
    assert!(wrong.reason().1.contains("`create:sideways`"), "{}", wrong.text);
    api.delete("/sim/faults").await.ok();
    assert_eq!(api.get("/sim/faults").await.ok(), json!([]));
}

#[test]
fn faults_that_cannot_be_read_are_named() {
    for text in [
        "create",
        "moon:500",
        "create:99",
        "boot:lost",
        "create:500*x",
        "mode:delay",
        "create:500%200",
        "FOO /a:500",
    ] {
        let error = Fault::parse_all(text).unwrap_err().to_string();
        assert!(error.contains(text), "{error}");
    }
    let fault: Fault = "POST /nodebalancers/*/configs/*/nodes:lost*3%50^2+1m~1h".parse().unwrap();
    assert_eq!(
        (fault.count, fault.skip, fault.after_millis, fault.for_millis),
        (Some(3), 2, 60_000, Some(3_600_000))
    );
    assert_eq!(fault.effect, Effect::Request(RequestFault::Lost));
}

#[tokio::test(start_paused = true)]
async fn a_speed_turns_every_delay() {
    let mut timings = Timings::instant();
    timings.boot = Delay::secs(60);
    let sim = Simulator::builder().token(super::TOKEN).profile(timings).speed(60.0);
    let api = Api::of(sim.build());
    let id = api.create("fast-one").await["id"].clone();
    assert_eq!(api.status(&id).await, "booting");
    pass(1).await;
    assert_eq!(api.status(&id).await, "running");
}
