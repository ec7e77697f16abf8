//! What is there for everybody.

use serde_json::json;

use super::{Tour, id};
use crate::browser::{APP, Browser};

pub async fn all(tour: &mut Tour) {
    let browser = &mut Browser::new(&tour.emulator);
    for path in [
        "/.well-known/apple-app-site-association",
        "/.well-known/assetlinks.json",
        "/.well-known/jwks.json",
        "/.well-known/webauthn",
        "/v1/health",
        "/v1/proxy-health?domain_id=dmn_1",
        "/v1/account_portal",
        "/v1/environment",
        "/v1/dev_browser/init",
        "/v1/clear-site-data",
    ] {
        tour.get(browser, path).await;
    }
    tour.post(browser, "/v1/dev_browser", &[]).await;
    tour.post(browser, "/v1/dev_browser/set_first_party_cookie", &[])
        .await;
    tour.form(browser, "PATCH", "/v1/environment", &[]).await;
    for path in ["/v1/client/sync", "/v1/client/handshake", "/v1/redirect"] {
        let path = format!("{path}?redirect_url={APP}");
        tour.get(browser, &path).await;
    }
    let link = format!("/v1/client/link?__clerk_token=t&redirect_url={APP}");
    tour.get(browser, &link).await;
    tour.post(
        browser,
        "/v1/waitlist",
        &[("email_address", "early@example.com")],
    )
    .await;
    let given = json!({"user_id": tour.ada});
    let token = tour.backend("/sign_in_tokens", given).await;
    let ticket = token["token"].as_str().unwrap_or_default();
    let path = format!("/v1/tickets/accept?ticket={ticket}");
    tour.get(&mut Browser::new(&tour.emulator), &path).await;
    let task = json!({
        "on_behalf_of": {"user_id": tour.ada}, "permissions": "*", "agent_name": "robot",
        "task_description": "tidy up", "redirect_url": APP,
    });
    let task = tour.backend("/agents/tasks", task).await;
    let url = url::Url::parse(task["url"].as_str().unwrap_or_default()).unwrap();
    let path = format!("/v1/agents/tasks?{}", url.query().unwrap_or_default());
    tour.get(&mut Browser::new(&tour.emulator), &path).await;
    api_keys(tour).await;
}

async fn api_keys(tour: &mut Tour) {
    let browser = &mut tour.ada().await;
    let body = json!({"name": "deploy", "subject": tour.ada});
    let key = tour.json(browser, "POST", "/api_keys", body).await;
    let path = format!("/api_keys/{}", id(&key));
    let list = format!("/api_keys?subject={}", tour.ada);
    tour.get(browser, &list).await;
    let body = json!({"description": "deploys"});
    tour.json(browser, "PATCH", &path, body).await;
    let revoke = format!("{path}/revoke");
    let body = json!({"revocation_reason": "left"});
    tour.json(browser, "POST", &revoke, body).await;
}
