//! How the APIs that we call answer, counted at the seam.

use std::{fmt, sync::Arc};

use api_transport::{Service, ServiceError};
use async_trait::async_trait;
use bytes::Bytes;
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family},
};

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
    async fn call(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, ServiceError> {
        let labels = CallLabels { api: self.api, method: request.method().to_string() };
        self.calls.calls.get_or_create(&labels).inc();
        let answer = self.service.call(request).await;
        let failed = match &answer {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(answer.status().as_str().to_owned()),
            Err(_) => Some("none".to_owned()),
        };
        if let Some(status) = failed {
            self.calls.errors.get_or_create(&ErrorLabels { api: self.api, status }).inc();
        }
        answer
    }
}
