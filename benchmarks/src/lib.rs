//! What the benchmarks share.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clerk_sdk::{Clerk, ClerkOptions, Environment};
use serde_json::{Value, json};

pub const PRIVATE: &str = include_str!("../../clerk-sdk/tests/keys/main.private.pem");
pub const PUBLIC: &str = include_str!("../../clerk-sdk/tests/keys/main.public.pem");

pub fn der(pem: &str) -> Vec<u8> {
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(body).unwrap()
}

/// A session token as Clerk makes them, with an active organization.
pub fn session_token() -> String {
    session_token_of("user_2abcdefghijklmnopqrstuvwxyz1")
}

pub fn session_token_of(user_id: &str) -> String {
    let now = jsonwebtoken::get_current_timestamp();
    let claims: Value = json!({
        "azp": "https://app.example.com", "exp": now + 100_000, "fva": [3, -1], "iat": now, "nbf": now - 10,
        "iss": "https://clerk.example.com", "jti": "6a4e1b1c2d3e4f5a6b7c", "sid": "sess_2abcdefghijklmnopqrstuvwxyz1",
        "sts": "active", "sub": user_id, "v": 2, "fea": "o:posts,o:billing", "pla": "o:pro",
        "o": { "id": "org_2abcdefghijklmnopqrstuvwxyz1", "slg": "acme", "rol": "admin", "per": "read,manage", "fpm": "3,2" },
    });
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS256);
    header.kid = Some("ins_2abcdefghijklmnopqrstuvwxyz1".to_owned());
    let key = jsonwebtoken::EncodingKey::from_rsa_der(&der(PRIVATE));
    jsonwebtoken::encode(&header, &claims, &key).unwrap()
}

/// A client that needs no network, and remembers so many tokens that it verified.
pub fn instance(remembered: usize) -> Clerk {
    Clerk::with_environment(options(remembered), Environment::empty()).unwrap()
}

/// The options of [`instance`].
pub fn options(remembered: usize) -> ClerkOptions {
    ClerkOptions::new()
        .secret_key("sk_live_1")
        .publishable_key("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k")
        .jwt_key(PUBLIC)
        .authorized_parties(["https://app.example.com"])
        .verified_tokens(remembered)
}
