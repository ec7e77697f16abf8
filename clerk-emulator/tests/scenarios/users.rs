use std::time::Duration;

use clerk_emulator::Emulator;
use clerk_sdk::tokens::{TokenErrorReason, VerifyTokenOptions};
use clerk_sdk::{Error, Patch};
use serde_json::json;

use crate::application::{authenticate, rejection, start, token};
use crate::browser::{Browser, PASSWORD, text};

const EMAIL: &str = "ada@example.com";

/// Signs up in a browser and returns the session's id.
async fn sign_up(browser: &mut Browser) -> String {
    browser.post("/v1/dev_browser", json!({})).await;
    let body = json!({"email_address": EMAIL, "password": PASSWORD, "first_name": "Ada"});
    let begun = browser.post("/v1/client/sign_ups", body).await.json();
    let path = format!("/v1/client/sign_ups/{}", text(&begun["response"]["id"]));
    let strategy = json!({"strategy": "email_code"});
    let prepare = format!("{path}/prepare_verification");
    browser.post(&prepare, strategy).await;
    let code = json!({"strategy": "email_code", "code": "424242"});
    let attempt = format!("{path}/attempt_verification");
    let done = browser.post(&attempt, code).await.json();
    assert_eq!(done["response"]["status"], "complete", "{done}");
    text(&done["client"]["sessions"][0]["id"])
}

/// Signs in in a browser and returns the status of the sign-in, or the error's code.
async fn sign_in(emulator: &Emulator) -> String {
    let mut browser = Browser::new(emulator);
    browser.post("/v1/dev_browser", json!({})).await;
    let body = json!({"identifier": EMAIL, "password": PASSWORD});
    let reply = browser.post("/v1/client/sign_ins", body).await;
    if reply.status == 200 {
        text(&reply.json()["response"]["status"])
    } else {
        reply.code()
    }
}

#[tokio::test]
async fn a_life_from_sign_up_to_deletion() {
    let (emulator, clerk) = start().await;
    let mut browser = Browser::new(&emulator);
    let session_id = sign_up(&mut browser).await;

    // The application gets a token with a request, and knows who it is.
    let path = format!("/v1/client/sessions/{session_id}/tokens");
    let jwt = text(&browser.post(&path, json!({})).await.json()["jwt"]);
    let auth = authenticate(&clerk, &jwt).await;
    assert!(auth.is_signed_in());
    assert_eq!(auth.session_id.as_deref(), Some(&*session_id));
    let ada = clerk.users().get_user(auth.user_id.unwrap()).await.unwrap();
    assert_eq!(ada.first_name.as_deref(), Some("Ada"));
    assert_eq!(ada.email_addresses[0].email_address, EMAIL);
    assert!(ada.password_enabled);
    // It was made for the page that asked.
    let only = |origin: &str| VerifyTokenOptions::new().authorized_parties([origin]);
    let ours = only("http://localhost:3000");
    assert!(clerk.verify_token_with(&jwt, &ours).await.is_ok());
    let theirs = only("https://evil.example");
    let error = clerk.verify_token_with(&jwt, &theirs).await.unwrap_err();
    assert_eq!(error.code(), Some("token-invalid-authorized-parties"));

    // The application changes the account; the same address cannot be taken twice.
    let update = clerk.users().update_user(&ada.id);
    let update = update.first_name(Patch::Null).last_name("Lovelace");
    let changed = update
        .public_metadata(json!({"plan": "gold"}))
        .await
        .unwrap();
    assert_eq!(changed.first_name, None);
    assert_eq!(changed.last_name.as_deref(), Some("Lovelace"));
    assert_eq!(changed.public_metadata["plan"], "gold");
    let again = clerk.users().create_user().email_address([EMAIL]).await;
    assert_eq!(rejection(again), (422, "form_identifier_exists".into()));
    let verify = |password: &str| clerk.users().verify_password(&ada.id).password(password);
    assert!(verify(PASSWORD).await.unwrap().verified.unwrap_or_default());
    assert_eq!(rejection(verify("wrong").await).0, 422);

    // Locked: the user cannot sign in, but stays signed in.
    assert!(clerk.users().lock_user(&ada.id).await.unwrap().locked);
    assert_eq!(sign_in(&emulator).await, "user_locked");
    assert_eq!(token(&clerk, &session_id).await.split('.').count(), 3);
    assert!(!clerk.users().unlock_user(&ada.id).await.unwrap().locked);
    assert_eq!(sign_in(&emulator).await, "complete");

    // Banned: sessions end at once; the token in the browser goes on for the minute it was made for.
    assert!(clerk.users().ban_user(&ada.id).await.unwrap().banned);
    assert_eq!(sign_in(&emulator).await, "user_banned");
    let rejected = clerk.sessions().get_token(&session_id).await;
    assert_eq!(rejection(rejected), (401, "session_revoked".into()));
    assert!(clerk.verify_token(&jwt).await.is_ok());
    emulator.clock().advance(Duration::from_secs(66));
    match clerk.verify_token(&jwt).await.unwrap_err() {
        Error::Token(error) => assert_eq!(error.reason(), TokenErrorReason::TokenExpired),
        other => panic!("{other}"),
    }
    assert!(!clerk.users().unban_user(&ada.id).await.unwrap().banned);
    assert_eq!(sign_in(&emulator).await, "complete");

    // Deleted: nothing is left, and the address is free again.
    clerk.users().delete_user(&ada.id).await.unwrap();
    let gone = clerk.users().get_user(&ada.id).await.unwrap_err();
    assert!(gone.is_not_found(), "{gone}");
    assert!(gone.clerk_trace_id().is_some());
    assert_eq!(clerk.users().get_count().await.unwrap(), 0);
    let sessions = clerk.sessions().get_session_list().user_id(&ada.id).await;
    assert!(
        sessions
            .unwrap()
            .iter()
            .all(|s| s.status.as_str() != "active")
    );
    assert_eq!(sign_in(&emulator).await, "form_identifier_not_found");
    let second = clerk.users().create_user().email_address([EMAIL]).await;
    assert_ne!(second.unwrap().id, ada.id);
}
