//! Every method of every resource, on a server that records what arrives: verb, path, query and body are those of its
//! operation, and the outcome comes back as this crate's.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod actor_tokens;
mod admin_portal_link_tokens;
mod agent_tasks;
mod allowlist_identifiers;
mod api_keys;
mod beta_features;
mod billing;
mod blocklist_identifiers;
mod clients;
mod custom;
mod directories;
mod domains;
mod email_addresses;
mod enterprise_connections;
mod idp_oauth_access_token;
mod instance;
mod interstitial;
mod invitations;
mod jwks;
mod jwt_templates;
mod m2m;
mod machines;
mod names;
mod oauth_applications;
mod organization_permissions;
mod organization_roles;
mod organizations;
mod phone_numbers;
mod proxy_checks;
mod redirect_urls;
mod role_sets;
mod saml_connections;
mod scim_directories;
mod sessions;
mod sign_in_tokens;
mod sign_ups;
mod templates;
mod testing_tokens;
mod users;
mod waitlist_entries;
mod webhooks;

use std::collections::BTreeMap;
use std::future::IntoFuture;
use std::sync::{Arc, LazyLock, Mutex};

use clerk_sdk::{Clerk, ClerkOptions, Environment, Error, HttpOptions, RetryPolicy};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Making an HTTP client reads the system's certificates, which takes longer than all the rest of a test.
static TRANSPORT: LazyLock<clerk_sdk::clerk_api::reqwest::Client> = LazyLock::new(Default::default);

/// Verb and path of each operation of the document.
static OPERATIONS: LazyLock<BTreeMap<String, (String, String)>> = LazyLock::new(|| {
    let text = include_str!("../../../openapi/backend-api.json");
    let document: Value = serde_json::from_str(text).unwrap();
    let mut operations = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (verb, operation) in item.as_object().unwrap() {
            if let Some(id) = operation.get("operationId").and_then(Value::as_str) {
                operations.insert(id.to_owned(), (verb.to_uppercase(), path.clone()));
            }
        }
    }
    operations
});

/// What arrived.
#[derive(Debug)]
struct Recorded {
    verb: String,
    path: String,
    query: Vec<(String, String)>,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

/// A Backend API that refuses everything in the same way, and a client of it.
struct Api {
    clerk: Clerk,
    recorded: Arc<Mutex<Vec<Recorded>>>,
}

impl Api {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let recorded = Arc::new(Mutex::new(Vec::new()));
        let records = Arc::clone(&recorded);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, Arc::clone(&records)));
            }
        });
        let http = HttpOptions::new()
            .retry(RetryPolicy::none())
            .client(TRANSPORT.clone());
        let options = ClerkOptions::new()
            .secret_key("sk_test_wrappers")
            .machine_secret_key("ak_wrappers")
            .server_api_url(url)
            .http_options(http);
        Self {
            clerk: Clerk::with_environment(options, Environment::empty()).unwrap(),
            recorded,
        }
    }

    /// What has arrived since this was asked last.
    fn take(&self) -> Vec<Recorded> {
        std::mem::take(&mut self.recorded.lock().unwrap())
    }

    /// Sends the request of a method. `name` is the method's in Clerk's JavaScript SDK, for `names`.
    async fn check<T, R>(&self, name: &str, operation: &str, expected: &str, request: R)
    where
        R: IntoFuture<Output = Result<T, Error>>,
    {
        let expected: Value = sample(expected);
        let error = request.into_future().await.err().unwrap();
        assert_eq!(
            error.status().unwrap().as_u16(),
            418,
            "{name} {operation}: {error}"
        );

        let [request] = &self.take()[..] else {
            panic!("{operation}: not one request");
        };
        let (verb, path) = &OPERATIONS[operation];
        assert_eq!(&request.verb, verb, "{operation}");
        let mut values = expected["path_values"].as_array().unwrap().iter();
        let path: Vec<String> = path
            .split('/')
            .map(|segment| match segment.starts_with('{') {
                true => values.next().unwrap().as_str().unwrap().to_owned(),
                false => segment.to_owned(),
            })
            .collect();
        let sent: Vec<String> = request
            .path
            .strip_prefix("/v1")
            .unwrap()
            .split('/')
            .map(|segment| {
                percent_decode_str(segment)
                    .decode_utf8()
                    .unwrap()
                    .into_owned()
            })
            .collect();
        assert_eq!(sent, path, "{operation}");
        let query: Vec<(String, String)> =
            serde_json::from_value(expected["query"].clone()).unwrap();
        assert_eq!(request.query, query, "{operation}");
        let key = if operation.contains("M2MToken") {
            "ak_wrappers"
        } else {
            "sk_test_wrappers"
        };
        // The few operations without authentication are sent without the key.
        if let Some(sent) = request.headers.get("authorization") {
            assert_eq!(sent, &format!("Bearer {key}"), "{operation}");
        }
        match (expected.get("body"), expected.get("parts")) {
            (Some(body), _) => assert_eq!(&request.json(), body, "{operation}"),
            (None, Some(parts)) => {
                assert!(
                    request.headers["content-type"].starts_with("multipart/form-data; boundary=")
                );
                let sent = String::from_utf8_lossy(&request.body);
                for (name, value) in parts.as_object().unwrap() {
                    assert!(
                        sent.contains(&format!("name=\"{name}\"")),
                        "{operation}: {sent}"
                    );
                    assert!(
                        sent.contains(value.as_str().unwrap()),
                        "{operation}: {sent}"
                    );
                }
            }
            (None, None) => assert!(request.body.is_empty(), "{operation}: {request:?}"),
        }
    }
}

impl Recorded {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Records the requests of one connection and refuses each.
async fn serve(mut stream: TcpStream, records: Arc<Mutex<Vec<Recorded>>>) {
    let mut bytes = Vec::new();
    loop {
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
            if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                return;
            }
            continue;
        };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let mut lines = head.split("\r\n");
        let first: Vec<&str> = lines.next().unwrap().split(' ').collect();
        let headers: BTreeMap<String, String> = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let length = headers
            .get("content-length")
            .map_or(0, |length| length.parse().unwrap());
        let body_from = end + 4;
        while bytes.len() < body_from + length {
            if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                return;
            }
        }
        let url =
            clerk_sdk::clerk_api::reqwest::Url::parse(&format!("http://localhost{}", first[1]))
                .unwrap();
        records.lock().unwrap().push(Recorded {
            verb: first[0].to_owned(),
            path: url.path().to_owned(),
            query: url.query_pairs().into_owned().collect(),
            headers,
            body: bytes[body_from..body_from + length].to_vec(),
        });
        bytes.drain(..body_from + length);
        let answer = json!({ "errors": [{ "code": "teapot", "message": "no" }] }).to_string();
        let head = "HTTP/1.1 418 -\r\ncontent-type: application/json";
        let answer = format!("{head}\r\ncontent-length: {}\r\n\r\n{answer}", answer.len());
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// A typed value from JSON.
fn sample<T: DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"))
}
