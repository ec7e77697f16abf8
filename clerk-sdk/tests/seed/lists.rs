//! Lists, counts, and values that are easily taken for nothing.
#![allow(deprecated)]

use futures_util::TryStreamExt as _;
use serde_json::json;

use crate::samples::{clerk, session, user};
use crate::server::{Server, json as answer};

/// Each of these lists reads from an array and from an object with a count.
macro_rules! read_both_shapes {
    ($server:expr, $clerk:expr, $total:expr; $($list:expr,)*) => {{
        let clerk = $clerk;
        let lists: Vec<(&str, Result<(usize, Option<i64>), clerk_sdk::Error>)> = vec![$((
            stringify!($list),
            $list(&clerk).await.map(|page| (page.len(), page.total_count)),
        ),)*];
        for (list, read) in lists {
            assert_eq!(read.unwrap(), (0, $total), "{list}");
        }
    }};
}

#[tokio::test]
async fn c32_lists_read_from_an_array_and_from_data_with_a_count() {
    for (body, total) in [
        (json!([]), None),
        (json!({ "data": [], "total_count": 3 }), Some(3)),
        (json!({ "data": null, "total_count": 0 }), Some(0)),
    ] {
        let server = Server::answering(200, body).await;
        read_both_shapes!(server, clerk(&server), total;
            async |clerk: &clerk_sdk::Clerk| clerk.users().get_organization_membership_list("user_1").await,
            async |clerk: &clerk_sdk::Clerk| clerk.users().get_user_oauth_access_token("user_1", "google").await,
            async |clerk: &clerk_sdk::Clerk| clerk.sessions().get_session_list().await,
            async |clerk: &clerk_sdk::Clerk| clerk.clients().get_client_list().await,
            async |clerk: &clerk_sdk::Clerk| clerk.organizations().get_organization_list().await,
            async |clerk: &clerk_sdk::Clerk| clerk.organizations().get_organization_membership_list("org_1").await,
            async |clerk: &clerk_sdk::Clerk| clerk.organizations().get_organization_invitation_list("org_1").await,
            async |clerk: &clerk_sdk::Clerk| clerk.invitations().get_invitation_list().await,
            async |clerk: &clerk_sdk::Clerk| clerk.allowlist_identifiers().get_allowlist_identifier_list().await,
            async |clerk: &clerk_sdk::Clerk| clerk.redirect_urls().get_redirect_url_list().await,
            async |clerk: &clerk_sdk::Clerk| clerk.jwt_templates().list().await,
            async |clerk: &clerk_sdk::Clerk| clerk.domains().list().await,
        );
    }
}

#[tokio::test]
async fn c32_items_read_from_both_shapes() {
    for body in [
        json!([session("sess_1"), session("sess_2")]),
        json!({ "data": [session("sess_1"), session("sess_2")], "total_count": 2 }),
    ] {
        let server = Server::answering(200, body).await;
        let page = clerk(&server).sessions().get_session_list().await.unwrap();
        let ids: Vec<_> = page.iter().map(|session| session.id.as_str()).collect();
        assert_eq!(ids, ["sess_1", "sess_2"]);
    }
    for body in [
        json!([user("user_1")]),
        json!({ "data": [user("user_1")], "total_count": 1 }),
    ] {
        let server = Server::answering(200, body).await;
        let page = clerk(&server).users().get_user_list().await.unwrap();
        assert_eq!(page[0].id, "user_1");
    }
}

#[tokio::test]
async fn c32_zero_and_false_are_sent_and_what_is_not_set_is_not() {
    let server = crate::server::of_nothing().await;
    let users = clerk(&server).users();
    users.get_user_list().await.unwrap();
    assert_eq!(server.latest().query(), "");
    let request = users.get_user_list().limit(0).offset(0).banned(false);
    request.await.unwrap();
    let query = server.latest().query().to_owned();
    let mut pairs: Vec<_> = query.split('&').collect();
    pairs.sort_unstable();
    assert_eq!(pairs, ["banned=false", "limit=0", "offset=0"]);
}

#[tokio::test]
async fn c32_a_stream_walks_all_pages_and_ends_with_an_error_if_there_is_one() {
    let server = Server::handling(|request| match request.query().contains("offset=2") {
        false => answer(200, json!([user("user_1"), user("user_2")])),
        true => answer(200, json!([user("user_3")])),
    })
    .await;
    let users = clerk(&server).users().get_user_list().limit(2).stream();
    let ids: Vec<_> = users.map_ok(|user| user.id).try_collect().await.unwrap();
    assert_eq!(ids, ["user_1", "user_2", "user_3"]);

    let server = Server::answering(500, json!({})).await;
    let users = clerk(&server).users().get_user_list().stream();
    let result: Result<Vec<_>, clerk_sdk::Error> = users.try_collect().await;
    assert_eq!(result.unwrap_err().status().unwrap().as_u16(), 500);
}

#[tokio::test]
async fn get_count_answers_a_number() {
    let body = json!({ "object": "total_count", "total_count": 4711 });
    let server = Server::answering(200, body).await;
    let count: i64 = clerk(&server)
        .users()
        .get_count()
        .banned(false)
        .await
        .unwrap();
    assert_eq!(count, 4711);
    assert_eq!(server.request().line(), "GET /v1/users/count?banned=false");
}
