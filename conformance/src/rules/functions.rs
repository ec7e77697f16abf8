//! The rules of functions that are small enough to be stated without a model.

use std::time::SystemTime;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::general_purpose::STANDARD as BASE64;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::cases::text;
use crate::model::{Request, Rule, Rules, depth, integer, session};
use crate::recorded::essence;
use crate::routes::Routes;

/// What stands for itself in a segment of a path.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// A request that no program in Rust can receive.
pub(super) fn unrepresentable(case: &Value, rules: Rules) -> Option<Value> {
    let request = case
        .get("request")
        .filter(|_| rules.has(Rule::Origin) && text(case, "fn") != "verifyWebhook")?;
    let url = url::Url::parse(&text(request, "url")).ok()?;
    let target = &url[..url::Position::AfterQuery];
    let is_latin = |pair: &Value| {
        pair[1]
            .as_str()
            .is_none_or(|value| value.chars().all(|char| u32::from(char) < 256))
    };
    let is_fine = target.parse::<Uri>().is_ok()
        && request["headers"]
            .as_array()
            .into_iter()
            .flatten()
            .all(is_latin);
    (!is_fine).then(|| json!({ "kind": "unrepresentable" }))
}

/// The outcome under these rules, where they tell; what was recorded otherwise.
pub(super) fn outcome(case: &Value, recorded: &Value, rules: Rules) -> Value {
    let mut outcome = recorded.clone();
    match text(case, "fn").as_str() {
        "jwtPayloadToAuth" => match session(&case["claims"], &rules) {
            Some(auth) => outcome = json!({ "kind": "ok", "auth": auth }),
            None => outcome = json!({ "kind": "throw" }),
        },
        "has" => has(case, &mut outcome, rules),
        "clerkRequest" => {
            let request = Request::new(&case["request"], rules);
            outcome["clerkUrl"] = request.url().as_str().into();
        }
        "proxy" if rules.has(Rule::Configuration) && !proxy_error(case).is_empty() => {
            outcome = json!({ "kind": "throw", "error": proxy_error(case) });
        }
        "proxy" => proxied(case, &mut outcome, rules),
        "verifyWebhook" => webhook(case, &mut outcome, rules),
        "createRedirect" => redirect(&case["params"], &mut outcome, rules),
        "bapi" => call(case, &mut outcome, rules),
        _ => {}
    }
    outcome
}

fn redirect(params: &Value, outcome: &mut Value, rules: Rules) {
    if rules.has(Rule::Configuration) && !text(params, "publishableKey").starts_with("pk_") {
        *outcome = json!({ "kind": "throw", "error": "invalid-publishable-key" });
        return;
    }
    // The sign-up page follows from an absolute URL of the sign-in page; no base is needed to say where it is.
    let is_without_base = ["baseUrl", "signUpUrl"]
        .iter()
        .all(|name| text(params, name).is_empty());
    let sign_in = url::Url::parse(&text(params, "signInUrl")).ok();
    if let Some(mut url) = sign_in
        && rules.has(Rule::NoThrow)
        && is_without_base
        && text(params, "to") == "redirectToSignUp"
    {
        let tasks = if params["sessionStatus"] == "pending" {
            "/tasks"
        } else {
            ""
        };
        // What follows the page is put behind its query, as it is behind a page's own.
        url.set_path(&format!("{}/create", url.path()));
        let Ok(mut url) = url::Url::parse(&format!("{url}{tasks}")) else {
            return;
        };
        let back = text(params, "returnBackUrl");
        if !back.is_empty() {
            url.query_pairs_mut().append_pair("redirect_url", &back);
        }
        let location = json!({
            "origin": url.origin().ascii_serialization(),
            "path": url.path(),
            "query": url.query_pairs().collect::<Vec<_>>(),
        });
        *outcome = json!({ "kind": "redirect", "url": url.as_str(), "location": location });
    }
}

fn has(case: &Value, outcome: &mut Value, rules: Rules) {
    let Some(claims) = case.get("claims") else {
        return;
    };
    match session(claims, &rules) {
        Some(auth) => {
            // A claim that is not read grants nothing.
            let is_nobody =
                auth["userId"].as_str().is_some_and(str::is_empty) || auth["userId"].is_null();
            let is_in_none = auth["orgId"].is_null();
            let checks = case["checks"].as_array().cloned().unwrap_or_default();
            let results = outcome["results"].as_array_mut().into_iter().flatten();
            for (result, check) in results.zip(&checks) {
                let asks_organization =
                    check.get("role").is_some() || check.get("permission").is_some();
                if rules.has(Rule::Types) && (is_nobody || (is_in_none && asks_organization)) {
                    *result = false.into();
                }
            }
            outcome["auth"] = auth;
        }
        None => *outcome = json!({ "kind": "throw" }),
    }
}

/// Secrets are read at the start, signatures are checked over the bytes as they came, and nesting is bounded.
fn webhook(case: &Value, outcome: &mut Value, rules: Rules) {
    let given = case["options"]
        .get("signingSecret")
        .or_else(|| case["env"].get("CLERK_WEBHOOK_SIGNING_SECRET"));
    let secret = given.and_then(Value::as_str).unwrap_or_default();
    let key = decoded(secret.strip_prefix("whsec_").unwrap_or(secret));
    let is_about_headers = outcome["error"]
        .as_str()
        .is_some_and(|error| error.starts_with("missing headers"));
    if rules.has(Rule::Configuration) && is_about_headers && !secret.is_empty() && key.is_none() {
        *outcome = json!({ "kind": "throw", "error": "invalid secret" });
    }
    let body = text(&case["request"], "body");
    if rules.has(Rule::Bytes) && body.starts_with('\u{feff}') {
        let is_signed = key.is_some_and(|key| is_signed(case, &key, body.as_bytes()));
        let error = outcome["error"].as_str().unwrap_or_default();
        if matches!(error, "" | "invalid signature" | "invalid body") {
            *outcome = match crate::cases::parse(body.trim_start_matches('\u{feff}')) {
                _ if !is_signed => json!({ "kind": "throw", "error": "invalid signature" }),
                Ok(body) => json!({ "kind": "ok", "event": {
                    "type": body["type"], "object": "event", "data": body["data"],
                    "event_attributes": body["event_attributes"], "timestamp": body["timestamp"],
                    "instance_id": body["instance_id"],
                }}),
                Err(_) => json!({ "kind": "throw", "error": "invalid body" }),
            };
        }
    }
    let is_deep = crate::cases::parse(&body).is_ok_and(|body| depth(&body) > 127);
    if rules.has(Rule::Depth) && outcome["kind"] == "ok" && is_deep {
        *outcome = json!({ "kind": "throw", "error": "invalid body" });
    }
}

fn decoded(base64: &str) -> Option<Vec<u8>> {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let bytes = GeneralPurpose::new(&STANDARD, config).decode(base64).ok()?;
    Some(bytes).filter(|bytes| !bytes.is_empty())
}

/// Whether one of the signatures is of these bytes.
fn is_signed(case: &Value, key: &[u8], body: &[u8]) -> bool {
    let headers = case["request"]["headers"].as_array();
    let header = |name: &str| {
        let found = headers.into_iter().flatten().find(|pair| pair[0] == name);
        found
            .and_then(|pair| pair[1].as_str())
            .unwrap_or_default()
            .trim()
    };
    let Some(seconds) = integer(header("svix-timestamp")) else {
        return false;
    };
    let mut message = format!("{}.{seconds}.", header("svix-id")).into_bytes();
    message.extend_from_slice(body);
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    header("svix-signature").split(' ').any(|one| {
        let mut parts = one.split(',');
        let is_version = parts.next() == Some("v1");
        let signature = parts.next().and_then(|text| BASE64.decode(text).ok());
        is_version
            && signature.is_some_and(|signature| hmac::verify(&key, &message, &signature).is_ok())
    })
}

/// What the Frontend API is told of where the request went, and of whom it came from.
fn proxied(case: &Value, outcome: &mut Value, rules: Rules) {
    let url = Request::new(&case["request"], rules).url().clone();
    for call in outcome["calls"].as_array_mut().into_iter().flatten() {
        let Some(headers) = call["headers"].as_object_mut() else {
            continue;
        };
        if rules.has(Rule::Visitor) {
            headers.remove("cf-connecting-ip");
            headers.remove("x-real-ip");
        }
        let told = headers.get("clerk-proxy-url").and_then(Value::as_str);
        let told = told.and_then(|told| url::Url::parse(told).ok());
        if let Some(told) = told.filter(|_| rules.has(Rule::Forwarded)) {
            let told = format!("{}{}", url.origin().ascii_serialization(), told.path());
            headers.insert("clerk-proxy-url".to_owned(), told.into());
        }
    }
}

/// What is wrong with the configuration of a proxy; empty where nothing is.
fn proxy_error(case: &Value) -> &'static str {
    let options = &case["options"];
    let fapi = text(options, "fapiUrl");
    let is_fine = |url: url::Url| {
        matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    };
    if text(options, "publishableKey").is_empty() {
        "missing-publishable-key"
    } else if text(options, "secretKey").is_empty() {
        "missing-secret-key"
    } else if !fapi.is_empty()
        && !fapi.starts_with("{{")
        && !url::Url::parse(&fapi).is_ok_and(is_fine)
    {
        "invalid-fapi-url"
    } else {
        ""
    }
}

fn call(case: &Value, outcome: &mut Value, rules: Rules) {
    let call = &case["call"];
    let argument = |index: usize| call[index].as_str().unwrap_or_default();
    if rules.has(Rule::Versioned) {
        for call in outcome["calls"].as_array_mut().into_iter().flatten() {
            let path = text(call, "path");
            if path.starts_with("/m2m_tokens") || path.starts_with("/api_keys") {
                call["path"] = format!("/v1{path}").into();
            }
        }
    }
    if !rules.has(Rule::BackendApi) {
        return;
    }
    if argument(1) == "getUserList" {
        list(&call[2], outcome);
    }
    if argument(1) == "getUser" {
        user(case, argument(2), outcome);
    }
    retry_after(case, outcome);
    if let Some(text) = outcome["result"].as_str()
        && let Ok(read) = serde_json::from_str::<Value>(text)
    {
        outcome["result"] = essence(&read);
    }
}

/// `Retry-After` is a whole number of seconds or a date, and nothing else.
fn retry_after(case: &Value, outcome: &mut Value) {
    let reply = Routes::new(&case["api"]["routes"]).reply(&outcome["calls"][0]);
    let Some(given) = reply
        .header("retry-after")
        .filter(|_| outcome["status"].is_u64())
    else {
        return;
    };
    let until = || {
        let date = httpdate::parse_http_date(given).ok()?;
        Some(
            date.duration_since(SystemTime::now())
                .unwrap_or_default()
                .as_secs(),
        )
    };
    outcome["retryAfter"] = given
        .parse()
        .ok()
        .or_else(until)
        .map_or(Value::Null, Value::from);
}

/// An id is one segment of the path, whatever is in it.
fn user(case: &Value, id: &str, outcome: &mut Value) {
    let encoded = utf8_percent_encode(id, SEGMENT).to_string();
    let path = format!("/v1/users/{encoded}");
    if encoded == id || matches!(id, "" | "." | "..") {
        return;
    }
    let call = json!({
        "method": "GET", "path": path, "query": [], "version": "2026-05-12",
        "authorization": format!("Bearer {}", text(&case["options"], "secretKey")),
    });
    let reply = Routes::new(&case["api"]["routes"]).reply(&call);
    let body = reply.json().unwrap_or_default();
    if reply.status == 404 {
        *outcome = json!({
            "kind": "throw", "class": "api", "status": 404, "codes": [body["errors"][0]["code"]],
            "traceId": body["clerk_trace_id"],
        });
    }
    outcome["calls"] = json!([call]);
}

/// A list is one request, with everything that was set.
fn list(given: &Value, outcome: &mut Value) {
    let name = |name: &str| match name {
        "emailAddress" => "email_address",
        "orderBy" => "order_by",
        "lastActiveAtSince" => "last_active_at_since",
        "limit" => "limit",
        "offset" => "offset",
        _ => "banned",
    };
    let mut query: Vec<(&str, String)> = Vec::new();
    for (key, value) in given.as_object().into_iter().flatten() {
        let list = value
            .as_array()
            .map_or(std::slice::from_ref(value), Vec::as_slice);
        for one in list {
            let text = one.as_str().map_or_else(|| one.to_string(), str::to_owned);
            query.push((name(key), text));
        }
    }
    query.sort_by(|one, other| one.0.cmp(other.0));
    if let Some(calls) = outcome["calls"].as_array_mut() {
        calls.truncate(1);
    }
    if let Some(call) = outcome.pointer_mut("/calls/0/query") {
        *call = json!(query);
    }
    if outcome["kind"] == "ok" {
        outcome["result"]["totalCount"] = Value::Null;
    }
}
