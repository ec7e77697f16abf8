//! The requests that the Frontend API gets.

use std::net::IpAddr;

use axum::body::Body;
use clerk_middleware::{
    AuthenticateOptions, ForwardedHeaders, FrontendApiProxy, FrontendApiProxyOptions, PeerAddr,
    VisitorAddress,
};
use clerk_sdk::clerk_api::reqwest;
use clerk_sdk::{Clerk, Environment, HttpOptions};
use http::{Method, Request};
use http_body_util::BodyExt as _;
use tower_service::Service as _;

use crate::servers::{
    SECRET, application, browser, clerk, client_options, echo, proxy, proxy_with,
};

/// The request that the Frontend API got: the first line, the headers and the body.
async fn sent(
    proxy: &FrontendApiProxy,
    uri: &str,
    headers: &[(&str, &str)],
) -> (String, Vec<String>) {
    let mut request = Request::get(uri).header("host", "app.example.com");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let peer = IpAddr::from([203, 0, 113, 7]);
    let request = request.extension(PeerAddr(peer)).body(Body::empty());
    let response = proxy.clone().call(request.unwrap()).await.unwrap();
    assert_eq!(response.status(), 200);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let text = String::from_utf8(body.to_vec()).unwrap();
    let (head, _) = text.split_once("\n\n").unwrap();
    let mut lines = head.lines().map(str::to_owned);
    (lines.next().unwrap(), lines.collect())
}

fn value<'h>(headers: &'h [String], name: &str) -> Option<&'h str> {
    let mut found = headers
        .iter()
        .filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    let first = found.next();
    assert_eq!(found.next(), None, "{name} is sent once");
    first
}

#[tokio::test]
async fn the_frontend_api_is_asked_for_what_follows_the_path_of_the_proxy() {
    let fapi = echo().await;
    for (path, asked) in [
        ("/__clerk/v1/client?x=1&y=%20", "GET /v1/client?x=1&y=%20"),
        ("/__clerk", "GET /"),
        ("/__clerk/", "GET /"),
        ("/__clerk?x", "GET /?x"),
        ("/__clerk//evil.example/x", "GET //evil.example/x"),
        ("/__clerk/a%2Fb", "GET /a%2Fb"),
    ] {
        let (line, headers) = sent(&proxy(&fapi), path, &[]).await;
        assert_eq!(line, asked);
        let host = fapi.trim_start_matches("http://");
        assert_eq!(value(&headers, "host"), Some(host));
    }
}

#[tokio::test]
async fn clerk_learns_the_key_the_proxy_and_the_visitor() {
    let (_, headers) = sent(&proxy(&echo().await), "/__clerk/v1/client", &[]).await;
    let expected = [
        ("clerk-secret-key", SECRET),
        ("clerk-proxy-url", "http://app.example.com/__clerk"),
        ("accept-encoding", "identity"),
        ("x-forwarded-for", "203.0.113.7"),
        ("x-forwarded-host", "app.example.com"),
        ("x-forwarded-proto", "http"),
    ];
    for (name, text) in expected {
        assert_eq!(value(&headers, name), Some(text), "{name}");
    }
}

#[tokio::test]
async fn what_a_visitor_says_in_clerks_headers_is_replaced() {
    let said = [
        ("clerk-secret-key", "sk_test_forged"),
        ("clerk-proxy-url", "https://evil.example"),
        ("accept-encoding", "gzip, br"),
    ];
    let (_, headers) = sent(&proxy(&echo().await), "/__clerk/v1/client", &said).await;
    assert_eq!(value(&headers, "clerk-secret-key"), Some(SECRET));
    assert_eq!(
        value(&headers, "clerk-proxy-url"),
        Some("http://app.example.com/__clerk")
    );
    assert_eq!(value(&headers, "accept-encoding"), Some("identity"));
}

#[tokio::test]
async fn headers_of_one_connection_are_not_passed_on() {
    let said = [
        ("connection", "keep-alive, X-Drop"),
        ("x-drop", "1"),
        ("keep-alive", "timeout=5"),
        ("te", "trailers"),
        ("trailer", "x"),
        ("proxy-authorization", "Basic x"),
        ("proxy-connection", "keep-alive"),
        ("upgrade", "h2c"),
        ("expect", "100-continue"),
        ("cookie", "__session=1"),
        ("x-keep", "1"),
    ];
    let (_, headers) = sent(&proxy(&echo().await), "/__clerk/v1/client", &said).await;
    for (name, _) in &said[..9] {
        assert_eq!(value(&headers, name), None, "{name}");
    }
    assert_eq!(value(&headers, "cookie"), Some("__session=1"));
    assert_eq!(value(&headers, "x-keep"), Some("1"));
}

#[tokio::test]
async fn a_trusted_proxy_in_front_says_where_the_request_went() {
    let said = [
        ("x-forwarded-host", "pub.example.com, b"),
        ("x-forwarded-proto", "https, http"),
        ("x-forwarded-for", "9.9.9.9, 8.8.8.8"),
    ];
    let (_, headers) = sent(&proxy(&echo().await), "/__clerk/v1/client", &said).await;
    let expected = [
        ("clerk-proxy-url", "https://pub.example.com/__clerk"),
        // Any visitor can send the other header.
        ("x-forwarded-for", "203.0.113.7"),
        ("x-forwarded-host", "pub.example.com, b"),
        ("x-forwarded-proto", "https, http"),
    ];
    for (name, text) in expected {
        assert_eq!(value(&headers, name), Some(text), "{name}");
    }
}

#[tokio::test]
async fn trusted_hops_tell_the_address_of_the_visitor() {
    let said = [
        ("x-forwarded-for", "6.6.6.6, 9.9.9.9"),
        ("x-real-ip", "6.6.6.6"),
        ("cf-connecting-ip", "6.6.6.6"),
        ("forwarded", "for=6.6.6.6"),
    ];
    let source = VisitorAddress::ForwardedFor { trusted_hops: 1 };
    let options = FrontendApiProxyOptions::new().visitor_address(source);
    let proxy = proxy_with(&echo().await, options);
    let (_, headers) = sent(&proxy, "/__clerk/v1/client", &said).await;
    assert_eq!(value(&headers, "x-forwarded-for"), Some("9.9.9.9"));
    for name in ["x-real-ip", "cf-connecting-ip", "forwarded"] {
        assert_eq!(value(&headers, name), None, "{name}");
    }
}

#[tokio::test]
async fn over_http2_clerk_learns_the_forwarded_scheme_and_the_authority() {
    let url = application(proxy(&echo().await)).await;
    let browser = reqwest::Client::builder()
        .http2_prior_knowledge()
        .build()
        .unwrap();
    let request = browser
        .get(format!("{url}/__clerk/v1/client"))
        .header("x-forwarded-proto", "https")
        .header("cookie", "a=1")
        .header("cookie", "b=2");
    let text = request.send().await.unwrap().text().await.unwrap();
    let headers: Vec<String> = text.lines().map(str::to_owned).collect();
    let host = url.trim_start_matches("http://");
    let proxy_url = format!("https://{host}/__clerk");
    assert_eq!(value(&headers, "clerk-proxy-url"), Some(proxy_url.as_str()));
    assert_eq!(value(&headers, "x-forwarded-host"), Some(host));
    assert_eq!(value(&headers, "cookie"), Some("a=1; b=2"));
}

#[tokio::test]
async fn what_is_not_trusted_is_not_passed_on() {
    let said = [
        ("forwarded", "for=9.9.9.9"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-for", "9.9.9.9"),
        ("x-real-ip", "9.9.9.9"),
        ("cf-connecting-ip", "9.9.9.9"),
    ];
    let options = FrontendApiProxyOptions::new().forwarded_headers(ForwardedHeaders::Ignored);
    let proxy = proxy_with(&echo().await, options);
    let (_, headers) = sent(&proxy, "/__clerk/v1/client", &said).await;
    let expected = [
        ("clerk-proxy-url", Some("http://app.example.com/__clerk")),
        ("x-forwarded-for", Some("203.0.113.7")),
        ("x-forwarded-host", Some("app.example.com")),
        ("x-forwarded-proto", Some("http")),
        ("forwarded", None),
        ("x-real-ip", None),
        ("cf-connecting-ip", None),
    ];
    for (name, text) in expected {
        assert_eq!(value(&headers, name), text, "{name}");
    }
}

#[tokio::test]
async fn the_public_origin_is_that_of_the_other_options() {
    let authenticate = AuthenticateOptions::new().public_origin("https://pub.example.com");
    let options = FrontendApiProxyOptions::new()
        .path("/api/auth/")
        .trusting_like(&authenticate);
    let proxy = proxy_with(&echo().await, options);
    assert_eq!(proxy.path(), "/api/auth");
    let (line, headers) = sent(&proxy, "/api/auth/v1/client", &[]).await;
    assert_eq!(line, "GET /v1/client");
    assert_eq!(
        value(&headers, "clerk-proxy-url"),
        Some("https://pub.example.com/api/auth")
    );
    assert_eq!(value(&headers, "x-forwarded-host"), Some("pub.example.com"));
}

#[tokio::test]
async fn a_key_that_is_set_later_is_the_one_that_is_sent() {
    let clerk = clerk();
    let options = FrontendApiProxyOptions::new().fapi_url(echo().await);
    let proxy = FrontendApiProxy::with_variables(&clerk, options, |_| None).unwrap();
    clerk.set_secret_key("sk_live_next");
    let (_, headers) = sent(&proxy, "/__clerk/v1/client", &[]).await;
    assert_eq!(value(&headers, "clerk-secret-key"), Some("sk_live_next"));
}

#[tokio::test]
async fn it_goes_through_the_proxy_that_all_requests_go_through() {
    let http = HttpOptions::new().proxy(echo().await);
    let clerk = Clerk::with_environment(client_options().http_options(http), Environment::empty());
    let options = FrontendApiProxyOptions::new().fapi_url("http://frontend-api.invalid");
    let proxy = FrontendApiProxy::with_variables(&clerk.unwrap(), options, |_| None).unwrap();
    let (line, _) = sent(&proxy, "/__clerk/v1/client", &[]).await;
    assert_eq!(line, "GET http://frontend-api.invalid/v1/client");
}

#[tokio::test]
async fn every_method_is_passed_on_with_its_body() {
    let url = application(proxy(&echo().await)).await;
    let browser = browser();
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        let chunks = futures_util::stream::iter([Ok::<_, std::io::Error>("a=1&"), Ok("b=2")]);
        let bodies = [
            (reqwest::Body::from("a=1&b=2"), "a=1&b=2"),
            (reqwest::Body::wrap_stream(chunks), "a=1&b=2"),
            (reqwest::Body::default(), ""),
        ];
        for (index, (body, expected)) in bodies.into_iter().enumerate() {
            let mut request = browser
                .request(method.parse().unwrap(), format!("{url}/__clerk/v1/x"))
                .body(body);
            if index == 1 && method == "GET" {
                request = request.header("transfer-encoding", "chunked");
            }
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), 200);
            let text = response.text().await.unwrap();
            assert!(text.starts_with(&format!("{method} /v1/x\n")), "{text}");
            let (_, body) = text.split_once("\n\n").unwrap();
            assert_eq!(body, expected, "{method} {index}");
        }
    }
}

#[tokio::test]
async fn a_head_request_is_answered_without_a_body_and_with_its_length() {
    let url = application(proxy(&echo().await)).await;
    let request = browser().request(Method::HEAD, format!("{url}/__clerk/v1/x"));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    let length = response.headers()["content-length"].to_str().unwrap();
    assert!(length.parse::<u64>().unwrap() > 0);
    assert_eq!(response.text().await.unwrap(), "");
}
