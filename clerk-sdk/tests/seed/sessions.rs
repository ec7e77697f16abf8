//! Sessions: verifying one with Clerk, finding the last active one, making tokens.
#![allow(deprecated)]

use clerk_sdk::Error;
use serde_json::json;

use crate::samples::{browser, clerk, rejection, session};
use crate::server::{Server, json as answer};

#[tokio::test]
async fn c19_a_session_is_verified_by_the_endpoint_of_the_old_version() {
    let server = Server::answering(200, session("sess_1")).await;
    let sessions = clerk(&server).sessions();
    let session = sessions.verify_session("sess_1", "a.b.c").await.unwrap();
    assert_eq!(session.id, "sess_1");
    let request = server.request();
    assert_eq!(request.line(), "POST /v1/sessions/sess_1/verify");
    assert_eq!(request.json(), json!({ "token": "a.b.c" }));
    assert_eq!(
        request.header("clerk-api-version").as_deref(),
        Some("2021-02-05")
    );
}

#[tokio::test]
async fn c19_an_id_stays_one_segment_of_the_path() {
    let server = Server::answering(200, session("sess_1")).await;
    let sessions = clerk(&server).sessions();
    for (id, segment) in [
        ("a/b?c", "a%2Fb%3Fc"),
        ("a#b", "a%23b"),
        ("../users", "..%2Fusers"),
        ("%2e%2e", "%252e%252e"),
        ("é\n", "%C3%A9%0A"),
        ("a\\b", "a%5Cb"),
        ("...", "..."),
        (" ", "%20"),
    ] {
        sessions.verify_session(id, "a.b.c").await.unwrap();
        assert_eq!(
            server.latest().line(),
            format!("POST /v1/sessions/{segment}/verify")
        );
        sessions.get_session(id).await.unwrap();
        assert_eq!(
            server.latest().line(),
            format!("GET /v1/sessions/{segment}")
        );
    }
}

#[tokio::test]
async fn c19_an_id_that_would_reach_another_endpoint_is_rejected_and_nothing_is_sent() {
    let server = Server::answering(200, session("sess_1")).await;
    let clerk = clerk(&server);
    for id in ["", ".", ".."] {
        for error in [
            clerk.sessions().verify_session(id, "t").await.unwrap_err(),
            clerk.sessions().get_session(id).await.unwrap_err(),
            clerk.sessions().get_token(id).await.unwrap_err(),
            clerk.users().get_user(id).await.unwrap_err(),
            clerk.users().update_user(id).await.unwrap_err(),
        ] {
            assert!(matches!(error, Error::InvalidRequest { .. }), "{error:?}");
        }
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn authenticate_last_active_asks_for_the_client_and_then_for_its_last_session() {
    let server = Server::handling(|request| {
        let is_first = request.line().ends_with("/clients/verify");
        let body = if is_first {
            browser(json!("sess_1"))
        } else {
            session("sess_1")
        };
        answer(200, body)
    })
    .await;
    let clients = clerk(&server).clients();
    let session = clients.authenticate_last_active("a.b.c").await.unwrap();
    assert_eq!(session.id, "sess_1");
    assert_eq!(
        server.lines(),
        ["POST /v1/clients/verify", "POST /v1/sessions/sess_1/verify"]
    );
    for request in server.requests() {
        assert_eq!(request.json(), json!({ "token": "a.b.c" }));
    }
}

#[tokio::test]
async fn authenticate_last_active_without_one_is_an_error_after_one_request() {
    for id in [json!(null), json!("")] {
        let server = Server::answering(200, browser(id)).await;
        let clients = clerk(&server).clients();
        let error = clients.authenticate_last_active("a.b.c").await.unwrap_err();
        assert!(matches!(error, Error::NoActiveSession), "{error:?}");
        assert_eq!(server.lines(), ["POST /v1/clients/verify"]);
    }
}

#[tokio::test]
async fn authenticate_last_active_sends_no_made_up_id_and_stops_at_the_first_error() {
    let server = Server::answering(200, browser(json!(".."))).await;
    let clients = clerk(&server).clients();
    let error = clients.authenticate_last_active("a.b.c").await.unwrap_err();
    assert!(matches!(error, Error::InvalidRequest { .. }), "{error:?}");
    assert_eq!(server.requests().len(), 1);

    let server = Server::answering(404, rejection("resource_not_found")).await;
    let clients = clerk(&server).clients();
    let error = clients.authenticate_last_active("a.b.c").await.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn get_token_makes_a_session_token_or_one_of_a_template() {
    let server = Server::answering(200, json!({ "object": "token", "jwt": "a.b.c" })).await;
    let sessions = clerk(&server).sessions();
    let token = sessions.get_token("sess_1").await.unwrap();
    assert_eq!(token.jwt.as_deref(), Some("a.b.c"));
    let request = sessions.get_token("sess_1").template("supa base/1");
    request.expires_in_seconds(0).await.unwrap();
    assert_eq!(
        server.lines(),
        [
            "POST /v1/sessions/sess_1/tokens",
            "POST /v1/sessions/sess_1/tokens/supa%20base%2F1"
        ]
    );
    assert_eq!(server.latest().json(), json!({ "expires_in_seconds": 0 }));
    let rejected = sessions.get_token("sess_1").template("").await.unwrap_err();
    assert!(matches!(rejected, Error::InvalidRequest { .. }));
    assert_eq!(server.requests().len(), 2);
}
