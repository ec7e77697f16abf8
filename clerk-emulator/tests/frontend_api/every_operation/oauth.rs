//! The OAuth provider.

use serde_json::json;

use super::Tour;
use crate::browser::{parameter, text};

const RETURN: &str = "http://localhost:3000/callback";

pub async fn all(tour: &mut Tour) {
    let browser = &mut tour.ada().await;
    for path in ["oauth-authorization-server", "openid-configuration"] {
        tour.get(browser, &format!("/.well-known/{path}")).await;
    }
    let settings = json!({"dynamic_oauth_client_registration": true});
    tour.change("/instance/oauth_application_settings", settings)
        .await;
    let registered = json!({"client_name": "Reader", "redirect_uris": [RETURN]});
    tour.json(browser, "POST", "/oauth/register", registered)
        .await;

    let application = json!({
        "name": "Notes", "redirect_uris": [RETURN], "scopes": "openid profile email",
    });
    let application = tour.backend("/oauth_applications", application).await;
    let (id, secret) = (
        text(&application["client_id"]),
        text(&application["client_secret"]),
    );
    let client = [("client_id", &*id), ("client_secret", &*secret)];
    let wanted = [
        ("response_type", "code"),
        ("client_id", &*id),
        ("redirect_uri", RETURN),
        ("scope", "openid email"),
        ("state", "state-of-the-tour"),
    ];
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(wanted)
        .finish();
    tour.get(browser, &format!("/oauth/authorize?{query}"))
        .await;
    tour.post(browser, "/oauth/authorize", &wanted).await;
    let consent = format!("/v1/me/oauth/consent/{id}");
    tour.get(browser, &consent).await;
    // A page of the application's own names its browser, as cookies alone say nothing about who sent the form.
    let own = format!("{consent}?__clerk_db_jwt={}", browser.cookies["__client"]);
    let given = [&wanted[..], &[("consented", "true")]].concat();
    let place = tour.location(browser, &own, &given).await;
    let code = parameter(&place, "code").unwrap_or_else(|| panic!("no code: {place}"));
    let exchange = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", RETURN),
    ];
    let exchange = [&exchange[..], &client].concat();
    let tokens = tour.post(browser, "/oauth/token", &exchange).await;
    let access = text(&tokens["access_token"]);
    for method in ["GET", "POST"] {
        let reply = browser.with_token(method, "/oauth/userinfo", &access).await;
        tour.judge(method, "/oauth/userinfo", &reply);
    }
    let token = [&[("token", &*access)][..], &client].concat();
    tour.post(browser, "/oauth/token_info", &token).await;
    tour.post(browser, "/oauth/token/revoke", &token).await;
}
