//! Keys and other secrets do not print.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt::Write;

use clerk_api::header::{HeaderMap, HeaderValue};
use clerk_api::{Client, Config, HttpOptions, Method, RetryPolicy};
use serde_json::json;
use test_support::server::{self, Reply, Server};

const KEY: &str = "sk_test_hunter2";

#[test]
fn a_configuration_prints_without_its_secrets() {
    let mut headers = HeaderMap::new();
    headers.insert("x-access", HeaderValue::from_static("header_hunter2"));
    let http = HttpOptions::new()
        .headers(headers)
        .proxy("http://user:hunter2@proxy.example:8080");
    let config = Config::new(KEY)
        .http_options(http)
        .server_api_url("https://user:hunter2@api.example/?x=hunter2");
    let client = Client::new(config.clone());
    for printed in [
        format!("{config:?}"),
        format!("{client:#?}"),
        format!("{:?}", config.secret_key),
    ] {
        assert!(!printed.contains("hunter2"), "{printed}");
        assert!(printed.contains("[redacted]"), "{printed}");
    }
    assert!(format!("{config:?}").contains("proxy.example:8080"));
    assert!(format!("{:?}", Config::new(" ")).contains("[missing]"));
}

#[tokio::test]
async fn a_request_prints_without_what_it_holds() {
    let api = Client::new(Config::new(KEY));
    let request = api
        .request(Method::POST, "/users/user_hunter2")
        .query(&[("a", "hunter2")])
        .header("x-a", "hunter2")
        .json(json!({ "password": "hunter2" }));
    let printed = format!("{request:?}");
    assert!(
        printed.contains("POST") && !printed.contains("hunter2"),
        "{printed}"
    );
}

#[tokio::test]
async fn errors_print_no_key_even_when_the_server_repeats_it() {
    let echo = |status| {
        server::json(
            status,
            json!({
                "errors": [{
                    "code": "bad_key",
                    "message": format!("key {KEY} is unknown"),
                    "long_message": format!("{KEY}"),
                    "meta": { "authorization": format!("Bearer {KEY}") }
                }],
            }),
        )
        .header("set-cookie", KEY)
    };
    let server = Server::replying([echo(401), echo(200), Reply::DropAfter]).await;
    let api = Client::new(
        Config::new(KEY)
            .server_api_url(server.url())
            .http_options(HttpOptions::new().retry(RetryPolicy::none())),
    );
    for _ in 0..3 {
        let error = api
            .request(Method::GET, "/users/user_1")
            .query(&[("q", KEY)])
            .send_as::<u8>()
            .await
            .unwrap_err();
        let mut printed = format!("{error} {error:?} {error:#?}");
        let mut source = std::error::Error::source(&error);
        while let Some(deeper) = source {
            write!(printed, " {deeper} {deeper:?}").unwrap();
            source = deeper.source();
        }
        assert!(!printed.contains(KEY), "{printed}");
    }
}

#[tokio::test]
async fn an_error_of_the_proxy_setting_prints_no_credentials() {
    for proxy in [
        "http://user:hunter2@[bad",
        "http://user:hunter2@",
        "user:hunter2@bad host",
        "ftp://user:hunter2@x",
    ] {
        let api = Client::new(
            Config::new(KEY)
                .server_api_url(server::nowhere().await)
                .http_options(HttpOptions::new().proxy(proxy).retry(RetryPolicy::none())),
        );
        let error = api.request(Method::GET, "/users").await.unwrap_err();
        let mut printed = format!("{error} {error:?} {api:?}");
        let mut source = std::error::Error::source(&error);
        while let Some(deeper) = source {
            write!(printed, " {deeper} {deeper:?}").unwrap();
            source = deeper.source();
        }
        assert!(!printed.contains("hunter2"), "{printed}");
    }
}

#[tokio::test]
async fn a_response_prints_without_its_headers() {
    let server =
        Server::replying([server::json(200, json!({ "id": 1 })).header("set-cookie", "hunter2")])
            .await;
    let api = Client::new(Config::new(KEY).server_api_url(server.url()));
    let printed = format!("{:?}", api.request(Method::GET, "/users").await.unwrap());
    assert!(
        printed.contains("id") && !printed.contains("hunter2"),
        "{printed}"
    );
}
