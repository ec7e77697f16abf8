//! What failures tell.

use std::time::Duration;

use clerk_sdk::{Clerk, Environment, Error};
use serde_json::json;

use crate::samples::{self, clerk};
use crate::server::{Server, empty, html, json as answer, nowhere};

#[tokio::test]
async fn c29_a_rejection_has_status_code_messages_meta_and_trace_id() {
    let body = json!({
        "errors": [
            {
                "code": "form_identifier_exists", "message": "is taken", "long_message": "That email address is taken.",
                "meta": { "param_name": "email_address" }
            },
            { "code": "form_password_pwned", "message": "was found in a leak" }
        ],
        "clerk_trace_id": "trace_422"
    });
    let server = Server::answering(422, body).await;
    let error = clerk(&server).users().create_user().await.unwrap_err();
    assert_eq!(error.clerk_trace_id(), Some("trace_422"));
    assert_eq!(error.code(), Some("form_identifier_exists"));
    assert!(error.to_string().contains("trace_422"), "{error}");
    let Error::Api(api) = error else {
        panic!("{error:?}");
    };
    assert_eq!(api.status.as_u16(), 422);
    let [first, second] = api.errors.as_slice() else {
        panic!("{api:?}");
    };
    assert_eq!(first.code, "form_identifier_exists");
    assert_eq!(first.message, "is taken");
    assert_eq!(
        first.long_message.as_deref(),
        Some("That email address is taken.")
    );
    assert_eq!(first.meta["param_name"], "email_address");
    assert_eq!(second.long_message, None);
}

#[tokio::test]
async fn c29_too_many_requests_tell_how_long_to_wait() {
    let server = Server::handling(|_| {
        let rejection = samples::rejection("too_many_requests");
        answer(429, rejection).header("retry-after", 7)
    })
    .await;
    let users = clerk(&server).users();
    let error = users.get_user_list().await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert!(error.is_rate_limited() && error.is_retryable());
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn c29_a_page_of_html_keeps_its_status() {
    let server = Server::handling(|_| html(500, "<h1>Oh no</h1>")).await;
    let error = clerk(&server).users().get_user("user_1").await.unwrap_err();
    let Error::Api(api) = &error else {
        panic!("{error:?}");
    };
    assert_eq!(api.status.as_u16(), 500);
    assert!(api.errors.is_empty());
    assert_eq!(error.body(), Some(b"<h1>Oh no</h1>".as_slice()));
    assert!(!error.to_string().contains("Oh no"), "{error}");
}

#[tokio::test]
async fn c29_a_success_that_does_not_read_keeps_status_and_body() {
    let server = Server::handling(|_| html(200, "<h1>Welcome</h1>")).await;
    let error = clerk(&server).users().get_user("user_1").await.unwrap_err();
    assert!(matches!(error, Error::Decode(_)), "{error:?}");
    assert_eq!(error.status().unwrap().as_u16(), 200);
    assert_eq!(error.body(), Some(b"<h1>Welcome</h1>".as_slice()));
}

#[tokio::test]
async fn c29_a_rejected_connection_is_no_answer() {
    let options = clerk_sdk::ClerkOptions::new()
        .secret_key("sk_test_1")
        .server_api_url(nowhere().await)
        .http_options(samples::once());
    let clerk = Clerk::with_environment(options, Environment::empty()).unwrap();
    let error = clerk.users().get_user_list().await.unwrap_err();
    let Error::Transport(transport) = &error else {
        panic!("{error:?}");
    };
    assert!(transport.is_connect());
    assert_eq!((error.status(), error.code()), (None, None));
    assert!(error.is_retryable());
}

#[tokio::test]
async fn c29_no_content_is_a_success() {
    let server = Server::handling(|_| empty(204)).await;
    let clerk = clerk(&server);
    clerk.instance().update().test_mode(true).await.unwrap();
    clerk.svix_apps().delete_svix_app().await.unwrap();
    assert_eq!(
        server.lines(),
        ["PATCH /v1/instance", "DELETE /v1/webhooks/svix"]
    );
}

#[tokio::test]
async fn c29_a_token_that_could_not_be_verified_for_now_is_told_from_one_that_is_rejected() {
    for (status, is_retryable) in [(503, true), (429, true), (404, false)] {
        let server = Server::answering(status, json!({})).await;
        let error = clerk(&server)
            .verify_machine_token("ak_1")
            .await
            .unwrap_err();
        let Error::MachineToken(machine) = &error else {
            panic!("{error:?}");
        };
        assert_eq!(error.code(), Some(machine.error.reason().as_str()));
        assert_eq!(error.is_retryable(), is_retryable, "{error:?}");
        assert!(std::error::Error::source(&error).is_some());
    }
    let server = Server::answering(503, json!({})).await;
    let token = crate::tokens::sign(crate::tokens::MAIN, "user_1");
    let error = clerk(&server).verify_token(&token).await.unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
    let error = clerk(&server).verify_token("a.b.c").await.unwrap_err();
    assert!(!error.is_retryable(), "{error:?}");
}
