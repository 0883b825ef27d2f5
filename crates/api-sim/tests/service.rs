//! A simulator as a service and as a router.

use api_sim::{ConnectionLost, Simulated, SimulatorService, router};
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response};
use tower::ServiceExt as _;

/// Answers with the body that it was sent; a request for `/lost` loses its connection.
#[derive(Clone)]
struct Echo;

impl Simulated for Echo {
    async fn answer(self, request: Request<Body>) -> Result<Response<Body>, ConnectionLost> {
        if request.uri().path() == "/lost" {
            Err(ConnectionLost)
        } else {
            Ok(Response::new(request.into_body()))
        }
    }
}

fn request(path: &str) -> Request<Body> {
    Request::builder().uri(path).body("hello".into()).unwrap()
}

#[tokio::test]
async fn a_lost_connection_is_an_error_in_process_and_a_body_that_breaks_off_behind_a_router() {
    let answer = SimulatorService::new(Echo).oneshot(request("/")).await.unwrap();
    assert_eq!(to_bytes(answer.into_body(), 100).await.unwrap(), "hello");
    assert_eq!(SimulatorService::new(Echo).oneshot(request("/lost")).await.unwrap_err(), ConnectionLost);

    let answer = router(Echo).oneshot(request("/")).await.unwrap();
    assert_eq!(to_bytes(answer.into_body(), 100).await.unwrap(), "hello");
    let lost = router(Echo).oneshot(request("/lost")).await.unwrap();
    assert!(to_bytes(lost.into_body(), 100).await.is_err());
}
