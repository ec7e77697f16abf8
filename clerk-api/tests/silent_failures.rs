//! What generated clients get wrong without saying so: each of these once compiled, ran, and did something else.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use clerk_api::{Client, Config, Error, HttpOptions, Patch, RetryPolicy, Upload};
use serde_json::{Value, json};
use test_support::server::{self, Reply, Server};

async fn answering(reply: Reply) -> (Server, Client) {
    let server = Server::replying([reply]).await;
    let config = Config::new("sk_test_123")
        .server_api_url(server.url())
        .http_options(HttpOptions::new().retry(RetryPolicy::none()));
    (server, Client::new(config))
}

/// The body that an operation sends; the response does not matter.
macro_rules! sent {
    ($api:ident => $call:expr) => {{
        let (server, $api) = answering(server::json(500, json!({}))).await;
        $call.await.unwrap_err();
        server.request().json()
    }};
}

#[tokio::test]
async fn defaults_of_the_document_are_not_sent() {
    // The document gives `scopes` and `public` defaults: sending them would reset what is configured.
    assert_eq!(
        sent!(api => api.update_oauth_application("oa_1").name("app")),
        json!({ "name": "app" })
    );
    let (server, api) = answering(server::json(200, json!([]))).await;
    api.get_user_list().await.unwrap();
    assert_eq!(
        server.request().target,
        "/v1/users",
        "no limit, no offset, no order"
    );
}

#[tokio::test]
async fn null_is_sent_where_it_is_asked_for_and_only_there() {
    let body =
        sent!(api => api.update_user("user_1").first_name(Patch::Null).last_name("Lovelace"));
    assert_eq!(body, json!({ "first_name": null, "last_name": "Lovelace" }));
    let body = sent!(api => api.update_user("user_1").first_name(Patch::<String>::Keep).last_name("Lovelace"));
    assert_eq!(body, json!({ "last_name": "Lovelace" }));
}

#[tokio::test]
async fn falsy_values_are_sent() {
    let (server, api) = answering(server::json(200, json!([]))).await;
    api.get_user_list().limit(0).banned(false).await.unwrap();
    assert_eq!(server.request().target, "/v1/users?limit=0&banned=false");
    let body = sent!(api => api.create_user().username("").skip_password_checks(false));
    assert_eq!(
        body,
        json!({ "username": "", "skip_password_checks": false })
    );
}

#[tokio::test]
async fn empty_arrays_and_objects_are_sent() {
    let nobody: [&str; 0] = [];
    let body = sent!(api => api.create_user().email_address(nobody).public_metadata(json!({})));
    assert_eq!(body, json!({ "email_address": [], "public_metadata": {} }));
}

#[tokio::test]
async fn metadata_takes_anything_that_is_an_object_and_rejects_the_rest() {
    #[derive(serde::Serialize)]
    struct Plan {
        name: &'static str,
    }
    let body = sent!(api => api.create_user().public_metadata(Plan { name: "gold" }));
    assert_eq!(body, json!({ "public_metadata": { "name": "gold" } }));

    let (server, api) = answering(server::json(200, json!({}))).await;
    let error = api
        .create_user()
        .public_metadata(["no object"])
        .await
        .unwrap_err();
    assert!(matches!(error, Error::InvalidRequest { .. }), "{error}");
    assert!(error.to_string().contains("public_metadata"), "{error}");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn an_error_is_never_read_as_the_type_of_a_success() {
    // The success of this operation and its errors are both inline objects in the document.
    let body = json!({ "errors": [{ "code": "incorrect_password", "message": "no" }], "clerk_trace_id": "t1" });
    let (_server, api) = answering(server::json(422, body)).await;
    let error = api
        .verify_password("user_1")
        .password("guess")
        .await
        .unwrap_err();
    assert_eq!(
        (error.status().unwrap().as_u16(), error.code()),
        (422, Some("incorrect_password"))
    );
    assert_eq!(error.clerk_trace_id(), Some("t1"));
}

#[tokio::test]
async fn created_reads_where_the_document_says_ok() {
    let (_server, api) = answering(server::json(
        201,
        json!({ "object": "totp", "verified": true }),
    ))
    .await;
    let response = api.verify_totp("user_1").code("123456").await.unwrap();
    assert_eq!(response.status().as_u16(), 201);
}

#[tokio::test]
async fn ids_that_change_the_path_are_rejected_and_nothing_is_sent() {
    for id in ["..", ".", ""] {
        let (server, api) = answering(server::json(200, json!({}))).await;
        let error = api
            .delete_organization_membership("org_1", id)
            .await
            .unwrap_err();
        assert!(
            matches!(error, Error::InvalidRequest { .. }),
            "{id:?}: {error}"
        );
        assert!(server.requests().is_empty(), "{id:?}");
    }
    let (server, api) = answering(server::json(404, json!({}))).await;
    api.get_user("../organizations/org_1?x=1#y")
        .await
        .unwrap_err();
    assert_eq!(
        server.request().target,
        "/v1/users/..%2Forganizations%2Forg_1%3Fx%3D1%23y"
    );
}

#[tokio::test]
async fn an_html_error_keeps_status_and_body() {
    let (_server, api) = answering(server::answer(502, "text/html", "<h1>Bad Gateway</h1>")).await;
    let error = api.get_user("user_1").await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 502);
    assert_eq!(error.body().unwrap().as_ref(), b"<h1>Bad Gateway</h1>");
    assert!(error.is_retryable());
    assert!(!error.to_string().contains("<h1>"), "{error}");
}

#[tokio::test]
async fn no_content_reads_where_nothing_is_answered() {
    let (_server, api) = answering(server::empty(204)).await;
    assert_eq!(
        api.update_instance()
            .test_mode(true)
            .await
            .unwrap()
            .status()
            .as_u16(),
        204
    );
}

#[tokio::test]
async fn an_optional_body_without_anything_in_it_is_no_body() {
    let (server, api) = answering(server::json(500, json!({}))).await;
    api.create_session_token("sess_1").await.unwrap_err();
    let request = server.request();
    assert_eq!(
        (request.header("content-type"), request.body.len()),
        (None, 0)
    );
}

#[tokio::test]
async fn a_missing_required_field_is_rejected_and_nothing_is_sent() {
    let (server, api) = answering(server::json(200, json!({}))).await;
    let error = api
        .create_organization_membership("org_1")
        .role("org:admin")
        .await
        .unwrap_err();
    assert!(error.to_string().contains("`user_id`"), "{error}");
    let error = api.get_api_keys().await.unwrap_err();
    assert!(error.to_string().contains("`subject`"), "{error}");
    let error = api.upload_organization_logo("org_1").await.unwrap_err();
    assert!(error.to_string().contains("`file`"), "{error}");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn arrays_that_do_not_explode_are_one_value() {
    let (server, api) = answering(server::json(200, json!({ "data": [], "total_count": 0 }))).await;
    api.list_all_organization_domains()
        .enrollment_mode(["manual_invitation", "-enterprise_sso"])
        .await
        .unwrap();
    assert_eq!(
        server.request().target,
        "/v1/organization_domains?enrollment_mode=manual_invitation%2C-enterprise_sso"
    );
}

#[tokio::test]
async fn lists_are_asked_for_in_their_paginated_form() {
    let (server, api) = answering(server::json(200, json!({ "data": [], "total_count": 0 }))).await;
    assert_eq!(api.list_invitations().await.unwrap().total_count, Some(0));
    assert_eq!(server.request().target, "/v1/invitations?paginated=true");
}

#[tokio::test]
async fn files_go_up_from_bytes_and_from_a_stream() {
    let chunks: [Result<bytes::Bytes, std::io::Error>; 2] = [Ok("<s".into()), Ok("vg>".into())];
    let stream = futures_util::stream::iter(chunks);
    for upload in [Upload::bytes(b"<svg>".to_vec()), Upload::stream(stream)] {
        let (server, api) = answering(server::json(500, json!({}))).await;
        let upload = upload.file_name("me.svg").content_type("image/svg+xml");
        api.set_user_profile_image("user_1")
            .file(upload)
            .await
            .unwrap_err();
        let request = server.request();
        assert!(
            request
                .header("content-type")
                .unwrap()
                .starts_with("multipart/form-data; boundary=")
        );
        let body = request.text();
        for expected in [
            "name=\"file\"",
            "filename=\"me.svg\"",
            "image/svg+xml",
            "<svg>",
        ] {
            assert!(body.contains(expected), "{expected}: {body}");
        }
    }
}

#[tokio::test]
async fn html_of_the_interstitial_is_answered_and_no_key_goes_with_it() {
    let (server, api) = answering(server::answer(200, "text/html", "<html></html>")).await;
    assert_eq!(
        api.get_public_interstitial().await.unwrap().into_body(),
        "<html></html>"
    );
    assert_eq!(server.request().header("authorization"), None);
}

#[test]
fn secrets_in_generated_types_are_not_printed() {
    let token: clerk_api::types::SignInToken = serde_json::from_value(json!({
        "object": "sign_in_token", "id": "sit_1", "status": "pending", "user_id": "user_1", "created_at": 1,
        "updated_at": 2, "token": "SECRET-1", "url": "https://x.test?__clerk_ticket=SECRET-2",
    }))
    .unwrap();
    let printed = format!("{token:?}");
    assert!(
        !printed.contains("SECRET") && printed.contains("sit_1"),
        "{printed}"
    );

    let mut body = clerk_api::types::CreateUserBody::default();
    body.password = "SECRET-3".into();
    body.totp_secret = "SECRET-4".into();
    assert!(!format!("{body:?}").contains("SECRET"), "{body:?}");
    let written: Value = serde_json::to_value(&body).unwrap();
    assert_eq!(
        written,
        json!({ "password": "SECRET-3", "totp_secret": "SECRET-4" }),
        "only Debug hides it"
    );

    let call = Client::new(Config::new("sk_test_SECRET"))
        .create_user()
        .password("SECRET-5")
        .external_id("SECRET-6");
    assert!(!format!("{call:?}").contains("SECRET"), "{call:?}");
}
