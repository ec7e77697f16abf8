//! Cases of `authenticateRequest`, one by one and in sequences.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use anyhow::Result;
use clerk_middleware::{AuthenticateOptions, RequestState, SignedIn, authenticate_request};
use clerk_sdk::auth::{Auth, AuthObject, MachineAuth};
use clerk_sdk::tokens::{Claims, TokenType};
use clerk_sdk::{Clerk, Environment};
use http::HeaderMap;
use http::header::{LOCATION, SET_COOKIE};
use serde_json::{Map, Value, json};
use url::Url;

use super::setting::{accepts, authenticate_options, clerk_options, request};
use super::{UNREPRESENTABLE, errors};
use crate::mock_api::{MockApi, compared};

pub(super) async fn one(case: &Value) -> Result<Value> {
    let Some(parts) = request(&case["request"])? else {
        return Ok(json!({ "kind": UNREPRESENTABLE }));
    };
    let api = MockApi::start(&case["api"]["routes"]).await?;
    let clock = Arc::new(AtomicI64::new(case["clock"].as_i64().unwrap_or_default()));
    let options = authenticate_options(case, &case["options"])?;
    let mut ours = match client(case, &api, &clock, &options) {
        Ok(clerk) => {
            let state = authenticate_request(&clerk, &parts, &options).await;
            let mut ours = our_state(&state);
            if let Some(filters) = case["accepts"].as_array() {
                ours["getAuth"] = filtered(&state, filters)?;
            }
            ours
        }
        Err(error) => json!({ "kind": "throw", "error": error }),
    };
    ours["calls"] = compared(&api.calls());
    Ok(ours)
}

/// The client of a case, or the name of what is wrong with its configuration.
fn client(
    case: &Value,
    api: &MockApi,
    clock: &Arc<AtomicI64>,
    options: &AuthenticateOptions,
) -> Result<Clerk, String> {
    let given = clerk_options(case, &case["options"], &api.url, clock);
    let clerk = Clerk::with_environment(given, Environment::empty())
        .map_err(|error| errors::of_client(&error))?;
    options
        .validate(&clerk)
        .map_err(|error| errors::of_configuration(&error))?;
    Ok(clerk)
}

fn filtered(state: &RequestState, filters: &[Value]) -> Result<Value> {
    let Some(auth) = state.auth().cloned() else {
        return Ok(Value::Null);
    };
    let mut found = Map::new();
    for filter in filters {
        let auth = auth.clone().accepted_as(&accepts(filter)?);
        found.insert(filter.to_string(), facts(Some(&auth), state));
    }
    Ok(found.into())
}

fn our_state(state: &RequestState) -> Value {
    let token = match state {
        RequestState::SignedIn(signed_in) => Some(signed_in.token()),
        _ => None,
    };
    let location = state
        .redirect_location()
        .and_then(|location| Url::parse(location.to_str().ok()?).ok())
        .map(|url| location_of(&url));
    let mut ours = json!({
        "kind": "state",
        "status": state.status().as_str(),
        "reason": state.reason().map(ToString::to_string),
        "tokenType": state.token_type().map(TokenType::as_str),
        "token": token,
        "headers": headers_of(state.headers()),
        "location": location,
        "auth": state.auth().map(|auth| facts(Some(auth), state)),
    });
    if let RequestState::SignedIn(signed_in) = state
        && let Some(pending) = &signed_in.pending
    {
        ours["authTreatPendingAsSignedIn"] = session(pending, Some(signed_in.token()));
    }
    ours
}

pub(super) fn location_of(url: &Url) -> Value {
    json!({
        "origin": url.origin().ascii_serialization(),
        "path": url.path(),
        "query": url.query_pairs().collect::<Vec<_>>(),
    })
}

fn headers_of(headers: &HeaderMap) -> Value {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let mut out = Map::new();
    for (name, value) in headers {
        if name == LOCATION {
            continue;
        }
        if name == SET_COOKIE {
            let list = headers.get_all(name).iter().map(text).collect::<Vec<_>>();
            out.insert(name.to_string(), list.into());
        } else {
            out.insert(name.to_string(), text(value).into());
        }
    }
    out.into()
}

/// An auth object as JavaScript has it.
fn facts(auth: Option<&AuthObject>, state: &RequestState) -> Value {
    let token = match state {
        RequestState::SignedIn(signed_in) => Some(signed_in.token()),
        _ => None,
    };
    match auth {
        Some(AuthObject::Session(auth)) => session(auth, token),
        Some(AuthObject::Machine(machine)) => {
            let mut facts = machine_facts(machine);
            facts["tokenType"] = machine.token_type().as_str().into();
            facts["isAuthenticated"] = true.into();
            facts["getToken"] = token.into();
            facts
        }
        Some(AuthObject::NoMachine(kind)) => {
            json!({ "tokenType": kind.as_str(), "isAuthenticated": false })
        }
        _ => json!({ "tokenType": null, "isAuthenticated": false }),
    }
}

fn session(auth: &Auth, token: Option<&str>) -> Value {
    let ages = auth
        .factor_ages
        .map(|ages| [ages.first.unwrap_or(-1.0), ages.second.unwrap_or(-1.0)]);
    let is_somebody = auth.claims.is_some() || auth.is_signed_in();
    json!({
        "tokenType": "session_token",
        "sessionClaims": auth.claims.as_ref().map(Claims::to_object),
        "sessionId": auth.session_id,
        "sessionStatus": auth.session_status,
        "userId": auth.user_id,
        "actor": auth.actor,
        "orgId": auth.org_id,
        "orgRole": auth.org_role,
        "orgSlug": auth.org_slug,
        "orgPermissions": auth.org_permissions,
        "factorVerificationAge": ages,
        "isAuthenticated": is_somebody,
        "getToken": token.filter(|_| is_somebody && auth.session_id.is_some()),
    })
}

fn machine_facts(machine: &MachineAuth) -> Value {
    match machine {
        MachineAuth::ApiKey(key) => json!({
            "id": key.id, "subject": key.subject, "scopes": key.scopes, "name": key.name, "claims": key.claims,
            "userId": key.user_id, "orgId": key.org_id,
        }),
        MachineAuth::M2m(token) => json!({
            "id": token.id, "subject": token.machine_id, "machineId": token.machine_id, "scopes": token.scopes,
            "claims": token.claims,
        }),
        MachineAuth::OAuth(token) => json!({
            "id": token.id, "subject": token.user_id, "userId": token.user_id, "scopes": token.scopes,
            "clientId": token.client_id,
        }),
        _ => Value::Null,
    }
}

/// Several requests to one client.
pub(super) async fn sequence(case: &Value) -> Result<Value> {
    let api = MockApi::start(&case["api"]["routes"]).await?;
    let clock = Arc::new(AtomicI64::new(case["clock"].as_i64().unwrap_or_default()));
    let initial = clerk_options(case, &case["options"], &api.url, &clock);
    let clerk = match Clerk::with_environment(initial, Environment::empty()) {
        Ok(clerk) => clerk,
        Err(error) => return Ok(json!({ "kind": "throw", "error": errors::of_client(&error) })),
    };
    let mut steps = Vec::new();
    for step in case["steps"].as_array().into_iter().flatten() {
        if let Some(now) = step["clock"].as_i64() {
            clock.store(now, Ordering::Relaxed);
        }
        if let Some(routes) = step.get("setRoutes") {
            api.set_routes(routes);
        }
        let given = step.get("options").unwrap_or(&case["options"]);
        let next = clerk_options(case, given, &api.url, &clock);
        clerk.update(|options| {
            let clock = options.clock.clone();
            *options = next;
            // The clock is the same; another one would be another verifier.
            options.clock = clock;
        })?;
        let options = authenticate_options(case, given)?;
        let Some(parts) = request(step.get("request").unwrap_or(&case["request"]))? else {
            return Ok(json!({ "kind": UNREPRESENTABLE }));
        };
        let before = api.count();
        let parallel = step["parallel"].as_u64();
        let shared = Arc::new((clerk.clone(), parts, options));
        let mut tasks = Vec::new();
        for _ in 0..parallel.unwrap_or(1) {
            let shared = Arc::clone(&shared);
            tasks.push(tokio::spawn(async move {
                let (clerk, parts, options) = &*shared;
                authenticate_request(clerk, parts, options).await
            }));
        }
        let mut outcomes = Vec::new();
        for task in tasks {
            outcomes.push(brief(&task.await?));
        }
        settle(&api).await;
        let calls = api.count() - before;
        steps.push(match parallel {
            None => json!({ "outcome": outcomes.pop(), "apiCalls": calls }),
            Some(_) => json!({ "outcomes": outcomes, "apiCalls": calls }),
        });
    }
    Ok(json!({ "kind": "sequence", "steps": steps, "calls": compared(&api.calls()) }))
}

/// Waits until nothing is asked any more: keys may be fetched while requests are already judged by older ones.
async fn settle(api: &MockApi) {
    let mut count = api.count();
    let mut quiet = 0;
    while quiet < 10 {
        tokio::time::sleep(Duration::from_millis(2)).await;
        quiet = if api.count() == count { quiet + 1 } else { 0 };
        count = api.count();
    }
}

fn brief(state: &RequestState) -> Value {
    let user_id = match state {
        RequestState::SignedIn(signed_in) => user_of(signed_in),
        _ => None,
    };
    json!({
        "kind": "state",
        "status": state.status().as_str(),
        "reason": state.reason().map(ToString::to_string),
        "tokenType": state.token_type().map(TokenType::as_str),
        "userId": user_id,
    })
}

fn user_of(signed_in: &SignedIn) -> Option<&str> {
    match &*signed_in.auth {
        AuthObject::Session(auth) => auth.user_id.as_deref(),
        _ => None,
    }
}
