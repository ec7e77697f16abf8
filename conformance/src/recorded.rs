//! What was recorded of Clerk's JavaScript SDK, in the form of [`outcome`](crate::outcome): what is compared of it, with
//! errors named instead of worded.

use serde_json::{Map, Value, json};

use crate::cases::text;
use crate::mock_api::{compared, recorded_calls};

/// Returns the form in which outcomes are compared.
pub(crate) fn normal(case: &Value, recorded: &Value) -> Value {
    let outcome = &recorded["outcome"];
    let mut found = match text(case, "fn").as_str() {
        "authenticateRequest" => state(outcome),
        "sequence" => sequence(outcome),
        "verifyToken" => claims(outcome),
        "verifyMachineAuthToken" => machine(outcome),
        "decodeJwt" => return decoded(outcome),
        "has" => return has(case, outcome),
        "jwtPayloadToAuth" => return auth(outcome),
        "parsePublishableKey" => return publishable_key(outcome),
        "verifyWebhook" => return webhook(outcome),
        "createRedirect" => return redirect(outcome),
        "proxy" => return proxy(case, recorded),
        "bapi" => return call(case, recorded),
        _ => return outcome.clone(),
    };
    found["calls"] = compared(&recorded_calls(recorded));
    found
}

/// Returns a name for the error of a configuration or of a handshake, by its text.
pub(crate) fn error_name(error: &Value) -> String {
    let message = text(error, "message");
    let known = [
        ("Publishable key is missing", "missing-publishable-key"),
        (
            "@clerk/backend: Clerk keys are missing",
            "invalid-publishable-key",
        ),
        ("Publishable key not valid", "invalid-publishable-key"),
        ("Missing Clerk Secret Key", "missing-secret-key"),
        (
            "Machine token authentication requires",
            "missing-machine-secret-key",
        ),
        ("Missing signInUrl", "missing-sign-in-url"),
        ("The signInUrl needs to", "invalid-sign-in-url"),
        ("Missing domain and proxyUrl", "missing-domain"),
        ("Invalid pattern", "invalid-pattern"),
        ("destination url or return back url", "relative-url"),
        (
            "Clerk: Handshake token verification failed due to an invalid signature",
            "handshake-token-invalid-signature",
        ),
    ];
    if let Some((_, name)) = known.iter().find(|(begin, _)| message.starts_with(begin)) {
        return (*name).to_owned();
    }
    let reason = message
        .strip_prefix("Clerk: Handshake token verification failed")
        .and_then(|rest| rest.rsplit_once("(reason="))
        .and_then(|(_, rest)| rest.split_once(','));
    match reason {
        Some((reason, _)) => format!("handshake-{reason}"),
        None => format!("unforeseen-{}", text(error, "name")),
    }
}

fn thrown(outcome: &Value) -> Value {
    json!({ "kind": "throw", "error": error_name(&outcome["error"]) })
}

/// Returns what is compared of a state. Messages are not, and neither are the options that it echoes.
fn state(outcome: &Value) -> Value {
    if outcome["kind"] != "state" {
        return thrown(outcome);
    }
    let mut headers = outcome["headers"].as_object().cloned().unwrap_or_default();
    headers.remove("x-clerk-auth-message");
    headers.remove("location");
    let mut state = json!({ "kind": "state", "headers": headers });
    for name in [
        "status",
        "reason",
        "tokenType",
        "token",
        "location",
        "auth",
        "getAuth",
        "authTreatPendingAsSignedIn",
    ] {
        if let Some(value) = outcome.get(name) {
            state[name] = value.clone();
        }
    }
    // That it threw is compared; the text is JavaScript's.
    for name in ["auth", "authTreatPendingAsSignedIn"] {
        if state[name].get("threw").is_some() {
            state[name] = json!({ "threw": true });
        }
    }
    state
}

fn sequence(outcome: &Value) -> Value {
    let brief = |one: &Value| match one["kind"].as_str() {
        Some("throw") => thrown(one),
        _ => json!({
            "kind": "state", "status": one["status"], "reason": one["reason"], "tokenType": one["tokenType"],
            "userId": one["userId"],
        }),
    };
    let step = |step: &Value| match step.get("outcomes").and_then(Value::as_array) {
        Some(list) => json!({
            "outcomes": list.iter().map(brief).collect::<Vec<_>>(), "apiCalls": step["apiCalls"],
        }),
        None => json!({ "outcome": brief(&step["outcome"]), "apiCalls": step["apiCalls"] }),
    };
    let steps = outcome["steps"].as_array().into_iter().flatten();
    json!({ "kind": "sequence", "steps": steps.map(step).collect::<Vec<_>>() })
}

/// Returns an error without a reason is one that was not foreseen.
fn reason(error: &Value) -> Value {
    let reason = error.get("reason").cloned();
    reason.unwrap_or_else(|| "unexpected-error".into())
}

fn claims(outcome: &Value) -> Value {
    match outcome["kind"].as_str() {
        Some("ok") => json!({ "kind": "ok", "claims": outcome["claims"] }),
        _ => json!({ "kind": "throw", "reason": reason(&outcome["error"]) }),
    }
}

fn machine(outcome: &Value) -> Value {
    if outcome["kind"] != "ok" {
        return json!({ "kind": "throw" });
    }
    let mut found = json!({ "kind": "ok", "tokenType": outcome["tokenType"] });
    if let Some(code) = outcome["errors"][0].get("code") {
        found["code"] = code.clone();
    } else if let Some(data) = outcome["data"].as_object() {
        let mut own = Map::new();
        for name in ["id", "subject", "scopes", "name", "claims", "clientId"] {
            if let Some(value) = data.get(name) {
                own.insert(name.to_owned(), value.clone());
            }
        }
        found["data"] = own.into();
    }
    found
}

fn decoded(outcome: &Value) -> Value {
    match outcome["kind"].as_str() {
        Some("ok") => outcome.clone(),
        _ => json!({
            "kind": "throw", "reason": reason(&outcome["error"]), "isMachineToken": outcome["isMachineToken"],
        }),
    }
}

/// Returns a session without what every session has.
fn session(auth: &Value) -> Value {
    let mut auth = auth.as_object().cloned().unwrap_or_default();
    for name in ["tokenType", "isAuthenticated", "getToken"] {
        auth.remove(name);
    }
    auth.into()
}

fn has(case: &Value, outcome: &Value) -> Value {
    if outcome["kind"] != "has" {
        return json!({ "kind": "throw" });
    }
    let mut found = json!({ "kind": "has", "results": outcome["results"] });
    if let Some(auth) = outcome.get("auth") {
        found["auth"] = session(auth);
        // These recordings leave the claims out.
        found["auth"]["sessionClaims"] = case["claims"].clone();
    }
    found
}

fn auth(outcome: &Value) -> Value {
    match outcome.get("auth") {
        Some(auth) => json!({ "kind": "ok", "auth": session(auth) }),
        None => json!({ "kind": "throw" }),
    }
}

fn publishable_key(outcome: &Value) -> Value {
    let mut found = outcome.clone();
    if let Some(message) = outcome["parsed"].get("threw") {
        let name = error_name(&json!({ "message": message }));
        found["parsed"] = json!({ "threw": name });
    }
    found
}

fn redirect(outcome: &Value) -> Value {
    match outcome["kind"].as_str() {
        // What is no URL without a base throws another error, for the same cause.
        Some("throw") if outcome["error"]["name"] == "TypeError" => {
            json!({ "kind": "throw", "error": "relative-url" })
        }
        Some("throw") => thrown(outcome),
        _ => outcome.clone(),
    }
}

fn webhook(outcome: &Value) -> Value {
    match outcome.get("event") {
        Some(event) => json!({ "kind": "ok", "event": event }),
        None => {
            json!({ "kind": "throw", "error": webhook_error(&text(&outcome["error"], "message")) })
        }
    }
}

/// Which of our errors a message, which has no code, stands for.
fn webhook_error(message: &str) -> String {
    let message = message.strip_prefix("@clerk/backend: ").unwrap_or(message);
    if let Some(names) = message.strip_prefix("Missing required webhook headers: ") {
        return format!("missing headers: {names}");
    }
    let message = message
        .strip_prefix("Unable to verify incoming webhook: ")
        .unwrap_or(message);
    let known = [
        ("Missing webhook signing secret", "missing secret"),
        ("Secret can't be empty", "invalid secret"),
        ("Base64Coder", "invalid secret"),
        ("Invalid Signature Headers", "invalid timestamp"),
        ("Message timestamp too old", "too old"),
        ("Message timestamp too new", "too new"),
        ("No matching signature found", "invalid signature"),
        ("Unexpected", "invalid body"),
        ("Expected", "invalid body"),
        ("Unterminated", "invalid body"),
        ("Bad ", "invalid body"),
        ("No number after", "invalid body"),
        ("Cannot read properties of", "invalid body"),
    ];
    let found = known.iter().find(|(begin, _)| message.starts_with(begin));
    found.map_or_else(|| message.to_owned(), |(_, name)| (*name).to_owned())
}

fn proxy(case: &Value, recorded: &Value) -> Value {
    let outcome = &recorded["outcome"];
    if outcome["kind"] != "response" {
        return thrown(outcome);
    }
    let with_headers = case["api"]["recordAllHeaders"] == true;
    let calls = recorded_calls(recorded);
    let found = json!({
        "kind": "response",
        "status": outcome["status"],
        "headers": outcome["headers"],
        "calls": calls.iter().map(|call| sent(call, with_headers)).collect::<Vec<_>>(),
    });
    with_body(found, &text(outcome, "body"))
}

/// What a client of JavaScript, or of Rust, adds by itself.
const OWN_HEADERS: [&str; 7] = [
    "accept",
    "accept-language",
    "connection",
    "content-length",
    "host",
    "sec-fetch-mode",
    "user-agent",
];

/// Returns a request to the Frontend API. Where not all headers were recorded, none are compared.
pub(crate) fn sent(call: &Value, with_headers: bool) -> Value {
    let mut headers = call["headers"].as_object().cloned().unwrap_or_default();
    headers.retain(|name, _| with_headers && !OWN_HEADERS.contains(&name.as_str()));
    json!({
        "method": call["method"], "path": call["path"], "query": call["query"], "headers": headers,
        "body": call["body"],
    })
}

/// Returns a response with its body. Of errors only the codes are compared.
pub(crate) fn with_body(mut response: Value, body: &str) -> Value {
    let read: Value = serde_json::from_str(body).unwrap_or_default();
    match read["errors"][0]["code"].as_str() {
        Some(code) => response["code"] = code.into(),
        None => response["body"] = body.into(),
    }
    response
}

fn call(case: &Value, recorded: &Value) -> Value {
    let outcome = &recorded["outcome"];
    let error = &outcome["error"];
    let mut found = match text(outcome, "kind").as_str() {
        "ok" => json!({ "kind": "ok", "result": essence(&outcome["result"]) }),
        _ => {
            let errors = error["errors"].as_array().into_iter().flatten();
            let trace = error["clerkTraceId"].as_str().filter(|id| !id.is_empty());
            let class = match (error.get("status"), error.get("errors")) {
                (Some(_), _) => "api",
                (None, Some(_)) => "transport",
                (None, None) => "invalid-request",
            };
            json!({
                "kind": "throw", "class": class, "status": error["status"], "traceId": trace,
                "retryAfter": error["retryAfter"],
                "codes": errors.map(|error| &error["code"]).collect::<Vec<_>>(),
            })
        }
    };
    found["calls"] = wires(
        &recorded_calls(recorded),
        &text(&case["options"], "userAgent"),
    );
    found
}

/// Returns what of a result both SDKs name: ids, the first name, the token, the count.
pub(crate) fn essence(result: &Value) -> Value {
    let one = |value: &Value| {
        let name = value.get("firstName").or(value.get("first_name"));
        json!({ "id": value["id"], "firstName": name, "jwt": value["jwt"] })
    };
    match result {
        Value::String(_) => result.clone(),
        _ => match result["data"].as_array() {
            Some(data) => json!({
                "data": data.iter().map(one).collect::<Vec<_>>(), "totalCount": result["totalCount"],
            }),
            None => one(result),
        },
    }
}

/// Returns what went over the wire.
pub(crate) fn wires(calls: &[Value], agent: &str) -> Value {
    let wire = |call: &Value| {
        let mut query: Vec<(String, String)> =
            serde_json::from_value(call["query"].clone()).unwrap_or_default();
        // Stable: the order of the values of one parameter counts, that of the parameters does not.
        query.sort_by(|one, other| one.0.cmp(&other.0));
        let headers = &call["headers"];
        // Each SDK has a name of its own unless the case gives one.
        let agent = (!agent.is_empty()).then_some(&headers["user-agent"]);
        json!({
            "method": call["method"], "path": call["path"], "query": query, "body": call["body"],
            "authorization": headers["authorization"], "version": headers["clerk-api-version"], "agent": agent,
        })
    };
    calls.iter().map(wire).collect()
}
