//! Clients, tokens and cookies of the instance that the servers use.

use clerk_sdk::ClerkOptions;
use serde_json::json;

use crate::backend::{NOW, options, token};

pub(crate) const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

pub(crate) fn production() -> ClerkOptions {
    options()
        .authorized_parties(["https://app.example.com"])
        .webhook_signing_secret(WEBHOOK_SECRET)
}

pub(crate) fn cookies(session: &str) -> String {
    format!("__session={session}; __client_uat={}", NOW - 100)
}

pub(crate) fn admin() -> String {
    token(&json!({ "org_id": "org_1", "org_role": "org:admin", "fva": [0, -1] }))
}

pub(crate) fn expired() -> String {
    token(&json!({ "exp": NOW - 60, "iat": NOW - 120 }))
}

/// Returns a token of an instance with another key.
pub(crate) fn foreign() -> String {
    let token = token(&json!({}));
    let (rest, _) = token.rsplit_once('.').unwrap();
    let other = include_str!("../../../clerk-sdk/tests/keys/other.private.pem");
    let signature = crate::backend::sign_with(other, &json!({ "sub": "user_1" }));
    format!("{rest}.{}", signature.rsplit_once('.').unwrap().1)
}
