//! Responses: successes that can be read, and errors that say what happened.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use clerk_api::{
    ApiError, Client, Config, DecodeError, Error, HttpOptions, Method, Page, RetryPolicy,
    StatusCode,
};
use serde_json::{Value, json};
use test_support::server::{self, Reply, Server, answer, empty};

async fn api(reply: Reply) -> (Server, Client) {
    let server = Server::replying([reply]).await;
    let config = Config::new("sk_test_123")
        .server_api_url(server.url())
        .http_options(HttpOptions::new().retry(RetryPolicy::none()));
    (server, Client::new(config))
}

async fn rejection(reply: Reply) -> Box<ApiError> {
    let (_server, api) = api(reply).await;
    match api.request(Method::GET, "/users").await {
        Err(Error::Api(error)) => error,
        other => panic!("{other:?} is no rejection"),
    }
}

fn decode_error(error: Error) -> Box<DecodeError> {
    match error {
        Error::Decode(error) => error,
        other => panic!("{other:?} is no decode error"),
    }
}

#[derive(Debug, serde::Deserialize)]
struct Thing {
    id: String,
    #[serde(default, deserialize_with = "clerk_api::__private::null_as_default")]
    tags: Vec<String>,
}

#[tokio::test]
async fn any_success_reads_whatever_its_status() {
    for status in [200, 201, 202] {
        let (_server, api) =
            api(server::json(status, json!({ "id": "1" })).header("x-extra", "yes")).await;
        let thing = api
            .request(Method::POST, "/things")
            .send_as::<Thing>()
            .await
            .unwrap();
        assert_eq!(thing.status().as_u16(), status);
        assert_eq!(thing.headers()["x-extra"], "yes");
        assert_eq!(thing.id, "1");
    }
}

#[tokio::test]
async fn no_content_reads_as_null() {
    for reply in [empty(204), empty(200)] {
        let (_server, api) = api(reply).await;
        assert_eq!(
            *api.request(Method::DELETE, "/things/1").await.unwrap(),
            Value::Null
        );
        let optional = api
            .request(Method::DELETE, "/things/1")
            .send_as::<Option<Thing>>()
            .await
            .unwrap();
        assert!(optional.is_none());
        let error = api
            .request(Method::DELETE, "/things/1")
            .send_as::<Thing>()
            .await
            .unwrap_err();
        assert!(error.to_string().contains("empty body"), "{error}");
    }
}

#[tokio::test]
async fn text_is_answered_whatever_its_media_type() {
    let (server, api) = api(answer(200, "text/html", "<p>hi</p>")).await;
    let page = api.request(Method::GET, "/page").text().await.unwrap();
    assert_eq!(*page, "<p>hi</p>");
    assert_eq!(server.request().header("accept").unwrap(), "*/*");
}

#[tokio::test]
async fn null_collections_are_empty() {
    let (_server, api) = api(server::json(
        200,
        json!({ "data": [{ "id": "1", "tags": null }], "total_count": 1.0 }),
    ))
    .await;
    let list = api
        .request(Method::GET, "/things")
        .send_as::<Page<Thing>>()
        .await
        .unwrap();
    assert_eq!(list.total_count, Some(1));
    assert!(list[0].tags.is_empty());
}

#[tokio::test]
async fn a_body_that_does_not_fit_keeps_body_status_and_place() {
    let body = json!({ "data": [{ "id": "1" }, { "id": "2", "tags": ["sk_secret", 7] }] });
    let (_server, api) =
        api(server::json(201, body.clone()).header("x-clerk-trace-id", "trace_1")).await;
    let error = api
        .request(Method::GET, "/things")
        .send_as::<Page<Thing>>()
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::CREATED));
    assert_eq!(error.clerk_trace_id(), Some("trace_1"));
    assert!(!error.is_retryable());

    let error = decode_error(error);
    assert_eq!(error.path, "data[1].tags[1]");
    assert_eq!(serde_json::from_slice::<Value>(&error.body).unwrap(), body);
    assert!(
        error.reason.contains("expected a string"),
        "{}",
        error.reason
    );
    assert_eq!(error.headers["content-type"], "application/json");

    let missing = api
        .request(Method::GET, "/things")
        .send_as::<Thing>()
        .await
        .unwrap_err();
    assert!(
        missing.to_string().contains("missing field `id`"),
        "{missing}"
    );
}

#[tokio::test]
async fn a_decode_error_does_not_print_what_it_read() {
    let (_server, api) = api(server::json(
        200,
        json!({ "secret": "hunter2 \" quoted", "tail": "x" }),
    ))
    .await;
    #[derive(Debug, serde::Deserialize)]
    struct Numbers {
        #[expect(dead_code, reason = "never read")]
        secret: u8,
    }
    let error = api
        .request(Method::GET, "/things")
        .send_as::<Numbers>()
        .await
        .unwrap_err();
    for printed in [
        error.to_string(),
        format!("{error:?}"),
        format!("{error:#?}"),
    ] {
        assert!(
            !printed.contains("hunter2") && !printed.contains("quoted"),
            "{printed}"
        );
        assert!(printed.contains("secret"), "{printed}");
    }
    assert!(std::error::Error::source(&error).is_none());
}

#[tokio::test]
async fn a_success_that_is_not_json_is_a_decode_error() {
    let (_server, api) = api(answer(
        200,
        "text/html; charset=utf-8",
        "<p>captive portal</p>",
    ))
    .await;
    let error = api.request(Method::GET, "/things").await.unwrap_err();
    assert!(
        error.to_string().contains("21 bytes of text/html"),
        "{error}"
    );
    assert!(!error.to_string().contains("captive"), "{error}");
    assert_eq!(&decode_error(error).body[..], b"<p>captive portal</p>");

    let (_server, api) = self::api(answer(200, "application/json", "{} {}")).await;
    assert_eq!(
        decode_error(api.request(Method::GET, "/things").await.unwrap_err()).path,
        "."
    );
}

#[tokio::test]
async fn clerks_errors_are_read_with_all_they_say() {
    let (_server, api) = api(server::json(
        422,
        json!({
            "errors": [
                {
                    "code": "form_identifier_exists",
                    "message": "taken",
                    "long_message": "That email address is taken.",
                    "meta": { "param_name": "email_address" },
                    "new_field": 1
                },
                { "code": "other" }
            ],
            "clerk_trace_id": "trace_2"
        }),
    ))
    .await;
    let error = api.request(Method::POST, "/users").await.unwrap_err();
    assert_eq!(error.code(), Some("form_identifier_exists"));
    assert_eq!(error.clerk_trace_id(), Some("trace_2"));
    assert_eq!(error.status(), Some(StatusCode::UNPROCESSABLE_ENTITY));
    assert!(!error.is_retryable() && !error.is_not_found() && !error.is_rate_limited());
    let printed = error.to_string();
    for part in [
        "422",
        "form_identifier_exists",
        "That email address is taken.",
        "1 more",
        "trace_2",
    ] {
        assert!(printed.contains(part), "{printed}");
    }
    let Error::Api(error) = error else {
        panic!("{error:?}")
    };
    assert_eq!(error.errors.len(), 2);
    assert_eq!(error.errors[0].message, "taken");
    assert_eq!(error.errors[0].meta["param_name"], "email_address");
    assert_eq!(error.errors[1].long_message, None);
}

#[tokio::test]
async fn errors_in_any_shape_keep_status_and_body() {
    let shapes = [
        (json!({ "errors": null, "clerk_trace_id": null }), 0),
        (json!({ "errors": {} }), 0),
        (
            json!({ "errors": [null, 1, {}, { "code": null, "message": 7, "meta": [] }] }),
            2,
        ),
        (json!({ "errors": ["a text"] }), 1),
        (
            json!({ "error": "invalid_client", "error_description": "no such client" }),
            1,
        ),
        (json!({ "error": { "code": 1 } }), 0),
        (json!([]), 0),
        (json!("text"), 0),
        (Value::Null, 0),
    ];
    for (body, count) in shapes {
        let error = rejection(server::json(400, body.clone())).await;
        assert_eq!(error.errors.len(), count, "{body}");
        assert_eq!(error.status, StatusCode::BAD_REQUEST);
        assert_eq!(serde_json::from_slice::<Value>(&error.body).unwrap(), body);
        assert!(error.to_string().contains("400"));
    }
}

#[tokio::test]
async fn an_html_page_of_a_proxy_keeps_status_and_body() {
    let error = rejection(answer(502, "text/html", "<h1>Bad Gateway</h1>")).await;
    assert_eq!(error.status, StatusCode::BAD_GATEWAY);
    assert_eq!(&error.body[..], b"<h1>Bad Gateway</h1>");
    assert!(error.errors.is_empty());
    let printed = error.to_string();
    assert!(
        printed.contains("502") && printed.contains("20 bytes of text/html"),
        "{printed}"
    );
    assert!(!printed.contains("<h1>"), "{printed}");
    assert!(Error::Api(error).is_retryable());
}

#[tokio::test]
async fn an_error_whose_body_breaks_off_keeps_its_status() {
    let error =
        rejection(server::json(500, json!({ "errors": [{ "code": "boom" }] })).close_after(10))
            .await;
    assert_eq!(error.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(error.body.len(), 10);
}

#[tokio::test]
async fn what_a_status_means_is_said() {
    for (status, advice) in [
        (301, "server_api_url"),
        (401, "CLERK_SECRET_KEY"),
        (404, "instance"),
        (429, "too many"),
        (503, "try again later"),
    ] {
        let printed = rejection(empty(status)).await.to_string();
        assert!(printed.contains(advice), "{printed}");
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Server::replying([server::json(200, json!({}))]).await;
    let error = rejection(empty(302).header("location", elsewhere.url())).await;
    assert_eq!(error.status, StatusCode::FOUND);
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn retry_after_reads_seconds_and_dates() {
    let error = rejection(empty(429).header("retry-after", "7")).await;
    assert_eq!(error.retry_after, Some(Duration::from_secs(7)));

    let date = std::time::SystemTime::now() + Duration::from_secs(3600);
    let error = rejection(empty(429).header("retry-after", httpdate::fmt_http_date(date))).await;
    let wait = error.retry_after.unwrap();
    assert!((3590..=3600).contains(&wait.as_secs()), "{wait:?}");

    let error = rejection(empty(429).header("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT")).await;
    assert_eq!(error.retry_after, Some(Duration::ZERO));

    for nonsense in ["soon", "-1", "1.5", "99999999999999999999999"] {
        assert_eq!(
            rejection(empty(429).header("retry-after", nonsense))
                .await
                .retry_after,
            None
        );
    }
    let error = Error::Api(rejection(empty(429).header("retry-after", "3")).await);
    assert!(error.is_rate_limited() && error.is_retryable());
    assert!(error.to_string().contains("in 3 s"), "{error}");
}

#[tokio::test]
async fn a_body_over_the_limit_is_rejected() {
    let body = format!("\"{}\"", "x".repeat(998));
    for (limit, fits) in [(999, false), (1000, true)] {
        let (_server, api) = api(answer(200, "application/json", body.as_str())).await;
        api.update(|config| config.http_options.max_response_bytes = limit);
        let answer = api.request(Method::GET, "/things").await;
        assert_eq!(answer.is_ok(), fits);
        if let Err(error) = answer {
            assert!(error.to_string().contains("max_response_bytes"), "{error}");
            assert_eq!(error.status(), Some(StatusCode::OK));
        }
    }

    let (_server, api) = api(server::answer(500, "text/plain", "x".repeat(5000))).await;
    api.update(|config| config.http_options.max_response_bytes = 10);
    let error = api.request(Method::GET, "/things").await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::INTERNAL_SERVER_ERROR));
}

#[tokio::test]
async fn errors_are_small_and_can_be_sent_to_other_threads() {
    fn assert_error<T: std::error::Error + Send + Sync + 'static>() {}
    assert_error::<Error>();
    assert!(size_of::<Error>() <= 40);
}

#[tokio::test]
async fn lone_surrogates_are_read_as_in_tokens() {
    let body = br#"{"id":"a\ud800b","tags":["\udc00"]}"#;
    let (_server, api) = api(answer(200, "application/json", *body)).await;
    let call = || api.request(Method::GET, "/things/1");
    assert_eq!(call().await.unwrap()["id"], "a\u{FFFD}b");
    let thing = call().send_as::<Thing>().await.unwrap();
    assert_eq!(thing.id, "a\u{FFFD}b");

    let body = br#"{"errors":[{"code":"x","message":"\ud800"}]}"#;
    let error = rejection(answer(422, "application/json", *body)).await;
    assert_eq!(error.errors[0].message, "\u{FFFD}");
}
