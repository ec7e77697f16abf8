//! What a stranger may write into a token, and what becomes of it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::loopback::{Api, MAIN, jwks, sign, sign_with};
use clerk_sdk::tokens::{
    PublicKey, TokenErrorReason as Reason, TokenType, TokenVerifier, VerifyTokenOptions, decode_jwt,
};
use clerk_sdk::{Clerk, ClerkOptions, Clock, Environment, Error};
use serde_json::{Value, json};

const NOW: i64 = 1_750_000_000;

fn verifier() -> TokenVerifier {
    let key = PublicKey::from_pem(include_str!("../keys/main.public.pem")).unwrap();
    let clock = Clock::from_fn(|| NOW * 1000);
    TokenVerifier::builder().jwt_key(key).clock(clock).build()
}

async fn reason(token: &str) -> Option<Reason> {
    let verified = verifier().verify(token, &VerifyTokenOptions::new()).await;
    verified.err().map(|error| error.reason())
}

fn claims(changes: &Value) -> Value {
    let mut claims = json!({ "sub": "user_1", "sid": "sess_1", "iat": NOW - 10, "exp": NOW + 50 });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

fn token(changes: &Value) -> String {
    sign(MAIN, "ins_1", &claims(changes))
}

#[tokio::test]
async fn a_machines_jwt_with_padding_is_no_user() {
    let machine = sign(
        MAIN,
        "ins_1",
        &json!({ "sub": "mch_1", "iat": NOW, "exp": NOW + 50 }),
    );
    assert_eq!(TokenType::of_machine_token(&machine), Some(TokenType::M2m));
    for padding in ["=", "==", "===="] {
        let padded = format!("{machine}{padding}");
        assert_eq!(reason(&padded).await, Some(Reason::TokenInvalid));
        assert!(decode_jwt(&padded).is_err());
    }
    let padded = format!("{}=", token(&json!({})));
    assert_eq!(reason(&padded).await, Some(Reason::TokenInvalid));
}

#[tokio::test]
async fn only_users_are_subjects_of_sessions() {
    for subject in ["mch_1", "org_1", "ak_1", "client_1", "sess_1"] {
        let rejected = reason(&token(&json!({ "sub": subject }))).await;
        assert_eq!(rejected, Some(Reason::TokenVerificationFailed), "{subject}");
    }
    assert_eq!(reason(&token(&json!({ "sub": "user_2" }))).await, None);
}

#[tokio::test]
async fn a_header_with_crit_is_rejected() {
    for crit in [json!(["b64"]), json!([]), Value::Null] {
        let header = json!({ "alg": "RS256", "kid": "ins_1", "typ": "JWT", "crit": crit });
        let token = sign_with(MAIN, &header, &claims(&json!({})));
        assert_eq!(reason(&token).await, Some(Reason::TokenInvalid), "{crit}");
    }
}

#[tokio::test]
async fn a_token_above_16_kib_is_rejected_unread() {
    let long = |length: usize| token(&json!({ "x": "x".repeat(length) }));
    assert_eq!(reason(&long(11_000)).await, None);
    let token = long(12_300);
    assert!(token.len() > 16 * 1024);
    assert_eq!(reason(&token).await, Some(Reason::TokenInvalid));
}

#[tokio::test]
async fn only_the_token_of_a_session_is_a_session() {
    let options = ClerkOptions::new()
        .jwt_key(include_str!("../keys/main.public.pem"))
        .clock(Clock::from_fn(|| NOW * 1000));
    let clerk = Clerk::with_environment(options, Environment::empty()).unwrap();
    let session = clerk
        .verify_session_token(&token(&json!({})))
        .await
        .unwrap();
    assert_eq!(
        (session.sub(), session.sid()),
        (Some("user_1"), Some("sess_1"))
    );

    let of_template =
        json!({ "alg": "RS256", "kid": "ins_1", "typ": "JWT", "cat": "cl_B7d4PD222AAA" });
    let ten_years = claims(&json!({ "exp": NOW + 10 * 365 * 86_400 }));
    for genuine in [
        sign_with(MAIN, &of_template, &ten_years),
        token(&json!({ "sid": null })),
        token(&json!({ "sid": "" })),
        token(&json!({ "sub": "somebody" })),
    ] {
        clerk.verify_token(&genuine).await.unwrap();
        let error = clerk.verify_session_token(&genuine).await.unwrap_err();
        let Error::Token(error) = error else {
            panic!("{error}");
        };
        assert_eq!(error.reason(), Reason::TokenInvalid);
    }
}

#[tokio::test]
async fn a_handshake_token_has_no_subject_and_is_in_time() {
    let verify = async |claims: Value| {
        let token = sign(MAIN, "ins_1", &claims);
        let verified = verifier()
            .verify_handshake(&token, &VerifyTokenOptions::new())
            .await;
        verified.map_err(|error| error.reason())
    };
    let directives = json!(["__client_uat=1", 5]);
    assert_eq!(
        verify(json!({ "handshake": directives })).await,
        Ok(vec!["__client_uat=1".to_owned()])
    );
    let in_time = json!({ "handshake": directives, "iat": NOW, "exp": NOW + 60 });
    assert!(verify(in_time).await.is_ok());
    for (claims, expected) in [
        (
            json!({ "handshake": directives, "sub": "mch_1" }),
            Reason::TokenInvalid,
        ),
        (
            json!({ "handshake": directives, "sub": null }),
            Reason::TokenInvalid,
        ),
        (json!({ "iat": NOW }), Reason::TokenInvalid),
        (json!({ "handshake": "x" }), Reason::TokenInvalid),
        (
            json!({ "handshake": directives, "exp": NOW - 60 }),
            Reason::TokenExpired,
        ),
        (
            json!({ "handshake": directives, "iat": NOW + 60 }),
            Reason::TokenIatInTheFuture,
        ),
    ] {
        assert_eq!(verify(claims.clone()).await, Err(expected), "{claims}");
    }
}

#[tokio::test]
async fn scopes_that_are_null_hide_none_and_empty_ones_grant_none() {
    use clerk_sdk::auth::MachineAuth;

    let scopes = async |header: Value, claims: Value| {
        let token = sign_with(MAIN, &header, &claims);
        let verified = MachineAuth::verify(&verifier(), &token, &VerifyTokenOptions::new()).await;
        match verified.unwrap() {
            MachineAuth::M2m(token) => token.scopes,
            MachineAuth::OAuth(token) => token.scopes,
            other => panic!("{other:?}"),
        }
    };
    let oauth = json!({ "alg": "RS256", "kid": "ins_1", "typ": "at+jwt" });
    let m2m = json!({ "alg": "RS256", "kid": "ins_1", "typ": "JWT" });
    let base = json!({ "sub": "user_1", "exp": NOW + 50, "scp": null, "scope": "a b" });
    assert_eq!(scopes(oauth, base).await, ["a", "b"]);
    let base = json!({ "sub": "mch_1", "exp": NOW + 50, "scopes": "", "aud": ["mch_2"] });
    assert!(scopes(m2m, base).await.is_empty());
}

#[tokio::test]
async fn what_is_wrong_with_a_token_comes_before_what_is_wrong_with_its_key() {
    let mut keys = jwks(&[("ins_1", MAIN)]);
    keys["keys"][0]["n"] = json!("AQAB");
    let api = Api::start(200, keys).await;
    let clock = Clock::from_fn(|| NOW * 1000);
    let verifier = TokenVerifier::builder()
        .api(api.client())
        .clock(clock)
        .build();
    for (header, expected) in [
        (
            json!({ "alg": "RS256", "kid": "ins_1", "typ": "other" }),
            Reason::TokenInvalid,
        ),
        (
            json!({ "alg": "HS256", "kid": "ins_1", "typ": "JWT" }),
            Reason::TokenInvalidAlgorithm,
        ),
        (
            json!({ "alg": "RS256", "kid": "ins_1", "typ": "JWT" }),
            Reason::TokenVerificationFailed,
        ),
    ] {
        let [_, rest] = &token(&json!({}))
            .splitn(2, '.')
            .map(str::to_owned)
            .collect::<Vec<_>>()[..]
        else {
            panic!("a token has parts");
        };
        let header = URL_SAFE_NO_PAD.encode(header.to_string());
        let verified = verifier
            .verify(&format!("{header}.{rest}"), &VerifyTokenOptions::new())
            .await;
        assert_eq!(verified.unwrap_err().reason(), expected);
    }
}
