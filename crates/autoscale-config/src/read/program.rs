//! The program's own surroundings: the API, Alertmanager, the daemon, the store.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use secrecy::SecretString;
use url::{Host, Url};

use super::{Reader, known};
use crate::{
    Alertmanager, Daemon, LinodeAccess, Secret, SecretSource, StoreAt, format_duration,
    yaml::{At, Fields},
};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// `prometheus_am_executor` and Prometheus' own programs listen elsewhere.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9480);

pub(super) fn linode(r: &mut Reader<'_>, root: &Fields) -> Option<LinodeAccess> {
    const TOKEN: &str = "write token: { env: LINODE_TOKEN }";
    let Some(at) = root.get("linode") else {
        let value = r.surroundings.variable("LINODE_TOKEN").map(SecretString::from);
        if value.is_none() && !r.surroundings.is_lenient() {
            r.error(
                root.at(),
                "`linode` is missing, and the environment variable LINODE_TOKEN is not set",
                "export LINODE_TOKEN=…, or write linode: { token: { file: PATH } }",
            );
        }
        let token = Secret::new(SecretSource::Env("LINODE_TOKEN".to_owned()), value);
        return Some(LinodeAccess { token, url: None, api_version: None, ca: None });
    };
    let fields = at.map(r, known::LINODE)?;
    let token = fields.need(r, "token", TOKEN).cloned().and_then(|at| at.secret(r));
    let url = fields.maybe(r, "url", |at, r| {
        let url = at.url(r)?;
        if url.scheme() == "http" && !is_loopback(&url) {
            r.error(at, "the token would travel unencrypted", "write https://…");
        }
        Some(url)
    });
    let api_version = fields.maybe(r, "api_version", |at, r| {
        at.parse(r, "a version of the API", "write v4 or v4beta", |text| {
            matches!(text, "v4" | "v4beta").then(|| text.to_owned())
        })
    });
    let ca = fields.maybe(r, "ca", |at, r| {
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
    });
    Some(LinodeAccess { token: token?, url: url?, api_version: api_version?, ca: ca? })
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

pub(super) fn alertmanager(at: &At, r: &mut Reader<'_>) -> Option<Alertmanager> {
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
    Some(Alertmanager { url: url?, poll: poll?, credentials: credentials? })
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
                format!("every alert would be doubted after {}", format_duration(confirm)),
                "write twice the route's repeat_interval: 10m where that is 5m",
            );
        } else if confirm < MINUTE * 10 {
            r.warn(
                at,
                format!(
                    "alerts that Alertmanager repeats less often than every {} will be unknown in between",
                    format_duration(confirm / 2)
                ),
                "write twice the route's repeat_interval: 10m where that is 5m",
            );
        }
        Some(confirm)
    })
}

pub(super) fn daemon(r: &mut Reader<'_>, root: &Fields) -> Option<Daemon> {
    let Some(at) = root.get("daemon") else {
        return Some(Daemon { listen: LISTEN, credentials: None, webhook_credentials: None });
    };
    let fields = at.map(r, known::DAEMON)?;
    let listen = fields.or(r, "listen", LISTEN, At::socket);
    let credentials = fields.maybe(r, "credentials", At::secret);
    let webhook_credentials = fields.maybe(r, "webhook_credentials", At::secret);
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
                    format!("whoever reaches {listen} could {who}: `{key}` is missing"),
                    format!("add {key}: {{ env: NAME }}, or listen at 127.0.0.1:{}", listen.port()),
                );
            }
        }
    }
    Some(Daemon { listen: listen?, credentials: credentials?, webhook_credentials: webhook_credentials? })
}

pub(super) fn store(r: &mut Reader<'_>, root: &Fields) -> Option<StoreAt> {
    let Some(at) = root.get("store") else {
        return Some(StoreAt::Sqlite(r.surroundings.path("autoscale.db")));
    };
    if at.word().is_some() {
        let fix = "write { sqlite: PATH }; or memory, in a test";
        let store = at.parse(r, "a store", fix, |text| (text == "memory").then_some(StoreAt::GroupState));
        if store.is_some() {
            r.warn(
                at,
                "windows, modes and rations are forgotten when the process ends",
                "write { sqlite: PATH }, except in a test",
            );
        }
        return store;
    }
    let fields = at.map(r, known::STORE)?;
    let path = fields.need(r, "sqlite", "write { sqlite: PATH }")?.clone();
    path.new_file(r).map(StoreAt::Sqlite)
}
