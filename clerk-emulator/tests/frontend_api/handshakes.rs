use std::time::Duration;

use serde_json::json;

use crate::browser::{
    APP, Browser, START, backend, backend_get, emulator, named, organization, parameter, suffix,
    user, verified,
};

#[tokio::test]
async fn a_development_browser_is_known_by_its_token() {
    let emulator = emulator().await;
    let mut browser = Browser::new(&emulator);
    let made = browser.post("/v1/dev_browser", json!({})).await.json();
    let token = made["token"].as_str().unwrap();
    assert!(token.starts_with("dvb_"), "{made}");
    assert_eq!(made["id"], token);
    assert_eq!(browser.cookies["__clerk_db_jwt"], token);
    let again = browser.post("/v1/dev_browser", json!({})).await.json();
    assert_eq!(again["token"], token);
    // The application's side has no cookies of the emulator.
    let mut application = Browser::new(&emulator);
    let client = application
        .get(&format!("/v1/client?__clerk_db_jwt={token}"))
        .await;
    assert_eq!(client.json(), json!({"response": null, "client": null}));
    assert_eq!(application.cookies["__clerk_db_jwt"], token);
}

#[tokio::test]
async fn nobody_is_signed_in_says_a_first_handshake() {
    let emulator = emulator().await;
    let mut browser = Browser::new(&emulator);
    let directives = browser
        .directives(&emulator, &[("suffixed_cookies", "true")])
        .await;
    let suffix = suffix(&directives);
    let dev_browser = &browser.cookies["__clerk_db_jwt"];
    assert!(dev_browser.starts_with("dvb_"));
    for (name, value) in [
        ("__client_uat", "0"),
        ("__session", ""),
        ("__refresh", ""),
        ("__clerk_db_jwt", dev_browser),
    ] {
        if name != "__refresh" {
            assert_eq!(directives[name], value, "{directives:?}");
        }
        assert_eq!(
            directives[&format!("{name}_{suffix}")],
            value,
            "{directives:?}"
        );
    }
    // The same browser comes again, with what it was given.
    let token = dev_browser.clone();
    let mut application = Browser::new(&emulator);
    let again = application
        .directives(&emulator, &[("__clerk_db_jwt", &token)])
        .await;
    assert_eq!(again["__clerk_db_jwt"], token);
    assert!(!again.contains_key(&format!("__session_{suffix}")));
}

#[tokio::test]
async fn a_handshake_hands_out_a_session_token_that_verifies() {
    let emulator = emulator().await;
    let ada = user(&emulator, "ada@example.com").await;
    let mut browser = Browser::signed_in(&emulator, &ada).await;
    emulator.clock().advance(Duration::from_secs(30));
    let url = browser
        .handshake(&[("format", "nonce"), ("suffixed_cookies", "true")])
        .await;
    assert!(url.as_str().starts_with(APP), "{url}");
    let nonce = parameter(&url, "__clerk_handshake_nonce").unwrap();
    let path = format!("/clients/handshake_payload?nonce={nonce}");
    let payload = backend_get(&emulator, &path).await.json();
    let directives = named(payload["directives"].as_array().unwrap());
    let claims = verified(&emulator, &directives["__session"]);
    assert_eq!(claims["sub"], ada.as_str());
    assert_eq!(claims["azp"], "http://localhost:3000");
    assert!(crate::browser::text(&claims["iss"]).ends_with(".clerk.accounts.dev"));
    assert_eq!(claims["iat"], START / 1000 + 30);
    let suffix = suffix(&directives);
    assert_eq!(
        directives[&format!("__session_{suffix}")],
        directives["__session"]
    );
    // The time of the last sign-in, not now: no token may be older.
    assert_eq!(directives["__client_uat"], (START / 1000).to_string());
    assert_eq!(
        directives[&format!("__client_uat_{suffix}")],
        directives["__client_uat"]
    );
    // A nonce is good once.
    assert_eq!(backend_get(&emulator, &path).await.status, 404);
}

#[tokio::test]
async fn a_nonce_is_good_for_a_minute_and_for_the_secret_key_only() {
    let emulator = emulator().await;
    let mut browser = Browser::new(&emulator);
    let url = browser.handshake(&[("format", "nonce")]).await;
    let nonce = parameter(&url, "__clerk_handshake_nonce").unwrap();
    let path = format!("/clients/handshake_payload?nonce={nonce}");
    let without_key = browser.get(&format!("/v1{path}")).await;
    assert_eq!(without_key.status, 401);
    emulator.clock().advance(Duration::from_secs(60));
    assert_eq!(backend_get(&emulator, &path).await.status, 404);
    assert_eq!(
        backend_get(&emulator, "/clients/handshake_payload")
            .await
            .status,
        422
    );
}

#[tokio::test]
async fn without_a_nonce_the_answer_is_a_signed_token() {
    let emulator = emulator().await;
    let ada = user(&emulator, "ada@example.com").await;
    let mut browser = Browser::signed_in(&emulator, &ada).await;
    for (parameters, signed_in) in [(vec![("format", "token")], true), (vec![], true)] {
        let url = browser.handshake(&parameters).await;
        let token = parameter(&url, "__clerk_handshake").unwrap();
        let claims = verified(&emulator, &token);
        let directives = named(claims["handshake"].as_array().unwrap());
        assert_eq!(!directives["__session"].is_empty(), signed_in);
        assert_eq!(
            verified(&emulator, &directives["__session"])["sub"],
            ada.as_str()
        );
    }
    let url = Browser::new(&emulator).handshake(&[]).await;
    let claims = verified(&emulator, &parameter(&url, "__clerk_handshake").unwrap());
    assert_eq!(
        named(claims["handshake"].as_array().unwrap())["__client_uat"],
        "0"
    );
}

#[tokio::test]
async fn a_handshake_switches_to_an_organization_and_back() {
    let emulator = emulator().await;
    let ada = user(&emulator, "ada@example.com").await;
    let grace = user(&emulator, "grace@example.com").await;
    let engines = organization(&emulator, &ada, "Engines").await;
    let other = organization(&emulator, &grace, "Compilers").await;
    let mut browser = Browser::signed_in(&emulator, &ada).await;
    for (organization, active) in [
        (engines.as_str(), json!(engines)),
        // Who is no member stays where he is.
        (other.as_str(), json!(engines)),
        ("", json!(null)),
        ("engines", json!(engines)),
    ] {
        let directives = browser
            .directives(&emulator, &[("organization_id", organization)])
            .await;
        let claims = verified(&emulator, &directives["__session"]);
        assert_eq!(claims["o"]["id"], active, "{organization}");
    }
    let directives = browser.directives(&emulator, &[]).await;
    assert_eq!(
        verified(&emulator, &directives["__session"])["o"]["slg"],
        "engines"
    );
}

#[tokio::test]
async fn the_refresh_cookie_refreshes_the_session() {
    let emulator = emulator().await;
    let ada = user(&emulator, "ada@example.com").await;
    let mut browser = Browser::signed_in(&emulator, &ada).await;
    let directives = browser.directives(&emulator, &[]).await;
    let expired = &directives["__session"];
    let session = verified(&emulator, expired)["sid"]
        .as_str()
        .unwrap()
        .to_owned();
    let refresh = &directives[&format!("__refresh_{}", suffix(&directives))];
    emulator.clock().advance(Duration::from_secs(120));
    let refreshed = backend(
        &emulator,
        &format!("/sessions/{session}/refresh?suffixed_cookies=true"),
        json!({
            "format": "cookie", "expired_token": expired, "refresh_token": refresh,
            "request_origin": "http://localhost:3000", "request_headers": {},
        }),
    )
    .await;
    let cookies = named(refreshed["cookies"].as_array().unwrap());
    let claims = verified(&emulator, &cookies["__session"]);
    assert_eq!(claims["iat"], START / 1000 + 120);
    assert_eq!(claims["azp"], "http://localhost:3000");
}

#[tokio::test]
async fn a_client_follows_its_development_browser_to_the_application() {
    let emulator = emulator().await;
    let ada = user(&emulator, "ada@example.com").await;
    // The application made the handshake before anybody signed in.
    let mut application = Browser::new(&emulator);
    let before = application.directives(&emulator, &[]).await;
    let token = before["__clerk_db_jwt"].clone();
    let mut browser = Browser::new(&emulator);
    let page = format!("/sign-in?redirect_url={APP}&__clerk_db_jwt={token}");
    assert_eq!(browser.get(&page).await.status, 200);
    let fields = [
        ("action", "as"),
        ("user_id", ada.as_str()),
        ("redirect_url", APP),
    ];
    let back = browser.submit("/sign-in", &fields).await.location();
    assert_eq!(parameter(&back, "__clerk_db_jwt"), Some(token.clone()));
    let mut another = Browser::new(&emulator);
    let after = another
        .directives(&emulator, &[("__clerk_db_jwt", &token)])
        .await;
    assert_eq!(
        verified(&emulator, &after["__session"])["sub"],
        ada.as_str()
    );
}
