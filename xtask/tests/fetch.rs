//! Fetching: each thing that can go wrong between upstream and this machine, on real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "fetch/document.rs"]
mod document;
#[path = "fetch/server.rs"]
mod server;
#[path = "fetch/source.rs"]
mod source;

use std::time::{Duration, Instant};

use server::{REFUSED, Reply, Server};
use xtask::document::{DocumentError, Kind, parse};
use xtask::fetch::{FetchError, Options, fetch, latest, sha256};
use xtask::source::{Pin, Source};

const COMMIT: &str = "7987d1b776258d5ddd9163e1a03d256b5ac4d64a";
const BODY: &[u8] = b"openapi: 3.0.3\n";

fn source(url: &str, pinned: &[u8]) -> Source {
    let pin = |folder: &str, version: &str| Pin {
        path: format!("{folder}/{version}.yml"),
        version: version.to_owned(),
        commit: COMMIT.to_owned(),
        sha256: sha256(pinned),
        stated_version: None,
    };
    Source {
        repository: "clerk/openapi-specs".to_owned(),
        base_url: url.to_owned(),
        api_url: url.to_owned(),
        backend_api: pin("bapi", "2026-05-12"),
        webhooks: pin("webhooks", "2025-04-15"),
        frontend_api: pin("fapi", "2026-05-12"),
    }
}

/// Generous where a test must not fail on a busy machine, immediate where it would only wait.
fn quick() -> Options {
    Options {
        backoff: Duration::from_millis(1),
        timeout: Duration::from_secs(20),
        ..Options::default()
    }
}

fn get(server: &Server, pinned: &[u8]) -> Result<Vec<u8>, FetchError> {
    let source = source(&server.url(), pinned);
    fetch(&source, &source.backend_api, &quick())
}

#[test]
fn the_pinned_bytes_are_read_from_commit_and_path() {
    let server = Server::start(vec![Reply::ok(BODY)]);
    assert_eq!(get(&server, BODY).unwrap(), BODY);
    assert_eq!(
        server.requests(),
        [format!(
            "GET /clerk/openapi-specs/{COMMIT}/bapi/2026-05-12.yml"
        )]
    );
}

#[test]
fn an_unreachable_upstream_points_to_offline_and_from() {
    let source = source(REFUSED, BODY);
    let error = fetch(&source, &source.backend_api, &quick()).unwrap_err();
    assert!(
        matches!(error, FetchError::Unreachable { tries: 4, .. }),
        "{error}"
    );
    let shown = error.to_string();
    assert!(
        shown.contains("--offline") && shown.contains("--from") && shown.contains("refused"),
        "{shown}"
    );
}

#[test]
fn a_body_shorter_than_announced_is_truncated_after_all_tries() {
    let script = (0..4)
        .map(|_| Reply::new("200 OK", &["content-length: 100"], BODY))
        .collect();
    let server = Server::start(script);
    let error = get(&server, BODY).unwrap_err();
    assert!(
        matches!(error, FetchError::Truncated { expected: Some(100), got, .. } if got == BODY.len() as u64),
        "{error}"
    );
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn a_chunked_body_without_its_end_is_truncated() {
    let chunk = b"f\r\nopenapi: 3.0.3\n\r\n";
    let script = (0..4)
        .map(|_| Reply::new("200 OK", &["transfer-encoding: chunked"], chunk))
        .collect();
    let error = get(&Server::start(script), BODY).unwrap_err();
    assert!(
        matches!(error, FetchError::Truncated { expected: None, .. }),
        "{error}"
    );
}

#[test]
fn a_truncated_body_is_fetched_again() {
    let server = Server::start(vec![
        Reply::new("200 OK", &["content-length: 100"], BODY),
        Reply::ok(BODY),
    ]);
    assert_eq!(get(&server, BODY).unwrap(), BODY);
}

#[test]
fn other_bytes_than_pinned_are_refused_with_both_checksums() {
    let error = get(&Server::start(vec![Reply::ok(b"openapi: 3.0.4\n")]), BODY).unwrap_err();
    let shown = error.to_string();
    assert!(
        shown.contains(&sha256(BODY)) && shown.contains(&sha256(b"openapi: 3.0.4\n")),
        "{shown}"
    );
    assert!(
        shown.contains("changed the file in place") && shown.contains("regen --latest"),
        "{shown}"
    );
}

#[test]
fn an_error_page_in_place_of_the_document_is_not_taken_for_one() {
    let page = b"<html><body>\n\tSign in: <a>here</a></body>\n</html>\n";
    let bytes = get(&Server::start(vec![Reply::ok(page)]), page).unwrap();
    let error = parse(&bytes, "bapi.yml", Kind::BackendApi).unwrap_err();
    assert!(matches!(error, DocumentError::WebPage { .. }), "{error}");
}

#[test]
fn a_document_that_is_not_openapi_3_0_is_refused_with_its_version() {
    let other = b"openapi: 3.1.0\npaths: {}\n";
    let bytes = get(&Server::start(vec![Reply::ok(other)]), other).unwrap();
    let error = parse(&bytes, "bapi.yml", Kind::BackendApi).unwrap_err();
    assert!(
        matches!(&error, DocumentError::Version { found, .. } if found == "3.1.0"),
        "{error}"
    );
}

#[test]
fn a_server_error_is_tried_again() {
    let script = vec![
        Reply::status("500 Internal Server Error"),
        Reply::status("503 Busy"),
        Reply::ok(BODY),
    ];
    let server = Server::start(script);
    assert_eq!(get(&server, BODY).unwrap(), BODY);
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn lasting_server_errors_are_reported_with_status_and_tries() {
    let server = Server::start((0..4).map(|_| Reply::status("502 Bad Gateway")).collect());
    let error = get(&server, BODY).unwrap_err();
    assert!(
        matches!(
            error,
            FetchError::Status {
                status: 502,
                tries: 4,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_wait_longer_than_allowed_is_not_waited_for() {
    let busy = Reply::new(
        "429 Too Many Requests",
        &["retry-after: 3600", "content-length: 0"],
        b"",
    );
    let server = Server::start(vec![busy]);
    let error = get(&server, BODY).unwrap_err();
    assert_eq!(server.requests().len(), 1);
    assert!(error.to_string().contains("asks to wait 3600 s"), "{error}");
}

#[test]
fn github_s_spent_rate_limit_is_told_from_a_plain_403() {
    let spent = Reply::new(
        "403 Forbidden",
        &["x-ratelimit-remaining: 0", "content-length: 0"],
        b"",
    );
    let error = get(&Server::start(vec![spent]), BODY).unwrap_err();
    assert!(matches!(error, FetchError::RateLimited { .. }), "{error}");
    let error = get(&Server::start(vec![Reply::status("403 Forbidden")]), BODY).unwrap_err();
    assert!(
        matches!(error, FetchError::Status { status: 403, .. }),
        "{error}"
    );
}

#[test]
fn a_missing_file_is_not_tried_again_and_points_to_latest() {
    let server = Server::start(vec![Reply::status("404 Not Found")]);
    let error = get(&server, BODY).unwrap_err();
    assert_eq!(server.requests().len(), 1);
    let shown = error.to_string();
    assert!(
        shown.contains("not found") && shown.contains("--latest"),
        "{shown}"
    );
}

#[test]
fn more_than_the_limit_is_refused_announced_or_not() {
    let options = Options {
        max_bytes: 1_000,
        ..quick()
    };
    let announced = Reply::new("200 OK", &["content-length: 5000"], &[b'a'; 10]);
    let streamed = Reply::new("200 OK", &[], &[b'a'; 5_000]);
    for reply in [announced, streamed] {
        let server = Server::start(vec![reply]);
        let source = source(&server.url(), BODY);
        let error = fetch(&source, &source.backend_api, &options).unwrap_err();
        assert!(
            matches!(error, FetchError::TooLarge { limit: 1_000, .. }),
            "{error}"
        );
    }
}

#[test]
fn a_redirect_off_host_to_plain_http_is_refused() {
    let away = Reply::new(
        "302 Found",
        &["location: http://192.0.2.1/x.yml", "content-length: 0"],
        b"",
    );
    let server = Server::start(vec![away]);
    let error = get(&server, BODY).unwrap_err();
    assert!(matches!(error, FetchError::Redirect { .. }), "{error}");
    assert!(
        error
            .to_string()
            .contains("redirected to http://192.0.2.1, which is refused"),
        "{error}"
    );
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_redirect_in_a_circle_ends() {
    let round = || Reply::new("302 Found", &["location: /again", "content-length: 0"], b"");
    let error = get(&Server::start((0..10).map(|_| round()).collect()), BODY).unwrap_err();
    assert!(
        error.to_string().contains("more than 5 redirects"),
        "{error}"
    );
}

#[test]
fn plain_http_to_another_machine_is_refused_before_connecting() {
    let source = source("http://raw.githubusercontent.com", BODY);
    let error = fetch(&source, &source.backend_api, &quick()).unwrap_err();
    assert!(matches!(error, FetchError::BadAddress { .. }), "{error}");
}

#[test]
fn a_silent_server_is_given_up_in_time() {
    let server = Server::start(vec![Reply::Hang, Reply::Hang]);
    let source = source(&server.url(), BODY);
    let options = Options {
        timeout: Duration::from_millis(100),
        retries: 1,
        ..quick()
    };
    let start = Instant::now();
    let error = fetch(&source, &source.backend_api, &options).unwrap_err();
    assert!(
        matches!(error, FetchError::TimedOut { tries: 2, .. }),
        "{error}"
    );
    assert!(start.elapsed() < Duration::from_secs(10));
}

fn listing(names: &[(&str, &str, usize)]) -> Vec<u8> {
    let entries: Vec<_> = names
        .iter()
        .map(|(name, kind, size)| serde_json::json!({"name": name, "type": kind, "size": size, "sha": "x"}))
        .collect();
    serde_json::to_vec(&entries).unwrap()
}

#[test]
fn latest_picks_the_newest_dated_file_at_the_commit_that_touched_it() {
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let files = [
        ("2026-05-12.yml", "file", 1),
        ("2026-11-02.yml", "file", BODY.len()),
        ("2025-11-10.yml", "file", 1),
        ("9999-99-99.yml", "file", 1),
        ("2027-01-01.yml", "dir", 1),
        ("../2027-01-01.yml", "file", 1),
        ("README.md", "file", 1),
    ];
    let commits = format!(r#"[{{"sha": "{commit}", "commit": {{}}}}]"#);
    let server = Server::start(vec![
        Reply::ok(&listing(&files)),
        Reply::ok(commits.as_bytes()),
        Reply::ok(BODY),
    ]);
    let (pin, bytes) = latest(&source(&server.url(), b"old"), Kind::BackendApi, &quick()).unwrap();
    assert_eq!(bytes, BODY);
    let expected = Pin {
        path: "bapi/2026-11-02.yml".to_owned(),
        version: "2026-11-02".to_owned(),
        commit: commit.to_owned(),
        sha256: sha256(BODY),
        stated_version: None,
    };
    assert_eq!(pin, expected);
    let wanted = [
        "GET /repos/clerk/openapi-specs/contents/bapi".to_owned(),
        "GET /repos/clerk/openapi-specs/commits?path=bapi%2F2026-11-02.yml&per_page=1".to_owned(),
        format!("GET /clerk/openapi-specs/{commit}/bapi/2026-11-02.yml"),
    ];
    assert_eq!(server.requests(), wanted);
}

#[test]
fn latest_refuses_odd_answers_of_the_api() {
    let list = || Reply::ok(&listing(&[("2026-05-12.yml", "file", BODY.len())]));
    let commit = || Reply::ok(format!(r#"[{{"sha": "{COMMIT}"}}]"#).as_bytes());
    let cases: Vec<(&str, Vec<Reply>)> = vec![
        ("no file named", vec![Reply::ok(b"[]")]),
        ("unknown form", vec![Reply::ok(b"{\"message\": \"hello\"}")]),
        (
            "older than the pinned",
            vec![Reply::ok(&listing(&[("2021-02-05.yml", "file", 1)]))],
        ),
        ("no commit touches", vec![list(), Reply::ok(b"[]")]),
        (
            "not 40 hex digits",
            vec![list(), Reply::ok(br#"[{"sha": "../../evil"}]"#)],
        ),
        (
            "the listing says 15",
            vec![list(), commit(), Reply::ok(b"short")],
        ),
    ];
    for (expected, script) in cases {
        let server = Server::start(script);
        let error = latest(&source(&server.url(), BODY), Kind::BackendApi, &quick()).unwrap_err();
        assert!(matches!(error, FetchError::Answer { .. }), "{error}");
        assert!(
            error.to_string().contains(expected),
            "wanted {expected:?}, got: {error}"
        );
    }
}
