//! What the fuzz targets share: a throw-away key to sign with, instances that need no network, and servers on loopback.

mod upstream;

use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use clerk_middleware::{AuthenticateOptions, RequestState, authenticate_request};
use clerk_sdk::auth::AuthObject;
use clerk_sdk::{Clerk, ClerkOptions, Clock, Environment, HttpOptions, RetryPolicy};
use http::request::Parts;
use http::{HeaderName, HeaderValue};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

pub use self::upstream::Upstream;

/// The time of every instance, in seconds since 1970.
pub const NOW: i64 = 1_750_000_000;
/// The publishable keys of a production and of a development instance.
pub const PRODUCTION: &str = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k";
pub const DEVELOPMENT: &str = "pk_test_Y2xlYW4tbWF5Zmx5LTYyLmNsZXJrLmFjY291bnRzLmRldiQ";
/// The header of an ordinary session token.
pub const HEADER: &str = r#"{"alg":"RS256","kid":"ins_1","typ":"JWT"}"#;

pub const PUBLIC_KEY: &str = include_str!("../../clerk-sdk/tests/keys/main.public.pem");
const PRIVATE_KEY: &str = include_str!("../../clerk-sdk/tests/keys/main.private.pem");

pub static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
});

static SIGNING_KEY: LazyLock<KeyPair> = LazyLock::new(|| {
    let base64: String = PRIVATE_KEY
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    KeyPair::from_der(&STANDARD.decode(base64).unwrap()).unwrap()
});

/// A session token that every instance here accepts.
pub static SESSION: LazyLock<String> = LazyLock::new(|| sign(HEADER, &claims(50)));
/// The same, long expired.
pub static EXPIRED: LazyLock<String> = LazyLock::new(|| sign(HEADER, &claims(-5000)));

fn claims(expires_in: i64) -> Vec<u8> {
    let claims = json!({
        "sub": "user_1", "sid": "sess_1", "iss": "https://clerk.example.com", "azp": "https://app.example.com",
        "iat": NOW - 6000, "nbf": NOW - 6000, "exp": NOW + expires_in, "v": 2, "fea": "o:posts",
        "o": { "id": "org_1", "slg": "acme", "rol": "admin", "per": "read", "fpm": "1" },
    });
    claims.to_string().into_bytes()
}

/// Returns a JWT of this header and payload, which need not be JSON, signed with RS256.
pub fn sign(header: &str, payload: &[u8]) -> String {
    let message = unsigned(header, payload);
    let key = &*SIGNING_KEY;
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        message.as_bytes(),
        &mut signature,
    )
    .unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Returns the part of a JWT that is signed.
pub fn unsigned(header: &str, payload: &[u8]) -> String {
    format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(payload)
    )
}

/// Returns an instance whose key is at hand. Nothing listens at the address of its Backend API.
pub fn options(publishable_key: &str) -> ClerkOptions {
    let secret_key = if publishable_key == PRODUCTION {
        "sk_live_1"
    } else {
        "sk_test_1"
    };
    ClerkOptions::new()
        .secret_key(secret_key)
        .publishable_key(publishable_key)
        .jwt_key(PUBLIC_KEY)
        .server_api_url("http://127.0.0.1:9")
        .http_options(HttpOptions::new().retry(RetryPolicy::none()))
        .clock(Clock::from_fn(|| NOW * 1000))
}

pub fn clerk(options: ClerkOptions) -> Clerk {
    Clerk::with_environment(options, Environment::empty()).unwrap()
}

/// Returns a request. `None` for a URI that no HTTP server would take.
pub fn request(uri: &[u8]) -> Option<Parts> {
    let (mut parts, ()) = http::Request::new(()).into_parts();
    parts.uri = http::Uri::try_from(uri).ok()?;
    Some(parts)
}

/// Adds a header, if it can be one.
pub fn add(parts: &mut Parts, name: &[u8], value: &[u8]) {
    if let (Ok(name), Ok(value)) = (
        HeaderName::from_bytes(name),
        HeaderValue::from_bytes(value.trim_ascii()),
    ) {
        let _ = parts.headers.try_append(name, value);
    }
}

/// Adds what lines of `name: value` say.
pub fn add_lines<'l>(parts: &mut Parts, lines: impl Iterator<Item = &'l [u8]>) {
    for line in lines {
        if let Some(at) = line.iter().position(|byte| *byte == b':') {
            add(parts, &line[..at], &line[at + 1..]);
        }
    }
}

pub fn authenticate(clerk: &Clerk, parts: &Parts, options: &AuthenticateOptions) -> RequestState {
    RUNTIME.block_on(authenticate_request(clerk, parts, options))
}

/// Returns the user of a session.
pub fn user(state: &RequestState) -> Option<&str> {
    match state.auth()? {
        AuthObject::Session(auth) => auth.user_id.as_deref(),
        _ => None,
    }
}

/// Returns the first byte of an input, which chooses, and what follows it. Seeds begin with a digit or a letter.
pub fn choice(data: &[u8]) -> Option<(u8, &[u8])> {
    let (choice, rest) = data.split_first()?;
    Some((choice.wrapping_sub(b'0'), rest))
}

/// Returns the text up to the end of a line, and what follows it.
pub fn line(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|byte| *byte == b'\n') {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, &[]),
    }
}

/// Returns what serde_json reads, where it reads anything.
pub fn json(bytes: &[u8]) -> Option<Value> {
    serde_json::from_slice(bytes).ok()
}
