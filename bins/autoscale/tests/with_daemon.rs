//! With a daemon: the command speaks to it. Its clock and the cloud's go faster than the machine's.

use std::time::Duration;

use autoscale_config::{Config, Environment};
use autoscale_daemon::Assembly;
use linode_sim::Timings;
use scaler_core::clock::{SystemClock, TokioClock};
use scaler_core::ports::Clock as _;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::session::{Cloud, PATIENCE, Session, TOKEN};

const SPEED: f64 = 60.0;

pub struct Place {
    pub cloud: Cloud,
    pub session: Session,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

impl Place {
    pub async fn new() -> Self {
        let cloud = Cloud::new(Timings::quick(), SPEED).await;
        let session = Session::new();
        session.write("autoscale.yaml", &cloud.configuration());
        let environment = Environment::new(session.path("")).with_env([("LINODE_TOKEN", TOKEN)]);
        let config = Config::load_in(&session.path("autoscale.yaml"), &environment).unwrap();
        let clock = TokioClock::new(SystemClock.now()).with_speed(SPEED);
        let daemon = Assembly::new(&config).clock(clock).seed(3).build().await.unwrap();
        let listener = daemon.bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(async move {
            let stopped = async {
                let _ = stopped.await;
            };
            daemon.serve(listener, stopped).await.unwrap();
        });
        let address = session.path("autoscale.db.addr");
        while !address.exists() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Self { cloud, session, stop: Some(stop), serving }
    }

    /// Until both members were found to serve and have warmed up.
    pub async fn settled(&mut self) {
        let until = tokio::time::Instant::now() + PATIENCE;
        loop {
            let status = self.session.run("autoscale status --output json").await.json();
            let web = &status["groups"][0];
            if web["in_service"] == 2 && web["warming"] == 0 {
                return;
            }
            assert!(tokio::time::Instant::now() < until, "{web}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    pub async fn end(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        self.serving.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_goes_up_and_down_by_the_daemon() {
    let mut place = Place::new().await;
    place.settled().await;
    let up = place.session.run("autoscale up web --reason release --timeout 50s").await;
    assert_eq!(up.code, 0, "{up:?}");
    assert!(up.out.starts_with("web: reached, 3 in service of 3 desired (generation "), "{}", up.out);
    assert!(up.err.contains("create web-") && up.err.contains("is reached"), "{}", up.err);
    let down = place.session.run("autoscale down web --timeout 50s --output json").await;
    assert_eq!(down.code, 0, "{down:?}");
    let result = down.json();
    assert_eq!((result["outcome"].as_str(), result["in_service"].as_u64()), (Some("reached"), Some(2)));
    for step in ["drain member", "reject", "deregister member", "delete member"] {
        assert!(down.err.contains(step), "{step}: {}", down.err);
    }
    assert_eq!(place.cloud.sim.snapshot().instances.iter().filter(|one| one.status == "running").count(), 2);
    let history = place.session.run("autoscale history --output json --limit 2").await.json();
    let sizes: Vec<u64> = history["activities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["desired"].as_u64().unwrap())
        .collect();
    assert_eq!(sizes, [2, 3]);
    place.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_and_asked() {
    let mut place = Place::new().await;
    place.settled().await;
    // The waiting took however many looks.
    place.session.forget();
    let session = &mut place.session;
    session.run("autoscale status").await;
    session.run("autoscale status web").await;
    session.run("autoscale plan web").await;
    session.run("autoscale up web --by 2 --dry-run").await;
    session.run("autoscale up shop").await;
    session.run("autoscale apply --group web --desired 3 --generation 99").await;
    session.run("autoscale protect web web-aaaaa-1").await;
    session.run("autoscale mode web observe").await;
    session.run("autoscale up web").await;
    session.run("autoscale mode web on").await;
    insta::assert_snapshot!(session.transcript());
    place.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_decision_supersedes_with_4() {
    let mut place = Place::new().await;
    place.settled().await;
    place.cloud.sim.faults().add_all("boot:never").unwrap();
    let waiting = place.session.command("autoscale up web --timeout 50s --quiet").spawn().unwrap();
    let until = tokio::time::Instant::now() + PATIENCE;
    while place.session.run("autoscale status -g web --output json").await.json()["groups"][0]["desired"] != 3
    {
        assert!(tokio::time::Instant::now() < until);
    }
    let again = place.session.run("autoscale apply -g web -d 4 --no-wait --request-id twice").await;
    assert_eq!(
        (again.code, again.out.as_str()),
        (0, "web: 4 asked for: the daemon goes on with it\n"),
        "{again:?}"
    );
    let output = tokio::task::spawn_blocking(move || waiting.wait_with_output()).await.unwrap().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.starts_with("web: superseded by generation "), "{said}");
    let late = place.session.run("autoscale apply -g web -d 4 --timeout 1s --quiet --request-id twice").await;
    assert_eq!(late.code, 5, "{late:?}");
    assert!(late.out.contains("the daemon goes on with it"), "{late:?}");
    place.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_is_replaced() {
    let mut place = Place::new().await;
    place.settled().await;
    let dry = place.session.run("autoscale replace web web-aaaaa-1 --dry-run").await;
    assert!(dry.out.contains("would be replaced"), "{dry:?}");
    let said = place.session.run("autoscale replace web web-aaaaa-1 --timeout 55s").await;
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.starts_with("web: reached, 2 in service of 2 desired"), "{said:?}");
    let first = place.cloud.instances[0];
    assert!(
        place.cloud.sim.snapshot().instances.iter().all(|one| one.id != first || one.status == "deleting")
    );
    place.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_is_not_there_or_wants_another_credential() {
    let mut place = Place::new().await;
    let address = std::fs::read_to_string(place.session.path("autoscale.db.addr")).unwrap();
    let address = address.trim();
    let read = place.session.run(&format!("autoscale status --daemon {address} --config none.yaml")).await;
    assert_eq!(read.code, 0, "{read:?}");
    place.session.env.push(("AUTOSCALE_CREDENTIAL".into(), "wrong-and-never-shown".into()));
    let said = place.session.run("autoscale mode web paused").await;
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains("AUTOSCALE_CREDENTIAL") && !said.err.contains("never-shown"), "{said:?}");
    place.session.env.pop();
    let said = place.session.run("autoscale status --daemon http://127.0.0.1:9").await;
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.err.contains("the daemon at http://127.0.0.1:9"), "{said:?}");
    place.end().await;
}
