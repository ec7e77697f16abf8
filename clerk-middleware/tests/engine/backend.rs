//! A Backend API on loopback, a client for it, tokens and requests.

use std::collections::HashMap;

use clerk_middleware::{AuthenticateOptions, RequestState, authenticate_request};
use clerk_sdk::{Clerk, ClerkOptions, Clock, Environment, HttpOptions, RetryPolicy};
use http::request::Parts;
use serde_json::{Value, json};
use test_support::server::{self, Recorded, Server};

pub(crate) const NOW: i64 = 1_750_000_000;
pub(crate) const PRODUCTION: &str = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k";
pub(crate) const DEVELOPMENT: &str = "pk_test_Y2xlYW4tbWF5Zmx5LTYyLmNsZXJrLmFjY291bnRzLmRldiQ";
/// The suffix of the production instance's cookies.
pub(crate) const SUFFIX: &str = "naoXFJnI";

const PRIVATE_KEY: &str = include_str!("../../../clerk-sdk/tests/keys/main.private.pem");
const PUBLIC_KEY: &str = include_str!("../../../clerk-sdk/tests/keys/main.public.pem");

/// The responses of a Backend API, by method and path.
pub(crate) type Routes = HashMap<&'static str, (u16, Value)>;

pub(crate) struct Backend(Server);

impl Backend {
    pub(crate) async fn start(routes: Routes) -> Self {
        let missing = json!({ "errors": [{ "code": "resource_not_found", "message": "-" }] });
        let serve = move |request: &Recorded| match routes.get(&*line_of(request)).cloned() {
            Some((429, body)) => server::json(429, body).header("retry-after", 30),
            Some((status, body)) => server::json(status, body),
            None => server::json(404, missing.clone()),
        };
        Self(Server::handling(serve).await)
    }

    pub(crate) fn url(&self) -> &str {
        self.0.url()
    }

    pub(crate) fn calls(&self) -> Vec<(String, Value)> {
        let requests = self.0.requests().into_iter();
        requests
            .map(|request| {
                let body = serde_json::from_slice(&request.body).unwrap_or_default();
                (line_of(&request), body)
            })
            .collect()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.requests().iter().map(line_of).collect()
    }

    pub(crate) fn clerk(&self) -> Clerk {
        clerk(options().server_api_url(self.url()))
    }
}

/// Returns method and target, without the version of the API.
fn line_of(request: &Recorded) -> String {
    request.line().replace("/v1", "")
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
