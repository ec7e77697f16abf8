//! Machine tokens, by whole requests over loopback.

use crate::loopback::{Api, MAIN, sign, sign_with};
use clerk_sdk::Clock;
use clerk_sdk::auth::MachineAuth;
use clerk_sdk::tokens::{
    PublicKey, TokenErrorReason as Reason, TokenType, TokenVerifier, VerifyTokenOptions,
};
use serde_json::{Value, json};

const NOW: i64 = 1_750_000_000;

fn verifier(api: &Api) -> TokenVerifier {
    let key = PublicKey::from_pem(include_str!("../keys/main.public.pem")).unwrap();
    let clock = Clock::from_fn(|| NOW * 1000);
    TokenVerifier::builder()
        .api(api.client())
        .jwt_key(key)
        .clock(clock)
        .build()
}

async fn verify(
    api: &Api,
    token: &str,
    options: &VerifyTokenOptions,
) -> Result<MachineAuth, (Option<TokenType>, Reason)> {
    let result = MachineAuth::verify(&verifier(api), token, options).await;
    result.map_err(|error| (error.token_type, error.error.reason()))
}

fn api_key() -> Value {
    json!({ "id": "ak_1", "name": "mine", "subject": "org_1", "scopes": ["read"], "claims": { "a": 1 }, "revoked": false, "expired": false })
}

#[tokio::test]
async fn a_token_that_is_revoked_or_expired_or_does_not_say_is_rejected() {
    let api = Api::start(200, api_key()).await;
    let options = VerifyTokenOptions::new();
    let Ok(MachineAuth::ApiKey(key)) = verify(&api, "ak_x", &options).await else {
        panic!("no key")
    };
    assert_eq!((key.org_id.as_deref(), key.user_id), (Some("org_1"), None));
    for (flag, value, reason) in [
        ("revoked", json!(true), Reason::TokenInvalid),
        ("expired", json!(true), Reason::TokenInvalid),
        ("revoked", Value::Null, Reason::UnexpectedError),
        ("expired", json!("false"), Reason::UnexpectedError),
        ("id", Value::Null, Reason::UnexpectedError),
    ] {
        let mut answer = api_key();
        answer[flag] = value;
        api.answer(200, answer);
        assert_eq!(
            verify(&api, "ak_x", &options).await,
            Err((Some(TokenType::ApiKey), reason)),
            "{flag}"
        );
    }
    api.answer(200, json!({ "active": false }));
    assert_eq!(
        verify(&api, "oat_x", &options).await,
        Err((Some(TokenType::OAuth), Reason::TokenInvalid))
    );
}

#[tokio::test]
async fn rejections_of_clerks_are_told_apart() {
    let api = Api::start(404, json!({})).await;
    let options = VerifyTokenOptions::new();
    for (status, reason) in [
        (404, Reason::TokenInvalid),
        (401, Reason::SecretKeyInvalid),
        (500, Reason::UnexpectedError),
    ] {
        api.answer(status, json!({}));
        assert_eq!(
            verify(&api, "mt_x", &options).await,
            Err((Some(TokenType::M2m), reason))
        );
    }
    assert_eq!(
        verify(&api, "garbage", &options).await,
        Err((None, Reason::TokenInvalid))
    );
}

#[tokio::test]
async fn jwts_of_machines_and_of_oauth_need_no_request() {
    let api = Api::start(500, json!({})).await;
    let options = VerifyTokenOptions::new();
    let claims = json!({ "sub": "mch_1", "jti": "mt_1", "scopes": "mch_2 mch_3", "exp": NOW + 60, "note": 1 });
    let Ok(MachineAuth::M2m(token)) = verify(&api, &sign(MAIN, "k", &claims), &options).await
    else {
        panic!("no token")
    };
    assert_eq!(
        (token.machine_id.as_str(), token.scopes.len()),
        ("mch_1", 2)
    );
    assert_eq!(
        token.claims,
        Some(json!({ "scopes": "mch_2 mch_3", "note": 1 }))
    );

    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS256);
    header.typ = Some("at+jwt".to_owned());
    let claims =
        json!({ "sub": "user_1", "client_id": "c", "scope": "a b", "aud": "api", "exp": NOW + 60 });
    let oauth = sign_with(MAIN, &header, &claims);
    let Ok(MachineAuth::OAuth(token)) = verify(&api, &oauth, &options).await else {
        panic!("no token")
    };
    assert_eq!(
        (token.user_id.as_str(), token.client_id.as_deref()),
        ("user_1", Some("c"))
    );
    let strict = VerifyTokenOptions::new().audience(["other"]);
    assert_eq!(
        verify(&api, &oauth, &strict).await,
        Err((Some(TokenType::OAuth), Reason::TokenVerificationFailed))
    );
    assert!(
        verify(&api, &oauth, &VerifyTokenOptions::new().audience(["api"]))
            .await
            .is_ok()
    );
    assert_eq!(api.requests(), 0);
}

#[tokio::test]
async fn an_access_token_must_be_for_the_resource_and_says_who_acts() {
    let api = Api::start(500, json!({})).await;
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS256);
    header.typ = Some("at+jwt".to_owned());
    let token = |aud: &str, act: serde_json::Value| {
        let claims = json!({ "sub": "user_1", "aud": aud, "act": act, "exp": NOW + 60 });
        sign_with(MAIN, &header, &claims)
    };
    // The resource takes the place of audiences that are for other tokens.
    let options = VerifyTokenOptions::new()
        .audience(["pages"])
        .resource("https://api.example.com/mcp");
    let here = token("https://api.example.com/mcp", json!(null));
    let plain = verify(&api, &here, &options).await.unwrap();
    assert!(!plain.is_delegated());
    assert_eq!(plain.acting(), Ok(None));
    for aud in ["pages", "https://api.example.com", ""] {
        let elsewhere = verify(&api, &token(aud, json!(null)), &options).await;
        let expected = (Some(TokenType::OAuth), Reason::TokenVerificationFailed);
        assert_eq!(elsewhere, Err(expected), "{aud}");
    }
    let act = json!({ "sub": "agent", "act": { "sub": "gateway" } });
    let delegated = token("https://api.example.com/mcp", act);
    let delegated = verify(&api, &delegated, &options).await.unwrap();
    let actor = delegated.acting().unwrap().unwrap();
    assert_eq!((actor.sub.as_str(), actor.chain().count()), ("agent", 2));
    let malformed = token("https://api.example.com/mcp", json!("agent"));
    let malformed = verify(&api, &malformed, &options).await.unwrap();
    assert!(malformed.is_delegated() && malformed.acting().is_err());
}

#[tokio::test]
async fn a_token_of_one_kind_never_passes_for_another_even_when_it_was_verified_before() {
    let api = Api::start(500, json!({})).await;
    let verifier = verifier(&api);
    let options = VerifyTokenOptions::new();
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS256);
    header.typ = Some("at+jwt".to_owned());
    let oauth = sign_with(MAIN, &header, &json!({ "sub": "user_1", "exp": NOW + 60 }));
    assert!(
        MachineAuth::verify(&verifier, &oauth, &options)
            .await
            .is_ok()
    );
    assert_eq!(
        verifier
            .verify(&oauth, &options)
            .await
            .unwrap_err()
            .reason(),
        Reason::TokenInvalid
    );
    let session = sign(MAIN, "k", &json!({ "sub": "user_1", "exp": NOW + 60 }));
    assert!(verifier.verify(&session, &options).await.is_ok());
    assert!(
        MachineAuth::verify(&verifier, &session, &options)
            .await
            .is_err()
    );
}
