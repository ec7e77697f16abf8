//! Signing in and up, sessions, and proving again who one is.

use serde_json::json;

use super::{Tour, id, new_user};
use crate::browser::{APP, Browser, PASSWORD, text};

pub async fn all(tour: &mut Tour) {
    sign_in(tour).await;
    sign_up(tour).await;
    sessions(tour).await;
    reverification(tour).await;
    social(tour).await;
}

async fn sign_in(tour: &mut Tour) {
    let browser = &mut Browser::new(&tour.emulator);
    browser.post("/v1/dev_browser", json!({})).await;
    let list = "/v1/client/sign_ins";
    tour.post(browser, "/v1/client", &[]).await;
    let attempt = tour
        .post(browser, list, &[("identifier", "ada@example.com")])
        .await;
    let path = format!("{list}/{}", id(&attempt));
    tour.get(browser, &path).await;
    let email = ("strategy", "reset_password_email_code");
    let prepare = format!("{path}/prepare_first_factor");
    tour.post(browser, &prepare, &[email]).await;
    let attempt = format!("{path}/attempt_first_factor");
    tour.post(browser, &attempt, &[email, ("code", "424242")])
        .await;
    let reset = format!("{path}/reset_password");
    tour.post(browser, &reset, &[("password", PASSWORD)]).await;
    tour.get(browser, "/v1/client").await;
    tour.form(browser, "PUT", "/v1/client", &[]).await;
    second_factor(tour).await;
}

/// Somebody who gets codes on the telephone as a second factor.
async fn with_second_factor(tour: &Tour, email: &str, phone: &str) -> String {
    let user = id(&tour.backend("/users", new_user(email)).await);
    let phone = json!({
        "user_id": user, "phone_number": phone, "verified": true, "reserved_for_second_factor": true,
    });
    tour.backend("/phone_numbers", phone).await;
    user
}

async fn second_factor(tour: &mut Tour) {
    with_second_factor(tour, "edith@example.com", "+15555550123").await;

    let browser = &mut Browser::new(&tour.emulator);
    browser.post("/v1/dev_browser", json!({})).await;
    let fields = [
        ("identifier", "edith@example.com"),
        ("password", PASSWORD),
        ("strategy", "password"),
    ];
    let attempt = tour.post(browser, "/v1/client/sign_ins", &fields).await;
    let path = format!("/v1/client/sign_ins/{}", id(&attempt));
    let strategy = ("strategy", "phone_code");
    let prepare = format!("{path}/prepare_second_factor");
    tour.post(browser, &prepare, &[strategy]).await;
    let attempt = format!("{path}/attempt_second_factor");
    tour.post(browser, &attempt, &[strategy, ("code", "424242")])
        .await;
    tour.delete(browser, "/v1/client/sessions").await;
    tour.delete(browser, "/v1/client").await;
}

async fn sign_up(tour: &mut Tour) {
    let browser = &mut Browser::new(&tour.emulator);
    browser.post("/v1/dev_browser", json!({})).await;
    let list = "/v1/client/sign_ups";
    let attempt = tour
        .post(browser, list, &[("email_address", "mary@example.com")])
        .await;
    let path = format!("{list}/{}", id(&attempt));
    tour.get(browser, &path).await;
    let name = [("first_name", "Mary"), ("password", PASSWORD)];
    tour.form(browser, "PATCH", &path, &name).await;
    let code = ("strategy", "email_code");
    let prepare = format!("{path}/prepare_verification");
    tour.post(browser, &prepare, &[code]).await;
    let attempt = format!("{path}/attempt_verification");
    tour.post(browser, &attempt, &[code, ("code", "424242")])
        .await;
}

async fn sessions(tour: &mut Tour) {
    let ada = tour.ada.clone();
    let browser = &mut Browser::signed_in(&tour.emulator, &ada).await;
    let client = tour.get(browser, "/v1/client").await;
    let session = text(&client["last_active_session_id"]);
    let template = json!({"name": "supabase", "claims": {"role": "authenticated"}});
    tour.backend("/jwt_templates", template).await;
    let path = format!("/v1/client/sessions/{session}");
    tour.get(browser, &path).await;
    for below in ["tokens", "tokens/supabase", "touch", "end"] {
        tour.post(browser, &format!("{path}/{below}"), &[]).await;
    }
    let browser = &mut Browser::signed_in(&tour.emulator, &ada).await;
    let client = tour.get(browser, "/v1/client").await;
    let session = text(&client["last_active_session_id"]);
    let path = format!("/v1/client/sessions/{session}/remove");
    tour.post(browser, &path, &[]).await;
}

async fn reverification(tour: &mut Tour) {
    let ruth = with_second_factor(tour, "ruth@example.com", "+15555550124").await;
    let browser = &mut Browser::signed_in(&tour.emulator, &ruth).await;
    let client = tour.get(browser, "/v1/client").await;
    let session = text(&client["last_active_session_id"]);
    let path = format!("/v1/client/sessions/{session}/verify");
    tour.post(browser, &path, &[("level", "multi_factor")])
        .await;
    let email = text(&client["sessions"][0]["user"]["primary_email_address_id"]);
    let code = ("strategy", "email_code");
    tour.post(
        browser,
        &format!("{path}/prepare_first_factor"),
        &[code, ("email_address_id", &email)],
    )
    .await;
    tour.post(
        browser,
        &format!("{path}/attempt_first_factor"),
        &[code, ("code", "424242")],
    )
    .await;
    let code = ("strategy", "phone_code");
    tour.post(browser, &format!("{path}/prepare_second_factor"), &[code])
        .await;
    tour.post(
        browser,
        &format!("{path}/attempt_second_factor"),
        &[code, ("code", "424242")],
    )
    .await;
}

/// Signing in by a pretend provider and by a link.
async fn social(tour: &mut Tour) {
    tour.backend("/users", new_user("link@example.com")).await;
    let browser = &mut Browser::new(&tour.emulator);
    browser.post("/v1/dev_browser", json!({})).await;
    let fields = [("strategy", "oauth_google"), ("redirect_url", APP)];
    let attempt = tour.post(browser, "/v1/client/sign_ins", &fields).await;
    let provider =
        text(&attempt["first_factor_verification"]["external_verification_redirect_url"]);
    let provider = url::Url::parse(&provider).unwrap();
    let state = crate::browser::parameter(&provider, "state").unwrap();
    let callback = format!("/v1/oauth_callback?state={state}&code=link@example.com");
    tour.get(browser, &callback).await;
    let browser = &mut Browser::new(&tour.emulator);
    browser.post("/v1/dev_browser", json!({})).await;
    let attempt = tour.post(browser, "/v1/client/sign_ins", &fields).await;
    let provider =
        text(&attempt["first_factor_verification"]["external_verification_redirect_url"]);
    let provider = url::Url::parse(&provider).unwrap();
    let state = crate::browser::parameter(&provider, "state").unwrap();
    let fields = [("state", &*state), ("code", "link@example.com")];
    tour.post(browser, "/v1/oauth_callback", &fields).await;

    let browser = &mut Browser::new(&tour.emulator);
    browser.post("/v1/dev_browser", json!({})).await;
    let list = "/v1/client/sign_ins";
    let attempt = tour
        .post(browser, list, &[("identifier", "link@example.com")])
        .await;
    let prepare = format!("{list}/{}/prepare_first_factor", id(&attempt));
    let fields = [("strategy", "email_link"), ("redirect_url", APP)];
    tour.post(browser, &prepare, &fields).await;
    let inbox = tour.emulator.messages();
    let link = url::Url::parse(
        inbox
            .last()
            .and_then(|message| message.link.as_deref())
            .unwrap(),
    )
    .unwrap();
    let path = format!("/v1/verify?{}", link.query().unwrap());
    tour.get(browser, &path).await;
}
