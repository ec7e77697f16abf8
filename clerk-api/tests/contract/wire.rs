//! Calls an operation and checks what went over the wire.

use std::future::Future;
use std::sync::LazyLock;

use clerk_api::{Client, Config, Error, HttpOptions, RetryPolicy};
use percent_encoding::percent_decode_str;
use reqwest::Url;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::document::{self, Operation};
use super::samples::{self, Variant};
use test_support::server::{self, Recorded, Server};

const KEY: &str = "sk_test_contract";

/// Making a client reads the system's certificates, which takes longer than all the rest of a test.
static TRANSPORT: LazyLock<reqwest::Client> = LazyLock::new(reqwest::Client::new);

/// A client of this server that tries once.
pub fn client(server: &Server) -> Client {
    let http = HttpOptions::new().client(TRANSPORT.clone());
    let config = Config::new(KEY)
        .server_api_url(server.url())
        .http_options(http.retry(RetryPolicy::none()));
    Client::new(config)
}

/// A typed value from JSON.
pub fn sample<T: DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"))
}

/// Sends `call` to a server that responds as the document says, and compares what arrived with `expected`.
pub async fn check<F, A>(id: &str, expected: &str, call: F)
where
    F: FnOnce(Client) -> A,
    A: Future<Output = Result<(), Error>>,
{
    let expected: Value = sample(expected);
    let operation = document::operation(id);
    let reply = operation
        .reply()
        .map(|schema| samples::make(document::backend_api(), schema, Variant::Full(0)));
    // 200 where the document says 201 or 202, and the other way round, has to read as well.
    let status = if operation.verb == "get" { 201 } else { 200 };
    let answer = reply.map_or_else(
        || server::answer(200, "text/html", "<p>"),
        |body| server::json(status, body),
    );
    let server = Server::replying([answer]).await;
    call(client(&server))
        .await
        .unwrap_or_else(|error| panic!("{id}: {error} {:?}", error.body()));

    let request = server.request();
    assert_eq!(request.method, operation.verb.to_uppercase(), "{id}");
    let url = Url::parse("http://localhost")
        .unwrap()
        .join(&request.target)
        .unwrap();
    check_path(&operation, &expected, &request, &url);
    check_query(&operation, &expected, &request, &url);
    check_headers(&operation, &expected, &request);
    check_body(&operation, &expected, &request);
}

fn check_path(operation: &Operation, expected: &Value, request: &Recorded, url: &Url) {
    let id = operation.id;
    let raw = request.target.split('?').next().unwrap();
    assert_eq!(
        url.path(),
        raw,
        "{id}: the path is sent as a URL parser leaves it"
    );
    let unreserved = |c: char| c.is_ascii_alphanumeric() || "-._~%/".contains(c);
    assert!(
        raw.chars().all(unreserved),
        "{id}: {raw} has characters that a proxy may read otherwise"
    );
    let mut values = expected["path_values"].as_array().unwrap().iter();
    let template: Vec<&str> = format!("/v1{}", operation.path).leak().split('/').collect();
    let segments: Vec<&str> = raw.split('/').collect();
    assert_eq!(segments.len(), template.len(), "{id}: {raw}");
    for (segment, template) in segments.iter().zip(template) {
        let decoded = percent_decode_str(segment).decode_utf8().unwrap();
        if template.starts_with('{') {
            let value = values.next().unwrap();
            assert_eq!(
                decoded,
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned),
                "{id}"
            );
        } else {
            assert_eq!(decoded, template, "{id}");
        }
    }
    assert!(
        values.next().is_none(),
        "{id}: every path value is in the path"
    );
}

fn check_query(operation: &Operation, expected: &Value, request: &Recorded, url: &Url) {
    let id = operation.id;
    let pairs = |value: &Value| -> Vec<(String, String)> {
        let text = |v: &Value| v.as_str().unwrap().to_owned();
        value
            .as_array()
            .unwrap()
            .iter()
            .map(|pair| (text(&pair[0]), text(&pair[1])))
            .collect()
    };
    let mut expected = pairs(&expected["query"]);
    let mut sent: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    // Stable: the order of a repeated parameter's values counts, that of the parameters does not.
    expected.sort_by(|a, b| a.0.cmp(&b.0));
    sent.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(sent, expected, "{id}: {}", request.target);
    let declared = operation.parameters("query");
    for (name, _) in &sent {
        assert!(
            declared.iter().any(|(known, _)| known == name),
            "{id}: the document has no query parameter {name}"
        );
    }
    for (name, parameter) in declared {
        let needed = parameter["required"] == true && parameter["deprecated"] != true;
        assert!(
            !needed || sent.iter().any(|(sent, _)| sent == name),
            "{id}: {name} is required"
        );
    }
}

fn check_headers(operation: &Operation, expected: &Value, request: &Recorded) {
    let id = operation.id;
    let authorization = operation.authenticated().then(|| format!("Bearer {KEY}"));
    assert_eq!(request.header("authorization"), authorization, "{id}");
    let version = document::backend_api()["info"]["version"].as_str().unwrap();
    assert_eq!(
        request.header("clerk-api-version").as_deref(),
        Some(version),
        "{id}"
    );
    assert!(
        request
            .header("user-agent")
            .unwrap()
            .starts_with("clerk-api-rust/"),
        "{id}"
    );
    let media = request.header("content-type");
    if expected.get("body").is_some() {
        assert_eq!(media.as_deref(), Some("application/json"), "{id}");
    } else if expected.get("parts").is_some() {
        assert!(
            media.unwrap().starts_with("multipart/form-data; boundary="),
            "{id}"
        );
    } else {
        assert_eq!(media, None, "{id}");
    }
}

fn check_body(operation: &Operation, expected: &Value, request: &Recorded) {
    let id = operation.id;
    if let Some(body) = expected.get("body") {
        assert!(operation.declares_body(), "{id}");
        assert_eq!(&request.json(), body, "{id}");
    } else if let Some(parts) = expected.get("parts") {
        let media = request.header("content-type").unwrap();
        let boundary = media.split("boundary=").nth(1).unwrap();
        let text = request.text();
        let sent: Vec<&str> = text
            .split(&format!("--{boundary}"))
            .filter(|p| p.contains("name="))
            .collect();
        assert_eq!(sent.len(), parts.as_object().unwrap().len(), "{id}: {text}");
        for (name, value) in parts.as_object().unwrap() {
            let part = sent
                .iter()
                .find(|p| p.contains(&format!("name=\"{name}\"")))
                .unwrap();
            let (_, content) = part.split_once("\r\n\r\n").unwrap();
            assert_eq!(
                content.trim_end_matches("\r\n"),
                value.as_str().unwrap(),
                "{id}"
            );
        }
    } else {
        assert!(request.body.is_empty(), "{id}: {}", request.text());
    }
}
