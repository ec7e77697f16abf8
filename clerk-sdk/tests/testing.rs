//! The instance for tests: what it signs is accepted by its client as what it says, and by no other.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use clerk_sdk::auth::{Auth, Feature, MachineAuth, Permission, Plan, Role};
use clerk_sdk::testing::TestInstance;
use clerk_sdk::tokens::TokenErrorReason;
use clerk_sdk::webhooks::EventData;
use clerk_sdk::{Clerk, Environment, Error};
use serde_json::json;

async fn auth(instance: &TestInstance, token: &str) -> Auth {
    let claims = instance.clerk().verify_session_token(token).await.unwrap();
    Auth::from_claims(claims).unwrap()
}

async fn reason(clerk: &Clerk, token: &str) -> TokenErrorReason {
    match clerk.verify_session_token(token).await {
        Err(Error::Token(error)) => error.reason(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn both_versions_of_the_claims_say_the_same() {
    let instance = TestInstance::new();
    let token = || {
        instance
            .session_token("user_1")
            .session_id("sess_1")
            .organization("org_1", "acme", "editor")
            .permission("posts", "read")
            .permission("invoices", "read")
            .permission("posts", "delete")
    };
    for token in [token().sign(), token().version_1().sign()] {
        let auth = auth(&instance, &token).await;
        assert_eq!(auth.user_id.as_deref(), Some("user_1"));
        assert_eq!(auth.session_id.as_deref(), Some("sess_1"));
        assert_eq!(auth.org_id.as_deref(), Some("org_1"));
        assert_eq!(auth.org_slug.as_deref(), Some("acme"));
        assert!(auth.has(Role("org:editor")));
        let mut permissions = auth.org_permissions.clone().unwrap();
        permissions.sort();
        let expected = ["org:invoices:read", "org:posts:delete", "org:posts:read"];
        assert_eq!(permissions, expected);
        assert!(!auth.has(Permission("org:invoices:delete")));
    }
}

#[tokio::test]
async fn plans_features_actors_factors_and_custom_claims_arrive() {
    let instance = TestInstance::new();
    let token = instance
        .session_token("user_1")
        .organization("org_1", "acme", "member")
        .feature("u:search")
        .feature("o:posts")
        .permission("posts", "read")
        .plan("o:pro")
        .plan("u:free")
        .actor("user_2")
        .factors_verified(5, Some(7))
        .claim("department", "sales")
        .sign();
    let auth = auth(&instance, &token).await;
    for feature in ["o:posts", "u:search"] {
        assert!(auth.has(Feature(feature)), "{feature}");
    }
    for plan in ["o:pro", "u:free"] {
        assert!(auth.has(Plan(plan)), "{plan}");
    }
    assert!(!auth.has(Feature("o:search")));
    assert!(auth.has(Permission("org:posts:read")));
    assert_eq!(auth.actor, Some(json!({ "sub": "user_2" })));
    let claims = auth.claims.unwrap();
    assert_eq!(claims.get("fva"), Some(json!([5, 7])));
    assert_eq!(claims.get_str("department"), Some("sales"));
}

#[tokio::test]
async fn a_token_expires_with_the_clock_and_is_of_its_instance_alone() {
    let instance = TestInstance::new();
    let clerk = instance.clerk();
    let token = instance.session_token("user_1").sign();
    clerk.verify_session_token(&token).await.unwrap();
    let other = TestInstance::new().clerk();
    assert_eq!(
        reason(&other, &token).await,
        TokenErrorReason::TokenInvalidSignature
    );

    instance.advance(Duration::from_secs(66));
    assert_eq!(reason(&clerk, &token).await, TokenErrorReason::TokenExpired);
    let late = instance
        .session_token("user_1")
        .issued_ago(Duration::from_secs(66))
        .sign();
    assert_eq!(reason(&clerk, &late).await, TokenErrorReason::TokenExpired);
    let long = instance
        .session_token("user_1")
        .expires_in(Duration::from_secs(600))
        .sign();
    instance.advance(Duration::from_secs(500));
    clerk.verify_session_token(&long).await.unwrap();
}

#[tokio::test]
async fn a_pending_session_and_another_origin_are_what_they_are() {
    let instance = TestInstance::new();
    let pending = auth(
        &instance,
        &instance.session_token("user_1").pending().sign(),
    )
    .await;
    assert!(pending.is_pending());
    assert!(!pending.pending_as_signed_out().is_signed_in());

    let options = instance
        .options()
        .authorized_parties(["https://app.example.com"]);
    let clerk = Clerk::with_environment(options, Environment::empty()).unwrap();
    let token = |origin| {
        instance
            .session_token("user_1")
            .authorized_party(origin)
            .sign()
    };
    clerk
        .verify_session_token(&token("https://app.example.com"))
        .await
        .unwrap();
    assert_eq!(
        reason(&clerk, &token("https://other.example.com")).await,
        TokenErrorReason::TokenInvalidAuthorizedParties
    );
}

#[tokio::test]
async fn machine_tokens_are_machines_and_never_users() {
    let instance = TestInstance::new();
    let clerk = instance.clerk();
    let m2m = instance
        .m2m_token("mch_1")
        .scopes(["mch_2", "mch_3"])
        .claim("tier", 1)
        .sign();
    let oauth = instance
        .oauth_token("user_1", "client_1")
        .scopes(["email"])
        .sign();
    for token in [&m2m, &oauth] {
        clerk.verify_session_token(token).await.unwrap_err();
    }
    let MachineAuth::M2m(machine) = clerk.verify_machine_token(&m2m).await.unwrap() else {
        panic!("a machine's token is of another kind");
    };
    assert_eq!(machine.machine_id, "mch_1");
    assert_eq!(machine.scopes, ["mch_2", "mch_3"]);
    assert_eq!(machine.claims.unwrap()["tier"], 1);
    let MachineAuth::OAuth(client) = clerk.verify_machine_token(&oauth).await.unwrap() else {
        panic!("an OAuth token is of another kind");
    };
    assert_eq!(
        (client.user_id.as_str(), client.client_id.as_deref()),
        ("user_1", Some("client_1"))
    );
    assert_eq!(client.scopes, ["email"]);

    instance.advance(Duration::from_secs(3700));
    clerk.verify_machine_token(&m2m).await.unwrap_err();
    clerk.verify_machine_token(&oauth).await.unwrap_err();
}

#[tokio::test]
async fn webhooks_are_signed_now_and_typed() {
    let instance = TestInstance::new();
    let clerk = instance.clerk();
    let deleted = json!({ "object": "user", "id": "user_1", "deleted": true });
    let webhook = instance.webhook("user.deleted", deleted);
    let event = clerk
        .verify_webhook(webhook.headers.as_slice(), &webhook.body)
        .unwrap();
    assert!(matches!(event.data, EventData::UserDeleted(_)));

    let mut changed = webhook.body.clone();
    changed[10] ^= 1;
    clerk
        .verify_webhook(webhook.headers.as_slice(), &changed)
        .unwrap_err();
    instance.advance(Duration::from_secs(301));
    clerk
        .verify_webhook(webhook.headers.as_slice(), &webhook.body)
        .unwrap_err();
}

#[tokio::test]
async fn its_client_never_reaches_clerk() {
    let error = TestInstance::new()
        .clerk()
        .users()
        .get_user("user_1")
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Transport(_)), "{error:?}");
}
