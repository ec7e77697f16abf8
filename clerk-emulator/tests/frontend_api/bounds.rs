//! Pages in a loop.

use clerk_emulator::Emulator;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::browser::{Browser, backend, emulator, text, user};

/// Sends a request many times over one connection, and reads all responses.
async fn repeat(emulator: &Emulator, request: &str, times: usize) {
    let address = emulator.url().strip_prefix("http://").unwrap();
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut from, mut to) = stream.into_split();
    let head = request.replace('\n', "\r\n");
    let sent = tokio::spawn(async move {
        for _ in 1..times {
            to.write_all(format!("{head}\r\n\r\n").as_bytes())
                .await
                .unwrap();
        }
        let last = format!("{head}\r\nConnection: close\r\n\r\n");
        to.write_all(last.as_bytes()).await.unwrap();
        to
    });
    let mut answers = Vec::new();
    from.read_to_end(&mut answers).await.unwrap();
    drop(sent.await.unwrap());
    let answers = String::from_utf8_lossy(&answers);
    assert_eq!(answers.matches("HTTP/1.1 ").count(), times);
}

fn count(emulator: &Emulator, pointer: &str) -> usize {
    let state = emulator.export().unwrap();
    let found = state["state"].pointer(pointer).unwrap_or(&Value::Null);
    found
        .as_array()
        .map(Vec::len)
        .or_else(|| found.as_object().map(serde_json::Map::len))
        .unwrap_or_else(|| panic!("no list at {pointer}"))
}

#[tokio::test]
async fn browsers_are_bounded_and_signed_in_ones_stay() {
    let emulator = emulator().await;
    user(&emulator, "ada@example.com").await;
    let mut browser = Browser::new(&emulator);
    browser.post("/v1/dev_browser", json!({})).await;
    let body = json!({"identifier": "ada@example.com", "strategy": "email_code"});
    let begun = browser.post("/v1/client/sign_ins", body).await.json();
    let attempt = format!(
        "/v1/client/sign_ins/{}/attempt_first_factor",
        text(&begun["response"]["id"])
    );
    let body = json!({"strategy": "email_code", "code": "424242"});
    assert_eq!(browser.post(&attempt, body).await.status, 200);
    let mut empty = Browser::new(&emulator);
    empty.post("/v1/dev_browser", json!({})).await;
    let mut under_way = Browser::new(&emulator);
    under_way.post("/v1/dev_browser", json!({})).await;
    under_way.post("/v1/client/sign_ins", json!({})).await;

    repeat(
        &emulator,
        "POST /v1/dev_browser HTTP/1.1\nHost: localhost\nContent-Length: 0",
        10_001,
    )
    .await;

    assert_eq!(count(&emulator, "/browsers/clients"), 10_000);
    let sessions = browser.get("/v1/client").await.json()["response"]["sessions"].clone();
    assert_eq!(sessions[0]["status"], "active");
    let dev_browser = browser.cookies["__clerk_db_jwt"].clone();
    let known = Browser::new(&emulator)
        .get(&format!("/v1/client?__clerk_db_jwt={dev_browser}"))
        .await;
    assert_eq!(known.status, 200);
    let attempt = under_way.get("/v1/client").await.json()["response"]["sign_in"].clone();
    assert_eq!(attempt["status"], "needs_identifier");
    // The oldest one without a sign-in is gone.
    assert_eq!(empty.get("/v1/client").await.status, 401);
}

#[tokio::test]
async fn clients_are_bounded_and_signed_in_ones_stay() {
    let emulator = emulator().await;
    let ada = user(&emulator, "ada@example.com").await;
    let signed_in = emulator.sign_in(&ada).unwrap();
    // As after many requests, and faster.
    let mut state = emulator.export().unwrap();
    let clients = state["state"]["sessions"]["clients"]
        .as_array_mut()
        .unwrap();
    for number in 1..10_000 {
        let mut client = clients[0].clone();
        client[0] = format!("client_{number}").into();
        client[1]["id"] = client[0].clone();
        client[1]["session_ids"] = json!([]);
        clients.push(client);
    }
    emulator.import(state).unwrap();
    let request = "POST /v1/client?_is_native=1 HTTP/1.1\nHost: localhost\nContent-Length: 0";
    repeat(&emulator, request, 3).await;
    assert_eq!(count(&emulator, "/sessions/clients"), 10_000);
    let token = json!({"token": signed_in.client_token});
    let client = backend(&emulator, "/clients/verify", token).await;
    assert_eq!(client["sessions"][0]["status"], "active");
}

#[tokio::test]
async fn open_handshakes_are_bounded() {
    let emulator = emulator().await;
    let request = "GET /v1/client/handshake?format=nonce&redirect_url=http://localhost/ HTTP/1.1\nHost: localhost";
    repeat(&emulator, request, 10_001).await;
    assert_eq!(count(&emulator, "/browsers/handshakes"), 10_000);
}

#[tokio::test]
async fn attempts_to_sign_up_are_bounded() {
    let emulator = emulator().await;
    let request =
        "POST /v1/client/sign_ups?_is_native=1 HTTP/1.1\nHost: localhost\nContent-Length: 0";
    repeat(&emulator, request, 1_001).await;
    assert_eq!(count(&emulator, "/documents/sign_ups"), 1_000);
}

#[tokio::test]
async fn long_requests_are_rejected() {
    let emulator = emulator().await;
    let http = reqwest::Client::new();
    let url = |path: &str| format!("{}{path}", emulator.url());
    let form = "a".repeat(64 * 1024 + 1);
    for path in [
        "/v1/client/sign_ups?_is_native=1",
        "/v1/dev_browser",
        "/sign-in",
    ] {
        let long = http
            .post(url(path))
            .body(form.clone())
            .send()
            .await
            .unwrap();
        assert_eq!(long.status(), 413, "{path}");
    }
    let long = url(&format!("/{}", "a".repeat(32 * 1024)));
    assert_eq!(http.get(long).send().await.unwrap().status(), 431);
    let value = "a".repeat(32 * 1024);
    let long = http.get(url("/v1/environment")).header("x-long", value);
    assert_eq!(long.send().await.unwrap().status(), 431);
    let mut many = http.get(url("/v1/environment"));
    for number in 0..101 {
        many = many.header(format!("x-{number}"), "a");
    }
    assert_eq!(many.send().await.unwrap().status(), 431);
    // What is remembered of requests is bounded as well.
    http.get(url(&format!("/{}", "a".repeat(2048))))
        .send()
        .await
        .unwrap();
    assert_eq!(emulator.requests().last().unwrap().path.len(), 1024);
}
