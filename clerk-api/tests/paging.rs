//! Streams over all pages of a list: which requests are sent when, and what comes out.

#![allow(missing_docs, unreachable_pub)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod user;

#[path = "paging/ahead.rs"]
mod ahead;
#[path = "paging/failures.rs"]
mod failures;
#[path = "paging/markers.rs"]
mod markers;
#[path = "paging/windows.rs"]
mod windows;

use std::ops::Range;
use std::time::Duration;

use clerk_api::types::RedirectUrl;
use clerk_api::{Client, Config, Error, HttpOptions, ItemStream, RetryPolicy};
use reqwest::Url;
use serde_json::{Value, json};
use test_support::server::{self, Recorded, Reply, Server};

/// How the server writes a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Array,
    /// With the number of all items.
    Object,
}

/// A client that tries each request once more or less at once.
fn client(server: &Server) -> Client {
    let retry = RetryPolicy::default().base_delay(Duration::from_millis(1));
    trying(server, retry)
}

fn trying(server: &Server, retry: RetryPolicy) -> Client {
    let config = Config::new("sk_test_123").server_api_url(server.url());
    Client::new(config.http_options(HttpOptions::new().retry(retry)))
}

/// What a request asks for: `limit` and `offset`, each of which must be there once.
fn window(request: &Recorded) -> (usize, usize) {
    let url = Url::parse("http://localhost").unwrap();
    let url = url.join(&request.target).unwrap();
    let value = |name| {
        let values: Vec<usize> = url
            .query_pairs()
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value.parse().unwrap())
            .collect();
        match values[..] {
            [value] => value,
            _ => panic!("{name}: {}", request.target),
        }
    };
    (value("limit"), value("offset"))
}

/// The windows of all requests for a page.
fn windows(server: &Server) -> Vec<(usize, usize)> {
    let requests = server.requests();
    let pages = requests.iter().filter(|r| r.target.contains("limit="));
    pages.map(window).collect()
}

fn item(n: usize) -> Value {
    json!({ "id": n.to_string(), "url": "https://example.com", "created_at": 1, "updated_at": 1 })
}

/// The page of a list of `count` redirect URLs, whose ids are their places in it.
fn page(shape: Shape, count: usize, (limit, offset): (usize, usize)) -> Reply {
    let range = offset.min(count)..(offset + limit).min(count);
    let items: Vec<Value> = range.map(item).collect();
    let body = match shape {
        Shape::Array => items.into(),
        Shape::Object => json!({ "data": items, "total_count": count }),
    };
    server::json(200, body)
}

/// A server of a list of `count` redirect URLs.
async fn listing(shape: Shape, count: usize) -> Server {
    Server::handling(move |request| page(shape, count, window(request))).await
}

fn ids(range: Range<usize>) -> Vec<String> {
    range.map(|n| n.to_string()).collect()
}

/// The ids that came before the end or the first error, and that error.
async fn drain(stream: &mut ItemStream<RedirectUrl>) -> (Vec<String>, Option<Error>) {
    let mut ids = Vec::new();
    while let Some(item) = stream.next().await {
        match item {
            Ok(item) => ids.push(item.id),
            Err(error) => return (ids, Some(error)),
        }
    }
    (ids, None)
}

#[track_caller]
fn complete((ids, error): (Vec<String>, Option<Error>)) -> Vec<String> {
    assert!(error.is_none(), "{error:?}");
    ids
}
