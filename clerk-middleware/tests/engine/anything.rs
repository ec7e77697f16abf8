//! Arbitrary requests cause no panic, and are signed out.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clerk_middleware::{
    AuthenticateOptions, CrossOriginSync, OrganizationSync, authenticate_request, public_url,
};
use clerk_sdk::Clerk;
use clerk_sdk::auth::Accepts;
use http::{HeaderName, HeaderValue};
use proptest::prelude::*;

use super::backend::{DEVELOPMENT, clerk, options};

const NAMES: &[&str] = &[
    "authorization",
    "cookie",
    "host",
    "x-forwarded-host",
    "x-forwarded-proto",
    "referer",
    "origin",
    "accept",
    "sec-fetch-dest",
    "forwarded",
];
const PIECES: &[&str] = &[
    "Bearer ",
    "__session",
    "__session_naoXFJnI",
    "__client_uat",
    "__client_uat_naoXFJnI",
    "__clerk_db_jwt",
    "__clerk_handshake",
    "__clerk_handshake_nonce",
    "__clerk_redirect_count",
    "__refresh_naoXFJnI",
    "=",
    ";",
    "; ",
    "document",
    "text/html",
    "https",
    "http://",
    "//",
    "/\\",
    "%",
    "%2",
    "%41",
    "ak_",
    "mt_",
    "oat_",
    ".",
    "eyJ",
    "__clerk_synced=false",
    "__clerk_redirect_url=https://a.example",
    "_clerk_session_id=",
    "&",
    "?",
    "1750000000",
    "@",
    ":",
    "[::1]",
    "\u{e9}",
];

fn text() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        3 => proptest::sample::select(PIECES).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..20),
        1 => token().prop_map(String::into_bytes),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// A token of the right form with an invalid signature.
fn token() -> impl Strategy<Value = String> {
    let header = proptest::sample::select(
        &[
            r#"{"alg":"RS256","kid":"ins_1","typ":"JWT"}"#,
            r#"{"alg":"none","typ":"JWT"}"#,
            r#"{"alg":"HS256","typ":"at+jwt"}"#,
            r#"{"alg":"RS256","cat":"cl_B7d4PD333AAA"}"#,
            "null",
            "[]",
            "5",
            "{",
        ][..],
    );
    let payload = proptest::sample::select(
        &[
            r#"{"sub":"user_1","sid":"sess_1","iss":"https://clerk.example.com","exp":1750000050,"iat":1749999990}"#,
            r#"{"sub":"user_1","sid":"../x","iss":"https://clerk.example.com","exp":1,"iat":1}"#,
            r#"{"sub":"mch_1","exp":1e999}"#,
            r#"{"handshake":["__session=x"]}"#,
            "null",
            "\"\"",
            "[[[]]]",
        ][..],
    );
    (
        header,
        payload,
        proptest::collection::vec(any::<u8>(), 0..260),
    )
        .prop_map(|(header, payload, signature)| {
            let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
            format!(
                "{}.{}.{}",
                encode(header.as_bytes()),
                encode(payload.as_bytes()),
                encode(&signature)
            )
        })
}

fn every_kind_of_options() -> Vec<AuthenticateOptions> {
    let sync = OrganizationSync::new().organization_patterns(["/:slug", "/a/(.*)"]);
    vec![
        AuthenticateOptions::new(),
        AuthenticateOptions::new()
            .accepts_token(Accepts::AnyOf(vec![clerk_sdk::tokens::TokenType::Session]))
            .cross_origin_sync(CrossOriginSync::AnyOrigin)
            .satellite_auto_sync(true)
            .organization_sync(sync)
            .message_header(true),
    ]
}

static CLERKS: LazyLock<[Clerk; 3]> = LazyLock::new(|| {
    [
        clerk(options()),
        clerk(
            options()
                .secret_key("sk_test_1")
                .publishable_key(DEVELOPMENT),
        ),
        clerk(
            options()
                .is_satellite(true)
                .domain("sat.example")
                .proxy_url("/__clerk"),
        ),
    ]
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_arbitrary_bytes_comes_no_panic_and_no_session(
        headers in proptest::collection::vec((proptest::sample::select(NAMES), text()), 0..8),
        target in text(),
        method in proptest::sample::select(&["GET", "POST", "HEAD", "OPTIONS", "X"][..]),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let target = [b"/", target.as_slice()].concat();
        let Ok(uri) = http::Uri::from_maybe_shared(target) else { return Ok(()) };
        let mut request = http::Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                request = request.header(HeaderName::from_static(name), value);
            }
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        runtime.block_on(async {
            for clerk in &*CLERKS {
                for options in every_kind_of_options() {
                    let state = authenticate_request(clerk, &parts, &options).await;
                    prop_assert!(!state.is_signed_in(), "{state:?}");
                    let url = public_url(&parts, &options);
                    prop_assert!(matches!(url.scheme(), "http" | "https"));
                    prop_assert!(url.username().is_empty() && url.password().is_none());
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn of_a_genuine_token_that_was_changed_comes_no_session(at in 0usize..600, byte in any::<u8>()) {
        let genuine = super::backend::token(&serde_json::json!({}));
        let mut bytes = genuine.clone().into_bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        let Ok(value) = HeaderValue::from_bytes(&[b"Bearer ", bytes.as_slice()].concat()) else { return Ok(()) };
        prop_assume!(bytes != genuine.as_bytes());
        // A token ends at white space, and the rest is ignored.
        let (parts, ()) = http::Request::get("/").header("authorization", value).body(()).unwrap().into_parts();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let state = runtime.block_on(authenticate_request(&CLERKS[0], &parts, &AuthenticateOptions::new()));
        prop_assert!(!state.is_signed_in());
    }
}
