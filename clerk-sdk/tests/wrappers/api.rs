//! A Backend API that records what arrives, and a client of it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use clerk_sdk::clerk_api::reqwest::{self, Url};
use clerk_sdk::{Clerk, ClerkOptions, Environment, HttpOptions, RetryPolicy};
use serde_json::{Value, json};
use test_support::server::{self, Server};

pub(crate) const SECRET_KEY: &str = "sk_test_wrappers";
pub(crate) const MACHINE_SECRET_KEY: &str = "ak_wrappers";

/// Making an HTTP client reads the system's certificates, which takes longer than all the rest of a test.
static TRANSPORT: LazyLock<reqwest::Client> = LazyLock::new(Default::default);

/// What arrived.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub(crate) verb: String,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Recorded {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

impl From<server::Recorded> for Recorded {
    fn from(request: server::Recorded) -> Self {
        let url = Url::parse(&format!("http://localhost{}", request.target)).unwrap();
        let headers = request.headers.into_iter();
        Self {
            verb: request.method,
            path: url.path().to_owned(),
            query: url.query_pairs().into_owned().collect(),
            headers: headers
                .map(|(name, value)| (name.to_ascii_lowercase(), value))
                .collect(),
            body: request.body,
        }
    }
}

/// A Backend API that rejects everything in the same way, and a client of it.
pub(crate) struct Api {
    pub(crate) clerk: Clerk,
    server: Server,
}

impl Api {
    pub(crate) async fn start() -> Self {
        let body = json!({ "errors": [{ "code": "teapot", "message": "no" }] });
        let server = Server::answering(418, body).await;
        let http = HttpOptions::new()
            .retry(RetryPolicy::none())
            .client(TRANSPORT.clone());
        let options = ClerkOptions::new()
            .secret_key(SECRET_KEY)
            .machine_secret_key(MACHINE_SECRET_KEY)
            .server_api_url(server.url())
            .http_options(http);
        Self {
            clerk: Clerk::with_environment(options, Environment::empty()).unwrap(),
            server,
        }
    }

    /// What has arrived since this was called last.
    pub(crate) fn take(&self) -> Vec<Recorded> {
        self.server.take().into_iter().map(Recorded::from).collect()
    }
}
