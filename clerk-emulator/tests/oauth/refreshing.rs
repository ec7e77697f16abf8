//! Refresh tokens: each is good once.

use serde_json::json;

use crate::client::{Client, backend, emulator, verified, wait};

#[tokio::test]
async fn a_refresh_token_gives_new_tokens_and_is_replaced() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let tokens = notes.tokens(&[("nonce", "n-1")]).await;
    wait(&emulator, 86_400);
    assert!(!notes.is_valid(&tokens.text("access_token")).await);
    let mut newest = tokens.text("refresh_token");
    for _ in 0..3 {
        let refreshed = notes.refresh(&newest, &[]).await;
        assert_eq!(refreshed.status, 200, "{refreshed:?}");
        assert!(notes.is_valid(&refreshed.text("access_token")).await);
        assert_ne!(refreshed.text("refresh_token"), newest);
        let (_, claims) = verified(&emulator, &refreshed.text("id_token")).await;
        // When the user signed in does not change; the nonce was for the first token.
        assert_eq!(claims["auth_time"], 1_700_000_000);
        assert!(claims.get("nonce").is_none());
        newest = refreshed.text("refresh_token");
    }
}

#[tokio::test]
async fn a_refresh_token_that_is_used_twice_ends_its_whole_family() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let (tokens, others) = (notes.tokens(&[]).await, notes.tokens(&[]).await);
    let refreshed = notes.refresh(&tokens.text("refresh_token"), &[]).await;
    let reused = notes.refresh(&tokens.text("refresh_token"), &[]).await;
    assert_eq!(reused.error(), (400, "invalid_grant"));
    for tokens in [&tokens, &refreshed] {
        assert!(!notes.is_valid(&tokens.text("access_token")).await);
        assert_eq!(
            notes.user_info(&tokens.text("access_token")).await.status,
            401
        );
    }
    let dead = notes.refresh(&refreshed.text("refresh_token"), &[]).await;
    assert_eq!(dead.error(), (400, "invalid_grant"));
    // Other authorizations of the same user go on.
    assert_eq!(
        notes
            .refresh(&others.text("refresh_token"), &[])
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_refresh_token_is_for_its_own_client() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let token = notes.tokens(&[]).await.text("refresh_token");
    let phone = Client::phone(&emulator);
    assert_eq!(
        phone.refresh(&token, &[]).await.error(),
        (400, "invalid_grant")
    );
    assert_eq!(notes.refresh(&token, &[]).await.status, 200);
}

#[tokio::test]
async fn scopes_become_fewer_and_never_more() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let tokens = notes.tokens(&[]).await;
    let more = [("scope", "openid notes:write")];
    let rejected = notes.refresh(&tokens.text("refresh_token"), &more).await;
    assert_eq!(rejected.error(), (400, "invalid_scope"));
    let fewer = [("scope", "email")];
    let refreshed = notes.refresh(&tokens.text("refresh_token"), &fewer).await;
    assert_eq!(refreshed.text("scope"), "email");
    assert!(refreshed.body.get("id_token").is_none());
    // The authorization itself is what it was.
    let all = notes.refresh(&refreshed.text("refresh_token"), &[]).await;
    assert_eq!(all.text("scope"), "openid profile email");
}

#[tokio::test]
async fn tokens_are_revoked_by_their_client() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let tokens = notes.tokens(&[]).await;
    let (access, refresh) = (tokens.text("access_token"), tokens.text("refresh_token"));
    let path = "/oauth/token/revoke";
    for token in [&access, &refresh] {
        let foreign = Client::phone(&emulator)
            .post(path, &[("token", token)])
            .await;
        assert_eq!(foreign.error(), (400, "invalid_grant"));
    }
    assert_eq!(
        notes.post(path, &[]).await.error(),
        (400, "invalid_request")
    );
    assert_eq!(notes.post(path, &[("token", "unknown")]).await.status, 200);
    assert!(notes.is_valid(&access).await);
    // An access token alone, then all of the family by its refresh token.
    let hint = ("token_type_hint", "refresh_token");
    assert_eq!(
        notes.post(path, &[("token", &access), hint]).await.status,
        200
    );
    assert!(!notes.is_valid(&access).await);
    let refreshed = notes.refresh(&refresh, &[]).await;
    let newest = refreshed.text("refresh_token");
    assert_eq!(notes.post(path, &[("token", &newest)]).await.status, 200);
    assert!(!notes.is_valid(&refreshed.text("access_token")).await);
    assert_eq!(
        notes.refresh(&newest, &[]).await.error(),
        (400, "invalid_grant")
    );
}

#[tokio::test]
async fn what_was_granted_goes_with_the_user_and_with_the_application() {
    let emulator = emulator().await;
    let (notes, phone) = (Client::notes(&emulator), Client::phone(&emulator));
    let (of_notes, of_phone) = (notes.tokens(&[]).await, phone.tokens(&[]).await);
    let list = backend(
        &emulator,
        "GET",
        "/oauth_applications?name_query=Notes",
        &json!({}),
    )
    .await;
    let path = format!(
        "/oauth_applications/{}",
        list.body["data"][0]["id"].as_str().unwrap()
    );
    backend(&emulator, "DELETE", &path, &json!({})).await;
    assert!(!notes.is_valid(&of_notes.text("access_token")).await);
    assert!(phone.is_valid(&of_phone.text("access_token")).await);
    backend(&emulator, "DELETE", "/users/user_ada", &json!({})).await;
    assert!(!phone.is_valid(&of_phone.text("access_token")).await);
    let refused = phone.refresh(&of_phone.text("refresh_token"), &[]).await;
    assert_eq!(refused.error(), (400, "invalid_grant"));
    let state = emulator.export().unwrap()["state"]["oauth"].take();
    assert_eq!(state, json!({"codes": [], "grants": [], "consents": []}));
}
