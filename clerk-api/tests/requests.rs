//! What goes out: path, query, headers and body of a request.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use clerk_api::header::{HeaderMap, HeaderName, HeaderValue};
use clerk_api::{Client, Config, Error, Method};
use serde_json::json;
use test_support::server::{self, Server, empty};

async fn server() -> (Server, Client) {
    let server = Server::replying([server::json(200, json!({}))]).await;
    let client = Client::new(Config::new("sk_test_123").server_api_url(server.url()));
    (server, client)
}

fn reason(error: &Error) -> &str {
    match error {
        Error::InvalidRequest { reason, .. } => reason,
        other => panic!("{other:?} is no invalid request"),
    }
}

#[tokio::test]
async fn a_request_carries_key_versions_and_accept_and_nothing_else() {
    let (server, api) = server().await;
    api.request(Method::GET, "/users").await.unwrap();

    let request = server.request();
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        ("GET", "/v1/users")
    );
    assert_eq!(
        request.header("authorization").unwrap(),
        "Bearer sk_test_123"
    );
    assert_eq!(
        request.header("clerk-api-version").unwrap(),
        clerk_api::API_VERSION
    );
    assert_eq!(request.header("accept").unwrap(), "application/json");
    assert!(
        request
            .header("user-agent")
            .unwrap()
            .starts_with("clerk-api-rust/")
    );
    assert_eq!(request.header("content-type"), None);
    assert!(request.body.is_empty());
}

#[tokio::test]
async fn json_bodies_go_out_as_they_are() {
    let (server, api) = server().await;
    let body =
        json!({ "null": null, "empty_list": [], "empty_object": {}, "zero": 0, "no": false });
    api.request(Method::POST, "/things")
        .json(&body)
        .await
        .unwrap();

    let request = server.request();
    assert_eq!(request.header("content-type").unwrap(), "application/json");
    assert_eq!(request.json(), body);
}

#[tokio::test]
async fn special_characters_in_a_query_arrive_as_they_were_given() {
    let (server, api) = server().await;
    api.request(Method::GET, "/users")
        .query(&[
            ("query", "a+b c&d=e%f#g"),
            ("list[]", "ü"),
            ("email_address", "one"),
            ("email_address", "two"),
        ])
        .query(&[("limit", 0)])
        .await
        .unwrap();

    assert_eq!(
        server.request().target,
        "/v1/users?query=a%2Bb+c%26d%3De%25f%23g&list%5B%5D=%C3%BC&email_address=one&email_address=two&limit=0"
    );
}

#[tokio::test]
async fn a_raw_path_is_sent_as_given() {
    let (server, api) = server().await;
    api.request(Method::GET, "/users/user%2F1%20%C3%BC/a+b:c@d")
        .await
        .unwrap();
    assert_eq!(
        server.request().target,
        "/v1/users/user%2F1%20%C3%BC/a+b:c@d"
    );
}

#[tokio::test]
async fn paths_that_would_reach_something_else_are_rejected_and_not_sent() {
    let (server, api) = server().await;
    for path in [
        "",
        "users",
        "https://example.com/users",
        "//example.com/users",
        "/users/",
        "/users//ban",
        "/users/.",
        "/users/..",
        "/users/../instance",
        "/users/%2e%2E/instance",
        "/users/.%2e",
        "/users?limit=1",
        "/users#top",
        "/users\\..",
        "/users\n/x",
        "/us\ters",
        "/users\u{0}",
    ] {
        let error = api.request(Method::DELETE, path).await.unwrap_err();
        assert!(!reason(&error).is_empty(), "{path:?}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_base_url_may_end_in_slashes_and_hold_a_prefix() {
    for (base, version, expected) in [
        ("", "v1", "/v1/users"),
        ("/", "v1", "/v1/users"),
        ("///", "/v1/", "/v1/users"),
        ("/clerk/api/", "v1", "/clerk/api/v1/users"),
        ("/clerk", "", "/clerk/users"),
    ] {
        let (server, api) = server().await;
        api.update(|config| {
            config.server_api_url.push_str(base);
            config.api_version = version.to_owned();
        });
        api.request(Method::GET, "/users").await.unwrap();
        assert_eq!(server.request().target, expected);
    }
}

#[tokio::test]
async fn a_configuration_that_cannot_work_is_an_error_of_each_call() {
    let (server, api) = server().await;
    let good = Config::clone(&api.config());
    type Change = (&'static str, fn(&mut Config));
    let bad: &[Change] = &[
        ("server_api_url", |c| {
            c.server_api_url = "api.clerk.com".to_owned()
        }),
        ("server_api_url", |c| {
            c.server_api_url = "file:///etc/passwd".to_owned()
        }),
        ("server_api_url", |c| {
            c.server_api_url = "http://name:hunter2@localhost".to_owned()
        }),
        ("server_api_url", |c| c.server_api_url.push_str("/?x=")),
        ("api_version", |c| c.api_version = "../v1".to_owned()),
        ("api_version", |c| c.api_version = "v1?x".to_owned()),
        ("clerk_api_version", |c| {
            c.clerk_api_version = "2021\r\nx: y".to_owned()
        }),
        ("user_agent", |c| {
            c.http_options.user_agent = Some("\u{7f}".to_owned())
        }),
        ("secret key", |c| c.secret_key = "sk_test_123\n".into()),
        ("secret key", |c| c.secret_key = "sk_test_ü".into()),
    ];
    for (what, break_it) in bad {
        api.replace(good.clone());
        api.update(break_it);
        let error = api.request(Method::GET, "/users").await.unwrap_err();
        assert!(reason(&error).contains(what), "{error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
        assert!(!error.to_string().contains("sk_test"), "{error}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_missing_key_sends_nothing_and_says_what_to_set() {
    let (server, api) = server().await;
    for key in ["", "  ", "\n"] {
        api.update(|config| config.secret_key = key.into());
        let error = api.request(Method::GET, "/users").await.unwrap_err();
        assert!(matches!(error, Error::MissingSecretKey), "{error:?}");
        assert!(error.to_string().contains("CLERK_SECRET_KEY"));
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn callers_headers_are_sent_but_cannot_replace_the_key_or_frame_the_body() {
    let (server, api) = server().await;
    let mut headers = HeaderMap::new();
    headers.insert("x-everywhere", HeaderValue::from_static("1"));
    headers.insert("authorization", HeaderValue::from_static("Bearer config"));
    headers.insert("x-both", HeaderValue::from_static("config"));
    api.update(|config| config.http_options.headers = headers);
    api.request(Method::POST, "/users")
        .json(json!({ "a": 1 }))
        .header("Authorization", "Bearer caller")
        .header("content-length", "1")
        .header("content-type", "text/plain")
        .header(HeaderName::from_static("x-both"), "caller")
        .header("X-Twice", "first")
        .header("x-twice", "second")
        .await
        .unwrap();

    let request = server.request();
    assert_eq!(
        request.header("authorization").unwrap(),
        "Bearer sk_test_123"
    );
    assert_eq!(request.header("content-type").unwrap(), "application/json");
    assert_eq!(request.header("content-length").unwrap(), "7");
    assert_eq!(request.header("x-everywhere").unwrap(), "1");
    assert_eq!(request.header("x-both").unwrap(), "caller");
    assert_eq!(request.header("x-twice").unwrap(), "second");
}

#[tokio::test]
async fn headers_that_cannot_be_sent_are_rejected() {
    let (server, api) = server().await;
    for (name, value) in [
        ("x y", "1"),
        ("x-y", "1\r\nauthorization: Bearer other"),
        ("", "1"),
    ] {
        let error = api
            .request(Method::GET, "/users")
            .header(name, value)
            .await
            .unwrap_err();
        assert!(reason(&error).contains("header"), "{error}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_request_can_ask_for_another_dated_version() {
    let (server, api) = server().await;
    api.request(Method::GET, "/users")
        .clerk_api_version("2021-02-05")
        .await
        .unwrap();
    assert_eq!(
        server.request().header("clerk-api-version").unwrap(),
        "2021-02-05"
    );
}

#[tokio::test]
async fn a_body_that_cannot_be_json_is_rejected() {
    let (server, api) = server().await;
    let body = std::collections::HashMap::from([((1, 2), 3)]);
    let error = api
        .request(Method::POST, "/users")
        .json(&body)
        .await
        .unwrap_err();
    assert!(reason(&error).contains("JSON"), "{error}");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn methods_that_may_carry_a_body_send_none_unless_told() {
    let server = Server::replying([empty(204)]).await;
    let api = Client::new(Config::new("sk_test_123").server_api_url(server.url()));
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        api.request(method, "/users").await.unwrap();
    }
    for request in server.requests() {
        assert!(request.body.is_empty());
        assert_eq!(request.header("content-type"), None);
    }
}

#[tokio::test]
async fn requests_are_send_and_static() {
    let (server, api) = server().await;
    let request = api.request(Method::GET, "/users");
    drop(api);
    tokio::spawn(request.into_future()).await.unwrap().unwrap();
    assert_eq!(server.requests().len(), 1);
}
