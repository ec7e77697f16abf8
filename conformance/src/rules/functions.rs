//! The rules of functions that are small enough to be stated without a model.

use http::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::cases::text;
use crate::model::{Request, Rule, Rules, session};
use crate::recorded::essence;

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
        "proxy"
            if rules.has(Rule::Configuration) && outcome["code"] == "proxy_configuration_error" =>
        {
            outcome = json!({ "kind": "throw", "error": proxy_error(case) });
        }
        "bapi" => call(case, &mut outcome, rules),
        _ => {}
    }
    outcome
}

fn has(case: &Value, outcome: &mut Value, rules: Rules) {
    let Some(claims) = case.get("claims") else {
        return;
    };
    match session(claims, &rules) {
        Some(auth) => outcome["auth"] = auth,
        None => *outcome = json!({ "kind": "throw" }),
    }
}

fn proxy_error(case: &Value) -> &'static str {
    let options = &case["options"];
    if text(options, "publishableKey").is_empty() {
        "missing-publishable-key"
    } else if text(options, "secretKey").is_empty() {
        "missing-secret-key"
    } else {
        "invalid-fapi-url"
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
    let id = argument(2);
    let encoded = utf8_percent_encode(id, SEGMENT).to_string();
    if argument(1) == "getUser" && encoded != id {
        outcome["calls"][0]["path"] = format!("/v1/users/{encoded}").into();
    }
    if let Some(text) = outcome["result"].as_str()
        && let Ok(read) = serde_json::from_str::<Value>(text)
    {
        outcome["result"] = essence(&read);
    }
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
    outcome["calls"][0]["query"] = json!(query);
    if outcome["kind"] == "ok" {
        outcome["result"]["totalCount"] = Value::Null;
    }
}
