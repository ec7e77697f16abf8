//! The log of requests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use serde::Serialize;

/// How many requests are kept: the latest.
const MAX_REQUESTS: usize = 10_000;
/// How many characters of a path are kept.
const MAX_PATH: usize = 1024;

/// A request that the emulator received.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = clerk_emulator::Emulator::builder().start().await?;
/// let config = clerk_api::Config::new(emulator.secret_key()).server_api_url(emulator.url());
/// clerk_api::Client::new(config).get_users_count().await?;
///
/// let request = &emulator.requests()[0];
/// assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/v1/users/count"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReceivedRequest {
    /// The method, such as `GET`.
    pub method: String,
    /// The path with its version, such as `/v1/users`, without the query: that may hold tokens. Its first 1,024
    /// characters.
    pub path: String,
}

/// The requests of an emulator, the oldest first. Clones share one log.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestLog(Arc<Mutex<VecDeque<ReceivedRequest>>>);

impl RequestLog {
    pub(crate) fn list(&self) -> Vec<ReceivedRequest> {
        self.lock().iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    fn push(&self, request: ReceivedRequest) {
        let mut requests = self.lock();
        if requests.len() == MAX_REQUESTS {
            requests.pop_front();
        }
        requests.push_back(request);
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<ReceivedRequest>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Logs a request before anything else happens to it. Requests that control the emulator are not logged.
pub(crate) async fn log_request(
    State(log): State<RequestLog>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    if path != "/__emulator" && !path.starts_with("/__emulator/") {
        log.push(ReceivedRequest {
            method: request.method().as_str().to_owned(),
            path: path.chars().take(MAX_PATH).collect(),
        });
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_are_kept() {
        let requests = RequestLog::default();
        for number in 0..=MAX_REQUESTS {
            requests.push(ReceivedRequest {
                method: "GET".into(),
                path: format!("/{number}"),
            });
        }
        let list = requests.list();
        assert_eq!(list.len(), MAX_REQUESTS);
        assert_eq!(list[0].path, "/1");
        requests.clear();
        assert!(requests.list().is_empty());
    }
}
