//! Forms that are sent after the session token has expired.

use std::time::Duration;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use clerk_emulator::Fault;

use super::Visitor;

/// A page of another origin of the same site, whose requests have the visitor's cookies.
const HOSTILE: &str = r#"<!doctype html><main><form method="post" action="APP/notes">
<input name="note" value="from elsewhere"><button>Win a prize</button></form></main>"#;

/// Longer than a session token lives.
const MINUTE: Duration = Duration::from_secs(70);

/// Fills in a form, waits until the token has expired, and sends the form. It arrives once: by the refresh token of the browser,
/// and without one by a page that renews the session. A form of another origin does not.
pub(crate) async fn are_kept(visitor: &Visitor<'_>) {
    let (browser, demo) = (visitor.browser, visitor.demo);
    let clock = visitor.emulator().clock();
    let faults = visitor.emulator().faults();
    let nothing = || Fault::latency(Duration::ZERO);
    let refreshes = faults.inject(nothing().operation("RefreshSession"));
    let handshakes = faults.inject(nothing().path("/v1/client/handshake"));
    let notes = [
        "first & <b>note</b>",
        "second 'note' &quot; </form> \u{20ac}",
    ];
    for (note, has_refresh_token, seen) in [(notes[0], true, (1, 0)), (notes[1], false, (1, 1))] {
        visitor.opens("/notes").await;
        browser.write("note", note).await;
        clock.advance(MINUTE);
        if !has_refresh_token {
            visitor.forgets_refresh_token().await;
        }
        visitor.clicks("Save the note").await;
        visitor.is_back("/notes", note).await;
        assert_eq!(browser.text().await.matches(note).count(), 1, "{note}");
        assert_eq!(
            (faults.hits(refreshes), faults.hits(handshakes)),
            seen,
            "{note}"
        );
        browser.forget(&demo.url, "__clerk_form_sent_again").await;
    }
    faults.clear();
    browser.picture("07-notes").await;

    let page = HOSTILE.replace("APP", &demo.url);
    let app = Router::new().route("/", get(|| async { Html(page) }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, app).await });
    browser.open(&format!("http://localhost:{port}/")).await;
    clock.advance(MINUTE);
    visitor.clicks("Win a prize").await;
    browser.sees("Unauthenticated").await;
    visitor.opens("/notes").await;
    visitor.is_back("/notes", notes[1]).await;
    let text = browser.text().await;
    assert!(!text.contains("from elsewhere"), "{text}");
    visitor.opens("/").await;
    visitor.is_back("/", "Ada Lovelace").await;
}
