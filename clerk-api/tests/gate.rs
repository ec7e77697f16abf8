//! The gate for calls that visitors can cause.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::time::Duration;

use clerk_api::__private::GateClock;
use clerk_api::{Client, Config, Error, HttpOptions, Method, RetryPolicy};
use serde_json::json;
use test_support::server::{self, Reply, Server, empty};

/// A clock that goes on when it is told to.
#[derive(Clone, Default)]
struct Time(Arc<AtomicI64>);

impl Time {
    fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, SeqCst);
    }
}

fn client(server: &Server, time: &Time) -> Client {
    let now = Arc::clone(&time.0);
    let retry = RetryPolicy::default().base_delay(Duration::from_millis(1));
    let mut config = Config::new("sk_test_123")
        .server_api_url(server.url())
        .http_options(HttpOptions::new().retry(retry));
    config.gate_clock = Some(GateClock::from_fn(move || now.load(SeqCst)));
    Client::new(config)
}

async fn api(script: impl IntoIterator<Item = Reply>) -> (Server, Client, Time) {
    let (server, time) = (Server::replying(script).await, Time::default());
    let api = client(&server, &time);
    (server, api, time)
}

/// What comes of a gated call: its status, or 0 where the gate is closed.
async fn ask(api: &Client) -> u16 {
    match api.request(Method::POST, "/x").gated().await {
        Ok(answer) => answer.status().as_u16(),
        Err(Error::GateClosed { .. }) => 0,
        Err(error) => error.status().unwrap().as_u16(),
    }
}

fn rejection() -> Reply {
    server::json(429, json!({ "errors": [] }))
}

#[tokio::test]
async fn a_429_closes_the_gate_for_its_time() {
    for (stated, seconds) in [
        (Some("30"), 30),
        (Some("0"), 1),
        (Some("86400"), 300),
        (None, 10),
    ] {
        let first = match stated {
            Some(stated) => rejection().header("retry-after", stated),
            None => rejection(),
        };
        let (server, api, time) = api([first, server::json(200, json!({}))]).await;
        assert_eq!(ask(&api).await, 429);
        time.pass(seconds - 1);
        assert_eq!(ask(&api).await, 0, "{stated:?}");
        time.pass(1);
        assert_eq!(ask(&api).await, 200, "{stated:?}");
        assert_eq!(server.requests().len(), 2);
    }
}

#[tokio::test]
async fn a_closed_gate_says_when_it_opens() {
    let (_server, api, time) = api([rejection().header("retry-after", "30")]).await;
    assert_eq!(ask(&api).await, 429);
    time.pass(10);
    let error = api.request(Method::POST, "/x").gated().await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(20)));
    assert!(error.is_rate_limited() && error.is_retryable() && error.status().is_none());
    let texts = format!("{error} {error:?}");
    assert!(!texts.contains("sk_test"), "{texts}");
}

#[tokio::test]
async fn a_gated_call_is_never_tried_again() {
    for reply in [rejection(), empty(503), Reply::DropAfter] {
        let (server, api, _) = api([reply]).await;
        assert!(api.request(Method::GET, "/x").gated().await.is_err());
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_thousand_at_once_meet_one_429() {
    let (server, api, _) = api([rejection().header("retry-after", "30")]).await;
    let calls = (0..1000).map(|_| ask(&api));
    let answers = futures_util::future::join_all(calls).await;
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 1);
    assert!(answers.iter().all(|status| matches!(status, 0 | 429)));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn calls_are_side_by_side_after_an_answer() {
    let (server, api, _) = api([server::json(200, json!({})), Reply::Silence]).await;
    assert_eq!(ask(&api).await, 200);
    // None of them is answered, and all of them arrive.
    let calls = futures_util::future::join_all((0..10).map(|_| ask(&api)));
    tokio::select! {
        _ = calls => panic!("they are not answered"),
        requests = server.received(11) => assert_eq!(requests.len(), 11),
    }
}

#[tokio::test]
async fn siblings_share_the_gate() {
    let (server, api, _) = api([rejection()]).await;
    let machine = api.with_config(|config| config.secret_key = "ak_1".into());
    assert_eq!(ask(&machine).await, 429);
    assert_eq!(ask(&api.clone()).await, 0);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn other_calls_neither_close_nor_obey_the_gate() {
    let ok = || server::json(200, json!({}));
    let (server, api, _) = api([rejection(), ok(), ok(), rejection(), ok()]).await;
    assert!(api.request(Method::GET, "/x").await.is_ok());
    assert_eq!(ask(&api).await, 200, "the 429 before was another call's");
    assert_eq!(ask(&api).await, 429);
    assert!(api.request(Method::GET, "/x").await.is_ok());
    assert_eq!(server.requests().len(), 5);
}

#[tokio::test]
async fn another_key_opens_the_gate() {
    let (_server, api, _) = api([rejection(), server::json(200, json!({}))]).await;
    assert_eq!(ask(&api).await, 429);
    api.update(|config| config.http_options.timeout = Duration::from_secs(5));
    assert_eq!(ask(&api).await, 0);
    api.update(|config| config.secret_key = "sk_test_456".into());
    assert_eq!(ask(&api).await, 200);
}

#[tokio::test]
async fn a_visitor_who_hangs_up_hides_no_429() {
    let (server, api, _) = api([rejection()]).await;
    {
        let call = ask(&api);
        tokio::pin!(call);
        // Until the request has arrived; its response is not read here.
        tokio::select! {
            _ = &mut call => {}
            _ = server.received(1) => {}
        }
    }
    while ask(&api).await != 0 {}
    assert_eq!(server.requests().len(), 1);
}
