//! What is yielded: as the marker of the request makes it.

use std::pin::pin;

use clerk_api::operations::{GetUserList, ListRedirectUrls};
use clerk_api::types::{RedirectUrl, User};
use clerk_api::{Error, FullResponse, ItemStream, Page, PageStream, Reply, Response};
use futures_util::stream::FusedStream;
use futures_util::{Stream, TryStreamExt};
use serde_json::Value;

use super::user::user;
use super::{Server, Shape, client, listing, server, window};

/// The body alone, and errors as text.
struct Plain;

impl<T: Send + 'static> Reply<T> for Plain {
    type Output = T;
    type Error = String;

    fn success(response: Response<T>) -> T {
        response.into_body()
    }

    fn failure(error: Error) -> String {
        error.to_string()
    }
}

fn is_stream<S>(stream: S) -> S
where
    S: Stream + FusedStream + Send + Unpin + 'static,
{
    stream
}

/// That this compiles is the test.
#[allow(dead_code)]
fn streams_can_be_spawned_held_in_selects_and_boxed(api: clerk_api::Client) {
    let _: ItemStream<User> = is_stream(api.get_user_list().stream());
    let _: ItemStream<RedirectUrl, Error> = is_stream(api.list_redirect_urls().stream());
    let _: PageStream<Vec<User>> = is_stream(api.get_user_list().pages());
    let _: PageStream<Page<RedirectUrl>, FullResponse> =
        is_stream(api.list_redirect_urls().pages());
    let _: ItemStream<User, String> = is_stream(GetUserList::<Plain>::new(&api).stream());
    let _: PageStream<Vec<User>, Plain> = is_stream(GetUserList::<Plain>::new(&api).pages());
    tokio::spawn(async move {
        let mut users = api.get_user_list().stream();
        while users.next().await.is_some() {}
    });
}

/// A server of 3 users.
async fn users() -> Server {
    Server::handling(|request| {
        let (limit, offset) = window(request);
        let users = (offset.min(3)..(offset + limit).min(3)).map(|n| user(&format!("user_{n}")));
        server::json(200, users.collect::<Vec<Value>>().into()).header("x-page", offset)
    })
    .await
}

#[tokio::test]
async fn pages_are_whole_responses() {
    let server = users().await;
    let pages = client(&server).get_user_list().limit(2).pages();
    let pages: Vec<Response<Vec<User>>> = pages.try_collect().await.unwrap();
    let seen: Vec<_> = pages
        .iter()
        .map(|page| {
            (
                page.len(),
                page.status().as_u16(),
                page.headers()["x-page"].to_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(seen, [(2, 200, "0"), (1, 200, "2")]);

    let server = listing(Shape::Object, 3).await;
    let mut pages = client(&server).list_redirect_urls().limit(2).pages();
    while let Some(page) = pages.next().await {
        assert_eq!(page.unwrap().total_count, Some(3));
    }
}

#[tokio::test]
async fn an_empty_list_has_one_page_and_the_empty_page_behind_others_is_none() {
    let server = listing(Shape::Object, 0).await;
    let mut pages = client(&server).list_redirect_urls().pages();
    assert_eq!(pages.next().await.unwrap().unwrap().total_count, Some(0));
    assert!(pages.is_terminated());
    assert!(pages.next().await.is_none());

    let server = listing(Shape::Array, 4).await;
    let mut pages = client(&server).list_redirect_urls().limit(2).pages();
    assert_eq!(pages.next().await.unwrap().unwrap().len(), 2);
    assert_eq!(pages.next().await.unwrap().unwrap().len(), 2);
    assert!(!pages.is_terminated());
    assert!(pages.next().await.is_none());
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn another_marker_makes_pages_items_and_errors_its_own() {
    let server = users().await;
    let api = client(&server);
    let items = pin!(GetUserList::<Plain>::new(&api).limit(2).stream());
    let ids: Vec<String> = items.map_ok(|user| user.id).try_collect().await.unwrap();
    assert_eq!(ids, ["user_0", "user_1", "user_2"]);

    let pages = GetUserList::<Plain>::new(&api).limit(2).pages();
    let pages: Vec<Vec<User>> = pages.try_collect().await.unwrap();
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);

    let rejected = ListRedirectUrls::<Plain>::new(&api).limit(0);
    let error: String = rejected.clone().stream().next().await.unwrap().unwrap_err();
    assert!(error.contains("`limit`"), "{error}");
    let error: String = rejected.pages().next().await.unwrap().unwrap_err();
    assert!(error.contains("`limit`"), "{error}");
}

#[tokio::test]
async fn printing_a_stream_tells_where_it_is_and_nothing_of_what_it_holds() {
    let server = users().await;
    let mut users = client(&server)
        .get_user_list()
        .query("secret-text")
        .stream();
    users.next().await.unwrap().unwrap();
    assert_eq!(
        format!("{users:?}"),
        r#"ItemStream { operation: "GetUserList", offset: 1, .. }"#
    );
    let pages = client(&server).get_user_list().offset(5).pages();
    assert_eq!(
        format!("{pages:?}"),
        r#"PageStream { operation: "GetUserList", offset: 5, .. }"#
    );
}
