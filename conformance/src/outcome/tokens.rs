//! Cases of `verifyToken`, `verifyMachineAuthToken` and `decodeJwt`.

use anyhow::Result;
use clerk_api::{Client, Config};
use clerk_sdk::Clock;
use clerk_sdk::auth::MachineAuth;
use clerk_sdk::tokens::{
    Claims, PublicKey, TokenError, TokenType, TokenVerifier, VerifyTokenOptions, decode_jwt,
};
use serde_json::{Value, json};

use super::setting::{quick, verify_options};
use crate::cases::text;
use crate::mock_api::{MockApi, compared};

/// The verifier that a case describes; `None` if its key is invalid.
fn verifier(case: &Value, api: &MockApi) -> Option<TokenVerifier> {
    let given = &case["options"];
    let clock = case["clock"].as_i64().unwrap_or_default();
    let mut builder = TokenVerifier::builder().clock(Clock::from_fn(move || clock));
    let client = |key: String| Client::new(quick(Config::new(key)).server_api_url(api.url.clone()));
    let secret = text(given, "secretKey");
    if !secret.is_empty() {
        builder = builder.api(client(secret));
    }
    let machine_secret = text(given, "machineSecretKey");
    if !machine_secret.is_empty() {
        builder = builder.machine_api(client(machine_secret));
    }
    let pem = text(given, "jwtKey");
    if !pem.is_empty() {
        builder = builder.jwt_key(PublicKey::from_pem(&pem).ok()?);
    }
    Some(builder.build())
}

fn options(case: &Value) -> VerifyTokenOptions {
    verify_options(&case["options"], &case["options"]["audience"])
}

fn no_key() -> Value {
    json!({ "kind": "throw", "error": "invalid-jwt-key", "calls": [] })
}

pub(super) async fn verify(case: &Value) -> Result<Value> {
    let api = MockApi::start(&case["api"]["routes"]).await?;
    let Some(verifier) = verifier(case, &api) else {
        return Ok(no_key());
    };
    let token = text(case, "token");
    let result = |result: Result<Claims, TokenError>| match result {
        Ok(claims) => json!({ "kind": "ok", "claims": claims.to_object() }),
        Err(error) => json!({ "kind": "throw", "reason": error.reason().as_str() }),
    };
    let mut ours = result(verifier.verify(&token, &options(case)).await);
    ours["calls"] = compared(&api.calls());
    if ours["kind"] == "ok" {
        // The second time from the cache of verified tokens, which must not make a difference.
        let again = result(verifier.verify(&token, &options(case)).await);
        if again["claims"] != ours["claims"] {
            return Ok(json!({ "kind": "unsteady", "first": ours, "second": again }));
        }
    }
    Ok(ours)
}

pub(super) async fn verify_machine(case: &Value) -> Result<Value> {
    let api = MockApi::start(&case["api"]["routes"]).await?;
    let Some(verifier) = verifier(case, &api) else {
        return Ok(no_key());
    };
    let token = text(case, "token");
    let verified = MachineAuth::verify(&verifier, &token, &options(case)).await;
    let mut ours = match verified {
        Ok(machine) => json!({
            "kind": "ok", "tokenType": machine.token_type().as_str(), "data": facts(&machine),
        }),
        Err(error) => match error.token_type {
            Some(kind) => json!({
                "kind": "ok", "tokenType": kind.as_str(), "code": error.error.reason().as_str(),
            }),
            None => json!({ "kind": "throw" }),
        },
    };
    ours["calls"] = compared(&api.calls());
    Ok(ours)
}

fn facts(machine: &MachineAuth) -> Value {
    match machine {
        MachineAuth::ApiKey(key) => json!({
            "id": key.id, "subject": key.subject, "scopes": key.scopes, "name": key.name, "claims": key.claims,
        }),
        MachineAuth::M2m(token) => json!({
            "id": token.id, "subject": token.machine_id, "scopes": token.scopes, "claims": token.claims,
        }),
        MachineAuth::OAuth(token) => json!({
            "id": token.id, "subject": token.user_id, "scopes": token.scopes, "clientId": token.client_id,
        }),
        _ => Value::Null,
    }
}

pub(super) fn decode(case: &Value) -> Value {
    let token = text(case, "token");
    let is_machine = TokenType::of_machine_token(&token).is_some();
    match decode_jwt(&token) {
        Ok(jwt) => json!({
            "kind": "ok", "header": jwt.header, "payload": jwt.payload, "isMachineToken": is_machine,
        }),
        Err(error) => json!({
            "kind": "throw", "reason": error.reason().as_str(), "isMachineToken": is_machine,
        }),
    }
}
