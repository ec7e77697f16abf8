//! Rejections that are outlasted, and errors that end the walk.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use clerk_api::{Error, RetryPolicy};
use serde_json::json;

use super::{Server, Shape, client, complete, drain, ids, page, trying, window, windows};
use test_support::server::{self, Reply, empty};

/// A server of 250 items that rejects the page from 100 on so many times.
async fn rejecting(times: usize, rejection: Reply) -> Server {
    let rejected = AtomicUsize::new(0);
    Server::handling(move |request| {
        let window = window(request);
        if window.1 == 100 && rejected.fetch_add(1, Ordering::SeqCst) < times {
            rejection.clone()
        } else {
            page(Shape::Array, 250, window)
        }
    })
    .await
}

fn offsets(server: &Server) -> Vec<usize> {
    windows(server)
        .into_iter()
        .map(|(_, offset)| offset)
        .collect()
}

#[tokio::test]
async fn a_rejection_in_the_middle_costs_neither_items_nor_order() {
    let server = rejecting(2, empty(429).header("retry-after", 0)).await;
    let mut stream = client(&server).list_redirect_urls().stream();
    assert_eq!(complete(drain(&mut stream).await), ids(0..250));
    assert_eq!(offsets(&server), [0, 100, 100, 100, 200]);
}

#[tokio::test]
async fn rejections_beyond_the_retries_of_a_request_are_outlasted_too() {
    // One more than the tries of a request, so that a page is asked for in two requests; and the same without retries.
    let rejection = empty(429).header("retry-after", 0);
    for (times, policy) in [
        (
            5,
            RetryPolicy::default().base_delay(Duration::from_millis(1)),
        ),
        (3, RetryPolicy::none()),
    ] {
        let server = rejecting(times, rejection.clone()).await;
        let mut stream = trying(&server, policy.clone())
            .list_redirect_urls()
            .stream();
        assert_eq!(complete(drain(&mut stream).await), ids(0..250));
        let mut expected = vec![0];
        expected.extend(vec![100; times + 1]);
        expected.push(200);
        assert_eq!(offsets(&server), expected);

        let server = rejecting(times, rejection.clone()).await;
        let mut pages = trying(&server, policy).list_redirect_urls().pages();
        let mut sizes = Vec::new();
        while let Some(page) = pages.next().await {
            sizes.push(page.unwrap().len());
        }
        assert_eq!(sizes, [100, 100, 50]);
    }
}

#[tokio::test]
async fn the_walk_waits_as_long_as_the_rejection_states_or_the_policy_allows() {
    let policy = RetryPolicy::none().max_delay(Duration::from_millis(300));
    for (rejection, wait) in [
        (empty(429).header("retry-after", 1), Duration::from_secs(1)),
        (empty(429), Duration::from_millis(300)),
    ] {
        let server = rejecting(1, rejection).await;
        let begun = Instant::now();
        let mut stream = trying(&server, policy.clone())
            .list_redirect_urls()
            .stream();
        complete(drain(&mut stream).await);
        assert!(begun.elapsed() >= wait);
    }
}

#[tokio::test]
async fn after_twenty_rejections_of_one_page_the_walk_gives_up() {
    let server = rejecting(usize::MAX, empty(429).header("retry-after", 0)).await;
    let api = trying(&server, RetryPolicy::none());
    let mut stream = api.list_redirect_urls().stream();
    let (got, error) = drain(&mut stream).await;
    assert_eq!(got, ids(0..100));
    assert!(error.unwrap().is_rate_limited());
    assert_eq!(stream.offset(), 100);
    assert!(stream.next().await.is_none());
    assert_eq!(offsets(&server), [vec![0], vec![100; 20]].concat());
}

#[tokio::test]
async fn any_other_error_comes_once_behind_the_items_before_it_and_offset_tells_where_to_go_on() {
    let server = rejecting(1, empty(404)).await;
    let api = client(&server);
    let mut stream = api.list_redirect_urls().stream();
    stream.next().await.unwrap().unwrap();
    assert_eq!(stream.offset(), 1, "the page at hand counts by the item");
    let (got, error) = drain(&mut stream).await;
    assert_eq!(got, ids(1..100));
    assert!(error.unwrap().is_not_found());
    assert!(stream.next().await.is_none());
    assert_eq!(offsets(&server), [0, 100], "nothing is sent after an error");

    let mut rest = api.list_redirect_urls().offset(stream.offset()).stream();
    assert_eq!(complete(drain(&mut rest).await), ids(100..250));

    let server = rejecting(1, empty(404)).await;
    let mut pages = client(&server).list_redirect_urls().pages();
    assert_eq!(pages.next().await.unwrap().unwrap().len(), 100);
    assert_eq!(pages.offset(), 100);
    assert!(pages.next().await.unwrap().unwrap_err().is_not_found());
    assert_eq!(pages.offset(), 100);
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn a_page_that_does_not_decode_keeps_its_evidence() {
    let body = json!({ "data": [{ "id": 5 }], "total_count": 250 });
    let reply = server::json(200, body.clone()).header("x-clerk-trace-id", "trace_1");
    let server = rejecting(1, reply).await;
    let mut stream = client(&server).list_redirect_urls().stream();
    let (got, error) = drain(&mut stream).await;
    assert_eq!(got, ids(0..100));
    let Some(Error::Decode(error)) = error else {
        panic!("{error:?}")
    };
    assert_eq!(error.operation, "ListRedirectURLs");
    assert_eq!(error.path, "data[0].id");
    assert_eq!(error.body, body.to_string());
    assert_eq!(
        Error::from(*error).clerk_trace_id(),
        Some("trace_1"),
        "{:?}",
        server.requests()
    );
    assert_eq!(stream.offset(), 100);
    assert!(stream.next().await.is_none());
}
