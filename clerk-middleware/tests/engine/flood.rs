//! Strangers who send invented credentials cannot use up the application's rate limit at Clerk.

use clerk_middleware::{AuthenticateOptions, RequestState, SessionResolution};
use clerk_sdk::auth::Accepts;
use clerk_sdk::tokens::{MachineTokenCache, TokenType};
use clerk_sdk::{Clerk, HttpOptions, RetryPolicy};
use futures_util::future::join_all;
use serde_json::json;

use crate::backend::{Backend, NOW, Routes, SUFFIX, call, clerk, options, page, reason, token};

const LINES: [&str; 7] = [
    "POST /api_keys/verify",
    "POST /m2m_tokens/verify",
    "POST /oauth_applications/access_tokens/verify",
    "POST /clients/verify",
    "POST /sessions/sess_1/verify",
    "POST /sessions/sess_1/refresh?suffixed_cookies=true",
    "GET /jwks",
];

/// A Backend API that rejects everything, and a client with the default retries.
async fn rejecting() -> (Backend, Clerk) {
    let body = json!({ "errors": [{ "code": "too_many_requests", "message": "-" }] });
    let mut routes: Routes = LINES.map(|line| (line, (429, body.clone()))).into();
    for number in 0..1000 {
        let line = format!("GET /clients/handshake_payload?nonce=forged{number}");
        routes.insert(line.leak(), (429, body.clone()));
    }
    let backend = Backend::start(routes).await;
    let usual = HttpOptions::new().retry(RetryPolicy::default());
    let clerk = clerk(
        options()
            .server_api_url(backend.url())
            .http_options(usual)
            .machine_token_cache(MachineTokenCache::new()),
    );
    (backend, clerk)
}

fn keys() -> AuthenticateOptions {
    AuthenticateOptions::new().accepts_token(Accepts::One(TokenType::ApiKey))
}

async fn by_nonce(clerk: &Clerk, number: u32) -> RequestState {
    let uri = format!("/?__clerk_handshake_nonce=forged{number}");
    page(clerk, &AuthenticateOptions::new(), &uri, "").await
}

async fn by_key(clerk: &Clerk, number: u32) -> RequestState {
    call(clerk, &keys(), "/", &format!("ak_{number}")).await
}

fn old_token() -> String {
    token(&json!({ "exp": NOW - 60, "iat": NOW - 120 }))
}

async fn by_refresh(clerk: &Clerk, expired: &str, number: u32) -> RequestState {
    let cookies = format!(
        "__session_{SUFFIX}={expired}; __client_uat_{SUFFIX}={}; __refresh_{SUFFIX}=forged{number}",
        NOW - 200
    );
    page(clerk, &AuthenticateOptions::new(), "/", &cookies).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn three_thousand_forgeries_at_once_meet_one_429() {
    let (backend, clerk) = rejecting().await;
    let expired = old_token();
    let numbers = 0..1000;
    let nonces = join_all(numbers.clone().map(|number| by_nonce(&clerk, number)));
    let keys = join_all(numbers.clone().map(|number| by_key(&clerk, number)));
    let refreshes = join_all(numbers.map(|number| by_refresh(&clerk, &expired, number)));
    let (nonces, keys, refreshes) = tokio::join!(nonces, keys, refreshes);
    for state in nonces.iter().chain(&keys).chain(&refreshes) {
        assert!(!state.is_signed_in());
    }
    assert!(backend.calls().len() <= 1, "{:?}", backend.lines());
}

#[tokio::test]
async fn forgeries_one_after_the_other_meet_one_429() {
    let (backend, clerk) = rejecting().await;
    let expired = old_token();
    let first = by_key(&clerk, 0).await;
    assert_eq!(reason(&first), "unexpected-error");
    for number in 1..100 {
        by_nonce(&clerk, number).await;
        // As if Clerk could not be reached.
        assert_eq!(reason(&by_key(&clerk, number).await), "unexpected-error");
        let state = by_refresh(&clerk, &expired, number).await;
        assert_eq!(reason(&state), "session-token-expired-refresh-fetch-error");
    }
    assert_eq!(backend.lines(), ["POST /api_keys/verify"]);
}

#[tokio::test]
async fn machine_tokens_and_sessions_share_the_gate() {
    let (backend, clerk) = rejecting().await;
    let on_server = AuthenticateOptions::new().session_resolution(SessionResolution::Server);
    let cookies = format!("__session_{SUFFIX}=opaque; __client_uat_{SUFFIX}=1");
    let any = AuthenticateOptions::new().accepts_token(Accepts::Any);
    assert_eq!(
        reason(&call(&clerk, &any, "/", "mt_1").await),
        "unexpected-error"
    );
    assert_eq!(
        reason(&call(&clerk, &any, "/", "oat_1").await),
        "unexpected-error"
    );
    for uri in ["/", "/?_clerk_session_id=sess_1"] {
        let state = page(&clerk, &on_server, uri, &cookies).await;
        assert_eq!(reason(&state), "unexpected-error");
    }
    assert_eq!(backend.lines(), ["POST /m2m_tokens/verify"]);
}

#[tokio::test]
async fn what_is_not_of_clerks_form_costs_no_call() {
    let backend = Backend::start(Routes::new()).await;
    let clerk = backend.clerk();
    let long = "a".repeat(5000);
    let any = AuthenticateOptions::new().accepts_token(Accepts::Any);
    for token in ["ak_", "ak_a;b", "mt_'", "oat_%20", &format!("ak_{long}")] {
        let state = call(&clerk, &any, "/", token).await;
        assert_eq!(reason(&state), "token-invalid", "{token}");
    }
    for nonce in ["%27", "a%20b", "%0A", &long] {
        let uri = format!("/?__clerk_handshake_nonce={nonce}");
        assert!(!page(&clerk, &any, &uri, "").await.is_signed_in());
    }
    let expired = old_token();
    for refresh in ["%27", "a%20b", &long] {
        let cookies = format!(
            "__session_{SUFFIX}={expired}; __client_uat_{SUFFIX}={}; __refresh_{SUFFIX}={refresh}",
            NOW - 200
        );
        let state = page(&clerk, &AuthenticateOptions::new(), "/", &cookies).await;
        let expected = "session-token-expired-refresh-non-eligible-no-refresh-cookie";
        assert_eq!(reason(&state), expected);
    }
    let on_server = AuthenticateOptions::new().session_resolution(SessionResolution::Server);
    for (uri, token) in [("/", "o%27paque"), ("/?_clerk_session_id=user_1", "opaque")] {
        let cookies = format!("__session_{SUFFIX}={token}; __client_uat_{SUFFIX}=1");
        assert!(!page(&clerk, &on_server, uri, &cookies).await.is_signed_in());
    }
    assert!(backend.calls().is_empty(), "{:?}", backend.lines());
}

#[tokio::test]
async fn huge_request_headers_are_not_sent_along() {
    let backend = Backend::start(Routes::new()).await;
    let expired = old_token();
    let cookies = format!(
        "__session_{SUFFIX}={expired}; __client_uat_{SUFFIX}={}; __refresh_{SUFFIX}=r; x={}",
        NOW - 200,
        "a".repeat(200_000)
    );
    let state = page(&backend.clerk(), &AuthenticateOptions::new(), "/", &cookies).await;
    assert_eq!(reason(&state), "session-token-expired-refresh-fetch-error");
    assert!(backend.calls().is_empty());
}
