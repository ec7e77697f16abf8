//! What generated operations do, by the small ones in `operations`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(unreachable_pub)]

mod operations;

use std::time::Duration;

use serde_json::{Value, json};
use test_support::server::{self, Reply, Server, empty};

use self::operations::{CreateThing, ListThings, ReadPage, ReplaceAll, UpdateThing, UploadFile};
use crate::values::JsonObject;
use crate::{
    Client, Config, Error, HttpOptions, Method, Patch, Reply as ReplyKind, Response, RetryPolicy,
    Upload,
};

const PATH: &str = "/v1/things/1/parts/2";

async fn replying(script: impl IntoIterator<Item = Reply>) -> (Server, Client) {
    let server = Server::replying(script).await;
    let retry = RetryPolicy::default().base_delay(Duration::from_millis(1));
    let config = Config::new("sk_test_123")
        .server_api_url(server.url())
        .http_options(HttpOptions::new().retry(retry));
    (server, Client::new(config))
}

async fn ok() -> (Server, Client) {
    replying([server::json(200, json!({}))]).await
}

fn list(api: &Client) -> ListThings {
    ListThings::start(api, vec![])
}

fn create(api: &Client) -> CreateThing {
    CreateThing::start(api, vec![])
}

fn replace_all(api: &Client) -> ReplaceAll {
    ReplaceAll::start(api, vec![])
}

fn read_page(api: &Client) -> ReadPage {
    ReadPage::start(api, vec![])
}

fn update(api: &Client) -> UpdateThing {
    UpdateThing::start(api, vec!["1".to_owned(), "2".to_owned()])
}

fn upload(api: &Client) -> UploadFile {
    UploadFile::start(api, vec!["1".to_owned()])
}

fn reason<T>(answer: Result<T, Error>) -> String {
    match answer {
        Err(Error::InvalidRequest { reason, .. }) => reason,
        Err(other) => panic!("{other:?} is not an invalid request"),
        Ok(_) => panic!("was sent"),
    }
}

#[tokio::test]
async fn a_list_operation_sends_what_was_set_and_reads_a_page() {
    let (server, api) = replying([server::json(
        200,
        json!({ "data": ["a"], "total_count": 3 }),
    )])
    .await;
    let page = list(&api)
        .limit(10)
        .limit(0)
        .banned(false)
        .query("a+b [c]")
        .email_address(["dropped@example.com"])
        .email_address(["ada@example.com", "bob@example.com"])
        .mode(["x", "y"])
        .query_pair("new[]", 1)
        .await
        .unwrap();
    assert_eq!(
        (page.data.as_slice(), page.total_count),
        (["a".to_owned()].as_slice(), Some(3))
    );
    assert_eq!(
        server.request().target,
        "/v1/things?limit=0&banned=false&query=a%2Bb+%5Bc%5D&email_address=ada%40example.com\
         &email_address=bob%40example.com&mode=x%2Cy&new%5B%5D=1"
    );
}

#[tokio::test]
async fn nothing_set_sends_no_query() {
    let (server, api) = replying([server::json(200, json!([]))]).await;
    let empty: [String; 0] = [];
    list(&api)
        .email_address(empty.clone())
        .mode(empty)
        .await
        .unwrap();
    assert_eq!(server.request().target, "/v1/things");
}

#[tokio::test]
async fn path_values_are_encoded() {
    let (server, api) = ok().await;
    UpdateThing::<crate::FullResponse>::start(
        &api,
        vec!["a/b?c#d%2F+ ü".to_owned(), "..x~_-.".to_owned()],
    )
    .await
    .unwrap();
    assert_eq!(
        server.request().target,
        "/v1/things/a%2Fb%3Fc%23d%252F%2B%20%C3%BC/parts/..x~_-."
    );
}

#[tokio::test]
async fn empty_and_dotted_path_values_are_rejected_and_not_sent() {
    let (server, api) = ok().await;
    for value in ["", ".", ".."] {
        for values in [[value, "2"], ["1", value]] {
            let values = values.map(str::to_owned).to_vec();
            let error = UpdateThing::<crate::FullResponse>::start(&api, values)
                .name("x")
                .await
                .unwrap_err();
            assert!(error.to_string().contains("UpdateThing"), "{error}");
            assert!(reason::<()>(Err(error)).contains("_id`"));
        }
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn an_optional_body_with_nothing_set_is_not_sent() {
    let (server, api) = ok().await;
    update(&api).await.unwrap();
    let request = server.request();
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        ("PATCH", PATH)
    );
    assert_eq!(request.header("content-type"), None);
    assert!(request.body.is_empty());
}

#[tokio::test]
async fn what_was_not_set_is_not_sent_and_null_and_empty_are() {
    let (server, api) = ok().await;
    update(&api).name(Patch::Null).await.unwrap();
    update(&api)
        .name("Ada")
        .labels(Vec::new())
        .metadata(JsonObject::new())
        .size(0)
        .await
        .unwrap();
    update(&api)
        .labels(["a", "b"])
        .private_metadata(())
        .await
        .unwrap();
    update(&api)
        .name("Ada")
        .name(Patch::Keep)
        .anything([1])
        .anything_patch(None::<u8>)
        .await
        .unwrap();
    let bodies: Vec<_> = server
        .requests()
        .iter()
        .map(server::Recorded::text)
        .collect();
    assert_eq!(
        bodies,
        [
            r#"{"name":null}"#,
            r#"{"name":"Ada","labels":[],"size":0,"metadata":{}}"#,
            r#"{"labels":["a","b"],"private_metadata":null}"#,
            r#"{"anything":[1],"anything_patch":null}"#,
        ]
    );
}

#[tokio::test]
async fn an_object_that_is_none_is_rejected_and_not_sent() {
    let (server, api) = ok().await;
    assert!(reason(update(&api).metadata("text").await).contains("`metadata`"));
    assert!(reason(update(&api).metadata([1]).await).contains("an array"));
    assert!(reason(update(&api).private_metadata(1).await).contains("`private_metadata`"));
    let unwritable = std::collections::HashMap::from([((1, 2), 3)]);
    assert!(reason(update(&api).anything(&unwritable).await).contains("`anything`"));
    assert!(reason(update(&api).body_field("extra", &unwritable).await).contains("`extra`"));
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_required_body_without_its_field_is_rejected_and_not_sent() {
    let (server, api) = ok().await;
    let error = create(&api).labels(["a"]).await.unwrap_err();
    assert!(error.to_string().contains("CreateThing"), "{error}");
    assert!(reason::<()>(Err(error)).contains("`name`"));
    assert!(server.requests().is_empty());

    create(&api).body_field("name", "by hand").await.unwrap();
    assert_eq!(server.request().text(), r#"{"name":"by hand"}"#);
}

#[tokio::test]
async fn a_required_body_is_sent_even_when_empty() {
    let (server, api) = ok().await;
    replace_all(&api).await.unwrap();
    assert_eq!(server.request().text(), "[]");
}

#[tokio::test]
async fn a_field_the_crate_does_not_know_can_be_sent() {
    let (server, api) = ok().await;
    create(&api)
        .name("Ada")
        .labels(Vec::<String>::new())
        .body_field("new", json!({ "a": null }))
        .body_field("name", "Bob")
        .await
        .unwrap();
    update(&api).body_field("only", true).await.unwrap();
    let bodies: Vec<_> = server
        .requests()
        .iter()
        .map(server::Recorded::json)
        .collect();
    assert_eq!(
        bodies[0],
        json!({ "name": "Bob", "labels": [], "new": { "a": null } })
    );
    assert_eq!(bodies[1], json!({ "only": true }));
}

#[tokio::test]
async fn a_whole_body_can_be_given() {
    let (server, api) = ok().await;
    let body = operations::CreateThingBody {
        name: Some("Ada".to_owned()),
        labels: None,
    };
    create(&api)
        .labels(["gone"])
        .with_body(body)
        .header("x-a", "1")
        .timeout(Duration::from_secs(5))
        .await
        .unwrap();
    let request = server.request();
    assert_eq!(request.text(), r#"{"name":"Ada"}"#);
    assert_eq!(request.header("x-a").unwrap(), "1");
}

#[tokio::test]
async fn an_operation_without_authentication_needs_and_sends_no_key() {
    let (server, api) = replying([server::answer(200, "text/html", "<p>")]).await;
    let page = read_page(&api)
        .header("authorization", "Bearer x")
        .await
        .unwrap();
    assert_eq!(*page, "<p>");
    api.update(|config| config.secret_key = "".into());
    read_page(&api).await.unwrap();
    for request in server.requests() {
        assert_eq!(request.header("authorization"), None);
    }
    let error = list(&api).await.unwrap_err();
    assert!(matches!(error, Error::MissingSecretKey));
}

#[tokio::test]
async fn an_operation_without_an_answer_takes_any_success() {
    for reply in [
        empty(204),
        empty(200),
        server::json(202, json!([1])),
        server::answer(200, "text/html", "<p>"),
    ] {
        let (_server, api) = replying([reply]).await;
        replace_all(&api).await.unwrap();
    }
}

#[tokio::test]
async fn an_answer_that_does_not_fit_can_be_had_untyped() {
    let (_server, api) = replying([server::json(200, json!({ "data": [7] }))]).await;
    let list = list(&api);
    match list.clone().await {
        Err(Error::Decode(error)) => assert_eq!(
            (error.operation, error.path.as_str()),
            ("ListThings", "data[0]")
        ),
        other => panic!("{other:?}"),
    }
    assert_eq!(*list.json().await.unwrap(), json!({ "data": [7] }));
}

/// Returns the body alone and errors as text, as another crate might.
struct Plain;

impl<T: Send + 'static> ReplyKind<T> for Plain {
    type Output = T;
    type Error = String;

    fn success(response: Response<T>) -> T {
        response.into_body()
    }

    fn failure(error: Error) -> String {
        error.to_string()
    }
}

#[tokio::test]
async fn a_request_can_answer_in_another_kind() {
    let (_server, api) = replying([server::json(200, json!({ "id": 1 })), empty(404)]).await;
    let update = || UpdateThing::<Plain>::start(&api, vec!["1".to_owned(), "2".to_owned()]);
    let value: Value = update().name("x").await.unwrap();
    assert_eq!(value["id"], 1);
    let error: String = update().send().await.unwrap_err();
    assert!(error.contains("404"), "{error}");
    let rejected: String = update().metadata(1).await.unwrap_err();
    assert!(rejected.contains("UpdateThing"), "{rejected}");
}

#[tokio::test]
async fn operations_are_send_static_and_tell_their_facts() {
    let (server, api) = ok().await;
    tokio::spawn(update(&api).name("x").into_future())
        .await
        .unwrap()
        .unwrap();
    tokio::spawn(update(&api).name("x").send())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(server.requests().len(), 2);

    let facts = UpdateThing::<crate::FullResponse>::OPERATION;
    assert_eq!(
        (facts.id, &facts.method, facts.authenticated),
        ("UpdateThing", &Method::PATCH, true)
    );
    let printed = format!(
        "{:?}",
        update(&api).name("hunter2").query_pair("q", "hunter2")
    );
    assert_eq!(
        printed,
        "UpdateThing (PATCH /things/{thing_id}/parts/{part_id})"
    );
}

#[tokio::test]
async fn a_file_goes_out_as_a_part_and_can_be_sent_again() {
    let (server, api) =
        replying([empty(503), empty(429).header("retry-after", 0), empty(200)]).await;
    upload(&api)
        .title("replaced")
        .title("A title")
        .file(
            Upload::bytes("PNG…")
                .file_name("a\"b.png")
                .content_type("image/png"),
        )
        .await
        .unwrap();
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    for request in requests {
        let media_type = request.header("content-type").unwrap();
        let boundary = media_type
            .strip_prefix("multipart/form-data; boundary=")
            .unwrap();
        assert!(request.header("content-length").is_some());
        let expected = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nA title\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a%22b.png\"\r\n\
             Content-Type: image/png\r\n\r\nPNG…\r\n--{boundary}--\r\n"
        );
        assert_eq!(request.text().replace("a\\\"b.png", "a%22b.png"), expected);
    }
}

fn stream(
    parts: impl IntoIterator<Item = Result<&'static str, &'static str>, IntoIter: Send + 'static>,
) -> Upload {
    let parts = parts.into_iter().map(|part| part.map(bytes::Bytes::from));
    Upload::stream(futures_util::stream::iter(parts))
}

#[tokio::test]
async fn a_stream_is_sent_once() {
    for rejection in [
        empty(503),
        empty(429).header("retry-after", 0),
        Reply::DropAfter,
    ] {
        let (server, api) = replying([rejection, empty(200)]).await;
        let error = upload(&api)
            .file(stream([Ok("one"), Ok("two")]))
            .await
            .unwrap_err();
        assert!(error.is_retryable());
        let body = server.request().text();
        assert!(
            body.contains("onetwo") && body.contains("filename=\"upload\""),
            "{body}"
        );
        assert!(body.contains("application/octet-stream"), "{body}");
    }
}

#[tokio::test]
async fn an_error_of_a_stream_ends_the_request() {
    let (server, api) = ok().await;
    let error = upload(&api)
        .file(stream([Ok("one"), Err("disk on fire")]))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Transport(_)), "{error:?}");
    assert!(error.to_string().contains("disk on fire"), "{error}");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_content_type_that_is_none_is_rejected() {
    let (server, api) = ok().await;
    let file = Upload::bytes("x").content_type("not a type");
    assert!(reason(upload(&api).file(file).await).contains("`file`"));
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn control_characters_in_upload_headers_are_rejected() {
    let (server, api) = ok().await;
    for text in ["a\r\nx: y", "a\nb", "a\0b", "a\u{7f}"] {
        let named = Upload::bytes("x").file_name(text);
        assert!(reason(upload(&api).file(named).await).contains("file name of `file`"));
        let typed = Upload::bytes("x").content_type(format!("text/plain; a=\"{text}\""));
        assert!(reason(upload(&api).file(typed).await).contains("content type of `file`"));
    }
    assert!(server.requests().is_empty());
    let quoted = Upload::bytes("x").file_name("a\"; name=\"b");
    upload(&api).file(quoted).await.unwrap();
    let body = server.request().text();
    assert!(body.contains(r#"filename="a\"; name=\"b""#), "{body}");
}
