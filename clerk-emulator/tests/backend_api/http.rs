//! Requests without an SDK, and a proxy that records an SDK's responses.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use clerk_emulator::{Clock, Emulator, EmulatorBuilder};
use serde_json::Value;

/// 2023-11-14T22:13:20Z
pub const START: i64 = 1_700_000_000_000;

/// An emulator whose clock stands still.
pub async fn emulator() -> Emulator {
    with(Emulator::builder()).await
}

pub async fn with(builder: EmulatorBuilder) -> Emulator {
    builder.clock(Clock::fixed(START)).start().await.unwrap()
}

/// Calls the Backend API of an emulator with a key.
#[derive(Clone)]
pub struct Api {
    pub url: String,
    pub key: String,
    http: reqwest::Client,
}

#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub trace_id: String,
    pub body: Value,
}

impl Api {
    pub fn new(emulator: &Emulator) -> Self {
        Self {
            url: emulator.url().to_owned(),
            key: emulator.secret_key().to_owned(),
            http: reqwest::Client::new(),
        }
    }

    pub fn with_key(&self, key: &str) -> Self {
        Self {
            key: key.to_owned(),
            ..self.clone()
        }
    }

    /// A request to a path below `/v1`.
    pub async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        let url = format!("{}/v1{path}", self.url);
        let mut request = self
            .http
            .request(method.to_uppercase().parse().unwrap(), url);
        if !self.key.is_empty() {
            request = request.bearer_auth(&self.key);
        }
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        reply(request).await
    }

    pub async fn get(&self, path: &str) -> Value {
        self.ok("GET", path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        self.ok("POST", path, Some(&body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Value {
        self.ok("PATCH", path, Some(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Value {
        self.ok("PUT", path, Some(&body)).await
    }

    pub async fn delete(&self, path: &str) -> Value {
        self.ok("DELETE", path, None).await
    }

    async fn ok(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let reply = self.send(method, path, body).await;
        assert!(reply.status < 300, "{method} {path}: {reply:?}");
        reply.body
    }

    /// Sends a request that is rejected; returns its status and the first error's code.
    pub async fn rejected(&self, method: &str, path: &str, body: Value) -> (u16, String) {
        let body = (!body.is_null()).then_some(&body);
        let reply = self.send(method, path, body).await;
        (
            reply.status,
            reply.body["errors"][0]["code"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        )
    }

    /// A user with an email address, and its id.
    pub async fn user(&self, email: &str) -> String {
        id(&self
            .post("/users", serde_json::json!({"email_address": [email]}))
            .await)
    }
}

pub async fn reply(request: reqwest::RequestBuilder) -> Reply {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let trace_id = response
        .headers()
        .get("x-clerk-trace-id")
        .map(|id| id.to_str().unwrap().to_owned());
    let text = response.text().await.unwrap();
    Reply {
        status,
        trace_id: trace_id.unwrap_or_default(),
        body: serde_json::from_str(&text).unwrap_or_default(),
    }
}

pub fn id(document: &Value) -> String {
    document["id"]
        .as_str()
        .unwrap_or_else(|| panic!("no id in {document}"))
        .to_owned()
}

/// What went through the proxy.
pub type Seen = Arc<Mutex<Vec<Exchange>>>;

pub struct Exchange {
    pub method: String,
    /// Below `/v1`, without query.
    pub path: String,
    pub paginated: bool,
    pub status: u16,
    pub body: String,
}

/// A server that forwards requests to the emulator and records the responses.
pub async fn proxy(emulator: &Emulator) -> (String, Seen) {
    let seen = Seen::default();
    let state = (
        emulator.url().to_owned(),
        reqwest::Client::new(),
        Arc::clone(&seen),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        axum::serve(listener, Router::new().fallback(pass_on).with_state(state)).await
    });
    (url, seen)
}

async fn pass_on(
    State((target, http, seen)): State<(String, reqwest::Client, Seen)>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().trim_start_matches("/v1").to_owned();
    let url = format!("{target}{}", parts.uri);
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let answer = http
        .request(parts.method.clone(), url)
        .headers(parts.headers)
        .body(body)
        .send()
        .await
        .unwrap();
    let status = answer.status();
    let headers = answer.headers().clone();
    let text = answer.text().await.unwrap();
    seen.lock().unwrap().push(Exchange {
        method: parts.method.to_string(),
        path,
        paginated: parts
            .uri
            .query()
            .unwrap_or_default()
            .contains("paginated=true"),
        status: status.as_u16(),
        body: text.clone(),
    });
    let mut response = Response::builder().status(status);
    for (name, value) in &headers {
        if name != "content-length" && name != "transfer-encoding" {
            response = response.header(name, value);
        }
    }
    response.body(Body::from(text)).unwrap()
}
