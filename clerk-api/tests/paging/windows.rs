//! Which pages are asked for, and when the walk is over.

use clerk_api::Error;

use super::{Server, Shape, client, complete, drain, ids, listing, page, window, windows};

#[tokio::test]
async fn every_item_comes_once_and_in_order_and_no_page_too_many_is_asked_for() {
    // Without a total, only a page that is not full tells the end.
    for (shape, count, requests) in [
        (Shape::Object, 0, 1),
        (Shape::Object, 1, 1),
        (Shape::Object, 100, 1),
        (Shape::Object, 200, 2),
        (Shape::Object, 250, 3),
        (Shape::Array, 0, 1),
        (Shape::Array, 99, 1),
        (Shape::Array, 100, 2),
        (Shape::Array, 200, 3),
        (Shape::Array, 250, 3),
    ] {
        let server = listing(shape, count).await;
        let mut stream = client(&server).list_redirect_urls().stream();
        assert_eq!(
            complete(drain(&mut stream).await),
            ids(0..count),
            "{shape:?}"
        );
        let expected: Vec<_> = (0..requests).map(|n| (100, n * 100)).collect();
        assert_eq!(windows(&server), expected, "{shape:?} {count}");
        assert_eq!(stream.offset(), count as i64);
        assert!(stream.next().await.is_none(), "it stays at the end");
    }
}

#[tokio::test]
async fn the_request_says_how_large_pages_are_and_where_they_start() {
    let server = listing(Shape::Array, 8).await;
    let api = client(&server);
    // A pair by name counts as well, and no parameter is sent twice.
    let list = api.list_redirect_urls().limit(2).offset(3);
    let mut stream = list.query_pair("limit", 3).header("x-test", "1").stream();
    assert_eq!(stream.offset(), 3);
    assert_eq!(complete(drain(&mut stream).await), ids(3..8));
    let requests = server.requests();
    let targets: Vec<&str> = requests.iter().map(|r| r.target.as_str()).collect();
    assert_eq!(
        targets,
        [
            "/v1/redirect_urls?paginated=true&limit=3&offset=3",
            "/v1/redirect_urls?paginated=true&limit=3&offset=6"
        ]
    );
    assert!(requests.iter().all(|r| r.header("x-test").is_some()));
}

#[tokio::test]
async fn a_page_that_the_server_made_smaller_is_not_the_end() {
    let server = Server::handling(|request| {
        let (limit, offset) = window(request);
        page(Shape::Array, 1_200, (limit.min(500), offset))
    })
    .await;
    let mut stream = client(&server).list_redirect_urls().limit(800).stream();
    assert_eq!(complete(drain(&mut stream).await), ids(0..1_200));
    assert_eq!(
        windows(&server),
        [(800, 0), (800, 500), (800, 1_000), (800, 1_200)]
    );
}

#[tokio::test]
async fn a_total_that_is_never_reached_does_not_go_on_for_ever() {
    let server = Server::handling(|request| {
        let (limit, offset) = window(request);
        let items: Vec<_> = (offset..(offset + limit).min(150))
            .map(super::item)
            .collect();
        test_support::server::json(
            200,
            serde_json::json!({ "data": items, "total_count": 1_000 }),
        )
    })
    .await;
    let mut stream = client(&server).list_redirect_urls().stream();
    assert_eq!(complete(drain(&mut stream).await), ids(0..150));
    assert_eq!(windows(&server), [(100, 0), (100, 100), (100, 150)]);
}

#[tokio::test]
async fn a_window_that_makes_no_sense_is_rejected_once_and_nothing_is_sent() {
    let server = listing(Shape::Array, 8).await;
    let api = client(&server);
    for (list, name) in [
        (api.list_redirect_urls().limit(0), "limit"),
        (api.list_redirect_urls().limit(-1), "limit"),
        (api.list_redirect_urls().query_pair("limit", "all"), "limit"),
        (api.list_redirect_urls().offset(-1), "offset"),
    ] {
        let mut stream = list.clone().stream();
        let error = stream.next().await.unwrap().unwrap_err();
        assert!(
            matches!(&error, Error::InvalidRequest { operation: "ListRedirectURLs", reason } if reason.contains(name)),
            "{error:?}"
        );
        assert!(stream.next().await.is_none());
        assert!(list.pages().next().await.unwrap().is_err());
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_walk_with_a_cursor_is_rejected() {
    let server = Server::replying([test_support::server::json(200, serde_json::json!([]))]).await;
    let config = clerk_api::Config::new("sk_test_123").server_api_url(server.url());
    let api = clerk_api::Client::new(config);
    let list = || api.get_user_list().starting_after("user_1");
    let errors = [
        list().stream().next().await.unwrap().unwrap_err(),
        list().pages().next().await.unwrap().unwrap_err(),
    ];
    for error in errors {
        assert!(error.to_string().contains("starting_after"), "{error}");
    }
    assert!(server.requests().is_empty());
    list().await.unwrap();
}
