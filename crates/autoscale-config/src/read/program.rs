//! What the program itself reaches and serves: the API, Alertmanager, the daemon, the store.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use autoscale_api::Span;
use secrecy::SecretString;
use url::{Host, Url};

use super::value::Fields;
use super::{Reader, known};
use crate::yaml::At;
use crate::{AlertmanagerAccess, DaemonSettings, LinodeAccess, Secret, SecretSource, StoreAt};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// `prometheus_am_executor` and Prometheus' own programs listen elsewhere.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9480);

pub(super) fn linode(r: &mut Reader<'_>, root: &Fields) -> Option<LinodeAccess> {
    let fields = match root.get("linode") {
        Some(at) => Some(at.map(r, known::LINODE)?),
        None => None,
    };
    let fields = fields.as_ref();
    let token = match fields {
        Some(fields) => {
            let how = "write token: { env: LINODE_TOKEN }";
            fields.need(r, "token", how).cloned().and_then(|at| at.secret(r))
        }
        None => Some(token_of_environment(r, root)),
    };
    let at = fields.map_or(root.at(), Fields::at);
    // The names are those of the official tools.
    let or_environment = |key: &str, variable: &str| {
        let written = fields.and_then(|fields| fields.get(key)).cloned();
        written.or_else(|| r.environment.variable(variable).map(|text| at.of_environment(variable, text)))
    };
    let url = or_environment("url", "LINODE_URL");
    let api_version = or_environment("api_version", "LINODE_API_VERSION");
    let ca = or_environment("ca", "LINODE_CA");

    let url = maybe(url, |at| api_url(r, at));
    let api_version = maybe(api_version, |at| {
        at.parse(r, "a version of the API", "write v4 or v4beta", |text| {
            matches!(text, "v4" | "v4beta").then(|| text.to_owned())
        })
    });
    let ca = maybe(ca, |at| certificates(r, at));
    Some(LinodeAccess { token: token?, url: url?, api_version: api_version?, ca: ca? })
}

/// The value at a place, where there is one; the outer `None` where it can't be read.
fn maybe<T>(at: Option<At>, read: impl FnOnce(&At) -> Option<T>) -> Option<Option<T>> {
    at.map_or(Some(None), |at| read(&at).map(Some))
}

fn token_of_environment(r: &mut Reader<'_>, root: &Fields) -> Secret {
    let value = r.environment.variable("LINODE_TOKEN").map(SecretString::from);
    if value.is_none() && !r.environment.is_lenient() {
        r.error(
            root.at(),
            "`linode` is missing, and the environment variable LINODE_TOKEN is not set",
            "export LINODE_TOKEN=…, or write linode: { token: { file: PATH } }",
        );
    }
    Secret::new(SecretSource::Env("LINODE_TOKEN".to_owned()), value)
}

fn api_url(r: &mut Reader<'_>, at: &At) -> Option<Url> {
    let url = at.url(r)?;
    if url.scheme() == "http" && !is_loopback(&url) {
        r.error(at, "the token would travel unencrypted", "write https://…");
    }
    Some(url)
}

fn certificates(r: &mut Reader<'_>, at: &At) -> Option<PathBuf> {
    let path = at.path(r)?;
    let text = at.content(r, &path, 1 << 20)?;
    if !text.contains("-----BEGIN CERTIFICATE-----") {
        r.error(
            at,
            format!("{} holds no PEM certificate", path.display()),
            "name a file that begins with -----BEGIN CERTIFICATE-----",
        );
    }
    Some(path)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

pub(super) fn alertmanager(at: &At, r: &mut Reader<'_>) -> Option<AlertmanagerAccess> {
    let fields = at.map(r, known::ALERTMANAGER)?;
    let url = fields.need(r, "url", "write url: \"http://127.0.0.1:9093\"").cloned().and_then(|at| {
        let url = at.url(r)?;
        if url.path().contains("/api/") {
            r.error(
                &at,
                "is the address of a call, Alertmanager's own belongs here",
                "leave out everything from /api on",
            );
        }
        Some(url)
    });
    let poll = fields.or(r, "poll", SECOND * 15, |at, r| {
        let poll = at.duration(r)?;
        if poll.is_zero() {
            r.error(at, "Alertmanager would be asked without a pause", "write 15s");
        } else if poll > MINUTE {
            r.warn(
                at,
                "an alert is unknown after three missed polls, so it is seen late and doubted late",
                "write 15s",
            );
        }
        Some(poll)
    });
    let credentials = fields.maybe(r, "credentials", At::secret);
    if let (Some(Some(_)), Some(url)) = (&credentials, &url)
        && url.scheme() == "http"
        && !is_loopback(url)
    {
        r.warn(fields.spot(&["url"]), "the credentials travel unencrypted", "write https://…");
    }
    Some(AlertmanagerAccess { url: url?, poll: poll?, credentials: credentials? })
}

/// The labels of the heartbeat: a bare name is its `alertname`.
pub(super) fn heartbeat(at: &At, r: &mut Reader<'_>) -> Option<BTreeMap<String, String>> {
    const HOW: &str = "write heartbeat: { alertname: Watchdog, prometheus: eu/shop }";
    if !at.is_map() {
        return at.text(r).map(|name| BTreeMap::from([("alertname".to_owned(), name)]));
    }
    let fields = at.entries(r, "labels")?;
    fields.need(r, "alertname", HOW)?;
    let labels = fields.iter().map(|(label, at)| Some((label.to_owned(), at.text(r)?)));
    labels.collect::<Vec<_>>().into_iter().collect()
}

pub(super) fn confirm(r: &mut Reader<'_>, root: &Fields) -> Option<Duration> {
    let polled = root.get("alertmanager").is_some();
    root.or(r, "confirm", MINUTE * 10, |at, r| {
        let confirm = at.duration(r)?;
        if polled {
            r.warn(
                at,
                "has no effect: Alertmanager is polled, and its answers are the truth",
                "remove `confirm` or `alertmanager`",
            );
        } else if confirm < SECOND * 2 {
            r.error(
                at,
                format!("every alert would be doubted after {}", Span(confirm)),
                "write twice the route's repeat_interval: 10m where that is 5m",
            );
        } else if confirm < MINUTE * 10 {
            r.warn(
                at,
                format!(
                    "alerts that Alertmanager repeats less often than every {} will be unknown in between",
                    Span(confirm / 2)
                ),
                "write twice the route's repeat_interval: 10m where that is 5m",
            );
        } else if confirm > MINUTE * 60 {
            r.warn(
                at,
                format!("an alert whose end was lost is believed for {}", Span(confirm)),
                "set repeat_interval: 5m in the route and write 10m, or add `alertmanager`",
            );
        }
        Some(confirm)
    })
}

pub(super) fn daemon(r: &mut Reader<'_>, root: &Fields) -> Option<DaemonSettings> {
    let Some(at) = root.get("daemon") else {
        return Some(DaemonSettings {
            listen: LISTEN,
            credentials: None,
            webhook_credentials: None,
            hosts: Vec::new(),
        });
    };
    let fields = at.map(r, known::DAEMON)?;
    let listen = fields.or(r, "listen", LISTEN, At::socket);
    let credentials = fields.maybe(r, "credentials", At::secret);
    let webhook_credentials = fields.maybe(r, "webhook_credentials", At::secret);
    let hosts = fields.or(r, "hosts", Vec::new(), |at, r| at.every(r, "names of hosts", host));
    if let Some(listen) = listen
        && !listen.ip().is_loopback()
    {
        for (key, who) in [
            ("credentials", "change the groups"),
            ("webhook_credentials", "send alerts and so change the groups"),
        ] {
            if fields.get(key).is_none() {
                r.error(
                    fields.spot(&["listen"]),
                    format!("anyone who reaches {listen} could {who}: `{key}` is missing"),
                    format!("add {key}: {{ env: NAME }}, or listen at 127.0.0.1:{}", listen.port()),
                );
            }
        }
    }
    Some(DaemonSettings {
        listen: listen?,
        credentials: credentials?,
        webhook_credentials: webhook_credentials?,
        hosts: hosts?,
    })
}

fn host(r: &mut Reader<'_>, at: &At) -> Option<String> {
    at.parse(
        r,
        "the name of a host",
        "write a name as callers write it, without a scheme and a port",
        |text| {
            let shape = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
            (!text.is_empty() && text.chars().all(shape)).then(|| text.to_ascii_lowercase())
        },
    )
}

pub(super) fn store(r: &mut Reader<'_>, root: &Fields) -> Option<StoreAt> {
    let Some(at) = root.get("store") else {
        return Some(StoreAt::Sqlite(r.environment.path("autoscale.db")));
    };
    if at.word().is_some() {
        let fix = "write { sqlite: PATH }; or memory, in a test";
        let store = at.parse(r, "a store", fix, |text| (text == "memory").then_some(StoreAt::Memory));
        if store.is_some() {
            r.warn(
                at,
                "windows, modes and removal budgets are forgotten when the process ends",
                "write { sqlite: PATH }, except in a test",
            );
        }
        return store;
    }
    let fields = at.map(r, known::STORE)?;
    let path = fields.need(r, "sqlite", "write { sqlite: PATH }")?.clone();
    path.new_file(r).map(StoreAt::Sqlite)
}
