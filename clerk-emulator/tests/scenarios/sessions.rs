use std::time::Duration;

use serde_json::json;

use crate::application::{authenticate, rejection, start, token};

#[tokio::test]
async fn several_sessions_on_one_client_end_one_by_one() {
    let (emulator, clerk) = start().await;
    let create = |email: &'static str| clerk.users().create_user().email_address([email]);
    let ada = create("ada@example.com").await.unwrap().id;
    let alan = create("alan@example.com").await.unwrap().id;
    let first = emulator.sign_in(&ada).unwrap();
    let second = emulator.sign_in_on(&first.client_id, &alan).unwrap();

    let client = clerk.clients().get_client(&first.client_id).await.unwrap();
    assert_eq!(client.session_ids.len(), 2);
    assert_eq!(
        client.last_active_session_id.as_deref(),
        Some(&*second.session_id)
    );
    // A client's token identifies the client as well.
    let verified = clerk
        .clients()
        .verify_client()
        .token(&first.client_token)
        .await;
    assert_eq!(verified.unwrap().id, client.id);
    assert_eq!(
        authenticate(&clerk, &first.token).await.user_id,
        Some(ada.clone())
    );
    assert_eq!(
        authenticate(&clerk, &second.token).await.user_id,
        Some(alan)
    );
    let of_ada = clerk
        .sessions()
        .get_session_list()
        .user_id(&ada)
        .await
        .unwrap();
    assert_eq!((of_ada.len(), of_ada.total_count), (1, Some(1)));
    assert_eq!(of_ada[0].client_id, client.id);

    let templates = clerk.jwt_templates();
    let template = templates
        .create()
        .name("hasura")
        .claims(json!({"mail": "{{user.primary_email_address}}"}));
    template.await.unwrap();
    let from_template = |id: &str| clerk.sessions().get_token(id).template("hasura");
    let jwt = from_template(&first.session_id).await.unwrap().jwt.unwrap();
    let claims = clerk.verify_token(&jwt).await.unwrap();
    assert_eq!(claims.get_str("mail"), Some("ada@example.com"));

    // Revoked: no token of either kind any more; the other session does not notice.
    let revoked = clerk
        .sessions()
        .revoke_session(&first.session_id)
        .await
        .unwrap();
    assert_eq!(revoked.status.as_str(), "revoked");
    let expected = (401, "session_revoked".to_owned());
    assert_eq!(rejection(from_template(&first.session_id).await), expected);
    assert_eq!(
        rejection(clerk.sessions().get_token(&first.session_id).await),
        expected
    );
    assert!(from_template(&second.session_id).await.is_ok());
    let client = clerk.clients().get_client(&first.client_id).await.unwrap();
    assert_eq!(
        client.last_active_session_id.as_deref(),
        Some(&*second.session_id)
    );
    let renewed = token(&clerk, &second.session_id).await;
    assert!(clerk.verify_token(&renewed).await.is_ok());
}

#[tokio::test]
async fn a_token_outlives_its_session_until_it_expires() {
    let (emulator, clerk) = start().await;
    let create = clerk
        .users()
        .create_user()
        .email_address(["ada@example.com"]);
    let ada = create.await.unwrap().id;
    let first = emulator.sign_in(&ada).unwrap();
    let revoke = clerk.sessions().revoke_session(&first.session_id);
    revoke.await.unwrap();
    // An issued token cannot be revoked; it lives for its minute.
    assert!(clerk.verify_token(&first.token).await.is_ok());
    emulator.clock().advance(Duration::from_secs(64));
    assert!(
        clerk.verify_token(&first.token).await.is_ok(),
        "clocks may differ by five seconds"
    );
    emulator.clock().advance(Duration::from_secs(1));
    let expired = clerk.verify_token(&first.token).await.unwrap_err();
    assert_eq!(expired.code(), Some("token-expired"));
}

#[tokio::test]
async fn the_older_calls_about_sessions_answer_as_they_did() {
    #![allow(deprecated)]
    let (emulator, clerk) = start().await;
    let create = |email: &'static str| clerk.users().create_user().email_address([email]);
    let ada = create("ada@example.com").await.unwrap().id;
    let alan = create("alan@example.com").await.unwrap().id;
    let browser = emulator.sign_in(&ada).unwrap();
    let elsewhere = emulator.sign_in(&alan).unwrap();
    let verify = |session: &str, token: &str| clerk.sessions().verify_session(session, token);
    for token in [&browser.token, &browser.client_token] {
        let session = verify(&browser.session_id, token).await.unwrap();
        assert_eq!(session.user_id, ada);
        let rejected = rejection(verify(&elsewhere.session_id, token).await);
        assert_eq!(rejected, (401, "session_token_invalid".into()));
    }
    let last = clerk.clients();
    let session = last.authenticate_last_active(&browser.client_token).await;
    assert_eq!(session.unwrap().id, browser.session_id);
    // No user, after the only session has ended.
    clerk
        .sessions()
        .revoke_session(&browser.session_id)
        .await
        .unwrap();
    let nobody = last.authenticate_last_active(&browser.client_token).await;
    assert!(matches!(nobody, Err(clerk_sdk::Error::NoActiveSession)));
}
