use std::time::Duration;

use serde_json::{Value, json};

use crate::http::{Api, emulator, id};

#[tokio::test]
async fn a_client_holds_several_sessions() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let (ada, grace) = (
        api.user("ada@example.com").await,
        api.user("grace@example.com").await,
    );
    let first = emulator.sign_in(&ada).unwrap();
    let second = emulator.sign_in_on(&first.client_id, &grace).unwrap();
    let client = api.get(&format!("/clients/{}", first.client_id)).await;
    assert_eq!(
        client["session_ids"],
        json!([first.session_id, second.session_id])
    );
    assert_eq!(client["last_active_session_id"], second.session_id.as_str());
    api.post(
        &format!("/sessions/{}/revoke", second.session_id),
        json!({}),
    )
    .await;
    let client = api
        .post("/clients/verify", json!({"token": first.client_token}))
        .await;
    assert_eq!(client["session_ids"], json!([first.session_id]));
    assert_eq!(client["last_active_session_id"], first.session_id.as_str());
    assert_eq!(
        api.rejected("POST", "/clients/verify", json!({"token": first.token}))
            .await
            .0,
        401
    );
    assert!(emulator.sign_in_on("client_nobody", &ada).is_err());
}

#[tokio::test]
async fn sessions_are_listed_by_user_client_and_status() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let ada = api.user("ada@example.com").await;
    let grace = api.user("grace@example.com").await;
    let first = emulator.sign_in(&ada).unwrap();
    emulator.sign_in(&ada).unwrap();
    emulator.sign_in(&grace).unwrap();
    api.post(&format!("/sessions/{}/revoke", first.session_id), json!({}))
        .await;
    for (query, expected) in [
        (format!("user_id={ada}"), 2),
        (format!("user_id={ada}&status=active"), 1),
        (format!("client_id={}", first.client_id), 1),
        ("status=revoked".to_owned(), 1),
        ("status=ended".to_owned(), 0),
    ] {
        let found = api.get(&format!("/sessions?paginated=true&{query}")).await;
        assert_eq!(found["total_count"], expected, "{query}");
    }
}

#[tokio::test]
async fn a_session_expires_by_the_clock_and_gives_no_tokens_then() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let user = api.user("ada@example.com").await;
    let session = id(&api.post("/sessions", json!({"user_id": user})).await);
    let tokens = format!("/sessions/{session}/tokens");
    api.post(&tokens, json!({})).await;
    emulator.clock().advance(Duration::from_secs(8 * 86_400));
    assert_eq!(
        api.get(&format!("/sessions/{session}")).await["status"],
        "expired"
    );
    assert_eq!(
        api.rejected("POST", &tokens, json!({})).await,
        (401, "session_expired".to_owned())
    );
}

#[tokio::test]
async fn refreshing_takes_the_sessions_own_tokens() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let user = api.user("ada@example.com").await;
    let (mine, other) = (
        emulator.sign_in(&user).unwrap(),
        emulator.sign_in(&user).unwrap(),
    );
    emulator.clock().advance(Duration::from_secs(120));
    let path = format!("/sessions/{}/refresh", mine.session_id);
    let body = |token: &str, refresh: &str, format: &str| json!({"expired_token": token, "refresh_token": refresh, "request_origin": "http://localhost", "format": format});
    let token = api
        .post(&path, body(&mine.token, &mine.refresh_token, "token"))
        .await;
    assert_ne!(token["jwt"], mine.token.as_str());
    let suffixed = format!("{path}?suffixed_cookies=true");
    let cookies = api
        .post(&suffixed, body(&mine.token, &mine.refresh_token, "cookie"))
        .await;
    let cookies = cookies["cookies"].as_array().unwrap();
    assert!(
        cookies[0].as_str().unwrap().starts_with("__session=ey"),
        "{cookies:?}"
    );
    assert!(
        cookies[1].as_str().unwrap().starts_with("__session_"),
        "{cookies:?}"
    );
    for wrong in [
        body(&mine.token, &other.refresh_token, "token"),
        body(&other.token, &mine.refresh_token, "token"),
        body("no.jwt.atall", &mine.refresh_token, "token"),
    ] {
        assert_eq!(api.rejected("POST", &path, wrong).await.0, 401);
    }
    api.post(&format!("/sessions/{}/revoke", mine.session_id), json!({}))
        .await;
    let revoked = api
        .rejected(
            "POST",
            &path,
            body(&mine.token, &mine.refresh_token, "token"),
        )
        .await;
    assert_eq!(revoked, (401, "session_revoked".to_owned()));
}

#[tokio::test]
async fn what_old_sdks_call_still_answers() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let body = json!({"email_address": ["ada@example.com"], "phone_number": ["+15555550100"]});
    let user = api.post("/users", body).await;
    let browser = emulator.sign_in(&id(&user)).unwrap();
    let verify = format!("/sessions/{}/verify", browser.session_id);
    assert_eq!(
        api.post(&verify, json!({"token": browser.token})).await["status"],
        "active"
    );
    assert_eq!(
        api.rejected("POST", &verify, json!({"token": "nonsense"}))
            .await
            .0,
        401
    );
    assert_eq!(
        api.rejected("POST", &verify, json!({})).await,
        (422, "form_param_missing".to_owned())
    );
    emulator.clock().advance(Duration::from_secs(61));
    assert_eq!(
        api.rejected("POST", &verify, json!({"token": browser.token}))
            .await
            .0,
        401
    );
    let sms = json!({"phone_number_id": user["phone_numbers"][0]["id"], "message": "Hello"});
    assert_eq!(
        api.post("/sms_messages", sms).await["to_phone_number"],
        "+15555550100"
    );
    let email = json!({
        "email_address_id": user["email_addresses"][0]["id"], "from_email_name": "info", "subject": "Hi", "body": "Hello",
    });
    assert_eq!(
        api.post("/emails", email).await["to_email_address"],
        "ada@example.com"
    );
    assert_eq!(
        api.with_key("")
            .rejected("POST", "/emails", Value::Null)
            .await
            .0,
        401
    );
}
