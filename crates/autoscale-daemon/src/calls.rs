//! How the APIs that we call answer, counted at the seam.

use std::fmt;
use std::sync::Arc;

use api_transport::{Body, Service, ServiceError};
use async_trait::async_trait;
use bytes::Bytes;
use futures_util::StreamExt;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

/// Counts calls of APIs by their answers. Clones count together; give one to the daemon and it shows the counts.
#[derive(Clone, Debug, Default)]
pub struct ApiCalls {
    pub(crate) calls: Family<CallLabels, Counter>,
    pub(crate) errors: Family<ErrorLabels, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct CallLabels {
    api: &'static str,
    method: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct ErrorLabels {
    api: &'static str,
    /// The status, or `none` where no whole answer came.
    status: String,
}

impl ApiCalls {
    /// Counts what passes through `service`, under the name `api`.
    #[must_use]
    pub fn count(&self, api: &'static str, service: Arc<dyn Service>) -> Counted {
        Counted { api, service, calls: self.clone() }
    }
}

/// A service whose exchanges are counted.
#[derive(Clone)]
pub struct Counted {
    api: &'static str,
    service: Arc<dyn Service>,
    calls: ApiCalls,
}

impl fmt::Debug for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counted")
            .field("api", &self.api)
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Service for Counted {
    async fn call(&self, request: http::Request<Bytes>) -> Result<http::Response<Body>, ServiceError> {
        let labels = CallLabels { api: self.api, method: request.method().to_string() };
        self.calls.calls.get_or_create(&labels).inc();
        let failed = {
            let errors = self.calls.errors.clone();
            let api = self.api;
            move |status: &str| {
                errors.get_or_create(&ErrorLabels { api, status: status.to_owned() }).inc();
            }
        };
        let answer = match self.service.call(request).await {
            Ok(answer) => answer,
            Err(error) => {
                failed("none");
                return Err(error);
            }
        };
        if !answer.status().is_success() {
            failed(answer.status().as_str());
            return Ok(answer);
        }
        // An answer that breaks off is not a whole one either.
        Ok(answer.map(|body| {
            Body::from_stream(body.inspect(move |chunk| {
                if chunk.is_err() {
                    failed("none");
                }
            }))
        }))
    }
}
