//! Addresses that never leave the machine.

use std::net::IpAddr;

use url::Url;

/// Whether `url` names this machine: `localhost`, 127.0.0.0/8 or `[::1]`. What is sent there needs no encryption and no proxy.
///
/// ```
/// use api_transport::is_loopback;
///
/// assert!(is_loopback(&"http://127.0.0.1:8080/v4".parse()?));
/// assert!(!is_loopback(&"http://localhost.example/".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
