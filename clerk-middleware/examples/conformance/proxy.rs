//! Cases of the proxy of the Frontend API.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use clerk_middleware::{FrontendApiProxy, FrontendApiProxyOptions};
use clerk_sdk::clerk_api::reqwest;
use clerk_sdk::{Clerk, Environment};
use http_body_util::BodyExt;
use serde_json::{Map, Value, json};

use super::mock_api::MockApi;
use super::setting::{clerk_options, request};
use super::{Failure, Outcome, text};

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

pub(crate) async fn one(case: &Value, recorded: &Value) -> Result<Outcome, Failure> {
    let Some(parts) = request(&case["request"])? else {
        return Ok(Outcome::LeftOut(
            "no Rust program can receive such a request",
        ));
    };
    let api = MockApi::start(&Value::Null).await?;
    api.set_routes(&with_locations(&case["api"]["routes"], &api.url));
    let with_headers = case["api"]["recordAllHeaders"] == true;
    let ours = match proxy(case, &api) {
        Ok(proxy) => {
            let body = text(&case["request"], "body");
            let response = proxy
                .handle(&parts, reqwest::Body::from(body), None)
                .await
                .map(BodyExt::collect);
            let (head, body) = response.into_parts();
            let body = body.await.map_err(|error| error.to_string())?.to_bytes();
            let calls = api.calls_with_headers();
            json!({
                "kind": "response",
                "status": head.status.as_u16(),
                "headers": headers(&head.headers),
                "calls": calls.iter().map(|call| sent(call, with_headers)).collect::<Vec<_>>(),
            })
            .with_body(&String::from_utf8_lossy(&body))
        }
        // The texts are not compared.
        Err(_) => json!({ "kind": "throw" }),
    };
    let outcome = &recorded["outcome"];
    let calls = recorded["apiCalls"].as_array().into_iter().flatten();
    let expected = json!({
        "kind": outcome["kind"],
        "status": outcome["status"],
        "headers": outcome["headers"],
        "calls": calls.map(|call| sent(call, with_headers)).collect::<Vec<_>>(),
    })
    .with_body(&text(outcome, "body"));
    Ok(Outcome::Compared {
        ours,
        recorded: expected,
    })
}

fn proxy(case: &Value, api: &MockApi) -> Result<FrontendApiProxy, Failure> {
    let given = &case["options"];
    let clock = Arc::new(AtomicI64::new(0));
    let clerk = Clerk::with_environment(
        clerk_options(case, given, &api.url, &clock),
        Environment::empty(),
    )?;
    let mut options = FrontendApiProxyOptions::new();
    if let Some(path) = given["proxyPath"].as_str() {
        options = options.path(path);
    }
    match given["fapiUrl"].as_str() {
        Some("{{API_DOWN}}") => options = options.fapi_url("http://127.0.0.1:9"),
        Some(url) => options = options.fapi_url(url.replace("{{API}}", &api.url)),
        None => {}
    }
    let variable = |name: &str| case["env"][name].as_str().map(str::to_owned);
    Ok(FrontendApiProxy::with_variables(&clerk, options, variable)?)
}

/// Routes may send a browser elsewhere within the mock.
fn with_locations(routes: &Value, url: &str) -> Value {
    let mut routes = routes.clone();
    for route in routes.as_array_mut().into_iter().flatten() {
        let location = text(&route["headers"], "location").replace("{{API}}", url);
        if !location.is_empty() {
            route["headers"]["location"] = location.into();
        }
    }
    routes
}

fn headers(headers: &http::HeaderMap) -> Value {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
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

/// A request to the Frontend API. Where not all headers were recorded, none are compared.
fn sent(call: &Value, with_headers: bool) -> Value {
    let mut headers = call["headers"].as_object().cloned().unwrap_or_default();
    headers.retain(|name, _| with_headers && !OWN_HEADERS.contains(&name.as_str()));
    let path = text(call, "path");
    json!({
        "method": call["method"],
        "path": path.strip_prefix("/v1").unwrap_or(&path),
        "query": call["query"],
        "headers": headers,
        "body": call["body"],
    })
}

trait WithBody {
    fn with_body(self, body: &str) -> Self;
}

impl WithBody for Value {
    /// Of errors only the codes are compared.
    fn with_body(mut self, body: &str) -> Self {
        let read: Value = serde_json::from_str(body).unwrap_or_default();
        match read["errors"][0]["code"].as_str() {
            Some(code) => self["code"] = code.into(),
            None => self["body"] = body.into(),
        }
        self
    }
}
