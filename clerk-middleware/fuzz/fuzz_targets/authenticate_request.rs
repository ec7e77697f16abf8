//! Whatever a request is made of: no panic, and nobody signed in.
//!
//! The first byte chooses the instance and the options. Then come lines: the target of the request, and `name: value` for
//! each header. Nothing here knows the private key, so that no token can verify.
#![no_main]

use std::sync::LazyLock;

use clerk_middleware::{
    AuthenticateOptions, CrossOriginSync, OrganizationSync, SessionResolution, authenticate_request,
    public_url,
};
use clerk_sdk::auth::Accepts;
use clerk_sdk::{Clerk, ClerkOptions, Clock, Environment, HttpOptions, RetryPolicy};
use http::{HeaderName, HeaderValue, Method};
use libfuzzer_sys::fuzz_target;
use tokio::runtime::Runtime;

const KEY: &str = include_str!("../../../clerk-sdk/tests/keys/main.public.pem");
const KEYS: [(&str, &str); 2] = [
    ("sk_live_1", "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k"),
    ("sk_test_1", "pk_test_Y2xlYW4tbWF5Zmx5LTYyLmNsZXJrLmFjY291bnRzLmRldiQ"),
];

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
});

/// Production and development, an application of its own and a satellite.
static CLERKS: LazyLock<Vec<Clerk>> = LazyLock::new(|| {
    let instances = KEYS.iter().flat_map(|keys| [(keys, false), (keys, true)]);
    let clerks = instances.map(|((secret, publishable), is_satellite)| {
        let mut options = ClerkOptions::new()
            .secret_key(*secret)
            .publishable_key(*publishable)
            .jwt_key(KEY)
            // Nobody listens there.
            .server_api_url("http://127.0.0.1:9")
            .http_options(HttpOptions::new().retry(RetryPolicy::none()))
            .clock(Clock::from_fn(|| 1_750_000_000_000));
        if is_satellite {
            options = options
                .is_satellite(true)
                .domain("satellite.example")
                .sign_in_url("https://app.example.com/sign-in");
        }
        Clerk::with_environment(options, Environment::empty()).unwrap()
    });
    clerks.collect()
});

static OPTIONS: LazyLock<Vec<AuthenticateOptions>> = LazyLock::new(|| {
    let organizations = OrganizationSync::new()
        .organization_patterns(["/orgs/:slug", "/orgs/:id/(.*)"])
        .personal_account_patterns(["/me"]);
    vec![
        AuthenticateOptions::new(),
        AuthenticateOptions::new().accepts_token(Accepts::Any),
        AuthenticateOptions::new()
            .session_resolution(SessionResolution::Server)
            .satellite_auto_sync(true),
        AuthenticateOptions::new()
            .organization_sync(organizations)
            .cross_origin_sync(CrossOriginSync::AnyOrigin)
            .message_header(true)
            .trusted_hosts(["app.example.com"]),
    ]
});

fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = data.split_first() else {
        return;
    };
    let clerk = &CLERKS[usize::from(choice & 3)];
    let options = &OPTIONS[usize::from(choice >> 2 & 3)];
    let mut lines = rest.split(|byte| *byte == b'\n');
    let Ok(uri) = http::Uri::try_from(lines.next().unwrap_or_default()) else {
        return;
    };
    let (mut parts, ()) = http::Request::new(()).into_parts();
    parts.uri = uri;
    if choice & 16 != 0 {
        parts.method = Method::POST;
    }
    for line in lines {
        let Some(at) = line.iter().position(|byte| *byte == b':') else {
            continue;
        };
        let (name, value) = (&line[..at], line[at + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            let _ = parts.headers.try_append(name, value);
        }
    }
    let _ = public_url(&parts, options);
    let state = RUNTIME.block_on(authenticate_request(clerk, &parts, options));
    assert!(!state.is_signed_in());
    let _ = format!("{state:?}");
});
