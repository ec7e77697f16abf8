//! Cases of `verifyToken`, `verifyMachineAuthToken` and `decodeJwt`.

use clerk_api::{Client, Config};
use clerk_sdk::Clock;
use clerk_sdk::auth::MachineAuth;
use clerk_sdk::tokens::{
    PublicKey, TokenError, TokenType, TokenVerifier, VerifyTokenOptions, decode_jwt,
};
use serde_json::{Map, Value, json};

use super::mock_api::{MockApi, recorded_calls};
use super::{Failure, Outcome, text};

/// A verifier and options as a case describes them, and the API behind them.
struct Setting {
    verifier: TokenVerifier,
    options: VerifyTokenOptions,
    api: MockApi,
}

async fn setting(case: &Value) -> Result<Setting, Failure> {
    let given = &case["options"];
    let api = MockApi::start(&case["api"]["routes"]).await?;
    let clock = case
        .get("clock")
        .and_then(Value::as_i64)
        .unwrap_or_default();
    let mut builder = TokenVerifier::builder().clock(Clock::from_fn(move || clock));
    let client = |key: String| Client::new(Config::new(key).server_api_url(api.url.clone()));
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
        builder = builder.jwt_key(PublicKey::from_pem(&pem)?);
    }
    let mut options = VerifyTokenOptions::new()
        .authorized_parties(texts(&given["authorizedParties"]))
        .audience(texts(&given["audience"]))
        .issuer(texts(&given["issuer"]))
        .header_types(texts(&given["headerType"]))
        .skip_jwks_cache(given["skipJwksCache"] == true);
    if let Some(skew) = given["clockSkewInMs"].as_i64() {
        options = options.clock_skew_ms(skew);
    }
    Ok(Setting {
        verifier: builder.build(),
        options,
        api,
    })
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(one) => vec![one.clone()],
        Value::Array(several) => several
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

pub(crate) async fn verify_token(case: &Value, recorded: &Value) -> Result<Outcome, Failure> {
    let Setting {
        verifier,
        options,
        api,
    } = setting(case).await?;
    let token = text(case, "token");
    // Twice: the second time from the cache of verified tokens, which must not make a difference.
    let first = verifier.verify(&token, &options).await;
    let again = verifier.verify(&token, &options).await;
    let outcome = |result: Result<_, TokenError>| match result {
        Ok(claims) => json!({ "kind": "ok", "claims": claims }),
        Err(error) => json!({ "kind": "throw", "reason": error.reason().as_str() }),
    };
    let result = |result: Result<clerk_sdk::tokens::Claims, TokenError>| {
        outcome(result.map(|claims| Value::Object(claims.as_object().clone())))
    };
    let (mut ours, again) = (result(first), result(again));
    if ours != again {
        return Err(format!("{}: {ours} and then {again}", case["id"]).into());
    }
    let mut expected = match recorded["outcome"]["kind"].as_str() {
        Some("ok") => json!({ "kind": "ok", "claims": recorded["outcome"]["claims"] }),
        _ => json!({ "kind": "throw", "reason": reason(&recorded["outcome"]["error"]) }),
    };
    if recorded.get("apiCalls").is_some() {
        expected["calls"] = recorded_calls(recorded);
        ours["calls"] = api.calls();
    }
    Ok(Outcome {
        ours,
        recorded: expected,
    })
}

/// An error without a reason is one that nobody foresaw.
fn reason(error: &Value) -> Value {
    error
        .get("reason")
        .cloned()
        .unwrap_or_else(|| json!("unexpected-error"))
}

pub(crate) async fn verify_machine_token(
    case: &Value,
    recorded: &Value,
) -> Result<Outcome, Failure> {
    let Setting {
        verifier,
        options,
        api,
    } = setting(case).await?;
    let mut ours = match verifier
        .verify_machine_token(&text(case, "token"), &options)
        .await
    {
        Ok(machine) => json!({
            "kind": "ok",
            "tokenType": machine.token_type().as_str(),
            "data": facts(&machine),
        }),
        Err(error) => match error.token_type {
            Some(kind) => json!({
                "kind": "ok",
                "tokenType": kind.as_str(),
                "code": error.error.reason().as_str(),
            }),
            None => json!({ "kind": "throw" }),
        },
    };
    let outcome = &recorded["outcome"];
    let mut expected = json!({ "kind": outcome["kind"], "tokenType": outcome["tokenType"] });
    if let Some(code) = outcome["errors"][0].get("code") {
        expected["code"] = code.clone();
    } else if let Some(data) = outcome["data"].as_object() {
        let compared = ["id", "subject", "scopes", "name", "claims", "clientId"];
        let data: Map<String, Value> = data
            .iter()
            .filter(|(name, _)| compared.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        expected["data"] = Value::Object(data);
    }
    expected["calls"] = recorded_calls(recorded);
    ours["calls"] = api.calls();
    Ok(Outcome {
        ours,
        recorded: expected,
    })
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

pub(crate) fn decode(case: &Value, recorded: &Value) -> Outcome {
    let token = text(case, "token");
    let is_machine = TokenType::of_machine_token(&token).is_some();
    let ours = match decode_jwt(&token) {
        Ok(jwt) => json!({
            "kind": "ok", "header": jwt.header, "payload": jwt.payload, "isMachineToken": is_machine,
        }),
        Err(error) => json!({
            "kind": "throw", "reason": error.reason().as_str(), "isMachineToken": is_machine,
        }),
    };
    let outcome = &recorded["outcome"];
    let expected = match outcome["kind"].as_str() {
        Some("ok") => outcome.clone(),
        _ => json!({
            "kind": "throw", "reason": reason(&outcome["error"]), "isMachineToken": outcome["isMachineToken"],
        }),
    };
    Outcome {
        ours,
        recorded: expected,
    }
}
