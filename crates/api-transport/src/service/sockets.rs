use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::Service;
use super::body::Body;
use super::error::ServiceError;
use super::system_roots::SystemRoots;
use crate::is_loopback;
use crate::outcome::BoxError;

/// The service over real sockets: connections are kept and used again, TLS is rustls with ring, gzip is understood,
/// redirects are not followed (a token must not wander).
#[derive(Debug, Clone)]
pub struct Sockets {
    client: reqwest::Client,
    /// For addresses of this machine, which a proxy of the environment cannot reach; none when the client is the caller's.
    loopback: Option<reqwest::Client>,
}

impl Sockets {
    /// Settings to begin with: the system's roots (read at the first handshake), 10 s to connect, the proxies of the environment but for addresses of this
    /// machine.
    pub fn builder() -> SocketsBuilder {
        SocketsBuilder { ca: None, connect_limit: Duration::from_secs(10) }
    }

    /// Uses the caller's own client, with whatever it is set to do.
    pub const fn from_client(client: reqwest::Client) -> Self {
        Self { client, loopback: None }
    }
}

/// Where the certificates that are trusted come from.
#[derive(Debug, Clone)]
enum Ca {
    File(PathBuf),
    Pem(Vec<u8>),
}

/// Settings of [`Sockets`].
#[derive(Debug, Clone)]
pub struct SocketsBuilder {
    ca: Option<Ca>,
    connect_limit: Duration,
}

impl SocketsBuilder {
    /// A PEM file whose certificates are trusted in place of the system's.
    #[must_use]
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca = Some(Ca::File(path.into()));
        self
    }

    /// PEM text whose certificates are trusted in place of the system's.
    #[must_use]
    pub fn ca_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.ca = Some(Ca::Pem(pem.into()));
        self
    }

    /// The longest time to make a connection. Keep it below the time limit of an attempt: a connection that was never
    /// made is known not to have carried a request.
    #[must_use]
    pub const fn connect_limit(mut self, limit: Duration) -> Self {
        self.connect_limit = limit;
        self
    }

    /// Reads the certificates that were given, and makes the service.
    ///
    /// # Errors
    /// When the CA file cannot be read or holds no certificate.
    pub fn build(self) -> Result<Sockets, SocketsError> {
        let tls = match &self.ca {
            Some(Ca::File(path)) => trusting(path)?,
            Some(Ca::Pem(pem)) => trusting_pem(pem)?,
            None => trusting_the_system().map_err(|source| SocketsError::Tls { source })?,
        };
        let client = || {
            reqwest::Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .connect_timeout(self.connect_limit)
                .redirect(reqwest::redirect::Policy::none())
                .tcp_nodelay(true)
                // Below the minute after which load balancers commonly close idle connections.
                .pool_idle_timeout(Duration::from_secs(50))
        };
        let built = |builder: reqwest::ClientBuilder| {
            builder.build().map_err(|error| SocketsError::Tls { source: error.into() })
        };
        Ok(Sockets { client: built(client())?, loopback: Some(built(client().no_proxy())?) })
    }
}

/// A service over sockets that could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SocketsError {
    /// The CA file cannot be read.
    #[error("cannot read the CA certificates in {}: name a readable PEM file", path.display())]
    Ca {
        /// The file.
        path: PathBuf,
        /// What the system or the PEM reader said.
        #[source]
        source: BoxError,
    },
    /// The file was read and holds no certificate.
    #[error("{} holds no PEM certificate: name a file with at least one", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// The PEM text holds no certificate, or one that cannot be read.
    #[error("cannot read a CA certificate in the PEM text: give at least one")]
    Pem {
        /// What the PEM reader said.
        #[source]
        source: BoxError,
    },
    /// TLS could not be set up.
    #[error("cannot set up TLS")]
    Tls {
        /// What the TLS library said.
        #[source]
        source: BoxError,
    },
}

fn trusting(path: &Path) -> Result<rustls::ClientConfig, SocketsError> {
    let ca = |source: BoxError| SocketsError::Ca { path: path.to_owned(), source };
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|e| ca(e.into()))? {
        roots.add(certificate.map_err(|e| ca(e.into()))?).map_err(|e| ca(e.into()))?;
    }
    if roots.is_empty() {
        return Err(SocketsError::NoCertificate { path: path.to_owned() });
    }
    with_roots(roots)
}

fn trusting_pem(pem: &[u8]) -> Result<rustls::ClientConfig, SocketsError> {
    let bad = |source: BoxError| SocketsError::Pem { source };
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        roots.add(certificate.map_err(|e| bad(e.into()))?).map_err(|e| bad(e.into()))?;
    }
    if roots.is_empty() {
        return Err(bad("it holds none".into()));
    }
    with_roots(roots)
}

fn with_roots(roots: rustls::RootCertStore) -> Result<rustls::ClientConfig, SocketsError> {
    let config = config().map_err(|source| SocketsError::Tls { source })?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

fn trusting_the_system() -> Result<rustls::ClientConfig, BoxError> {
    let verifier = Arc::new(SystemRoots::new(provider()));
    Ok(config()?.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

fn config() -> Result<rustls::ConfigBuilder<rustls::ClientConfig, rustls::WantsVerifier>, BoxError> {
    Ok(rustls::ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?)
}

/// The provider is named, not taken from the process: no global state, and nothing but ring in the tree.
fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

#[async_trait]
impl Service for Sockets {
    async fn call(&self, request: http::Request<Bytes>) -> Result<http::Response<Body>, ServiceError> {
        let (head, body) = request.into_parts();
        let url = reqwest::Url::parse(&head.uri.to_string()).map_err(ServiceError::building)?;
        let client = match &self.loopback {
            Some(direct) if is_loopback(&url) => direct,
            _ => &self.client,
        };
        let request = client.request(head.method, url).headers(head.headers).body(body);
        let mut answer = request.send().await.map_err(before_the_answer)?;
        let (status, version) = (answer.status(), answer.version());
        let headers = std::mem::take(answer.headers_mut());
        let chunks = stream::try_unfold(answer, |mut answer| async move {
            let chunk = answer.chunk().await.map_err(|error| {
                let timed_out = error.is_timeout();
                ServiceError::reading(error.without_url()).timed_out(timed_out)
            })?;
            Ok(chunk.map(|chunk| (chunk, answer)))
        });
        let mut response = http::Response::new(Body::from_stream(chunks));
        *response.status_mut() = status;
        *response.version_mut() = version;
        *response.headers_mut() = headers;
        Ok(response)
    }
}

fn before_the_answer(error: reqwest::Error) -> ServiceError {
    let (timed_out, connecting, building) = (error.is_timeout(), error.is_connect(), error.is_builder());
    // The address is known to the caller, and a query may hold what should not be printed.
    let error = error.without_url();
    if building {
        ServiceError::building(error)
    } else if connecting {
        ServiceError::connecting(error).timed_out(timed_out)
    } else {
        ServiceError::sending(error).timed_out(timed_out)
    }
}
