//! Who may do what: tokens, passwords, crumbs, sessions, permissions.

use jenkins_sim::{Permission, SeedJob, SeedUser, Simulator};

use super::{Api, PASSWORD, builder, seconds};

/// `alice:wrong` and `bob:bobs`.
const WRONG: &str = "Basic YWxpY2U6d3Jvbmc=";
const BOB: &str = "Basic Ym9iOmJvYnM=";

fn api() -> Api {
    let bob = SeedUser::new("bob")
        .token("bobs")
        .permissions([Permission::Read, Permission::JobRead])
        .hidden("secret*");
    let api = Api::of(builder().user(bob).build());
    for name in ["free", "secret"] {
        api.sim.seed_job(&SeedJob::freestyle(name, "echo hello")).unwrap();
    }
    api
}

/// The client with the crumb that Jenkins gave it, and the session that the crumb is bound to.
async fn with_crumb(api: &Api) -> Api {
    let mut api = api.with_login(Some(PASSWORD));
    let reply = api.get("/crumbIssuer/api/json").await;
    let cookie = reply.header("set-cookie").split(';').next().unwrap().to_owned();
    assert!(cookie.starts_with("JSESSIONID."), "{cookie}");
    let issued = reply.json();
    assert_eq!(issued["crumbRequestField"], "Jenkins-Crumb");
    let crumb = issued["crumb"].as_str().unwrap().to_owned();
    assert_eq!(crumb.len(), 64);
    api.headers = vec![("cookie", cookie), ("Jenkins-Crumb", crumb)];
    api
}

#[tokio::test(start_paused = true)]
async fn a_wrong_token_is_told_so() {
    let reply = api().with_login(Some(WRONG)).get("/api/json").await;
    assert_eq!((reply.status, reply.header("www-authenticate")), (401, "Basic realm=\"Jenkins\""));
    assert!(reply.text.contains("HTTP ERROR 401"), "{}", reply.text);
}

#[tokio::test(start_paused = true)]
async fn a_token_needs_no_crumb_and_a_wrong_one_is_ignored() {
    let mut api = api();
    api.headers = vec![("Jenkins-Crumb", "nonsense".to_owned())];
    assert_eq!(api.post("/job/free/build").await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn a_password_needs_a_crumb_of_its_own_session() {
    let api = api();
    let bare = api.with_login(Some(PASSWORD));
    let reply = bare.post("/job/free/build").await;
    assert_eq!(reply.status, 403);
    assert!(reply.text.contains("No valid crumb was included in the request"), "{}", reply.text);

    let mut armed = with_crumb(&api).await;
    assert_eq!(armed.post("/job/free/build").await.status, 201);
    // The crumb without its session is worth nothing.
    armed.headers.remove(0);
    assert_eq!(armed.post("/job/free/build").await.status, 403);
}

#[tokio::test(start_paused = true)]
async fn a_restart_makes_crumbs_void() {
    let api = api();
    let armed = with_crumb(&api).await;
    api.sim.restart();
    seconds(31).await;
    assert_eq!(armed.post("/job/free/build").await.status, 403);
    assert_eq!(with_crumb(&api).await.post("/job/free/build").await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn without_crumb_protection_there_is_no_issuer() {
    let api = Api::of(builder().crumbs(false).build()).with_login(Some(PASSWORD));
    api.sim.seed_job(&SeedJob::freestyle("free", "true")).unwrap();
    assert_eq!(api.get("/crumbIssuer/api/json").await.status, 404);
    assert_eq!(api.post("/job/free/build").await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn a_missing_permission_is_named() {
    let bob = api().with_login(Some(BOB));
    let reply = bob.post("/job/free/build").await;
    assert_eq!(reply.status, 403);
    assert_eq!(reply.header("x-you-are-authenticated-as"), "bob");
    assert_eq!(reply.header("x-required-permission"), "hudson.model.Item.Build");
    assert!(reply.text.contains("bob is missing the Job/Build permission"), "{}", reply.text);
    assert_eq!(bob.sim.snapshot().queue, []);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_one_may_not_see_is_not_found() {
    let api = api();
    let bob = api.with_login(Some(BOB));
    assert_eq!(bob.get("/job/secret/api/json").await.status, 404);
    assert_eq!(bob.read("/api/json?tree=jobs[name]", "/jobs").await.as_array().unwrap().len(), 1);
    assert_eq!(api.get("/job/secret/api/json").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn who_does_not_log_in_is_anonymous() {
    let nobody = api().with_login(None);
    let reply = nobody.get("/api/json").await;
    assert_eq!((reply.status, reply.header("x-you-are-authenticated-as")), (403, "anonymous"));
    let who = nobody.get("/whoAmI/api/json").await.json();
    assert_eq!((&who["name"], &who["anonymous"]), (&"anonymous".into(), &true.into()));
    let alice = api().get("/me/api/json").await.json();
    assert_eq!(
        (&alice["id"], &alice["absoluteUrl"]),
        (&"alice".into(), &"http://jenkins.test/user/alice".into())
    );
}

#[tokio::test(start_paused = true)]
async fn without_users_everybody_may_do_everything() {
    let api = Api::of(Simulator::builder().crumbs(false).build()).with_login(Some(WRONG));
    api.sim.seed_job(&SeedJob::freestyle("free", "true")).unwrap();
    assert_eq!(api.post("/job/free/build").await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn the_login_form_opens_a_session() {
    let mut api = api().with_login(None);
    let reply = api.form("/j_spring_security_check", "j_username=alice&j_password=password").await;
    assert_eq!((reply.status, reply.header("location")), (302, "http://jenkins.test/"));
    let cookie = reply.header("set-cookie").split(';').next().unwrap().to_owned();
    api.headers = vec![("cookie", cookie)];
    assert_eq!(api.read("/me/api/json", "/id").await, "alice");
}
