//! Whatever a pattern of an organization's pages and a path are: no panic, in bounded time, and what the browser is sent to
//! Clerk for stands in the path.
//!
//! Two lines: the pattern and the path.
#![no_main]

use std::sync::LazyLock;

use clerk_fuzz::{PRODUCTION, SESSION, add, authenticate, clerk, line, options, request, user};
use clerk_middleware::{AuthenticateOptions, OrganizationSync, public_url};
use clerk_sdk::Clerk;
use libfuzzer_sys::fuzz_target;
use url::Url;

static CLERK: LazyLock<Clerk> = LazyLock::new(|| clerk(options(PRODUCTION)));

fuzz_target!(|data: &[u8]| {
    let (pattern, path) = line(data);
    let (Ok(pattern), [b'/', ..]) = (std::str::from_utf8(pattern), path) else {
        return;
    };
    let Some(mut parts) = request(path) else {
        return;
    };
    let sync = OrganizationSync::new().organization_patterns([pattern]);
    let options = AuthenticateOptions::new()
        .public_origin("https://app.example.com")
        .organization_sync(sync);
    let is_pattern = options.validate(&CLERK).is_ok();
    let cookies = format!("__client_uat=1; __session={}", &*SESSION);
    for (name, value) in [
        ("host", "app.example.com"),
        ("sec-fetch-dest", "document"),
        ("cookie", &cookies),
    ] {
        add(&mut parts, name.as_bytes(), value.as_bytes());
    }
    let state = authenticate(&CLERK, &parts, &options);
    if !is_pattern {
        assert!(!state.is_signed_in());
        return;
    }
    let Some(location) = state.redirect_location() else {
        assert_eq!(user(&state), Some("user_1"));
        return;
    };
    let location = Url::parse(location.to_str().unwrap()).unwrap();
    assert_eq!(location.host_str(), Some("clerk.example.com"));
    let named = |name| {
        let mut pairs = location.query_pairs();
        pairs
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.into_owned())
    };
    assert_eq!(
        named("__clerk_hs_reason").as_deref(),
        Some("active-organization-mismatch")
    );
    let organization = named("organization_id").unwrap();
    assert!(!organization.is_empty());
    let public = public_url(&parts, &options);
    assert!(public.path().contains(&organization), "{organization}");
});
