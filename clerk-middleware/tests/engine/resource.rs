//! Protected resources: audiences, and the metadata of the authorization server.

use std::time::Duration;

use axum::body::Body;
use clerk_middleware::{ConfigError, ProtectedResource};
use clerk_sdk::tokens::{TokenType, WithoutAudience};
use clerk_sdk::{Clerk, ClerkOptions, Environment};
use http::request::Parts;
use http::{Request, Response};
use serde_json::{Value, json};
use test_support::server::{self, Recorded, Server};
use tower::ServiceExt as _;

use super::backend::{Backend, NOW, Routes, clerk, options, request};

const RESOURCE: &str = "https://api.example.com/mcp";
const MAIN: &str = include_str!("../../../clerk-sdk/tests/keys/main.private.pem");

fn resource(clerk: &Clerk) -> ProtectedResource {
    ProtectedResource::new(clerk, RESOURCE).unwrap()
}

fn bearing(token: &str) -> Parts {
    request("/mcp", &[("authorization", &format!("Bearer {token}"))])
}

fn access(aud: &Value) -> String {
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS256);
    header.typ = Some("at+jwt".to_owned());
    let key = jsonwebtoken::EncodingKey::from_rsa_der(&test_support::pem::der(MAIN).unwrap());
    let mut claims = json!({ "sub": "user_1", "iat": NOW - 10, "exp": NOW + 50 });
    if !aud.is_null() {
        claims["aud"] = aud.clone();
    }
    jsonwebtoken::encode(&header, &claims, &key).unwrap()
}

/// Returns the status for a token; 200 if the guard lets it in.
async fn status(resource: &ProtectedResource, token: &str) -> u16 {
    let app = axum::Router::new()
        .route("/mcp", axum::routing::get(|| async {}))
        .route_layer(resource.require());
    let request = Request::from_parts(bearing(token), Body::empty());
    app.oneshot(request).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_token_without_an_audience_passes_where_that_is_chosen() {
    let opaque = json!({ "id": "oat_1", "subject": "user_1", "scopes": [], "revoked": false, "expired": false });
    let backend = Backend::start(Routes::from([(
        "POST /oauth_applications/access_tokens/verify",
        (200, opaque),
    )]))
    .await;
    let clerk = backend.clerk();
    for (choice, opaque, jwt) in [
        (WithoutAudience::Reject, 401, 401),
        (WithoutAudience::AcceptOpaque, 200, 401),
        (WithoutAudience::Accept, 200, 200),
    ] {
        let resource = resource(&clerk).without_audience(choice);
        assert_eq!(status(&resource, "oat_x").await, opaque, "{choice:?}");
        assert_eq!(
            status(&resource, &access(&json!(null))).await,
            jwt,
            "{choice:?}"
        );
        assert_eq!(status(&resource, &access(&json!(RESOURCE))).await, 200);
        for aud in [
            json!("https://api.example.com"),
            json!(""),
            json!([]),
            json!([""]),
            json!({}),
            json!(5),
            json!([RESOURCE, 5]),
        ] {
            assert_eq!(
                status(&resource, &access(&aud)).await,
                401,
                "{choice:?}, {aud}"
            );
        }
    }
    // Without a path, a slash makes no difference.
    for url in ["https://api.example.com", "https://api.example.com/"] {
        let resource = ProtectedResource::new(&clerk, url).unwrap();
        for aud in ["https://api.example.com", "https://api.example.com/"] {
            assert_eq!(
                status(&resource, &access(&json!(aud))).await,
                200,
                "{url}, {aud}"
            );
        }
        assert_eq!(
            status(&resource, &access(&json!("https://api.example.com//"))).await,
            401
        );
    }
}

#[tokio::test]
async fn the_audiences_of_sessions_say_nothing_of_access_tokens() {
    let clerk = clerk(options().audience(["pages"]));
    let resource = resource(&clerk);
    assert_eq!(status(&resource, &access(&json!(RESOURCE))).await, 200);
    assert_eq!(status(&resource, &access(&json!("pages"))).await, 401);
}

#[tokio::test]
async fn other_kinds_of_tokens_pass_where_they_are_accepted() {
    let resource = resource(&clerk(options())).baseline_scopes(["profile"]);
    let session = super::backend::token(&json!({}));
    assert_eq!(status(&resource, &session).await, 401);
    let resource = resource.accepts([TokenType::OAuth, TokenType::Session]);
    assert_eq!(status(&resource, &session).await, 200);
    assert_eq!(status(&resource, &access(&json!(RESOURCE))).await, 403);
}

#[tokio::test]
async fn a_rejection_can_be_changed_and_a_layer_of_the_resource_verifies_once() {
    let opaque = json!({ "id": "oat_1", "subject": "user_1", "scopes": [], "revoked": false, "expired": false });
    let path = "POST /oauth_applications/access_tokens/verify";
    let backend = Backend::start(Routes::from([(path, (200, opaque))])).await;
    let resource = resource(&backend.clerk())
        .without_audience(WithoutAudience::AcceptOpaque)
        .on_error(|_, rejection| rejection.set_body("changed"));
    let app = axum::Router::new()
        .route("/mcp", axum::routing::get(|| async {}))
        .route_layer(resource.require())
        .layer(clerk_middleware::ClerkLayer::new(&resource));
    let send = |parts| {
        app.clone()
            .oneshot(Request::from_parts(parts, Body::empty()))
    };
    assert_eq!(send(bearing("oat_x")).await.unwrap().status(), 200);
    assert_eq!(backend.lines(), [path]);
    let rejected = send(request("/mcp", &[])).await.unwrap();
    assert_eq!(rejected.status(), 401);
    assert_eq!(body(rejected).await, "changed");
}

async fn body(response: Response<Body>) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), 100_000)
        .await
        .unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

async fn metadata(resource: &ProtectedResource) -> (u16, String) {
    let request = request("/.well-known/oauth-authorization-server", &[]);
    let request = Request::from_parts(request, Body::empty());
    let response = resource.routes::<()>().oneshot(request).await.unwrap();
    (response.status().as_u16(), body(response).await)
}

fn behind(frontend_api: &str) -> ProtectedResource {
    let clerk = clerk(options().proxy_url(frontend_api));
    resource(&clerk).authorization_server_metadata()
}

async fn later(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

#[tokio::test]
async fn the_authorization_servers_metadata_is_fetched_once_and_served_while_clerk_is_down() {
    let is_up = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let up = std::sync::Arc::clone(&is_up);
    let frontend =
        Server::handling(
            move |_: &Recorded| match up.load(std::sync::atomic::Ordering::Relaxed) {
                true => server::json(200, json!({ "issuer": "https://clerk.example.com" })),
                false => server::json(500, json!({})),
            },
        )
        .await;
    let resource = behind(frontend.url());
    let document = (200, r#"{"issuer":"https://clerk.example.com"}"#.to_owned());
    let all = futures_util::future::join_all((0..20).map(|_| metadata(&resource))).await;
    assert!(all.iter().all(|one| *one == document), "{all:?}");
    let line = "GET /.well-known/oauth-authorization-server";
    assert_eq!(frontend.lines(), [line]);

    is_up.store(false, std::sync::atomic::Ordering::Relaxed);
    later(290).await;
    assert_eq!(metadata(&resource).await, document);
    assert_eq!(frontend.lines().len(), 1);
    later(20).await;
    for _ in 0..5 {
        assert_eq!(metadata(&resource).await, document);
    }
    assert_eq!(
        frontend.lines().len(),
        2,
        "after a failure there is a pause"
    );
    later(11).await;
    assert_eq!(metadata(&resource).await, document);
    assert_eq!(frontend.lines().len(), 3);
    later(24 * 3600).await;
    assert_eq!(metadata(&resource).await.0, 503);
    is_up.store(true, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(metadata(&resource).await.0, 503);
    later(11).await;
    assert_eq!(metadata(&resource).await, document);
}

#[tokio::test]
async fn what_is_no_metadata_is_not_served() {
    for reply in [
        server::json(200, json!([])),
        server::json(200, json!({ "issuer": 5 })),
        server::json(200, json!({ "issuer": "x", "more": "x".repeat(70_000) })),
        server::json(404, json!({ "issuer": "x" })),
        server::json(302, json!({})).header("location", "http://127.0.0.1:9/"),
        server::answer(200, "text/html", "<html>"),
    ] {
        let frontend = Server::handling(move |_: &Recorded| reply.clone()).await;
        assert_eq!(metadata(&behind(frontend.url())).await.0, 503);
    }
}

#[tokio::test]
async fn the_authorization_server_is_the_frontend_api_or_its_proxy() {
    for (proxy, expected) in [
        (None, "https://clerk.example.com"),
        (
            Some("https://proxy.example/clerk/"),
            "https://proxy.example/clerk",
        ),
        (Some("/__clerk"), "https://api.example.com/__clerk"),
    ] {
        let options = match proxy {
            Some(proxy) => options().proxy_url(proxy),
            None => options(),
        };
        let routes = resource(&clerk(options))
            .documentation("https://docs.example")
            .routes::<()>();
        let request = request("/.well-known/oauth-protected-resource/mcp", &[]);
        let response = routes
            .oneshot(Request::from_parts(request, Body::empty()))
            .await
            .unwrap();
        let document: Value = serde_json::from_str(&body(response).await).unwrap();
        let expected = json!({
            "resource": RESOURCE, "authorization_servers": [expected], "bearer_methods_supported": ["header"],
            "resource_documentation": "https://docs.example",
        });
        assert_eq!(document, expected);
    }
}

#[tokio::test]
async fn several_resources_of_one_server_have_a_document_each() {
    let clerk = clerk(options());
    let one = resource(&clerk);
    let other = ProtectedResource::new(&clerk, "https://api.example.com/other").unwrap();
    let app = one.routes::<()>().merge(other.only_at_its_path().routes());
    for (path, expected) in [
        ("", RESOURCE),
        ("/mcp", RESOURCE),
        ("/other", "https://api.example.com/other"),
    ] {
        let request = request(&format!("/.well-known/oauth-protected-resource{path}"), &[]);
        let request = Request::from_parts(request, Body::empty());
        let document = body(app.clone().oneshot(request).await.unwrap()).await;
        let document: Value = serde_json::from_str(&document).unwrap();
        assert_eq!(document["resource"], expected);
    }
}

#[test]
fn without_a_publishable_key_there_is_no_authorization_server() {
    let options = ClerkOptions::new().secret_key("sk_test_1");
    let clerk = Clerk::with_environment(options, Environment::empty()).unwrap();
    let error = ProtectedResource::new(&clerk, RESOURCE).unwrap_err();
    assert_eq!(error, ConfigError::MissingPublishableKey);
}
