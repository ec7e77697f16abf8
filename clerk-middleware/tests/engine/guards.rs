//! Guards by code, claims and scopes, and what handlers learn about the user.

use std::sync::Arc;

use clerk_middleware::{
    Auth, Authenticator, Decision, Guard, RejectionKind, RequestAuth, RequireApiKey, RequireAuth,
    require, require_auth, require_token,
};
use clerk_sdk::Clerk;
use clerk_sdk::auth::Role;
use clerk_sdk::tokens::TokenType;
use http::request::Parts;
use serde::Deserialize;
use serde_json::json;

use super::backend::{Backend, NOW, Routes, clerk, options, request, token};

async fn authenticated(clerk: Clerk, token: Option<&str>) -> (RequestAuth, Parts) {
    let bearer = token.map(|token| format!("Bearer {token}"));
    let headers: Vec<_> = bearer
        .iter()
        .map(|it| ("authorization", it.as_str()))
        .collect();
    let parts = request("/", &headers);
    let authenticator = Arc::new(Authenticator::new(clerk));
    match authenticator.decide(&parts).await {
        Decision::Continue(auth) => (auth, parts),
        Decision::Respond(response) => panic!("{response:?}"),
    }
}

async fn verdict(guard: &Guard, token: Option<&str>) -> u16 {
    let (auth, parts) = authenticated(clerk(options()), token).await;
    match guard.check(&auth, &parts).await {
        Ok(_) => 200,
        Err(rejection) => rejection.status().as_u16(),
    }
}

#[tokio::test]
async fn a_guard_by_code_asks_only_about_signed_in_users() {
    let oneself = Guard::by(|auth| auth.session().actor_id().is_none());
    let acted = token(&json!({ "act": { "sub": "user_support" } }));
    assert_eq!(verdict(&oneself, Some(&token(&json!({})))).await, 200);
    assert_eq!(verdict(&oneself, Some(&acted)).await, 403);
    let never = Guard::by(|_| panic!("asked about a stranger"));
    assert_eq!(verdict(&never, None).await, 401);

    let both = require(Role("org:admin")).and_by(|auth| auth.session().org_id.is_some());
    let admin = json!({ "org_id": "org_1", "org_role": "org:admin" });
    assert_eq!(verdict(&both, Some(&token(&admin))).await, 200);
    assert_eq!(verdict(&both, Some(&token(&json!({})))).await, 403);
}

#[tokio::test]
async fn a_claim_must_be_equal_or_a_list_that_contains_the_value() {
    let editors = require_auth().claim("/metadata/role", "editor");
    for (claims, status) in [
        (json!({ "metadata": { "role": "editor" } }), 200),
        (json!({ "metadata": { "role": ["writer", "editor"] } }), 200),
        (json!({ "metadata": { "role": "editors" } }), 403),
        (json!({ "metadata": { "role": { "editor": true } } }), 403),
        (json!({ "metadata": "editor" }), 403),
        (json!({ "/metadata/role": "editor" }), 403),
        (json!({}), 403),
    ] {
        assert_eq!(
            verdict(&editors, Some(&token(&claims))).await,
            status,
            "{claims}"
        );
    }
    let beta = require_auth().claim("beta", true);
    assert_eq!(
        verdict(&beta, Some(&token(&json!({ "beta": true })))).await,
        200
    );
    assert_eq!(
        verdict(&beta, Some(&token(&json!({ "beta": "true" })))).await,
        403
    );
    assert_eq!(verdict(&beta, None).await, 401);
}

#[derive(Debug, Deserialize, PartialEq)]
struct Custom {
    sub: String,
    metadata: Metadata,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Metadata {
    role: Option<String>,
}

#[tokio::test]
async fn claims_are_read_as_a_type_of_the_application() {
    let claims = json!({ "metadata": { "role": "editor" } });
    let (auth, _) = authenticated(clerk(options()), Some(&token(&claims))).await;
    let read: Custom = RequireAuth::of(&auth).unwrap().claims().unwrap();
    assert_eq!(read.metadata.role.as_deref(), Some("editor"));

    let secret = json!({ "metadata": "a-secret-value" });
    let (auth, _) = authenticated(clerk(options()), Some(&token(&secret))).await;
    let rejection = auth.claims::<Custom>().unwrap_err();
    assert_eq!(*rejection.kind(), RejectionKind::InvalidClaims);
    assert_eq!(rejection.status(), 403);
    assert!(!String::from_utf8_lossy(rejection.body()).contains("a-secret-value"));

    let (auth, _) = authenticated(clerk(options()), None).await;
    let rejection = Auth::of(&auth).claims::<Custom>().unwrap_err();
    assert_eq!(rejection.status(), 401);
}

#[tokio::test]
async fn the_current_user_is_fetched_by_one_call_and_a_stranger_by_none() {
    let gone = json!({ "errors": [{ "code": "resource_not_found", "message": "-" }] });
    let routes = Routes::from([("GET /users/user_1", (404, gone))]);
    let backend = Backend::start(routes).await;
    let (auth, _) = authenticated(backend.clerk(), Some(&token(&json!({})))).await;
    let error = RequireAuth::of(&auth)
        .unwrap()
        .current_user()
        .await
        .unwrap_err();
    assert!(error.is_not_found(), "{error}");
    assert_eq!(backend.lines(), ["GET /users/user_1"]);
    let (auth, _) = authenticated(backend.clerk(), None).await;
    assert_eq!(Auth::of(&auth).current_user().await.unwrap(), None);
    assert_eq!(backend.lines().len(), 1);
}

#[tokio::test]
async fn a_machines_extractor_requires_scopes_without_a_match() {
    let key = json!({
        "object": "api_key", "id": "ak_1", "name": "key", "subject": "user_1", "scopes": ["read"], "claims": null,
        "revoked": false, "expired": false,
    });
    let backend = Backend::start(Routes::from([("POST /api_keys/verify", (200, key))])).await;
    let (auth, parts) = authenticated(backend.clerk(), Some("ak_secret")).await;
    let key = RequireApiKey::of(&auth, &parts).await.unwrap();
    assert!(key.require_scope("read").is_ok());
    let rejection = key.require_scope("write").unwrap_err();
    assert_eq!(rejection.status(), 403);
    assert_eq!(
        *rejection.kind(),
        RejectionKind::MissingScope("write".to_owned())
    );
}

#[tokio::test]
async fn a_named_scope_takes_the_place_of_this_machine() {
    let guard = require_token(TokenType::M2m).scope("mch_gateway");
    let caller = |scopes| token(&json!({ "sub": "mch_caller", "scopes": scopes }));
    assert_eq!(verdict(&guard, Some(&caller("mch_gateway"))).await, 200);
    assert_eq!(verdict(&guard, Some(&caller("mch_other"))).await, 403);
    // It is not known which machine this is.
    let unnamed = require_token([TokenType::M2m, TokenType::Session]);
    assert_eq!(verdict(&unnamed, Some(&caller("mch_gateway"))).await, 500);
    assert_eq!(verdict(&unnamed, Some(&token(&json!({})))).await, 200);
}

#[tokio::test]
async fn with_cookies_only_pages_of_the_own_origin_may_open_a_connection() {
    let session = token(&json!({}));
    let cookies = format!("__session={session}; __client_uat={}", NOW - 100);
    let bearer = format!("Bearer {session}");
    let own = ("origin", "https://app.example.com");
    let other = ("origin", "https://evil.example.com");
    let cookie = ("cookie", cookies.as_str());
    let proto = ("x-forwarded-proto", "https");
    let header = ("authorization", bearer.as_str());
    for (headers, is_allowed) in [
        (vec![cookie, proto, own], true),
        (vec![cookie, proto, other], false),
        (vec![cookie, proto, ("origin", "null")], false),
        (vec![cookie, proto, own, other], false),
        (vec![cookie, proto], false),
        (vec![cookie, own], false),
        (vec![header, proto], true),
        (vec![header, proto, other], true),
        (vec![proto, other], false),
    ] {
        let parts = request("/", &headers);
        let authenticator = Arc::new(Authenticator::new(clerk(options())));
        let Decision::Continue(auth) = authenticator.decide(&parts).await else {
            panic!("{headers:?}");
        };
        let checked = auth.require_same_origin();
        assert_eq!(checked.is_ok(), is_allowed, "{headers:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_learns_when_its_token_expires() {
    let start = tokio::time::Instant::now();
    let now = move || NOW * 1000 + i64::try_from(start.elapsed().as_millis()).unwrap();
    let clock = clerk_sdk::Clock::from_fn(now);
    let (auth, _) = authenticated(clerk(options().clock(clock)), Some(&token(&json!({})))).await;
    let expires_at = RequireAuth::of(&auth).unwrap().expires_at().unwrap();
    assert_eq!(expires_at.as_millis(), (NOW + 50) * 1000);
    auth.expired().await;
    assert_eq!(now(), (NOW + 50) * 1000);
    let (auth, _) = authenticated(clerk(options()), None).await;
    assert_eq!(auth.expires_at(), None);
    auth.expired().await;
}
