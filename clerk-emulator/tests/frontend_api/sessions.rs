use std::time::Duration;

use serde_json::{Value, json};

use crate::browser::{Browser, backend, backend_get, emulator, organization, text, user, verified};

async fn current(browser: &mut Browser) -> Value {
    browser.get("/v1/client").await.json()["response"].clone()
}

#[tokio::test]
async fn a_client_shows_its_sessions_users_and_no_secrets() {
    let emulator = emulator().await;
    let fields = json!({
        "email_address": ["ada@example.com"], "public_metadata": {"plan": "gold"}, "private_metadata": {"secret": 1},
    });
    let ada = text(&backend(&emulator, "/users", fields).await["id"]);
    let engines = organization(&emulator, &ada, "Engines").await;
    let mut browser = Browser::signed_in(&emulator, &ada).await;
    let client = current(&mut browser).await;
    let session = &client["sessions"][0];
    assert_eq!(client["last_active_session_id"], session["id"]);
    assert_eq!(session["user"]["public_metadata"]["plan"], "gold");
    assert_eq!(session["public_user_data"]["identifier"], "ada@example.com");
    let membership = &session["user"]["organization_memberships"][0];
    assert_eq!(membership["organization"]["id"], engines.as_str());
    assert_eq!(membership["role"], "org:admin");
    assert!(!client.to_string().contains("private_metadata"), "{client}");
    let token = text(&session["last_active_token"]["jwt"]);
    assert_eq!(verified(&emulator, &token)["sub"], ada.as_str());
}

#[tokio::test]
async fn touching_with_an_organization_changes_the_next_token() {
    let emulator = emulator().await;
    let ada = user(&emulator, "ada@example.com").await;
    let engines = organization(&emulator, &ada, "Engines").await;
    let mut browser = Browser::signed_in(&emulator, &ada).await;
    let session = text(&current(&mut browser).await["last_active_session_id"]);
    let path = format!("/v1/client/sessions/{session}");
    for (organization, active) in [(json!(engines), json!(engines)), (json!(""), json!(null))] {
        let touched = browser
            .post(
                &format!("{path}/touch"),
                json!({"active_organization_id": organization}),
            )
            .await
            .json();
        assert_eq!(touched["response"]["last_active_organization_id"], active);
        assert_eq!(touched["client"]["sessions"][0]["id"], session.as_str());
        let token = browser
            .post(&format!("{path}/tokens"), json!({}))
            .await
            .json();
        let claims = verified(&emulator, &text(&token["jwt"]));
        assert_eq!(claims["o"]["id"], active);
        assert_eq!(claims["azp"], "http://localhost:3000");
    }
    // For one token only.
    let body = json!({"organization_id": engines});
    let token = browser.post(&format!("{path}/tokens"), body).await.json();
    assert_eq!(
        verified(&emulator, &text(&token["jwt"]))["o"]["id"],
        engines.as_str()
    );
    let rejected = browser
        .post(
            &format!("{path}/touch"),
            json!({"active_organization_id": "org_nobody"}),
        )
        .await;
    assert_eq!(rejected.status, 404);
}

#[tokio::test]
async fn a_template_makes_a_token_of_its_own() {
    let emulator = emulator().await;
    let ada = user(&emulator, "ada@example.com").await;
    let template =
        json!({"name": "supabase", "claims": {"email": "{{user.primary_email_address}}"}});
    backend(&emulator, "/jwt_templates", template).await;
    let mut browser = Browser::signed_in(&emulator, &ada).await;
    let session = text(&current(&mut browser).await["last_active_session_id"]);
    let path = format!("/v1/client/sessions/{session}/tokens");
    let token = browser
        .post(&format!("{path}/supabase"), json!({}))
        .await
        .json();
    assert_eq!(
        verified(&emulator, &text(&token["jwt"]))["email"],
        "ada@example.com"
    );
    assert_eq!(
        browser
            .post(&format!("{path}/nothing"), json!({}))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn sessions_end_one_by_one_and_all_together() {
    let emulator = emulator().await;
    let (ada, grace, mary) = (
        user(&emulator, "ada@example.com").await,
        user(&emulator, "grace@example.com").await,
        user(&emulator, "mary@example.com").await,
    );
    let signed_in = emulator.sign_in(&ada).unwrap();
    let second = emulator.sign_in_on(&signed_in.client_id, &grace).unwrap();
    let third = emulator.sign_in_on(&signed_in.client_id, &mary).unwrap();
    let mut browser = Browser::new(&emulator);
    browser
        .cookies
        .insert("__client".into(), signed_in.client_token);
    let path = |id: &str, verb: &str| format!("/v1/client/sessions/{id}/{verb}");
    let ended = browser
        .post(&path(&third.session_id, "end"), json!({}))
        .await
        .json();
    assert_eq!(ended["response"]["status"], "ended");
    assert_eq!(
        ended["client"]["last_active_session_id"],
        second.session_id.as_str()
    );
    let removed = browser
        .post(&path(&second.session_id, "remove"), json!({}))
        .await
        .json();
    assert_eq!(removed["response"]["status"], "removed");
    let tokens = browser
        .post(&path(&second.session_id, "tokens"), json!({}))
        .await;
    assert_eq!(tokens.status, 401);
    let all = browser.delete("/v1/client/sessions").await.json();
    assert_eq!(all["response"]["sessions"], json!([]));
    assert_eq!(all["response"]["last_active_session_id"], json!(null));
    let session = backend_get(&emulator, &format!("/sessions/{}", signed_in.session_id)).await;
    assert_eq!(session.json()["status"], "removed");
    let directives = browser.directives(&emulator, &[]).await;
    assert_eq!(directives["__client_uat"], "0");
}

#[tokio::test]
async fn a_browser_has_its_own_sessions_only() {
    let emulator = emulator().await;
    let ada = user(&emulator, "ada@example.com").await;
    let other = emulator.sign_in(&ada).unwrap();
    let mut browser = Browser::signed_in(&emulator, &ada).await;
    for verb in ["tokens", "touch", "end", "remove"] {
        let path = format!("/v1/client/sessions/{}/{verb}", other.session_id);
        assert_eq!(browser.post(&path, json!({})).await.status, 404, "{verb}");
    }
}

#[tokio::test]
async fn expired_sessions_are_gone_from_the_client() {
    let emulator = emulator().await;
    let ada = user(&emulator, "ada@example.com").await;
    let mut browser = Browser::signed_in(&emulator, &ada).await;
    emulator.clock().advance(Duration::from_secs(8 * 86_400));
    assert_eq!(current(&mut browser).await["sessions"], json!([]));
    assert_eq!(browser.directives(&emulator, &[]).await["__session"], "");
}

#[tokio::test]
async fn the_environment_says_where_the_pages_are() {
    let emulator = emulator().await;
    let environment = Browser::new(&emulator).get("/v1/environment").await.json();
    let display = &environment["display_config"];
    assert_eq!(display["sign_in_url"], emulator.sign_in_url());
    assert_eq!(display["sign_up_url"], emulator.sign_up_url());
    assert_eq!(display["user_profile_url"], emulator.user_profile_url());
    assert_eq!(environment["auth_config"]["single_session_mode"], false);
    assert_eq!(environment["organization_settings"]["enabled"], true);
    assert_eq!(emulator.proxy_url(), emulator.url());
}
