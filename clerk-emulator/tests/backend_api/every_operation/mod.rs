//! All operations of the document through clerk-api's typed requests: each response decodes, and validates against the
//! document.

mod access;
mod billing;
mod connections;
mod machines;
mod organizations;
mod settings;
mod users;

use std::collections::BTreeSet;
use std::future::IntoFuture;

use clerk_api::{Client, Config, Error, HttpOptions, Response, RetryPolicy};
use clerk_emulator::Emulator;
use serde::Serialize;
use serde_json::Value;

use super::http::{self, Seen};
use super::oracle::{BACKEND_API, Operation, operations};

/// An emulator, a client that reaches it through the proxy, and what the proxy saw.
pub struct Tour {
    pub emulator: Emulator,
    pub clerk: Client,
    pub url: String,
    pub seen: Seen,
}

impl Tour {
    async fn start() -> Self {
        let emulator = http::emulator().await;
        let (url, seen) = http::proxy(&emulator).await;
        let clerk = client(&url, emulator.secret_key());
        Self {
            emulator,
            clerk,
            url,
            seen,
        }
    }

    /// A client with another key.
    pub fn client(&self, key: &str) -> Client {
        client(&self.url, key)
    }
}

fn client(url: &str, key: &str) -> Client {
    Client::new(
        Config::new(key)
            .server_api_url(url)
            .http_options(HttpOptions::new().retry(RetryPolicy::none())),
    )
}

/// Sends the request; what was decoded, as JSON.
pub async fn ok<C, T>(call: C) -> Value
where
    C: IntoFuture<Output = Result<Response<T>, Error>>,
    T: Serialize,
{
    match call.await {
        Ok(response) => serde_json::to_value(&*response).unwrap(),
        Err(error) => panic!("{error}: {error:?}"),
    }
}

/// For operations without a response body.
pub async fn done<C, T>(call: C)
where
    C: IntoFuture<Output = Result<T, Error>>,
{
    if let Err(error) = call.await {
        panic!("{error}: {error:?}");
    }
}

pub use super::http::id;

#[tokio::test]
async fn all_operations_answer_documents_that_the_schema_accepts() {
    let tour = Tour::start().await;
    users::all(&tour).await;
    organizations::all(&tour).await;
    access::all(&tour).await;
    machines::all(&tour).await;
    connections::all(&tour).await;
    billing::all(&tour).await;
    settings::all(&tour).await;

    let mut called = BTreeSet::new();
    let mut failures = BTreeSet::new();
    for seen in tour.seen.lock().unwrap().iter() {
        let operation = Operation::at(&BACKEND_API, &seen.method, &seen.path);
        called.insert(operation.id);
        for problem in operation.problems(seen.status, &seen.body, seen.paginated) {
            failures.insert(format!("{} ({}): {problem}", operation.id, seen.status));
        }
    }
    assert!(
        failures.is_empty(),
        "{}",
        failures.into_iter().collect::<Vec<_>>().join("\n")
    );
    let missed: Vec<&str> = operations(&BACKEND_API)
        .iter()
        .map(|operation| operation.id)
        .filter(|id| !called.contains(id))
        .collect();
    assert!(missed.is_empty(), "never called: {missed:?}");
    assert_eq!(called.len(), operations(&BACKEND_API).len(), "each id once");
}
