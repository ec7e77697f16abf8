//! Tests the demo without a browser: the commands that it prints work.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../examples/demo/app/mod.rs"]
#[allow(dead_code)]
mod app;

use app::{Demo, Setup};
use reqwest::{Client, Response};

async fn demo() -> Demo {
    let setup = Setup {
        port: Some(0),
        emulator_port: Some(0),
        ..Setup::default()
    };
    Demo::start(setup).await.unwrap()
}

async fn get(demo: &Demo, path: &str, token: Option<&str>) -> Response {
    let client = Client::builder().no_proxy().build().unwrap();
    let mut request = client.get(format!("{}{path}", demo.url));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    request.send().await.unwrap()
}

/// Returns the path that a printed command requests, and its token if there is one.
fn read<'a>(demo: &Demo, line: &'a str) -> (&'a str, Option<&'a str>) {
    let request = line.strip_prefix("curl ").unwrap();
    let (url, rest) = request.split_once(' ').unwrap_or((request, ""));
    let token = rest
        .strip_prefix("-H 'Authorization: Bearer ")
        .and_then(|token| token.strip_suffix('\''));
    (url.strip_prefix(&demo.url).unwrap(), token)
}

#[tokio::test]
async fn the_printed_requests_are_answered_200_401_and_200() {
    let demo = demo().await;
    let mut statuses = Vec::new();
    for line in demo.curl_lines() {
        assert!(demo.banner().contains(&line));
        let (path, token) = read(&demo, &line);
        let received = get(&demo, path, token).await;
        statuses.push(received.status().as_u16());
        if token.is_some() {
            let me: serde_json::Value = received.json().await.unwrap();
            assert_eq!(me["user_id"], "user_ada");
            assert_eq!(me["role"], "org:admin");
        }
    }
    assert_eq!(statuses, [200, 401, 200]);
}

#[tokio::test]
async fn the_token_of_the_printed_request_is_good_for_an_hour() {
    let demo = demo().await;
    let clock = demo.emulator.as_ref().unwrap().clock().clone();
    for (minutes, status) in [(59, 200), (2, 401)] {
        clock.advance(std::time::Duration::from_secs(minutes * 60));
        let received = get(&demo, "/api/me", demo.token.as_deref()).await;
        assert_eq!(received.status(), status);
    }
}

#[tokio::test]
async fn the_door_for_administrators_is_closed_to_members_and_strangers() {
    let demo = demo().await;
    let emulator = demo.emulator.as_ref().unwrap();
    let ada = |organization| emulator.sign_in_to("user_ada", organization).unwrap().token;
    for (token, status) in [
        (Some(ada("org_engines")), 200),
        (Some(ada("org_bletchley")), 403),
        (None, 401),
    ] {
        let received = get(&demo, "/admin", token.as_deref()).await;
        assert_eq!(received.status(), status);
    }
}

#[tokio::test]
async fn what_the_emulator_tells_is_on_the_page() {
    let demo = demo().await;
    let emulator = demo.emulator.as_ref().unwrap();
    let grace = emulator.sign_in("user_grace").unwrap();
    emulator.webhooks_settled().await;
    let page = get(&demo, "/", None).await.text().await.unwrap();
    assert!(page.contains("session.created") && page.contains(&grace.session_id));
}

#[tokio::test]
async fn a_port_that_was_asked_for_and_is_taken_is_named() {
    let first = demo().await;
    let port = first.url.rsplit(':').next().unwrap();
    let setup = Setup {
        port: Some(port.parse().unwrap()),
        emulator_port: Some(0),
        ..Setup::default()
    };
    let rejected = Demo::start(setup).await.err().unwrap().to_string();
    assert!(
        rejected.starts_with(&format!("port {port} is taken")),
        "{rejected}"
    );
}
