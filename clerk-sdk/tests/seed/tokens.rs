//! Instances beside each other: the tokens of one do not sign in to the other.

use clerk_sdk::tokens::TokenErrorReason as Reason;
use clerk_sdk::{Clerk, ClerkOptions, Clock, Environment, Error};
use serde_json::{Value, json};

use crate::samples;
use crate::server::{Server, json as answer};

/// The private key, the public one, and the modulus of it as it stands in a set of keys.
pub(crate) type Key = (&'static str, &'static str, &'static str);

pub(crate) const MAIN: Key = (
    include_str!("../keys/main.private.pem"),
    include_str!("../keys/main.public.pem"),
    include_str!("../keys/main.modulus.txt"),
);
const OTHER: Key = (
    include_str!("../keys/other.private.pem"),
    include_str!("../keys/other.public.pem"),
    include_str!("../keys/other.modulus.txt"),
);

const NOW: i64 = 1_750_000_000;

pub(crate) fn clock() -> Clock {
    Clock::from_fn(|| NOW * 1000)
}

pub(crate) fn jwks(kid: &str, key: Key) -> Value {
    json!({
        "keys": [{ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": key.2.trim(), "e": "AQAB" }]
    })
}

/// A session token of this user, signed by another library.
pub(crate) fn sign(key: Key, sub: &str) -> String {
    sign_claims(
        key,
        &json!({ "sub": sub, "sid": "sess_1", "iat": NOW - 10, "nbf": NOW - 20, "exp": NOW + 60 }),
    )
}

pub(crate) fn sign_claims(key: Key, claims: &Value) -> String {
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS256);
    header.kid = Some("ins_1".to_owned());
    let der = test_support::pem::der(key.0).unwrap();
    let key = jsonwebtoken::EncodingKey::from_rsa_der(&der);
    jsonwebtoken::encode(&header, claims, &key).unwrap()
}

pub(crate) fn expired(key: Key) -> String {
    let claims = json!({ "sub": "user_1", "sid": "sess_1", "iat": NOW - 200, "nbf": NOW - 200, "exp": NOW - 100 });
    sign_claims(key, &claims)
}

async fn verified(clerk: &Clerk, token: &str) -> Result<String, Reason> {
    match clerk.verify_token(token).await {
        Ok(claims) => Ok(claims.sub().unwrap().to_owned()),
        Err(Error::Token(error)) => Err(error.reason()),
        Err(other) => panic!("{other:?}"),
    }
}

/// Each of two instances, with its key, verifies its own tokens only; in both orders, with the caches warm.
async fn assert_apart(first: (&Clerk, Key), second: (&Clerk, Key)) {
    let tokens = [sign(first.1, "user_a"), sign(second.1, "user_b")];
    for _ in 0..2 {
        assert_eq!(verified(first.0, &tokens[0]).await.as_deref(), Ok("user_a"));
        assert_eq!(
            verified(second.0, &tokens[1]).await.as_deref(),
            Ok("user_b")
        );
        for (clerk, token) in [(first.0, &tokens[1]), (second.0, &tokens[0])] {
            let rejected = verified(clerk, token).await;
            assert_eq!(rejected, Err(Reason::TokenInvalidSignature));
        }
    }
}

fn with_pem(key: Key) -> Clerk {
    let options = ClerkOptions::new().jwt_key(key.1).clock(clock());
    Clerk::with_environment(options, Environment::empty()).unwrap()
}

#[tokio::test]
async fn c30_instances_with_different_pem_keys_verify_their_own_tokens_only() {
    let (a, b) = (with_pem(MAIN), with_pem(OTHER));
    assert_apart((&a, MAIN), (&b, OTHER)).await;
}

#[tokio::test]
async fn c30_instances_whose_fetched_keys_have_one_kid_verify_their_own_tokens_only() {
    // One server for both, as Clerk is: the secret key tells whose keys are asked for.
    let server = Server::handling(|request| match request.header("authorization").as_deref() {
        Some("Bearer sk_test_a") => answer(200, jwks("ins_1", MAIN)),
        _ => answer(200, jwks("ins_1", OTHER)),
    })
    .await;
    let instance = |key: &str| {
        let options = samples::options(&server).secret_key(key).clock(clock());
        Clerk::with_environment(options, Environment::empty()).unwrap()
    };
    let (a, b) = (instance("sk_test_a"), instance("sk_test_b"));
    assert_apart((&a, MAIN), (&b, OTHER)).await;
    assert_eq!(server.lines(), ["GET /v1/jwks", "GET /v1/jwks"]);
}

#[tokio::test]
async fn c30_after_a_change_of_instance_the_keys_and_tokens_of_the_former_one_are_forgotten() {
    let server = Server::handling(|request| match request.header("authorization").as_deref() {
        Some("Bearer sk_test_a") => answer(200, jwks("ins_1", MAIN)),
        _ => answer(200, jwks("ins_1", OTHER)),
    })
    .await;
    let options = samples::options(&server)
        .secret_key("sk_test_a")
        .clock(clock());
    let clerk = Clerk::with_environment(options, Environment::empty()).unwrap();
    let (of_a, of_b) = (sign(MAIN, "user_a"), sign(OTHER, "user_b"));
    assert_eq!(verified(&clerk, &of_a).await.as_deref(), Ok("user_a"));
    clerk.set_secret_key("sk_test_b");
    assert_eq!(
        verified(&clerk, &of_a).await,
        Err(Reason::TokenInvalidSignature)
    );
    assert_eq!(verified(&clerk, &of_b).await.as_deref(), Ok("user_b"));

    let clerk = with_pem(MAIN);
    assert_eq!(verified(&clerk, &of_a).await.as_deref(), Ok("user_a"));
    clerk
        .update(|options| options.jwt_key = Some(OTHER.1.to_owned()))
        .unwrap();
    assert_eq!(
        verified(&clerk, &of_a).await,
        Err(Reason::TokenInvalidSignature)
    );
    assert_eq!(verified(&clerk, &of_b).await.as_deref(), Ok("user_b"));
}

#[tokio::test]
async fn m2m_uses_the_key_of_the_machine_and_what_else_there_is_the_secret_key() {
    let server = crate::server::of_nothing().await;
    let options = samples::options(&server).machine_secret_key("ak_machine");
    let clerk = Clerk::with_environment(options, Environment::empty()).unwrap();
    let key = || server.latest().header("authorization").unwrap();
    let m2m = clerk.m2m();
    m2m.list().subject("mch_1").await.unwrap();
    assert_eq!(key(), "Bearer ak_machine");
    // An empty list is no token; what counts is the key.
    m2m.create_token().await.unwrap_err();
    assert_eq!(key(), "Bearer ak_machine");
    m2m.revoke_token("mt_1").await.unwrap_err();
    assert_eq!(key(), "Bearer ak_machine");
    m2m.verify("mt_secret").await.unwrap_err();
    assert_eq!(server.latest().line(), "POST /v1/m2m_tokens/verify");
    assert_eq!(key(), "Bearer ak_machine");
    clerk.users().get_user_list().await.unwrap();
    clerk.machines().list().await.unwrap();
    assert_eq!(key(), "Bearer sk_test_1");
    clerk
        .update(|options| options.machine_secret_key = None)
        .unwrap();
    m2m.list().subject("mch_1").await.unwrap();
    assert_eq!(key(), "Bearer sk_test_1");
}
