use serde_json::{Value, json};

use super::{Ada, error};
use crate::browser::{Browser, PASSWORD, backend, backend_get, text, user, verified};

const SESSIONS: &str = "/v1/me/sessions";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

#[tokio::test]
async fn all_sessions_are_listed_with_tokens_for_this_browser_only() {
    let mut ada = Ada::new().await;
    let elsewhere = ada.emulator.sign_in(&ada.id).unwrap().session_id;
    let ended = ada.emulator.sign_in(&ada.id).unwrap().session_id;
    let revoke = format!("/sessions/{ended}/revoke");
    backend(&ada.emulator, &revoke, json!({})).await;
    let sessions = ada.browser.get(SESSIONS).await.json();
    let sessions = sessions.as_array().unwrap();
    assert_eq!(sessions.len(), 3);
    let token_of = |id: &str| {
        let session = sessions.iter().find(|session| session["id"] == id);
        session.unwrap()["last_active_token"].clone()
    };
    assert_eq!(token_of(&elsewhere), Value::Null);
    assert_eq!(
        sessions
            .iter()
            .filter(|one| one["last_active_token"].is_object())
            .count(),
        1
    );
    let active = ada.browser.get("/v1/me/sessions/active").await.json();
    let ids: Vec<&Value> = active
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["id"])
        .collect();
    assert_eq!(ids.len(), 2);
    assert!(!ids.contains(&&json!(ended)));
}

#[tokio::test]
async fn an_active_session_says_from_where_it_was_opened() {
    let mut ada = Ada::new().await;
    let http = reqwest::Client::builder()
        .user_agent(FIREFOX)
        .build()
        .unwrap();
    let url = |path: &str| format!("{}/v1{path}?_is_native=1", ada.emulator.url());
    let form = format!(
        "identifier=ada%40example.com&password={}",
        PASSWORD.replace(' ', "+")
    );
    let signed_in = http
        .post(url("/client/sign_ins"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form);
    assert_eq!(signed_in.send().await.unwrap().status(), 200);
    let active = ada.browser.get("/v1/me/sessions/active").await.json();
    let activity = &active[0]["latest_activity"];
    assert_eq!(activity["browser_name"], "Firefox");
    assert_eq!(activity["browser_version"], "128.0");
    assert_eq!(activity["device_type"], "Linux");
    assert_eq!(activity["is_mobile"], false);
    assert_eq!(activity["ip_address"], "127.0.0.1");
}

#[tokio::test]
async fn a_session_elsewhere_is_revoked() {
    let mut ada = Ada::new().await;
    let elsewhere = ada.emulator.sign_in(&ada.id).unwrap().session_id;
    let revoked = ada
        .post(&format!("{SESSIONS}/{elsewhere}/revoke"), &[])
        .await;
    assert_eq!(revoked["status"], "revoked");
    let seen = backend_get(&ada.emulator, &format!("/sessions/{elsewhere}")).await;
    assert_eq!(seen.json()["status"], "revoked");
    assert_eq!(ada.browser.get("/v1/me").await.status, 200);
}

#[tokio::test]
async fn who_revokes_its_own_session_is_signed_out() {
    let mut ada = Ada::new().await;
    let client = ada.browser.get("/v1/client").await.json();
    let own = text(&client["response"]["last_active_session_id"]);
    let path = format!("{SESSIONS}/{own}/revoke");
    let reply = ada.browser.form("POST", &path, &[]).await.json();
    assert_eq!(reply["client"]["sessions"], json!([]));
    assert_eq!(ada.browser.get("/v1/me").await.status, 401);
}

#[tokio::test]
async fn sessions_of_others_cannot_be_revoked() {
    let mut ada = Ada::new().await;
    let grace = user(&ada.emulator, "grace@example.com").await;
    let mut graces = Browser::signed_in(&ada.emulator, &grace).await;
    let client = graces.get("/v1/client").await.json();
    let session = text(&client["response"]["last_active_session_id"]);
    for id in [&*session, "sess_nobody"] {
        let path = format!("{SESSIONS}/{id}/revoke");
        let rejected = ada.rejected("POST", &path, &[]).await;
        assert_eq!(rejected, error(404, "resource_not_found", ""));
    }
    assert_eq!(graces.get("/v1/me").await.status, 200);
}

#[tokio::test]
async fn a_token_for_firebase_names_the_user() {
    let mut ada = Ada::new().await;
    let path = "/v1/me/tokens";
    let reply = ada
        .browser
        .form("POST", path, &[("service", "firebase")])
        .await;
    let claims = verified(&ada.emulator, &text(&reply.json()["jwt"]));
    assert_eq!(
        (&claims["uid"], &claims["aud"]),
        (&json!(ada.id), &json!("firebase"))
    );
    let rejected = ada.rejected("POST", path, &[("service", "hasura")]).await;
    assert_eq!(rejected, error(422, "form_param_value_invalid", "service"));
}

#[tokio::test]
async fn what_users_change_is_told_to_webhooks_and_outlives_an_export() {
    let mut ada = Ada::new().await;
    // Nobody listens there: what would be delivered is logged all the same.
    ada.emulator.add_webhook("http://127.0.0.1:1/").unwrap();
    ada.form("PATCH", "/v1/me", &[("first_name", "Augusta")])
        .await;
    let secret = text(&ada.post("/v1/me/totp", &[]).await["secret"]);
    let state = ada.emulator.export().unwrap();
    ada.emulator.import(state).unwrap();
    let code = crate::browser::totp(&secret);
    ada.post("/v1/me/totp/attempt_verification", &[("code", &code)])
        .await;
    let deliveries = ada.emulator.deliveries();
    let updated: Vec<&Value> = deliveries
        .iter()
        .filter(|delivery| delivery.kind == "user.updated")
        .map(|delivery| &delivery.body["data"])
        .collect();
    assert_eq!(updated[0]["first_name"], "Augusta");
    assert_eq!(updated.last().unwrap()["totp_enabled"], true);
}
