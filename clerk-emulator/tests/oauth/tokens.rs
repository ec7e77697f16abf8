//! Access tokens: opaque or JWTs, for whom they are meant, and who says that they are valid.

use axum::Router;
use axum::routing::get;
use clerk_middleware::{ClerkLayer, RequireAuth, RequireOAuth};
use clerk_sdk::auth::MachineAuth;
use clerk_sdk::{Clerk, ClerkOptions, Environment};
use serde_json::json;

use crate::browser::Browser;
use crate::client::{Client, START, emulator, http, set, verified, wait};

const RESOURCE: &str = "https://api.example.com/mcp";

/// A client of the Backend API, in the emulator's time.
fn clerk(emulator: &clerk_emulator::Emulator) -> Clerk {
    let clock = emulator.clock().clone();
    let options = ClerkOptions::new().clock(clerk_sdk::Clock::from_fn(move || clock.now()));
    Clerk::with_environment(options, Environment::from_iter(emulator.environment())).unwrap()
}

#[tokio::test]
async fn the_backend_verifies_both_kinds_of_access_tokens() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let config = clerk_api::Config::new(emulator.secret_key()).server_api_url(emulator.url());
    let api = clerk_api::Client::new(config);
    for is_jwt in [false, true] {
        set(&emulator, json!({"oauth_jwt_access_tokens": is_jwt})).await;
        let by_control = emulator
            .issue_oauth_token("notes", "user_ada", &["openid", "profile", "email"])
            .unwrap();
        let by_provider = notes.tokens(&[]).await.text("access_token");
        for token in [by_provider, by_control] {
            assert_eq!(token.starts_with("oat_"), !is_jwt, "{token}");
            let found = api.verify_oauth_access_token().access_token(&token).await;
            let found = serde_json::to_value(&*found.unwrap()).unwrap();
            assert_eq!(found["client_id"], "notes", "{found}");
            assert_eq!(found["subject"], "user_ada");
            assert_eq!(found["scopes"], json!(["openid", "profile", "email"]));
            let MachineAuth::OAuth(auth) =
                clerk(&emulator).verify_machine_token(&token).await.unwrap()
            else {
                panic!("no OAuth token");
            };
            assert_eq!(auth.user_id, "user_ada");
            assert_eq!(auth.client_id.as_deref(), Some("notes"));
            assert_eq!(auth.scopes, ["openid", "profile", "email"]);
        }
    }
}

#[tokio::test]
async fn an_applications_route_accepts_both_kinds() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let handler = |token: RequireOAuth| async move {
        format!("{} {}", token.user_id, token.scopes.join(" "))
    };
    let app = Router::new()
        .route("/mcp", get(handler))
        .layer(ClerkLayer::new(clerk(&emulator)));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let ask = async |token: &str| {
        let response = http().get(&url).bearer_auth(token).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    for is_jwt in [false, true] {
        set(&emulator, json!({"oauth_jwt_access_tokens": is_jwt})).await;
        let tokens = notes.tokens(&[]).await;
        let allowed = ask(&tokens.text("access_token")).await;
        assert_eq!(allowed, (200, "user_ada openid profile email".to_owned()));
        assert_eq!(ask(&tokens.text("refresh_token")).await.0, 401);
        assert_eq!(ask(&tokens.text("id_token")).await.0, 401);
    }
}

/// An ID token is signed with the key of session tokens, and is in the hands of the application that asked for it.
#[tokio::test]
async fn no_token_of_the_provider_is_a_session() {
    let emulator = emulator().await;
    let app = Router::new()
        .route("/me", get(|auth: RequireAuth| async move { auth.user_id }))
        .layer(ClerkLayer::new(clerk(&emulator)));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/me", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let ask = async |token: &str| {
        let response = http().get(&url).bearer_auth(token).send().await.unwrap();
        response.status().as_u16()
    };
    let session = emulator.sign_in("user_ada").unwrap();
    assert_eq!(ask(&session.token).await, 200);
    for is_jwt in [false, true] {
        set(&emulator, json!({"oauth_jwt_access_tokens": is_jwt})).await;
        let tokens = Client::notes(&emulator).tokens(&[]).await;
        for name in ["access_token", "refresh_token", "id_token"] {
            assert_eq!(ask(&tokens.text(name)).await, 401, "{name}");
        }
    }
}

#[tokio::test]
async fn a_jwt_has_the_claims_of_rfc_9068() {
    let emulator = emulator().await;
    set(&emulator, json!({"oauth_jwt_access_tokens": true})).await;
    let notes = Client::notes(&emulator);
    let tokens = notes.tokens(&[("resource", RESOURCE)]).await;
    let (header, claims) = verified(&emulator, &tokens.text("access_token")).await;
    assert_eq!(header["typ"], "at+jwt");
    for (name, value) in [
        ("iss", json!(emulator.url())),
        ("sub", json!("user_ada")),
        ("client_id", json!("notes")),
        ("aud", json!(RESOURCE)),
        ("scope", json!("openid profile email")),
        ("scp", json!(["openid", "profile", "email"])),
        ("iat", json!(START / 1000)),
        ("exp", json!(START / 1000 + 86_400)),
    ] {
        assert_eq!(claims[name], value, "{name}");
    }
    assert!(claims["jti"].as_str().unwrap().starts_with("oat_"));
    assert!(claims.get("act").is_none());
}

#[tokio::test]
async fn tokens_are_for_the_resources_that_were_asked_for() {
    let emulator = emulator().await;
    set(&emulator, json!({"oauth_jwt_access_tokens": true})).await;
    let notes = Client::notes(&emulator);
    let mut browser = Browser::signed_in(&emulator, "user_ada");
    let other = "https://other.example/";
    let both = [("resource", RESOURCE), ("resource", other)];
    let audience = async |token: &str| verified(&emulator, token).await.1["aud"].clone();

    let code = notes.code(&mut browser, &both).await;
    let strange = [("resource", "https://strange.example/")];
    assert_eq!(
        notes.exchange(&code, &strange).await.error(),
        (400, "invalid_target")
    );
    let one = notes.exchange(&code, &[("resource", other)]).await;
    assert_eq!(audience(&one.text("access_token")).await, other);
    let all = notes.refresh(&one.text("refresh_token"), &[]).await;
    assert_eq!(
        audience(&all.text("access_token")).await,
        json!([RESOURCE, other])
    );
    let newest = all.text("refresh_token");
    assert_eq!(
        notes.refresh(&newest, &strange).await.error(),
        (400, "invalid_target")
    );

    let code = notes.code(&mut browser, &[]).await;
    let without = notes.exchange(&code, &[]).await;
    let token = without.text("access_token");
    assert!(verified(&emulator, &token).await.1.get("aud").is_none());
}

#[tokio::test]
async fn who_acts_in_a_users_name_is_in_the_token() {
    let emulator = emulator().await;
    set(&emulator, json!({"oauth_jwt_access_tokens": true})).await;
    let notes = Client::notes(&emulator);
    let session = emulator.sign_in_as("user_ada", "user_alan").unwrap();
    let mut browser = Browser::new(&emulator);
    browser
        .cookies
        .insert("__client".into(), session.client_token);
    let code = notes.code(&mut browser, &[]).await;
    let tokens = notes.exchange(&code, &[]).await;
    let (_, claims) = verified(&emulator, &tokens.text("access_token")).await;
    assert_eq!(claims["act"]["sub"], "user_alan");
}

#[tokio::test]
async fn clients_learn_what_a_token_says() {
    let emulator = emulator().await;
    let (notes, phone) = (Client::notes(&emulator), Client::phone(&emulator));
    let tokens = notes.tokens(&[]).await;
    let path = "/oauth/token_info";
    let active = json!({
        "active": true, "client_id": "notes", "sub": "user_ada", "scope": "openid profile email",
        "iat": START / 1000, "org_id": null,
    });
    let inactive = json!({"active": false});
    for name in ["access_token", "refresh_token"] {
        let token = tokens.text(name);
        assert_eq!(
            notes.post(path, &[("token", &token)]).await.body,
            active,
            "{name}"
        );
        // A client without a secret could be anybody.
        assert_eq!(phone.post(path, &[("token", &token)]).await.body, inactive);
    }
    assert_eq!(
        notes.post(path, &[("token", "unknown")]).await.body,
        inactive
    );
    assert_eq!(
        notes.post(path, &[]).await.error(),
        (400, "invalid_request")
    );
    wait(&emulator, 86_400);
    let expired = tokens.text("access_token");
    assert_eq!(
        notes.post(path, &[("token", &expired)]).await.body,
        inactive
    );
}
