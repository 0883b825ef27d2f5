//! Everything that plays: the simulated cloud, the alerts, the daemon, the load.

mod cloud;
mod daemon;
pub(crate) mod settings;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use autoscale_api::client::Client;
use autoscale_api::view::Status;
use autoscale_daemon::{Assembly, ServeError};
use linode_sim::live::{LiveOptions, Server};
use linode_sim::{
    RateLimits, SeedBalancer, SeedConfig, SeedInstance, SeededBalancer, Simulator, Snapshot, Timings,
};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep};

use crate::Failure;
use crate::alerts::messenger::Messenger;
use crate::alerts::prometheus::{self, Program, Programs};
use crate::alerts::rules::{self, GROUP};
use crate::alerts::scrape::Gauges;
use crate::alerts::source::Source;
use crate::happening::Diary;
use crate::load::Load;
use crate::options::Options;
use crate::pace::Pace;
use crate::web::Web;

/// What is there before the story begins, in the group's hands from then on.
pub(crate) const MEMBERS: [&str; 2] = ["web-one", "web-two"];
/// Somebody else's instance on the same account.
pub(crate) const FOREIGN: &str = "database";
/// Work of one core that a request costs: a member with two cores bears 100 requests a second.
const COST: Duration = Duration::from_millis(20);
/// How long before the story the first instances were created, in simulated seconds.
const AGE: u64 = 75 * 60;
/// How often something that is waited for is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// The stage, with everything at work. Dropping it ends everything at once; [`Stage::close`] politely.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) pace: Pace,
    pub(crate) diary: Diary,
    pub(crate) simulator: Simulator,
    pub(crate) client: Client,
    pub(crate) load: Load,
    pub(crate) gauges: Gauges,
    pub(crate) status: watch::Receiver<Option<Status>>,
    /// The world before anybody did anything.
    pub(crate) before: Snapshot,
    pub(crate) places: Places,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<Result<(), ServeError>>,
    server: Server,
    // The order is the order of the end: first who sends, then who is sent to, then the folder.
    helpers: JoinSet<()>,
    _programs: Vec<Program>,
    folder: TempDir,
}

/// Where everything listens, and where its files are.
#[derive(Clone, Debug)]
pub struct Places {
    pub(crate) linode: String,
    pub(crate) balancer: String,
    pub(crate) daemon: String,
    pub(crate) alertmanager: String,
    pub(crate) prometheus: Option<String>,
    folder: PathBuf,
}

impl fmt::Display for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  the service     {}", self.balancer)?;
        writeln!(f, "  the daemon      {}/api/v1/groups", self.daemon)?;
        writeln!(f, "  the Linode API  {}/v4 (token {})", self.linode, settings::TOKEN)?;
        writeln!(f, "  the alerts      {}/api/v2/alerts", self.alertmanager)?;
        if let Some(prometheus) = &self.prometheus {
            writeln!(f, "  Prometheus      {prometheus}")?;
        }
        write!(f, "  configuration, store and logs: {}", self.folder.display())
    }
}

impl Stage {
    /// Sets everything up; the load generator waits for a rate.
    ///
    /// # Errors
    /// Says what could not be started.
    pub(crate) async fn open(
        options: &Options,
        pace: Pace,
        diary: Diary,
        folder: TempDir,
    ) -> Result<Self, Failure> {
        let web = Web::new()?;
        let programs = if options.prometheus { Some(Programs::find(web.clone())?) } else { None };
        let (simulator, balancer) = seeded(options, pace)?;
        let before = simulator.snapshot();
        let live = LiveOptions::default().request_cost(COST);
        let server =
            Server::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), simulator.clone(), live).await?;

        let mut helpers = JoinSet::new();
        helpers.spawn(cloud::watch(simulator.clone(), before.clone(), diary.clone()));
        let messenger = Messenger::new(web.clone(), pace, diary.clone());
        let source = Source::new(
            pace,
            diary.clone(),
            messenger.clone(),
            format!("Bearer {}", settings::WEBHOOK_TOKEN),
        );
        let own = serve(&mut helpers, messenger.router().merge(source.router())).await?;
        let alertmanager = match &programs {
            Some(programs) => {
                let webhook = format!("http://{own}/webhook");
                let token = settings::WEBHOOK_TOKEN;
                Some(programs.alertmanager(folder.path(), pace, &webhook, token).await?)
            }
            None => None,
        };
        let asked = alertmanager.as_ref().map_or_else(|| own.to_string(), |program| program.address.clone());

        let linode = server.url();
        let alerts = format!("http://{asked}");
        let (stop, address, serving) =
            serve_daemon(options, pace, folder.path(), &linode, &alerts, &balancer).await?;
        let daemon = format!("http://{address}");
        let client = Client::new(daemon.parse()?, None)?;
        messenger.found(format!("{daemon}/webhook"));
        let sd = format!("{daemon}/sd/{GROUP}?address=public");
        let gauges = Gauges::new(rules::window(pace));
        helpers.spawn(scrape(web.clone(), sd.clone(), gauges.clone(), pace));
        let mut running = Vec::new();
        let mut places = Places {
            linode,
            balancer: front(&before)?,
            daemon,
            alertmanager: alerts,
            prometheus: None,
            folder: folder.path().to_owned(),
        };
        match (&programs, alertmanager) {
            (Some(programs), Some(alertmanager)) => {
                let prometheus = programs.prometheus(folder.path(), pace, &sd, &alertmanager).await?;
                helpers.spawn(prometheus::watch(web.clone(), prometheus.address.clone(), diary.clone()));
                places.prometheus = Some(format!("http://{}", prometheus.address));
                running.extend([prometheus, alertmanager]);
            }
            _ => {
                helpers.spawn(source.run(gauges.clone()));
            }
        }
        let (sender, status) = watch::channel(None);
        helpers.spawn(daemon::look(client.clone(), sender));
        helpers.spawn(daemon::listen(client.clone(), diary.clone()));
        let known = MEMBERS.map(str::to_owned);
        let load = Load::start(web, places.balancer.clone(), pace, diary.clone(), &known);
        Ok(Self {
            pace,
            diary,
            simulator,
            client,
            load,
            gauges,
            status,
            before,
            places,
            stop: Some(stop),
            serving,
            server,
            helpers,
            _programs: running,
            folder,
        })
    }

    /// Waits until the group stands so, and for `at_most` real time.
    ///
    /// # Errors
    /// Says that it was not so in time, and how the group stands instead.
    pub(crate) async fn until(
        &self,
        what: &str,
        at_most: Duration,
        so: impl Fn(&Status) -> bool,
    ) -> Result<(), String> {
        let deadline = Instant::now() + at_most;
        loop {
            if self.status.borrow().as_ref().is_some_and(&so) {
                return Ok(());
            }
            if self.serving.is_finished() {
                return Err(format!("{what}: the daemon ended by itself; see {}", self.log().display()));
            }
            if Instant::now() > deadline {
                let stands = self.status.borrow().as_ref().map_or_else(String::new, |status| {
                    let held = if status.holds.is_empty() {
                        String::new()
                    } else {
                        let holds: Vec<String> = status.holds.iter().map(ToString::to_string).collect();
                        format!("; held: {}", holds.join("; "))
                    };
                    format!("; {status}{held}")
                });
                return Err(format!("{what}: not within {} s{stands}", at_most.as_secs()));
            }
            sleep(LOOK).await;
        }
    }

    /// Where the daemon and everything else here logs to.
    pub(crate) fn log(&self) -> std::path::PathBuf {
        self.folder.path().join(crate::LOG)
    }

    /// Ends the daemon between two steps, then everything else; gives back the folder.
    pub(crate) async fn close(mut self) -> Result<TempDir, Failure> {
        if let Some(stop) = self.stop.take() {
            // A daemon that ended by itself needs no telling.
            let _ = stop.send(());
        }
        let ended = (&mut self.serving).await;
        self.helpers.shutdown().await;
        self.server.shutdown().await;
        ended??;
        Ok(self.folder)
    }
}

/// The account before the story: two members behind a NodeBalancer, and something of somebody else.
fn seeded(options: &Options, pace: Pace) -> Result<(Simulator, SeededBalancer), Failure> {
    let simulator = Simulator::builder()
        .token(settings::TOKEN)
        .seed(7)
        .start(pace.now())
        .speed(pace.speed)
        .profile(Timings::realistic())
        // The client reads the limits' windows as real seconds, and here they would pass faster.
        .rate_limits(RateLimits::off())
        .loopback(options.network)
        .build();
    for label in MEMBERS {
        let mut member = SeedInstance::new(label)
            .tag(format!("autoscale-owner:{}", settings::OWNER))
            .tag(format!("autoscale-group:{GROUP}"));
        member.age_secs = AGE;
        simulator.seed_instance(&member)?;
    }
    let mut foreign = SeedInstance::new(FOREIGN).tag("team-data");
    foreign.age_secs = AGE;
    simulator.seed_instance(&foreign)?;
    let mut config = SeedConfig::new(80).nodes(8080, MEMBERS);
    config.check_path = "/healthz".to_owned();
    config.check_interval = settings::CHECK_EVERY;
    let balancer = simulator.seed_nodebalancer(&SeedBalancer::new("web-lb").config(config))?;
    Ok((simulator, balancer))
}

/// Where clients reach the service.
fn front(world: &Snapshot) -> Result<String, Failure> {
    let balancer = world.nodebalancers.first().ok_or("there is no NodeBalancer")?;
    Ok(format!("http://{}/", balancer.ipv4))
}

type Served = (oneshot::Sender<()>, SocketAddr, JoinHandle<Result<(), ServeError>>);

async fn serve_daemon(
    options: &Options,
    pace: Pace,
    folder: &Path,
    linode: &str,
    alertmanager: &str,
    balancer: &SeededBalancer,
) -> Result<Served, Failure> {
    let config = settings::write(folder, linode, alertmanager, balancer, options.story)?;
    let daemon = Assembly::new(&config).clock(pace.clock()).build().await?;
    let listener = daemon.bind(config.daemon.listen).await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(async move {
        let stopped = async {
            // Its sender gone means the same.
            let _ = stopped.await;
        };
        daemon.serve(listener, stopped).await
    });
    Ok((stop, address, serving))
}

/// Serves `router` on a free port.
async fn serve(helpers: &mut JoinSet<()>, router: axum::Router) -> Result<SocketAddr, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    helpers.spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "the alerts are no longer served");
        }
    });
    Ok(address)
}

async fn scrape(web: Web, sd: String, gauges: Gauges, pace: Pace) {
    let mut ticks = tokio::time::interval(rules::interval(pace));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = gauges.scrape(&web, &sd).await {
            tracing::debug!(error, "the members were not scraped");
        }
    }
}
