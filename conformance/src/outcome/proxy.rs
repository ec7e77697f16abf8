//! Cases of the proxy of the Frontend API.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use anyhow::Result;
use clerk_middleware::{FrontendApiProxy, FrontendApiProxyOptions, VisitorAddress};
use clerk_sdk::clerk_api::reqwest;
use clerk_sdk::{Clerk, Environment};
use http_body_util::BodyExt;
use serde_json::{Map, Value, json};

use super::setting::{clerk_options, request};
use super::{UNREPRESENTABLE, errors};
use crate::cases::text;
use crate::mock_api::MockApi;
use crate::recorded::{sent, with_body};

pub(super) async fn one(case: &Value) -> Result<Value> {
    let Some(parts) = request(&case["request"])? else {
        return Ok(json!({ "kind": UNREPRESENTABLE }));
    };
    let api = MockApi::start(&case["api"]["routes"]).await?;
    let proxy = match proxy(case, &api) {
        Ok(proxy) => proxy,
        Err(error) => return Ok(json!({ "kind": "throw", "error": error })),
    };
    let body = text(&case["request"], "body");
    let response = proxy
        .handle(&parts, reqwest::Body::from(body), None)
        .await
        .map(BodyExt::collect);
    let (head, body) = response.into_parts();
    let body = match body.await {
        Ok(body) => String::from_utf8_lossy(&body.to_bytes()).into_owned(),
        Err(error) => return Ok(json!({ "kind": "broken", "error": error.to_string() })),
    };
    let with_headers = case["api"]["recordAllHeaders"] == true;
    let calls = api.calls();
    let ours = json!({
        "kind": "response",
        "status": head.status.as_u16(),
        "headers": headers(&head.headers, &api.url),
        "calls": calls.iter().map(|call| sent(call, with_headers)).collect::<Vec<_>>(),
    });
    Ok(with_body(ours, &body))
}

fn proxy(case: &Value, api: &MockApi) -> Result<FrontendApiProxy, String> {
    let given = &case["options"];
    let clock = Arc::new(AtomicI64::new(0));
    let clerk = Clerk::with_environment(
        clerk_options(case, given, &api.url, &clock),
        Environment::empty(),
    )
    .map_err(|error| errors::of_client(&error))?;
    let mut options =
        FrontendApiProxyOptions::new().visitor_address(visitor_address(&case["request"]));
    if let Some(path) = given["proxyPath"].as_str() {
        options = options.path(path);
    }
    match given["fapiUrl"].as_str() {
        Some("{{API_DOWN}}") => options = options.fapi_url("http://127.0.0.1:9"),
        Some(url) => options = options.fapi_url(url.replace("{{API}}", &api.url)),
        None => {}
    }
    let variable = |name: &str| case["env"][name].as_str().map(str::to_owned);
    FrontendApiProxy::with_variables(&clerk, options, variable)
        .map_err(|error| errors::of_configuration(&error))
}

/// The header that the JavaScript SDK believes without being told to: the first of these, and the first entry of a list.
fn visitor_address(request: &Value) -> VisitorAddress {
    let value = |name: &str| {
        let headers = request["headers"].as_array().into_iter().flatten();
        let mut found = headers.filter(|pair| {
            pair[0]
                .as_str()
                .unwrap_or_default()
                .eq_ignore_ascii_case(name)
        });
        found
            .next()
            .map(|pair| pair[1].as_str().unwrap_or_default().to_owned())
    };
    for name in ["cf-connecting-ip", "x-real-ip"] {
        if value(name).is_some_and(|value| !value.is_empty()) {
            return VisitorAddress::Header(http::HeaderName::from_static(name));
        }
    }
    let entries = value("x-forwarded-for").map_or(0, |list| list.split(',').count());
    VisitorAddress::ForwardedFor {
        trusted_hops: entries,
    }
}

fn headers(headers: &http::HeaderMap, url: &str) -> Value {
    let text = |value: &http::HeaderValue| {
        String::from_utf8_lossy(value.as_bytes()).replace(url, "{{API}}")
    };
    let mut found = Map::new();
    for name in headers.keys() {
        let values: Vec<String> = headers.get_all(name).iter().map(text).collect();
        let value = match values.as_slice() {
            [one] if name != http::header::SET_COOKIE => one.as_str().into(),
            _ => values.into(),
        };
        found.insert(name.to_string(), value);
    }
    found.into()
}
