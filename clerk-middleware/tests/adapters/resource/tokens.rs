//! Access tokens, and a Backend API that knows the opaque ones.

use serde_json::{Value, json};
use test_support::server::{self, Recorded, Server};

use crate::backend::{NOW, sign_with};

const MAIN: &str = include_str!("../../../../clerk-sdk/tests/keys/main.private.pem");
const OTHER: &str = include_str!("../../../../clerk-sdk/tests/keys/other.private.pem");

pub(super) const RESOURCE: &str = "https://api.example.com/mcp";

fn signed(key: &str, changes: &Value) -> String {
    let mut claims = json!({
        "sub": "user_1", "client_id": "client_1", "jti": "oat_1", "iss": "https://clerk.example.com", "aud": RESOURCE,
        "iat": NOW - 10, "exp": NOW + 50, "scp": ["profile"],
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
        .as_object_mut()
        .unwrap()
        .retain(|_, value| !value.is_null());
    sign_as("at+jwt", key, &claims)
}

fn sign_as(typ: &str, key: &str, claims: &Value) -> String {
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS256);
    header.kid = Some("ins_1".to_owned());
    header.typ = Some(typ.to_owned());
    let der = test_support::pem::der(key).unwrap();
    jsonwebtoken::encode(
        &header,
        claims,
        &jsonwebtoken::EncodingKey::from_rsa_der(&der),
    )
    .unwrap()
}

/// Returns an access token for the resource, with these claims changed.
pub(super) fn access(changes: &Value) -> String {
    signed(MAIN, changes)
}

pub(super) fn foreign() -> String {
    signed(OTHER, &json!({}))
}

pub(super) fn machine() -> String {
    sign_with(
        MAIN,
        &json!({ "sub": "mch_1", "iat": NOW - 10, "exp": NOW + 50, "scopes": "mch_2" }),
    )
}

/// Knows `oat_good`; is down for `oat_down`; knows nothing else.
pub(super) async fn backend() -> Server {
    let token = json!({
        "object": "clerk_idp_oauth_access_token", "id": "oat_1", "client_id": "client_1", "subject": "user_1",
        "scopes": ["profile"], "revoked": false, "expired": false,
    });
    Server::handling(
        move |request: &Recorded| match request.json()["access_token"].as_str() {
            Some("oat_good") => server::json(200, token.clone()),
            Some("oat_down") => server::json(500, json!({})),
            _ => server::json(404, json!({ "errors": [] })),
        },
    )
    .await
}
