//! Cases of `authenticateRequest`, one by one and in sequences.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use clerk_middleware::{RequestState, SignedIn, authenticate_request};
use clerk_sdk::auth::{Auth, AuthObject, MachineAuth};
use clerk_sdk::tokens::{Claims, TokenType};
use clerk_sdk::{Clerk, Environment};
use http::HeaderMap;
use http::header::{LOCATION, SET_COOKIE};
use serde_json::{Map, Value, json};
use url::Url;

use super::mock_api::{MockApi, recorded_calls};
use super::setting::{accepts, authenticate_options, clerk_options, request};
use super::{Failure, Outcome, text};

pub(crate) async fn one(case: &Value, recorded: &Value) -> Result<Outcome, Failure> {
    if case["noApiClient"] == true {
        return Ok(Outcome::LeftOut(
            "a client always has an API client in Rust",
        ));
    }
    let Some(parts) = request(&case["request"])? else {
        return Ok(Outcome::LeftOut(
            "no Rust program can receive such a request",
        ));
    };
    let api = MockApi::start(&case["api"]["routes"]).await?;
    let clock = Arc::new(AtomicI64::new(case["clock"].as_i64().unwrap_or_default()));
    let given = &case["options"];
    let outcome = &recorded["outcome"];
    let kind = text(outcome, "kind");
    let mut expected = match kind.as_str() {
        "state" => recorded_state(outcome),
        _ => json!({ "kind": kind, "error": outcome["error"]["message"] }),
    };
    let clerk = Clerk::with_environment(
        clerk_options(case, given, &api.url, &clock),
        Environment::empty(),
    );
    let options = authenticate_options(case, given)?;
    let checked = match &clerk {
        Ok(clerk) => options.validate(clerk).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    let mut ours = match (clerk, checked) {
        (Ok(clerk), Ok(())) => {
            let state = authenticate_request(&clerk, &parts, &options).await;
            let mut ours = our_state(&state);
            if let Some(filters) = case["accepts"].as_array() {
                let auth = state.auth().cloned().unwrap_or(AuthObject::Refused);
                let mut filtered = Map::new();
                for filter in filters {
                    let auth = auth.clone().accepted_as(&accepts(filter)?);
                    filtered.insert(filter.to_string(), facts(Some(&auth), &state));
                }
                ours["getAuth"] = filtered.into();
            }
            ours
        }
        // The texts are not compared.
        (_, Err(_)) | (Err(_), Ok(())) => json!({ "kind": "throw", "error": expected["error"] }),
    };
    expected["calls"] = recorded_calls(recorded);
    ours["calls"] = api.calls();
    Ok(Outcome::Compared {
        ours,
        recorded: expected,
    })
}

/// What is compared of a state that was recorded. Messages are not, and neither are the options that it echoes.
fn recorded_state(outcome: &Value) -> Value {
    let mut headers = outcome["headers"].as_object().cloned().unwrap_or_default();
    headers.remove("x-clerk-auth-message");
    headers.remove("location");
    let mut state = json!({
        "kind": "state",
        "status": outcome["status"],
        "reason": outcome["reason"],
        "tokenType": outcome["tokenType"],
        "token": outcome["token"],
        "headers": headers,
        "location": outcome["location"],
        "auth": outcome["auth"],
    });
    for name in ["getAuth", "authTreatPendingAsSignedIn"] {
        if let Some(value) = outcome.get(name) {
            state[name] = value.clone();
        }
    }
    state
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

pub(crate) fn location_of(url: &Url) -> Value {
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

pub(crate) fn session(auth: &Auth, token: Option<&str>) -> Value {
    let ages = auth
        .factor_ages
        .map(|ages| [ages.first.unwrap_or(-1.0), ages.second.unwrap_or(-1.0)]);
    let is_somebody = auth.claims.is_some() || auth.is_signed_in();
    json!({
        "tokenType": "session_token",
        "sessionClaims": auth.claims.as_ref().map(Claims::as_object),
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
            "clientId": token.client_id.as_deref().unwrap_or_default(),
        }),
        _ => Value::Null,
    }
}

/// Several requests to one client.
pub(crate) async fn sequence(case: &Value, recorded: &Value) -> Result<Outcome, Failure> {
    let api = MockApi::start(&case["api"]["routes"]).await?;
    let clock = Arc::new(AtomicI64::new(case["clock"].as_i64().unwrap_or_default()));
    let initial = clerk_options(case, &case["options"], &api.url, &clock);
    let clerk = Clerk::with_environment(initial, Environment::empty())?;
    let mut ours = Vec::new();
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
            return Ok(Outcome::LeftOut(
                "no Rust program can receive such a request",
            ));
        };
        let before = api.count();
        let parallel = step["parallel"].as_u64();
        let (clerk, parts, options) = (Arc::new(clerk.clone()), Arc::new(parts), Arc::new(options));
        let mut tasks = Vec::new();
        for _ in 0..parallel.unwrap_or(1) {
            let (clerk, parts, options) =
                (Arc::clone(&clerk), Arc::clone(&parts), Arc::clone(&options));
            tasks.push(tokio::spawn(async move {
                authenticate_request(&clerk, &parts, &options).await
            }));
        }
        let mut outcomes = Vec::new();
        for task in tasks {
            outcomes.push(brief(&task.await?));
        }
        let outcome = match parallel {
            None => outcomes.pop().unwrap_or_default(),
            Some(_) => outcomes.into(),
        };
        ours.push(json!({ "outcome": outcome, "apiCalls": api.count() - before }));
    }
    let steps = recorded["outcome"]["steps"].as_array();
    let expected: Vec<Value> = steps
        .into_iter()
        .flatten()
        .map(|step| {
            let outcome = match step.get("outcomes").unwrap_or(&step["outcome"]) {
                Value::Array(list) => list.iter().map(recorded_brief).collect(),
                one => recorded_brief(one),
            };
            json!({ "outcome": outcome, "apiCalls": step["apiCalls"] })
        })
        .collect();
    Ok(Outcome::Compared {
        ours: json!({ "steps": ours }),
        recorded: json!({ "steps": expected }),
    })
}

fn brief(state: &RequestState) -> Value {
    let user_id = match state {
        RequestState::SignedIn(signed_in) => user_of(signed_in),
        _ => None,
    };
    json!({
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

fn recorded_brief(outcome: &Value) -> Value {
    json!({
        "status": outcome["status"],
        "reason": outcome["reason"],
        "tokenType": outcome["tokenType"],
        "userId": outcome["userId"],
    })
}
