//! A Backend API on loopback, a client for it, tokens and requests.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use clerk_middleware::{AuthenticateOptions, RequestState, authenticate_request};
use clerk_sdk::{Clerk, ClerkOptions, Clock, Environment, HttpOptions, RetryPolicy};
use http::request::Parts;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

pub(crate) const NOW: i64 = 1_750_000_000;
pub(crate) const PRODUCTION: &str = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k";
pub(crate) const DEVELOPMENT: &str = "pk_test_Y2xlYW4tbWF5Zmx5LTYyLmNsZXJrLmFjY291bnRzLmRldiQ";
/// The suffix of the production instance's cookies.
pub(crate) const SUFFIX: &str = "naoXFJnI";

const PRIVATE_KEY: &str = include_str!("../../../clerk-sdk/tests/keys/main.private.pem");
const PUBLIC_KEY: &str = include_str!("../../../clerk-sdk/tests/keys/main.public.pem");

/// The responses of a Backend API, by method and path.
pub(crate) type Routes = HashMap<&'static str, (u16, Value)>;

pub(crate) struct Backend {
    url: String,
    calls: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Backend {
    pub(crate) async fn start(routes: Routes) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let calls = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&calls);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut bytes = Vec::new();
                let (line, body) = loop {
                    assert!(stream.read_buf(&mut bytes).await.unwrap() > 0);
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    let Some((head, body)) = text.split_once("\r\n\r\n") else {
                        continue;
                    };
                    let length = head
                        .lines()
                        .find_map(|line| {
                            line.to_lowercase()
                                .strip_prefix("content-length: ")?
                                .parse()
                                .ok()
                        })
                        .unwrap_or(0);
                    if body.len() >= length {
                        let line = head.lines().next().unwrap().trim_end_matches(" HTTP/1.1");
                        break (line.replace("/v1", ""), body.to_owned());
                    }
                };
                let (status, received) = routes.get(line.as_str()).cloned().unwrap_or((
                    404,
                    json!({ "errors": [{ "code": "resource_not_found", "message": "-" }] }),
                ));
                let body = serde_json::from_str(&body).unwrap_or_default();
                written.lock().unwrap().push((line, body));
                let text = received.to_string();
                let length = text.len();
                let wait = if status == 429 {
                    "retry-after: 30\r\n"
                } else {
                    ""
                };
                let received = format!(
                    "HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
                     {wait}connection: close\r\n\r\n{text}"
                );
                let _ = stream.write_all(received.as_bytes()).await;
            }
        });
        Self { url, calls }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn calls(&self) -> Vec<(String, Value)> {
        self.calls.lock().unwrap().clone()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.calls().into_iter().map(|(line, _)| line).collect()
    }

    pub(crate) fn clerk(&self) -> Clerk {
        clerk(options().server_api_url(self.url()))
    }
}

/// Returns options for a production instance whose key is known, so that no key is fetched.
pub(crate) fn options() -> ClerkOptions {
    ClerkOptions::new()
        .secret_key("sk_live_1")
        .publishable_key(PRODUCTION)
        .jwt_key(PUBLIC_KEY)
        .server_api_url("http://127.0.0.1:9")
        .http_options(HttpOptions::new().retry(RetryPolicy::none()))
        .clock(Clock::from_fn(|| NOW * 1000))
}

pub(crate) fn clerk(options: ClerkOptions) -> Clerk {
    Clerk::with_environment(options, Environment::empty()).unwrap()
}

pub(crate) fn sign(claims: &Value) -> String {
    sign_with(PRIVATE_KEY, claims)
}

pub(crate) fn sign_with(private_key: &str, claims: &Value) -> String {
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS256);
    header.kid = Some("ins_1".to_owned());
    let der = test_support::pem::der(private_key).unwrap();
    let key = jsonwebtoken::EncodingKey::from_rsa_der(&der);
    jsonwebtoken::encode(&header, claims, &key).unwrap()
}

/// Returns a session token with these claims added or replaced.
pub(crate) fn token(changes: &Value) -> String {
    let mut claims = json!({
        "sub": "user_1", "sid": "sess_1", "iss": "https://clerk.example.com", "azp": "https://app.example.com",
        "iat": NOW - 10, "nbf": NOW - 20, "exp": NOW + 50,
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    sign(&claims)
}

pub(crate) fn request(uri: &str, headers: &[(&str, &str)]) -> Parts {
    let mut request = http::Request::get(uri).header("host", "app.example.com");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap().into_parts().0
}

/// Returns the outcome of a page load with these cookies.
pub(crate) async fn page(
    clerk: &Clerk,
    options: &AuthenticateOptions,
    uri: &str,
    cookies: &str,
) -> RequestState {
    let headers = [
        ("sec-fetch-dest", "document"),
        ("x-forwarded-proto", "https"),
        ("cookie", cookies),
    ];
    authenticate_request(clerk, &request(uri, &headers), options).await
}

/// Returns the outcome of an API call with this token.
pub(crate) async fn call(
    clerk: &Clerk,
    options: &AuthenticateOptions,
    uri: &str,
    token: &str,
) -> RequestState {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str())];
    authenticate_request(clerk, &request(uri, &headers), options).await
}

pub(crate) fn reason(state: &RequestState) -> &str {
    state.reason().map_or("", |reason| reason.as_str())
}

pub(crate) fn user(state: &RequestState) -> Option<&str> {
    match state.auth()? {
        clerk_sdk::auth::AuthObject::Session(auth) => auth.user_id.as_deref(),
        _ => None,
    }
}

pub(crate) fn header<'s>(state: &'s RequestState, name: &str) -> Option<&'s str> {
    state.headers().get(name)?.to_str().ok()
}
