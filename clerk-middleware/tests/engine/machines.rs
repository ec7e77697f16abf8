use clerk_middleware::{AuthSource, AuthenticateOptions};
use clerk_sdk::auth::{Accepts, AuthObject, MachineAuth};
use clerk_sdk::tokens::{MachineTokenCache, TokenType};
use serde_json::json;

use super::backend::{Backend, NOW, Routes, call, clerk, options, page, reason, sign, token};

fn accepting(accepts: Accepts) -> AuthenticateOptions {
    AuthenticateOptions::new().accepts_token(accepts)
}

fn api_key() -> serde_json::Value {
    json!({
        "object": "api_key", "id": "ak_1", "name": "key", "subject": "user_1", "scopes": ["read"], "claims": null,
        "revoked": false, "expired": false,
    })
}

#[tokio::test]
async fn an_api_key_signs_in_where_it_is_accepted_and_costs_nothing_where_it_is_not() {
    let routes = Routes::from([("POST /api_keys/verify", (200, api_key()))]);
    let backend = Backend::start(routes).await;
    let clerk = backend.clerk();
    let state = call(&clerk, &AuthenticateOptions::new(), "/", "ak_secret").await;
    assert_eq!(reason(&state), "token-invalid");
    let list = Accepts::AnyOf(vec![TokenType::Session, TokenType::M2m]);
    let state = call(&clerk, &accepting(list), "/", "ak_secret").await;
    assert_eq!(reason(&state), "token-type-mismatch");
    assert_eq!(state.token_type(), None);
    assert!(backend.calls().is_empty());

    for accepts in [
        Accepts::Any,
        Accepts::One(TokenType::ApiKey),
        Accepts::AnyOf(vec![TokenType::ApiKey]),
    ] {
        let state = call(&clerk, &accepting(accepts), "/", "ak_secret").await;
        let Some(AuthObject::Machine(MachineAuth::ApiKey(key))) = state.auth() else {
            panic!("{state:?}");
        };
        assert_eq!(key.user_id.as_deref(), Some("user_1"));
    }
    assert_eq!(backend.calls().len(), 3);
}

#[tokio::test]
async fn with_a_cache_the_second_request_with_a_key_needs_no_call() {
    let routes = Routes::from([("POST /api_keys/verify", (200, api_key()))]);
    let backend = Backend::start(routes).await;
    let options = options()
        .server_api_url(backend.url())
        .machine_token_cache(MachineTokenCache::new());
    let clerk = clerk(options);
    for _ in 0..2 {
        let state = call(&clerk, &accepting(Accepts::Any), "/", "ak_secret").await;
        let Some(AuthObject::Machine(MachineAuth::ApiKey(_))) = state.auth() else {
            panic!("{state:?}");
        };
    }
    let m2m = accepting(Accepts::One(TokenType::M2m));
    let state = call(&clerk, &m2m, "/", "ak_secret").await;
    assert_eq!(reason(&state), "token-type-mismatch");
    assert_eq!(backend.calls().len(), 1);
}

#[tokio::test]
async fn an_api_key_that_is_revoked_or_unknown_is_rejected() {
    let mut revoked = api_key();
    revoked["revoked"] = json!(true);
    for (status, received) in [
        (200, revoked),
        (404, json!({ "errors": [] })),
        (200, json!({})),
    ] {
        let backend = Backend::start(Routes::from([(
            "POST /api_keys/verify",
            (status, received),
        )]))
        .await;
        let options = accepting(Accepts::One(TokenType::ApiKey));
        let state = call(&backend.clerk(), &options, "/", "ak_secret").await;
        assert_eq!(
            state.auth(),
            Some(&AuthObject::NoMachine(TokenType::ApiKey))
        );
    }
}

#[tokio::test]
async fn machine_tokens_are_never_read_from_cookies_and_sessions_are_no_machines() {
    let clerk = clerk(options());
    let options = accepting(Accepts::One(TokenType::ApiKey));
    let state = page(&clerk, &options, "/", "__session=ak_secret; __client_uat=5").await;
    assert_eq!(reason(&state), "No token in header");
    let state = call(&clerk, &options, "/", &token(&json!({}))).await;
    assert_eq!(reason(&state), "token-type-mismatch");
}

#[tokio::test]
async fn a_machines_jwt_is_verified_without_asking_and_is_no_session() {
    let clerk = clerk(options());
    let machine = token(&json!({ "sub": "mch_1", "jti": "mt_1", "scopes": "mch_2 mch_3" }));
    let state = call(&clerk, &accepting(Accepts::Any), "/", &machine).await;
    let Some(AuthObject::Machine(MachineAuth::M2m(m2m))) = state.auth() else {
        panic!("{state:?}");
    };
    assert_eq!((m2m.machine_id.as_str(), m2m.scopes.len()), ("mch_1", 2));
    let state = call(&clerk, &AuthenticateOptions::new(), "/", &machine).await;
    assert_eq!(reason(&state), "token-type-mismatch");
}

#[tokio::test]
async fn an_empty_list_of_kinds_accepts_nothing() {
    let options = accepting(Accepts::AnyOf(Vec::new()));
    let state = call(
        &clerk(super::backend::options()),
        &options,
        "/",
        &token(&json!({})),
    )
    .await;
    assert_eq!(state.auth(), Some(&AuthObject::InvalidToken));
}

#[tokio::test]
async fn the_name_of_a_session_says_nothing_of_a_machine() {
    let routes = Routes::from([("POST /api_keys/verify", (200, api_key()))]);
    let backend = Backend::start(routes).await;
    let clerk = backend.clerk();
    let any = accepting(Accepts::Any);
    let jwt = sign(&json!({ "sub": "mch_1", "iat": NOW, "exp": NOW + 50, "scopes": "mch_2" }));
    for machine in ["ak_secret", &jwt] {
        for query in [
            "",
            "?_clerk_session_id=sess_2",
            "?_clerk_session_id=a&_clerk_session_id=b",
        ] {
            let state = call(&clerk, &any, &format!("/{query}"), machine).await;
            assert!(state.is_signed_in(), "{query}: {}", reason(&state));
            assert_eq!(state.source(), Some(AuthSource::Header));
        }
    }
    let named = call(
        &clerk,
        &any,
        "/?_clerk_session_id=sess_2",
        &token(&json!({})),
    )
    .await;
    assert_eq!(reason(&named), "session-id-mismatch");
}
