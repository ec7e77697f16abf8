use std::time::Duration;

use clerk_sdk::auth::MachineAuth;
use clerk_sdk::tokens::{TokenErrorReason as Reason, TokenType};
use clerk_sdk::{Clerk, Error};
use serde_json::json;

use crate::application::{connect, options, start};

/// Returns why a machine's token was rejected, and as what kind.
async fn rejected(clerk: &Clerk, token: &str) -> (Option<TokenType>, Reason) {
    match clerk.verify_machine_token(token).await {
        Err(Error::MachineToken(error)) => (error.token_type, error.error.reason()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_api_key_is_made_verified_and_revoked_or_expires() {
    let (emulator, clerk) = start().await;
    let ada = clerk
        .users()
        .create_user()
        .email_address(["ada@example.com"])
        .await
        .unwrap();
    let keys = clerk.api_keys();
    let create = |name: &str| {
        keys.create()
            .name(name)
            .subject(&ada.id)
            .scopes(["read"])
            .claims(json!({"team": 7}))
    };
    let key = create("deploys").await.unwrap();
    let MachineAuth::ApiKey(auth) = clerk.verify_machine_token(&key.secret).await.unwrap() else {
        panic!("no API key");
    };
    assert_eq!((&auth.id, auth.user_id.as_ref()), (&key.id, Some(&ada.id)));
    assert_eq!(auth.scopes, ["read"]);
    assert_eq!(auth.claims, Some(json!({"team": 7})));
    assert!(!format!("{auth:?} {key:?}").contains(&key.secret));
    let listed = keys.list().subject(&ada.id).await.unwrap();
    assert!(listed[0].last_used_at.is_some());

    let revoked = keys
        .revoke(&key.id)
        .revocation_reason("leaked")
        .await
        .unwrap();
    assert!(revoked.revoked);
    let expected = (Some(TokenType::ApiKey), Reason::TokenInvalid);
    assert_eq!(rejected(&clerk, &key.secret).await, expected);
    assert!(keys.list().subject(&ada.id).await.unwrap().is_empty());

    let short = create("short").seconds_until_expiration(60).await.unwrap();
    emulator.clock().advance(Duration::from_secs(59));
    assert!(clerk.verify_machine_token(&short.secret).await.is_ok());
    emulator.clock().advance(Duration::from_secs(1));
    assert_eq!(rejected(&clerk, &short.secret).await, expected);
    assert_eq!(rejected(&clerk, "ak_nobody").await, expected);
}

#[tokio::test]
async fn machines_talk_to_machines_that_they_may_talk_to() {
    let (emulator, clerk) = start().await;
    let machines = clerk.machines();
    let shop = machines.create().name("shop").await.unwrap();
    let billing = machines.create().name("billing").await.unwrap();
    let stranger = machines.create().name("stranger").await.unwrap();
    machines
        .create_scope(&shop.id)
        .to_machine_id(&billing.id)
        .await
        .unwrap();
    let as_machine = |secret: &str| connect(options(&emulator).machine_secret_key(secret));
    let in_shop = as_machine(&shop.secret_key);
    let in_billing = as_machine(&billing.secret_key);
    let in_stranger = as_machine(&stranger.secret_key);
    let unknown = (Some(TokenType::M2m), Reason::TokenInvalid);

    // Opaque: asked about, and gone at once when it is revoked.
    let create = || in_shop.m2m().create_token().claims(json!({"order": 1}));
    let token = create().seconds_until_expiration(60).await.unwrap();
    let MachineAuth::M2m(auth) = in_billing.verify_machine_token(&token.token).await.unwrap()
    else {
        panic!("no M2M token");
    };
    assert_eq!((&auth.id, &auth.machine_id), (&token.id, &shop.id));
    assert_eq!(auth.scopes, [&*billing.id]);
    assert_eq!(auth.claims, Some(json!({"order": 1})));
    assert_eq!(rejected(&in_stranger, &token.token).await, unknown);
    in_shop.m2m().revoke_token(&token.id).await.unwrap();
    assert_eq!(rejected(&in_billing, &token.token).await, unknown);
    let short = create().seconds_until_expiration(60).await.unwrap();
    emulator.clock().advance(Duration::from_secs(60));
    assert_eq!(rejected(&in_billing, &short.token).await, unknown);
    let listed = in_shop.m2m().list().subject(&shop.id);
    let listed = listed.revoked(true).expired(true).await.unwrap();
    assert_eq!(listed.total_count, Some(2));

    // A JWT: verified by the keys, with no request about it, until it expires.
    let jwt = create()
        .token_format("jwt")
        .seconds_until_expiration(600)
        .await
        .unwrap();
    assert_eq!(
        TokenType::of_machine_token(&jwt.token),
        Some(TokenType::M2m)
    );
    in_billing.verify_machine_token(&jwt.token).await.unwrap();
    emulator.forget_requests();
    let MachineAuth::M2m(auth) = in_billing.verify_machine_token(&jwt.token).await.unwrap() else {
        panic!("no M2M token");
    };
    assert_eq!(emulator.requests(), []);
    let listed = in_shop.m2m().list().subject(&shop.id).await.unwrap();
    assert!(listed.is_empty(), "JWTs are not listed");
    assert_eq!((&auth.id, &auth.machine_id), (&jwt.id, &shop.id));
    assert_eq!(auth.scopes, [&*billing.id]);
    emulator.clock().advance(Duration::from_secs(606));
    let expired = (Some(TokenType::M2m), Reason::TokenVerificationFailed);
    assert_eq!(rejected(&in_billing, &jwt.token).await, expired);

    // A machine that is no more, or whose key is wrong.
    let nobody = as_machine("ak_nobody");
    let rejection = (Some(TokenType::M2m), Reason::SecretKeyInvalid);
    assert_eq!(rejected(&nobody, &token.token).await, rejection);
}

#[tokio::test]
async fn an_oauth_token_is_issued_verified_and_revoked_or_expires() {
    let (emulator, clerk) = start().await;
    let ada = clerk
        .users()
        .create_user()
        .email_address(["ada@example.com"])
        .await
        .unwrap();
    let applications = clerk.oauth_applications();
    let application = applications.create().name("Notes");
    let application = application.redirect_uris(vec!["https://notes.example/callback".into()]);
    let application = application.await.unwrap();
    let issue = || {
        let scopes = ["profile", "email"];
        emulator
            .issue_oauth_token(&application.client_id, &ada.id, &scopes)
            .unwrap()
    };
    let token = issue();
    let MachineAuth::OAuth(auth) = clerk.verify_machine_token(&token).await.unwrap() else {
        panic!("no OAuth token");
    };
    assert_eq!(auth.user_id, ada.id);
    assert_eq!(auth.client_id.as_ref(), Some(&application.client_id));
    assert_eq!(auth.scopes, ["profile", "email"]);

    applications
        .revoke_token(&application.id)
        .token(&token)
        .await
        .unwrap();
    let expected = (Some(TokenType::OAuth), Reason::TokenInvalid);
    assert_eq!(rejected(&clerk, &token).await, expected);
    let another = issue();
    emulator.clock().advance(Duration::from_secs(24 * 3600));
    assert_eq!(rejected(&clerk, &another).await, expected);
}
