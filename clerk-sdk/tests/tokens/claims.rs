//! Claims by their methods, from a value and from a token that was verified; and what errors of tokens say.

use std::error::Error as _;

use clerk_sdk::Clock;
use clerk_sdk::tokens::{
    Claims, PublicKey, TokenError, TokenErrorReason as Reason, TokenVerifier, VerifyTokenOptions,
};
use serde_json::{Value, json};

use crate::loopback::{Api, MAIN, sign};

const NOW: i64 = 1_750_000_000;

/// These claims as they are, and as they are read from a token.
async fn both_ways(claims: &Value) -> [Claims; 2] {
    let key = PublicKey::from_pem(include_str!("../keys/main.public.pem")).unwrap();
    let clock = Clock::from_fn(|| NOW * 1000);
    let verifier = TokenVerifier::builder().jwt_key(key).clock(clock).build();
    let token = sign(MAIN, "ins_1", claims);
    let read = verifier
        .verify(&token, &VerifyTokenOptions::new())
        .await
        .unwrap();
    [Claims::from_value(claims.clone()).unwrap(), read]
}

fn registered() -> Value {
    json!({
        "sub": "user_1", "sid": "sess_1", "iss": "https://clerk.example.com", "azp": "https://app.example.com", "jti": "jti_1",
        "exp": NOW + 60, "nbf": NOW - 10, "iat": NOW as f64 - 5.5,
    })
}

#[tokio::test]
async fn each_claim_has_its_method() {
    for claims in both_ways(&registered()).await {
        assert_eq!(claims.sub(), Some("user_1"));
        assert_eq!(claims.sid(), Some("sess_1"));
        assert_eq!(claims.iss(), Some("https://clerk.example.com"));
        assert_eq!(claims.azp(), Some("https://app.example.com"));
        assert_eq!(claims.jti(), Some("jti_1"));
        assert_eq!(claims.exp(), Some(NOW + 60));
        assert_eq!(claims.nbf(), Some(NOW - 10));
        assert_eq!(claims.iat(), Some(NOW - 6), "whole seconds");
        assert_eq!(claims.get("jti"), Some(json!("jti_1")));
        assert_eq!(claims.get("other"), None);
        assert_eq!(claims.get_str("exp"), None, "a number is no text");
    }
}

#[test]
fn a_time_beyond_all_dates_is_absent() {
    let at = |exp: f64| Claims::from_value(json!({ "exp": exp })).unwrap().exp();
    assert_eq!(at(8.64e12), Some(8_640_000_000_000));
    assert_eq!(at(-8.64e12), Some(-8_640_000_000_000));
    assert_eq!(at(8.64e12 + 1.0), None);
    assert_eq!(at(1e300), None);
}

#[tokio::test]
async fn the_organization_of_version_2_is_in_o_alone() {
    let of = |more: Value| {
        let mut claims = registered();
        claims
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        claims
    };
    let org_id = |claims: &Claims| claims.org_id().map(str::to_owned);
    for (more, expected) in [
        (
            json!({ "v": 2, "o": { "id": "org_2" }, "org_id": "org_1" }),
            Some("org_2"),
        ),
        (json!({ "v": 2, "org_id": "org_1" }), None),
        (json!({ "v": "2", "org_id": "org_1" }), Some("org_1")),
        (json!({ "org_id": "org_1" }), Some("org_1")),
    ] {
        for claims in both_ways(&of(more.clone())).await {
            assert_eq!(org_id(&claims).as_deref(), expected, "{more}");
        }
    }
}

#[tokio::test]
async fn claims_are_equal_by_what_they_say_and_debug_prints_names_only() {
    let [one, other] = both_ways(&registered()).await;
    assert_eq!(one, other);
    assert_ne!(one, Claims::from_value(json!({ "sub": "user_1" })).unwrap());
    let shown = format!("{one:?}");
    assert!(shown.starts_with("Claims("), "{shown}");
    assert!(
        shown.contains("\"azp\"") && !shown.contains("app.example.com"),
        "{shown}"
    );
}

#[test]
fn each_reason_has_its_name_and_says_what_to_do() {
    for (reason, name, advice) in [
        (Reason::TokenInvalid, "token-invalid", ""),
        (Reason::TokenInvalidAlgorithm, "token-invalid-algorithm", ""),
        (
            Reason::TokenInvalidAuthorizedParties,
            "token-invalid-authorized-parties",
            "; add the origin",
        ),
        (Reason::TokenInvalidIssuer, "token-invalid-issuer", ""),
        (
            Reason::TokenInvalidSignature,
            "token-invalid-signature",
            "; check that the JWT key",
        ),
        (
            Reason::TokenVerificationFailed,
            "token-verification-failed",
            "",
        ),
        (Reason::TokenExpired, "token-expired", ""),
        (
            Reason::TokenNotActiveYet,
            "token-not-active-yet",
            "; check this machine's clock",
        ),
        (
            Reason::TokenIatInTheFuture,
            "token-iat-in-the-future",
            "; check this machine's clock",
        ),
        (
            Reason::SecretKeyInvalid,
            "secret-key-invalid",
            "; check CLERK_SECRET_KEY",
        ),
        (
            Reason::JwkRemoteFailedToLoad,
            "jwk-remote-failed-to-load",
            "; check that Clerk's API can be reached",
        ),
        (
            Reason::JwkFailedToResolve,
            "jwk-failed-to-resolve",
            "; set CLERK_JWT_KEY",
        ),
        (
            Reason::JwkKidMismatch,
            "jwk-kid-mismatch",
            "; check that the secret key is of the instance",
        ),
        (
            Reason::UnexpectedError,
            "unexpected-error",
            "; check that Clerk's API can be reached",
        ),
    ] {
        assert_eq!(reason.to_string(), name);
        let text = TokenError::new(reason, "it failed").to_string();
        assert!(text.starts_with(&format!("it failed{advice}")), "{text}");
        assert!(text.ends_with(&format!(" (reason={name})")), "{text}");
        assert_eq!(advice.is_empty(), !text.contains(';'), "{text}");
    }
}

#[tokio::test]
async fn keys_that_cannot_be_fetched_are_an_error_with_its_cause() {
    let api = Api::start(500, json!({ "errors": [] })).await;
    let verifier = TokenVerifier::builder().api(api.client()).build();
    let token = sign(MAIN, "ins_1", &registered());
    let error = verifier
        .verify(&token, &VerifyTokenOptions::new())
        .await
        .unwrap_err();
    assert!(error.is_outage());
    let cause = error.source().unwrap().to_string();
    assert!(
        error.api_error().is_some() && cause.contains("500"),
        "{cause}"
    );
    let (said, shown) = (error.to_string(), format!("{error:?}"));
    assert!(said.contains(&cause), "{said}");
    for part in ["TokenError", error.reason().as_str(), "500"] {
        assert!(shown.contains(part), "{shown}");
    }
    assert!(!said.contains(&token) && !shown.contains(&token));
}
