//! What the proxy passes on of the Frontend API's responses.

use axum::body::Body;
use clerk_middleware::FrontendApiProxyOptions;
use http::Response;

use crate::servers::{application, browser, proxy, proxy_with, upstream};

#[tokio::test]
async fn every_cookie_is_kept_and_headers_of_one_connection_are_not() {
    let fapi = upstream(|_| async {
        Response::builder()
            .status(201)
            .header("set-cookie", "a=1; Path=/")
            .header("set-cookie", "b=2")
            .header("set-cookie", "c=3; HttpOnly")
            .header("connection", "x-drop")
            .header("x-drop", "1")
            .header("keep-alive", "timeout=5")
            .header("content-encoding", "identity")
            .header("x-up", "1")
            .header("cache-control", "max-age=5")
            .body(Body::from("{}"))
            .unwrap()
    })
    .await;
    let url = application(proxy(&fapi)).await;
    let request = browser().get(format!("{url}/__clerk/v1/client"));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 201);
    let headers = response.headers();
    let cookies: Vec<_> = headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=1; Path=/", "b=2", "c=3; HttpOnly"]);
    for name in ["connection", "x-drop", "keep-alive", "content-encoding"] {
        assert!(!headers.contains_key(name), "{name}");
    }
    assert_eq!(headers["x-up"], "1");
    assert_eq!(headers["cache-control"], "max-age=5");
    assert_eq!(headers["content-length"], "2");
    assert_eq!(response.text().await.unwrap(), "{}");
}

#[tokio::test]
async fn a_body_that_is_encoded_all_the_same_says_so() {
    let fapi = upstream(|_| async {
        Response::builder()
            .header("content-encoding", "br")
            .body(Body::from("not really"))
            .unwrap()
    })
    .await;
    let url = application(proxy(&fapi)).await;
    let request = browser().get(format!("{url}/__clerk/v1/client"));
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "br");
    assert_eq!(response.text().await.unwrap(), "not really");
}

#[tokio::test]
async fn redirects_are_not_followed_and_stay_within_the_proxy() {
    let fapi = upstream(|request: axum::extract::Request| async move {
        let host = request.headers()["host"].to_str().unwrap();
        let location = match request.uri().path() {
            "/own" => format!("http://{host}/v1/next?a=b#c"),
            "/path" => "/v1/next".to_owned(),
            _ => "https://app.example.com/x".to_owned(),
        };
        Response::builder()
            .status(302)
            .header("location", location)
            .body(Body::empty())
            .unwrap()
    })
    .await;
    let options = FrontendApiProxyOptions::new().public_origin("https://pub.example.com");
    let url = application(proxy_with(&fapi, options)).await;
    for (path, location) in [
        ("own", "https://pub.example.com/__clerk/v1/next?a=b#c"),
        ("path", "https://pub.example.com/__clerk/v1/next"),
        ("foreign", "https://app.example.com/x"),
    ] {
        let request = browser().get(format!("{url}/__clerk/{path}"));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 302);
        assert_eq!(response.headers()["location"], location);
    }
}

#[tokio::test]
async fn errors_of_the_frontend_api_are_passed_on_as_they_are() {
    let text = r#"{"errors":[{"code":"resource_not_found","message":"-"}]}"#;
    let fapi = upstream(move |_| async move {
        Response::builder()
            .status(404)
            .body(Body::from(text))
            .unwrap()
    })
    .await;
    let url = application(proxy(&fapi)).await;
    let request = browser().get(format!("{url}/__clerk/v1/nothing"));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 404);
    assert_eq!(response.text().await.unwrap(), text);
}
