//! Signing in and up, sessions, and proving again who one is.

use serde_json::json;

use super::{Tour, id};
use crate::browser::{Browser, PASSWORD, text};

pub async fn all(tour: &mut Tour) {
    sign_in(tour).await;
    sign_up(tour).await;
    sessions(tour).await;
    reverification(tour).await;
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

async fn second_factor(tour: &mut Tour) {
    let edith = json!({
        "email_address": ["edith@example.com"], "phone_number": ["+15555550123"], "password": PASSWORD,
    });
    let edith = id(&tour.backend("/users", edith).await);
    let mut hers = Browser::signed_in(&tour.emulator, &edith).await;
    let phones = tour.get(&mut hers, "/v1/me/phone_numbers").await;
    let phone = format!("/v1/me/phone_numbers/{}", text(&phones[0]["id"]));
    let flag = [("reserved_for_second_factor", "true")];
    tour.form(&mut hers, "PATCH", &phone, &flag).await;

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
    let ruth = json!({
        "email_address": ["ruth@example.com"], "phone_number": ["+15555550124"], "password": PASSWORD,
    });
    let ruth = id(&tour.backend("/users", ruth).await);
    let browser = &mut Browser::signed_in(&tour.emulator, &ruth).await;
    let phones = tour.get(browser, "/v1/me/phone_numbers").await;
    let phone = format!("/v1/me/phone_numbers/{}", text(&phones[0]["id"]));
    let flag = [("reserved_for_second_factor", "true")];
    tour.form(browser, "PATCH", &phone, &flag).await;
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
