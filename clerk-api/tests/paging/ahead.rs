//! Exactly one page is fetched ahead, and none once the stream is dropped.

use std::panic::AssertUnwindSafe;

use clerk_api::{Client, Config, HttpOptions, Method, RetryPolicy};
use futures_util::FutureExt;

use super::{Server, Shape, client, complete, drain, ids, listing, page, window, windows};
use test_support::server::{Reply, empty};

/// Requests of another kind, one after the other, which give a page that should not be asked for the time to be.
async fn go_on_working(api: &Client) {
    for _ in 0..20 {
        api.request(Method::GET, "/jwks").await.unwrap();
    }
}

async fn listing_and_more(count: usize) -> Server {
    Server::handling(move |request| match request.target.as_str() {
        "/v1/jwks" => empty(204),
        _ => page(Shape::Object, count, window(request)),
    })
    .await
}

#[tokio::test]
async fn nothing_is_sent_before_the_stream_is_polled() {
    let server = listing_and_more(8).await;
    let api = client(&server);
    let mut stream = api.list_redirect_urls().stream();
    let pages = api.list_redirect_urls().pages();
    go_on_working(&api).await;
    assert!(windows(&server).is_empty());
    drop(pages);
    assert!(stream.next().await.unwrap().is_ok());
    assert_eq!(windows(&server), [(100, 0)]);
}

#[tokio::test]
async fn one_page_is_fetched_while_the_items_of_another_are_used_and_never_two() {
    let server = listing_and_more(10).await;
    let api = client(&server);
    let mut stream = api.list_redirect_urls().limit(2).stream();
    assert_eq!(stream.next().await.unwrap().unwrap().id, "0");
    server.received(2).await;
    go_on_working(&api).await;
    assert_eq!(windows(&server), [(2, 0), (2, 2)]);

    assert_eq!(stream.next().await.unwrap().unwrap().id, "1");
    go_on_working(&api).await;
    assert_eq!(
        windows(&server),
        [(2, 0), (2, 2)],
        "the page at hand is not finished"
    );

    assert_eq!(stream.next().await.unwrap().unwrap().id, "2");
    go_on_working(&api).await;
    assert_eq!(windows(&server), [(2, 0), (2, 2), (2, 4)]);
    assert_eq!(complete(drain(&mut stream).await), ids(3..10));
}

#[tokio::test]
async fn dropping_the_stream_stops_the_request_that_is_under_way() {
    let server = Server::handling(|request| match window(request) {
        (_, 0) => page(Shape::Object, 200, (100, 0)),
        _ => Reply::Silence,
    })
    .await;
    let api = client(&server);
    let mut items = api.list_redirect_urls().stream();
    items.next().await.unwrap().unwrap();
    server.received(2).await;
    drop(items);
    server.hung_up(1).await;

    let mut pages = api.list_redirect_urls().pages();
    pages.next().await.unwrap().unwrap();
    server.received(4).await;
    drop(pages);
    server.hung_up(2).await;
}

#[tokio::test]
async fn a_call_of_next_that_is_cancelled_loses_nothing() {
    let server = listing(Shape::Array, 150).await;
    let mut stream = client(&server).list_redirect_urls().stream();
    assert!(stream.next().now_or_never().is_none());
    assert!(stream.next().now_or_never().is_none());
    assert_eq!(complete(drain(&mut stream).await), ids(0..150));
    assert_eq!(windows(&server), [(100, 0), (100, 100)]);
}

#[tokio::test]
async fn each_page_is_sent_with_the_configuration_of_its_moment() {
    let server = listing(Shape::Object, 3).await;
    let api = client(&server);
    let mut stream = api.list_redirect_urls().limit(1).stream();
    stream.next().await.unwrap().unwrap();
    server.received(2).await;
    api.update(|config| config.secret_key = "sk_test_456".into());
    assert_eq!(complete(drain(&mut stream).await), ids(1..3));
    let requests = server.requests();
    let keys: Vec<_> = requests
        .iter()
        .filter_map(|r| r.header("authorization"))
        .collect();
    assert_eq!(
        keys,
        [
            "Bearer sk_test_123",
            "Bearer sk_test_123",
            "Bearer sk_test_456"
        ]
    );
}

#[tokio::test]
async fn a_panic_while_a_page_is_fetched_goes_on_where_the_stream_is_polled() {
    let server = Server::replying([empty(302).header("location", "/elsewhere")]).await;
    let panicking = reqwest::redirect::Policy::custom(|_| panic!("from inside"));
    let http = reqwest::Client::builder()
        .redirect(panicking)
        .build()
        .unwrap();
    let config = Config::new("sk_test_123").server_api_url(server.url());
    let api = Client::new(
        config.http_options(HttpOptions::new().client(http).retry(RetryPolicy::none())),
    );
    let mut stream = api.list_redirect_urls().stream();
    let panic = AssertUnwindSafe(stream.next())
        .catch_unwind()
        .await
        .unwrap_err();
    assert_eq!(*panic.downcast::<&str>().unwrap(), "from inside");
    assert!(stream.next().await.is_none());
}
