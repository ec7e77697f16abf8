//! The client, the options and the request of a case.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use anyhow::{Result, bail};
use clerk_api::Config;
use clerk_middleware::{AuthenticateOptions, CrossOriginSync, OrganizationSync};
use clerk_sdk::auth::Accepts;
use clerk_sdk::clerk_api::reqwest::Client;
use clerk_sdk::tokens::{TokenType, VerifyTokenOptions};
use clerk_sdk::{ClerkOptions, Clock, HttpOptions, RetryPolicy};
use http::request::Parts;
use serde_json::Value;

use crate::cases::text;

/// Making one takes longer than a case does.
static CLIENT: LazyLock<Client> = LazyLock::new(Client::new);

/// An option of the call, else of the client, as JavaScript merges them: what is empty does not count.
fn merged<'c>(case: &'c Value, given: &'c Value, name: &str) -> Option<&'c str> {
    let of = |options: &'c Value| options[name].as_str().filter(|text| !text.is_empty());
    of(given).or_else(|| of(&case["clientOptions"]))
}

pub(super) fn clerk_options(
    case: &Value,
    given: &Value,
    api_url: &str,
    clock: &Arc<AtomicI64>,
) -> ClerkOptions {
    let clock = Arc::clone(clock);
    let mut options = ClerkOptions::new()
        .http_options(HttpOptions::new().retry(retry()).client(CLIENT.clone()))
        .clock(Clock::from_fn(move || clock.load(Ordering::Relaxed)));
    options.secret_key = merged(case, given, "secretKey").map(Into::into);
    options.machine_secret_key = merged(case, given, "machineSecretKey").map(Into::into);
    let text = |name| merged(case, given, name).map(str::to_owned);
    options.publishable_key = text("publishableKey");
    options.jwt_key = text("jwtKey");
    options.domain = text("domain");
    options.proxy_url = text("proxyUrl");
    options.sign_in_url = text("signInUrl");
    options.sign_up_url = text("signUpUrl");
    let is_satellite = |options: &Value| options["isSatellite"] == true;
    options.is_satellite = Some(is_satellite(given) || is_satellite(&case["clientOptions"]));
    // These two are the client's alone.
    let own = case.get("clientOptions").unwrap_or(given);
    options.api_version = own["apiVersion"].as_str().map(str::to_owned);
    options.server_api_url = Some(match own["apiUrl"].as_str() {
        // A port on which nothing listens.
        Some("{{API_DOWN}}") => "http://127.0.0.1:9".to_owned(),
        Some(url) => url.replace("{{API}}", api_url),
        None => api_url.to_owned(),
    });
    options
}

/// Tries as often as ever, without waiting long in between.
fn retry() -> RetryPolicy {
    RetryPolicy::default()
        .base_delay(Duration::from_millis(1))
        .max_delay(Duration::from_millis(1))
}

/// The same for a client of its own.
pub(super) fn quick(config: Config) -> Config {
    config.http_options(HttpOptions::new().retry(retry()))
}

/// What is asked of tokens.
pub(super) fn verify_options(given: &Value, audience: &Value) -> VerifyTokenOptions {
    let options = VerifyTokenOptions::new()
        .authorized_parties(texts(&given["authorizedParties"]))
        .audience(texts(audience))
        .issuer(texts(&given["issuer"]))
        .header_types(texts(&given["headerType"]))
        .skip_jwks_cache(given["skipJwksCache"] == true);
    // What is no number is no skew: in Rust it is the type that says so.
    match given["clockSkewInMs"].as_i64() {
        Some(skew) => options.clock_skew_ms(skew),
        None => options,
    }
}

/// As Clerk's JavaScript SDK does it, where there is an option for that.
pub(super) fn authenticate_options(case: &Value, given: &Value) -> Result<AuthenticateOptions> {
    let own = &given["audience"];
    let is_given = own.as_str().map_or(!own.is_null(), |text| !text.is_empty());
    let audience = if is_given {
        own
    } else {
        &case["clientOptions"]["audience"]
    };
    let verify = verify_options(given, audience);
    let mut options = AuthenticateOptions::new()
        .accepts_token(accepts(&given["acceptsToken"])?)
        .cross_origin_sync(CrossOriginSync::AnyOrigin)
        .satellite_auto_sync(given["satelliteAutoSync"] == true)
        .verify_token(verify);
    if let Some(env) = case.get("env") {
        options = options.vercel_proxy(|name| env[name].as_str().map(str::to_owned));
    }
    if let Some(sync) = given.get("organizationSyncOptions") {
        let sync = OrganizationSync::new()
            .organization_patterns(patterns(&sync["organizationPatterns"]))
            .personal_account_patterns(patterns(&sync["personalAccountPatterns"]));
        options = options.organization_sync(sync);
    }
    Ok(options)
}

/// An empty list matches everything in JavaScript. In Rust one says so.
fn patterns(list: &Value) -> Vec<String> {
    match list {
        Value::Array(list) if list.is_empty() => vec!["(.*)".to_owned()],
        list => texts(list),
    }
}

pub(super) fn accepts(value: &Value) -> Result<Accepts> {
    let kind = |value: &Value| {
        Ok(match value.as_str() {
            Some("session_token") => TokenType::Session,
            Some("api_key") => TokenType::ApiKey,
            Some("m2m_token") => TokenType::M2m,
            Some("oauth_token") => TokenType::OAuth,
            _ => bail!("{value} is no kind of token"),
        })
    };
    Ok(match value {
        Value::Null => Accepts::default(),
        Value::String(text) if text == "any" => Accepts::Any,
        Value::Array(list) => Accepts::AnyOf(list.iter().map(kind).collect::<Result<_, _>>()?),
        one => Accepts::One(kind(one)?),
    })
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(one) if one.is_empty() => Vec::new(),
        Value::String(one) => vec![one.clone()],
        Value::Array(several) => several
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

/// `None` when such a request cannot exist in Rust.
pub(super) fn request(given: &Value) -> Result<Option<Parts>> {
    let method = match text(given, "method") {
        method if method.is_empty() => "GET".to_owned(),
        method => method,
    };
    // As `new Request` does it: its URL is one that was parsed.
    let mut url = text(given, "url");
    if let Ok(parsed) = url::Url::parse(&url) {
        url = parsed.into();
    }
    let url = url.split('#').next().unwrap_or_default();
    let mut request = http::Request::builder().method(method.as_str()).uri(url);
    for pair in given["headers"].as_array().into_iter().flatten() {
        let (Some(name), Some(value)) = (pair[0].as_str(), pair[1].as_str()) else {
            continue;
        };
        // JavaScript's headers are Latin-1, and without white space around them.
        let bytes: Option<Vec<u8>> = value
            .trim_matches([' ', '\t'])
            .chars()
            .map(|char| u8::try_from(u32::from(char)).ok())
            .collect();
        let Some(bytes) = bytes else { return Ok(None) };
        request = request.header(name, bytes);
    }
    Ok(request.body(()).ok().map(|request| request.into_parts().0))
}
