//! Consent: asked for once, remembered, taken back.

use serde_json::json;

use crate::browser::Browser;
use crate::client::{Client, backend, emulator, http, reply, verified};

#[tokio::test]
async fn consent_is_remembered_until_it_is_revoked() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let mut browser = Browser::signed_in(&emulator, "user_ada");
    let few = [("scope", "openid")];
    let code = notes.code(&mut browser, &few).await;
    let tokens = notes.exchange(&code, &[]).await;
    let place = browser.open(&notes.url(&few)).await;
    assert!(place.query().contains_key("code"), "{place:?}");
    // More than was allowed, and then both together.
    assert!(browser.open(&notes.url(&[("scope", "email")])).await.asks());
    notes.code(&mut browser, &[("scope", "email")]).await;
    let both = [("scope", "openid email")];
    assert!(!browser.open(&notes.url(&both)).await.asks());
    // Another user has consented to nothing.
    let mut other = Browser::signed_in(&emulator, "user_alan");
    assert!(other.open(&notes.url(&few)).await.asks());

    let account = browser.open("/user").await;
    assert!(account.html.contains("Notes"));
    let account = browser.submit(&account.form("Revoke")).await;
    assert!(!account.html.contains("Notes"));
    assert!(!notes.is_valid(&tokens.text("access_token")).await);
    let refused = notes.refresh(&tokens.text("refresh_token"), &[]).await;
    assert_eq!(refused.error(), (400, "invalid_grant"));
    assert!(browser.open(&notes.url(&few)).await.asks());
}

#[tokio::test]
async fn who_denies_leaves_the_client_with_an_error() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let mut browser = Browser::signed_in(&emulator, "user_ada");
    let page = browser.open(&notes.url(&[])).await;
    let form = page.form("Allow").with("consented", "false");
    let place = browser.submit(&form).await;
    assert_eq!(place.query()["error"], "access_denied");
    assert!(browser.open(&notes.url(&[])).await.asks());
}

#[tokio::test]
async fn an_application_without_a_consent_screen_asks_nobody() {
    let emulator = emulator().await;
    let body = json!({"name": "Own", "redirect_uris": ["https://own.example/"], "consent_screen_enabled": false});
    let application = backend(&emulator, "POST", "/oauth_applications", &body).await;
    let secret = application.text("client_secret");
    let id = application.text("client_id");
    let mut own = Client::new(&emulator, &id, Some(&secret), "https://own.example/");
    own.scope = "profile".into();
    let mut browser = Browser::signed_in(&emulator, "user_ada");
    let place = browser.open(&own.url(&[])).await;
    assert!(place.query().contains_key("code"), "{place:?}");
    assert!(
        browser
            .open(&own.url(&[("prompt", "consent")]))
            .await
            .asks()
    );
}

#[tokio::test]
async fn a_link_says_nothing_in_the_users_place() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let mut browser = Browser::signed_in(&emulator, "user_ada");
    let smuggled = [
        ("consented", "true"),
        ("csrf", "guessed"),
        ("session_id", "sess_other"),
        ("organization_id", "org_engines"),
    ];
    let page = browser.open(&notes.url(&smuggled)).await;
    assert!(page.asks());
    let form = page.form("Allow");
    for (name, value) in smuggled {
        let same = (name.to_owned(), value.to_owned());
        assert!(!form.fields.contains(&same), "{name}");
    }
    assert!(form.fields.iter().any(|(name, _)| name == "scope"));
    let mut denied = form.clone();
    denied.fields.push(("consented".into(), "false".into()));
    let place = browser.submit(&denied).await;
    assert_eq!(place.query()["error"], "access_denied");
    let markup = browser
        .open(&notes.url(&[("nonce", "\"><script>alert(1)</script>")]))
        .await;
    assert!(markup.asks() && !markup.html.contains("<script"));
}

#[tokio::test]
async fn a_form_of_another_origin_is_no_consent() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let mut browser = Browser::signed_in(&emulator, "user_ada");
    let page = browser.open(&notes.url(&[])).await;
    let form = page.form("Allow").with("consented", "true");
    for csrf in ["", "guessed"] {
        let rejected = browser.submit(&form.clone().with("csrf", csrf)).await;
        assert_eq!(
            (rejected.status, rejected.url.host_str()),
            (403, Some("127.0.0.1"))
        );
    }
    // A page on another port of this machine, which the browser sends all its cookies for.
    let from_there = [
        ("origin", "http://127.0.0.1:9"),
        ("authorization", "Bearer mine"),
    ];
    let forged = form.clone().with("csrf", "guessed");
    let rejected = browser.submit_with(&forged, &from_there).await;
    assert_eq!(rejected.status, 403, "{rejected:?}");
    let from_elsewhere = [("origin", "https://evil.example")];
    let rejected = browser.submit_with(&form, &from_elsewhere).await;
    assert_eq!(rejected.status, 403);
    // Nothing happened, and the emulator's own form still works.
    let place = browser.submit(&form).await;
    assert!(place.query().contains_key("code"), "{place:?}");
}

#[tokio::test]
async fn consent_is_that_of_the_user_who_was_asked() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let mut browser = Browser::signed_in(&emulator, "user_ada");
    let page = browser.open(&notes.url(&[])).await;
    // In another window somebody else signs in, and Ada's session ends.
    let sign_in = browser.open("/sign-in").await;
    browser.sign_in_on(&sign_in, "user_alan").await;
    let place = browser.allow(&page).await;
    let tokens = notes.exchange(&place.query()["code"], &[]).await;
    let user = notes.user_info(&tokens.text("access_token")).await;
    assert_eq!(user.text("sub"), "user_ada");
    let gone = page.form("Allow").with("session_id", "sess_other");
    let rejected = browser.submit(&gone.with("consented", "true")).await;
    assert_eq!(rejected.status, 401);
}

#[tokio::test]
async fn a_page_of_the_application_asks_by_the_frontend_api() {
    let emulator = emulator().await;
    let url = format!("{}/v1/me/oauth/consent/notes", emulator.url());
    let ask = |query: &str| {
        http()
            .get(format!("{url}?{query}"))
            .header("origin", "http://localhost:3000")
    };
    let signed_out = reply(ask("scope=email")).await;
    assert_eq!(signed_out.status, 401);
    let token = emulator.sign_in("user_ada").unwrap().client_token;
    let reply_of = |query| reply(ask(query).header("authorization", &token));
    let known = reply_of("scope=email+notes:write").await;
    assert_eq!(
        known.headers["access-control-allow-origin"],
        "http://localhost:3000"
    );
    assert_eq!(
        known.body,
        json!({
            "client_id": "notes", "oauth_application_name": "Notes", "oauth_application_logo_url": null,
            "oauth_application_url": null, "redirect_domain": "notes.example",
            "scopes": [
                {"scope": "email", "description": "See your email address", "requires_consent": true},
                {"scope": "notes:write", "description": null, "requires_consent": true},
            ],
        })
    );
    assert_eq!(reply_of("scope=no:such").await.status, 400);
    assert_eq!(
        reply_of("redirect_uri=https://evil.example/").await.status,
        400
    );
    let unknown = format!("{}/v1/me/oauth/consent/nobody", emulator.url());
    let unknown = reply(http().get(unknown).header("authorization", &token)).await;
    assert_eq!(unknown.status, 404);

    // It knows the browser's token, so that it needs no form of the emulator.
    let notes = Client::notes(&emulator);
    let query = notes.url(&[]);
    let body = format!("consented=true&{}", query.split_once('?').unwrap().1);
    let submitted = http()
        .post(&url)
        .header("origin", "http://localhost:3000")
        .header("authorization", &token)
        .header("content-type", "application/x-www-form-urlencoded");
    let submitted = reply(submitted.body(body)).await;
    assert_eq!(submitted.status, 303, "{submitted:?}");
    assert!(
        submitted.headers["location"]
            .to_str()
            .unwrap()
            .contains("code=")
    );
}

#[tokio::test]
async fn the_user_chooses_the_organization_that_an_application_sees() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let mut browser = Browser::signed_in(&emulator, "user_ada");
    let changes = [("scope", "openid user:org:read"), ("prompt", "consent")];
    let page = browser.open(&notes.url(&changes)).await;
    assert!(page.html.contains("value=\"org_engines\""));
    let form = page.form("Allow").with("consented", "true");
    let strange = form.clone().with("organization_id", "org_strange");
    assert_eq!(
        browser.submit(&strange).await.query()["error"],
        "invalid_request"
    );
    for (chosen, seen) in [("org_engines", json!("org_engines")), ("", json!(null))] {
        let place = browser
            .submit(&form.clone().with("organization_id", chosen))
            .await;
        let tokens = notes.exchange(&place.query()["code"], &[]).await;
        let user = notes.user_info(&tokens.text("access_token")).await;
        assert_eq!(user.body["org_id"], seen, "{user:?}");
        let (_, claims) = verified(&emulator, &tokens.text("id_token")).await;
        assert_eq!(claims["org_id"], seen);
        let info = [("token", tokens.body["access_token"].as_str().unwrap())];
        assert_eq!(
            notes.post("/oauth/token_info", &info).await.body["org_id"],
            seen
        );
    }
}
