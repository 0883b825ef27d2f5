//! The program as its users and its supervisor see it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

const SECRET: &str = "a-token-that-nobody-may-see";

/// A folder with a configuration whose Linode API is out of reach.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new(size: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let text = format!(
            "owner: k3x9w2
linode: {{ token: {{ env: LINODE_TOKEN }}, url: \"http://127.0.0.1:1\" }}
store: {{ sqlite: autoscale.db }}
groups:
  web:
    region: nl-ams
    size: {size}
    template: {{ type: g6-standard-2, image: linode/debian12, authorized_users: [ops] }}
    balancers: [{{ nodebalancer: 1, config: 2, port: 8080 }}]
    policies:
      - step: {{ on: {{ alertname: WebCpuHigh, autoscale_group: web }}, add: 50% }}
"
        );
        fs::write(folder.path().join("autoscale.yaml"), text).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_autoscalerd"));
        command.args(args).current_dir(self.folder.path()).env_clear().env("LINODE_TOKEN", SECRET);
        command
    }

    fn output(&self, args: &[&str]) -> (Option<i32>, String) {
        let Output { status, stdout, stderr } = self.command(args).output().unwrap();
        (status.code(), String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr))
    }
}

/// One that runs, ended with its value.
struct Running {
    child: Child,
    address: String,
}

impl Running {
    fn start(place: &Place, args: &[&str]) -> Self {
        let mut command = place.command(args);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").unwrap_or_else(|| {
            let mut said = String::new();
            child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
            panic!("{line:?}: {said}")
        });
        Self { address: address.to_owned(), child }
    }

    fn ask(&self, request: &str) -> String {
        let request = format!(
            "{request} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        );
        self.say(&request)
    }

    fn post(&self, path: &str, body: &str) -> String {
        let length = body.len();
        self.say(&format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        ))
    }

    fn say(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    /// Sends a signal; its exit code and what it logged.
    fn end(mut self, signal: &str) -> (Option<i32>, String) {
        self.signal(signal);
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap().code(), said)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok()
}

#[test]
fn it_serves_until_it_is_told_to_end_and_names_no_secret() {
    let place = Place::new("{ min: 2, max: 6 }");
    for (signal, format) in [("-TERM", "text"), ("-INT", "json")] {
        let running = Running::start(&place, &["--listen", "127.0.0.1:0", "--log-format", format]);
        assert!(running.ask("GET /healthz").starts_with("HTTP/1.1 200"));
        assert!(running.ask("GET /readyz").starts_with("HTTP/1.1 200"));
        let ready = running.ask("GET /readyz?acting");
        assert!(ready.starts_with("HTTP/1.1 503"), "{ready}");
        let left = read(&place.path("autoscale.db.addr")).unwrap();
        assert_eq!(left.trim(), format!("http://{}", running.address));
        let token = read(&place.path("autoscale.db.key")).unwrap();
        let (code, said) = running.end(signal);
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("stopping between two steps") && said.contains("stopped"), "{said}");
        assert!(!said.contains(SECRET) && !said.contains(token.trim()), "{said}");
        if format == "json" {
            assert!(said.lines().all(|line| line.starts_with('{') && line.ends_with('}')), "{said}");
        }
        assert_eq!(read(&place.path("autoscale.db.addr")), None);
        assert_eq!(read(&place.path("autoscale.db.key")), None);
    }
}

#[test]
fn sighup_does_not_kill_and_says_that_nothing_is_read_again() {
    let place = Place::new("{ min: 2, max: 6 }");
    let running = Running::start(&place, &["--listen", "127.0.0.1:0"]);
    running.signal("-HUP");
    assert!(running.ask("GET /healthz").starts_with("HTTP/1.1 200"), "it goes on");
    let (code, said) = running.end("-TERM");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("SIGHUP: the configuration can't be read again yet"), "{said}");
}

#[test]
fn what_a_sender_wrote_forges_no_line_of_the_log_and_colours_nothing() {
    let place = Place::new("{ min: 2, max: 6 }");
    for format in ["text", "json"] {
        let running = Running::start(&place, &["--listen", "127.0.0.1:0", "--log-format", format]);
        let forged = "x\\n2026-01-05T08:00:00Z  WARN forged: \\u001b[31mred";
        let answer = running.post("/webhook", &format!("{{\"{forged}\": 1}}"));
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
        let (_, said) = running.end("-TERM");
        assert!(said.contains("forged"), "{said}");
        assert!(said.lines().all(|line| !line.starts_with("2026-01-05T08")), "{said}");
        assert!(!said.contains('\u{1b}'), "no colours where there is no terminal: {said}");
    }
}

#[test]
fn a_store_that_vanishes_stops_it_from_acting_and_it_says_so() {
    let place = Place::new("{ min: 2, max: 6 }");
    let running = Running::start(&place, &["--listen", "127.0.0.1:0"]);
    assert!(running.ask("GET /readyz").starts_with("HTTP/1.1 200"));
    for name in ["autoscale.db", "autoscale.db-wal", "autoscale.db-shm"] {
        fs::remove_file(place.path(name)).unwrap();
    }
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let ready = running.ask("GET /readyz");
    assert!(ready.starts_with("HTTP/1.1 503") && ready.contains("removed or replaced"), "{ready}");
}

#[test]
fn a_second_one_says_who_has_the_store() {
    let place = Place::new("{ min: 2, max: 6 }");
    let first = Running::start(&place, &["--listen", "127.0.0.1:0"]);
    let (code, said) = place.output(&["--listen", "127.0.0.1:0"]);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("in use by autoscalerd") && said.contains(&first.address), "{said}");
    assert!(first.ask("GET /healthz").starts_with("HTTP/1.1 200"), "the first one goes on");
}

#[test]
fn a_configuration_that_can_not_be_used_is_shown_with_its_place() {
    let place = Place::new("{ min: 7, max: 6 }");
    for args in [&["--check"][..], &[]] {
        let (code, said) = place.output(args);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("autoscale.yaml:7:") && said.contains("^") && said.contains("fix:"), "{said}");
    }
    let (code, said) = place.output(&["--config", "nowhere.yaml"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("nowhere.yaml"), "{said}");
    assert_eq!(place.output(&["--nonsense"]).0, Some(2));
}

#[test]
fn a_good_configuration_is_said_to_be_and_nothing_is_begun() {
    let place = Place::new("{ min: 2, max: 6 }");
    let (code, said) = place.output(&["--check"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("autoscale.yaml: no errors, 1 groups"), "{said}");
    assert_eq!(read(&place.path("autoscale.db.lock")), None);
    let by_variable = place.command(&["--check"]).env("AUTOSCALE_CONFIG", "nowhere.yaml").output().unwrap();
    assert_eq!(by_variable.status.code(), Some(2));
}

#[test]
fn it_does_not_listen_where_others_reach_it_without_credentials() {
    let place = Place::new("{ min: 2, max: 6 }");
    let (code, said) = place.output(&["--listen", "0.0.0.0:0"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("daemon.") && said.contains("127.0.0.1"), "{said}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (code, said) = place.output(&["--listen", &taken.local_addr().unwrap().to_string()]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("can't listen") && said.contains("because:"), "{said}");
}
