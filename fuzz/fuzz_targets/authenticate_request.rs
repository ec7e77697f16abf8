//! No request panics, and none is signed in.
//!
//! The first byte chooses the instance and the options. Then come lines: the target of the request, and `name: value` for
//! each header. Nothing here is signed, so that no token can verify.
#![no_main]

use std::sync::LazyLock;

use clerk_fuzz::{
    DEVELOPMENT, PRODUCTION, add_lines, authenticate, choice, clerk, line, options, request,
};
use clerk_middleware::{
    AuthenticateOptions, CrossOriginSync, OrganizationSync, SessionResolution, public_url,
};
use clerk_sdk::Clerk;
use clerk_sdk::auth::Accepts;
use http::Method;
use libfuzzer_sys::fuzz_target;

/// Production and development, an application of its own and a satellite.
static CLERKS: LazyLock<Vec<Clerk>> = LazyLock::new(|| {
    let mut clerks = Vec::new();
    for key in [PRODUCTION, DEVELOPMENT] {
        clerks.push(clerk(options(key)));
        let satellite = options(key)
            .is_satellite(true)
            .domain("satellite.example")
            .sign_in_url("https://app.example.com/sign-in");
        clerks.push(clerk(satellite));
    }
    clerks
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
    let Some((choice, rest)) = choice(data) else {
        return;
    };
    let clerk = &CLERKS[usize::from(choice & 3)];
    let options = &OPTIONS[usize::from(choice >> 2 & 3)];
    let (uri, headers) = line(rest);
    let Some(mut parts) = request(uri) else {
        return;
    };
    if choice & 16 != 0 {
        parts.method = Method::POST;
    }
    add_lines(&mut parts, headers.split(|byte| *byte == b'\n'));
    let _ = public_url(&parts, options);
    let state = authenticate(clerk, &parts, options);
    assert!(!state.is_signed_in());
    let _ = format!("{state:?}");
});
