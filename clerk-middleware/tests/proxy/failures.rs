//! The proxy's own error responses.

use std::time::Duration;

use clerk_middleware::{FrontendApiProxy, FrontendApiProxyOptions, ProxyBody};
use clerk_sdk::clerk_api::reqwest;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::servers::{SECRET, clerk, echo, proxy, proxy_with, upstream};

async fn asked(
    proxy: &FrontendApiProxy,
    path: &str,
    headers: &[(&str, &str)],
) -> Response<ProxyBody> {
    let mut request = Request::get(path).header("host", "app.example.com");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (parts, ()) = request.body(()).unwrap().into_parts();
    proxy.handle(&parts, reqwest::Body::default(), None).await
}

/// Returns the status and the code, after checking what all these responses have in common.
async fn failure(response: Response<ProxyBody>) -> (u16, String) {
    let (head, body) = response.into_parts();
    assert_eq!(head.headers["content-type"], "application/json");
    assert_eq!(head.headers["cache-control"], "no-store");
    let body = body.collect().await.unwrap().to_bytes();
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert!(!body.to_string().contains(SECRET));
    assert_eq!(body.as_object().unwrap().len(), 1);
    assert_eq!(body["errors"].as_array().unwrap().len(), 1);
    let error = &body["errors"][0];
    assert!(!error["message"].as_str().unwrap().is_empty());
    (
        head.status.as_u16(),
        error["code"].as_str().unwrap().to_owned(),
    )
}

fn is(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn other_paths_are_rejected_without_asking() {
    let proxy = proxy("http://127.0.0.1:9");
    for path in [
        "/",
        "/__clerkish",
        "/v1/client",
        "/__clerk/../admin",
        "/__clerk/%2e%2e/admin",
        "/__clerk/.%2E/admin",
        "/__clerk/..\\admin",
    ] {
        assert!(!proxy.matches(path), "{path}");
        let response = asked(&proxy, path, &[]).await;
        assert_eq!(
            failure(response).await,
            is(400, "proxy_path_mismatch"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_web_socket_is_rejected() {
    let proxy = proxy(&echo().await);
    let upgrade = [("connection", "upgrade"), ("upgrade", "WebSocket")];
    let response = asked(&proxy, "/__clerk/v1/client", &upgrade).await;
    assert_eq!(failure(response).await, is(501, "proxy_request_failed"));
}

#[tokio::test]
async fn a_key_that_was_taken_away_is_an_error_of_the_configuration() {
    let clerk = clerk();
    let options = FrontendApiProxyOptions::new().fapi_url(echo().await);
    let proxy = FrontendApiProxy::with_variables(&clerk, options, |_| None).unwrap();
    for key in ["", "sk_live_\nx"] {
        clerk.set_secret_key(key);
        let response = asked(&proxy, "/__clerk/v1/client", &[]).await;
        assert_eq!(
            failure(response).await,
            is(500, "proxy_configuration_error")
        );
    }
}

#[tokio::test]
async fn a_frontend_api_that_does_not_listen_is_a_bad_gateway() {
    let response = asked(&proxy("http://127.0.0.1:9"), "/__clerk/v1/client", &[]).await;
    assert_eq!(failure(response).await, is(502, "proxy_request_failed"));
}

#[tokio::test]
async fn a_frontend_api_that_hangs_up_is_a_bad_gateway_and_is_asked_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (asked_for, mut count) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.readable().await.unwrap();
            asked_for.send(()).unwrap();
            drop(stream);
        }
    });
    let response = asked(&proxy(&url), "/__clerk/v1/client", &[]).await;
    assert_eq!(failure(response).await, is(502, "proxy_request_failed"));
    count.recv().await.unwrap();
    assert!(count.try_recv().is_err());
}

#[tokio::test]
async fn a_frontend_api_that_does_not_answer_is_a_time_out() {
    let fapi = upstream(|_| std::future::pending()).await;
    let options = FrontendApiProxyOptions::new().read_timeout(Duration::from_millis(20));
    let response = asked(&proxy_with(&fapi, options), "/__clerk/v1/client", &[]).await;
    assert_eq!(failure(response).await, is(504, "proxy_request_failed"));
}
