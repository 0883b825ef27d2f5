//! A node's health checks: at once, then at every interval.

use std::io;
use std::net::SocketAddr;

use axum::http::{Request, header};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::balancer::{CheckKind, CheckSpec};

/// As much of a page as a body check looks at.
const BODY_LIMIT: usize = 1 << 20;

/// Checks for ever and tells `verdict` what each check means: true for UP, false for DOWN.
///
/// One success is UP; DOWN takes `attempts` failures in a row, and until then nothing is said. A node that nobody
/// checks is UP at every interval, so that one which a failed request took out comes back.
pub(crate) async fn watch<V>(target: Option<SocketAddr>, check: CheckSpec, verdict: V)
where
    V: Fn(bool) + Send,
{
    let mut failures = 0;
    loop {
        let well = match (check.kind, target) {
            (CheckKind::None, _) => true,
            (_, None) => false,
            (_, Some(target)) => {
                matches!(tokio::time::timeout(check.timeout, probe(target, &check)).await, Ok(Ok(())))
            }
        };
        if well {
            failures = 0;
            verdict(true);
        } else {
            failures += 1;
            if failures >= check.attempts {
                verdict(false);
            }
        }
        tokio::time::sleep(check.interval).await;
    }
}

async fn probe(target: SocketAddr, check: &CheckSpec) -> io::Result<()> {
    let stream = TcpStream::connect(target).await?;
    if check.kind == CheckKind::Connection {
        return Ok(());
    }
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    let path = if check.path.starts_with('/') { check.path.as_str() } else { "/" };
    let request = Request::get(path)
        .header(header::HOST, target.to_string())
        .header(header::USER_AGENT, "NodeBalancer")
        .header(header::CONNECTION, "close")
        .body(Empty::<Bytes>::new())
        .map_err(io::Error::other)?;
    let asked = async {
        let answer = sender.send_request(request).await.map_err(io::Error::other)?;
        let status = answer.status();
        if !(status.is_success() || status.is_redirection()) {
            return Err(io::Error::other(format!("the check was answered {status}")));
        }
        if check.kind == CheckKind::HttpBody {
            let body = Limited::new(answer.into_body(), BODY_LIMIT).collect().await;
            let body = body.map_err(io::Error::other)?.to_bytes();
            if !String::from_utf8_lossy(&body).contains(&check.body) {
                return Err(io::Error::other("the page lacks the text that the check looks for"));
            }
        }
        Ok(())
    };
    // Both in this one future: a check that is given up takes its connection with it.
    let mut asked = std::pin::pin!(asked);
    tokio::select! {
        result = &mut asked => result,
        _ = connection => asked.await,
    }
}
