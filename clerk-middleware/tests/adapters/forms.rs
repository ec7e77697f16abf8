//! Forms whose session token has expired.

use clerk_middleware::{AuthenticateOptions, Authenticator, ExpiredForm};
use serde_json::json;

use crate::backend::{NOW, clerk, token};
use crate::connection::{Received, Sent};
use crate::credentials::{expired, foreign, production};
use crate::rows::UNAUTHENTICATED;
use crate::servers::{Entered, Framework};

/// The cookies of a browser whose session began before its token.
fn cookies(session: &str) -> String {
    format!("__session={session}; __client_uat={}", NOW - 200)
}

fn form(session: &str, body: &str) -> Sent {
    Sent::new("POST /nested/me?x=1&y=%22")
        .header("x-forwarded-proto", "https")
        .header("origin", "https://app.example.com")
        .header("sec-fetch-site", "same-origin")
        .header("sec-fetch-dest", "document")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("cookie", cookies(session))
        .body(body.as_bytes())
}

fn replaced(sent: Sent, name: &str, value: &str) -> Sent {
    sent.without(name).header(name, value)
}

const BODY: &str = "note=a+%3Cb%3E&note=%E2%82%AC%0D%0A";

/// The response is a page that holds [`BODY`] and sends it again once the session is renewed.
fn is_kept<F: Framework>(received: Received) {
    assert_eq!(received.status, 401, "{}: {received:?}", F::NAME);
    assert_eq!(
        received.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(received.header("cache-control"), Some("no-store"));
    let policy = received.header("content-security-policy").unwrap();
    assert!(
        policy.contains("frame-src 'self' https://clerk.example.com;"),
        "{policy}"
    );
    for expected in [
        "action=\"https://app.example.com/nested/me?x=1&amp;y=%22\"",
        "name=\"note\" value=\"a &lt;b&gt;\"",
        "name=\"note\" value=\"\u{20ac}\r\n\"",
        "src=\"https://app.example.com/nested/me?__clerk_renew=1\"",
    ] {
        let page = &received.body;
        assert!(page.contains(expected), "{}: {page}", F::NAME);
    }
    let cookie = received.header("set-cookie").unwrap();
    assert!(
        cookie.starts_with("__clerk_form_sent_again=1; "),
        "{cookie}"
    );
}

pub(crate) async fn an_expired_form_is_kept_and_nothing_else_is<F: Framework>() {
    let options = AuthenticateOptions::new().expired_forms(true);
    let entered = Entered::default();
    let with = |strict: bool| {
        let authenticator = Authenticator::new(clerk(production())).options(options.clone());
        if strict {
            authenticator.reject_signed_out()
        } else {
            authenticator
        }
    };
    let lax = F::serve(with(false), entered.clone()).await;
    let strict = F::serve(with(true), entered.clone()).await;
    let off = Authenticator::new(clerk(production())).reject_signed_out();
    let off = F::serve(off, entered.clone()).await;
    // Rocket's fairings cannot read bodies.
    if F::NAME != "Rocket" {
        for address in [lax, strict] {
            is_kept::<F>(form(&expired(), BODY).to(address).await);
        }
    }

    let large = "a".repeat(ExpiredForm::MAX_BODY + 1);
    let many = "a=1&".repeat(501);
    let again = format!("{}; __clerk_form_sent_again=1", cookies(&expired()));
    let own = || form(&expired(), BODY);
    for (what, address, sent) in [
        ("switched off", off, own()),
        ("sent again", strict, replaced(own(), "cookie", &again)),
        (
            "other origin",
            strict,
            replaced(own(), "origin", "https://evil.example"),
        ),
        (
            "other site",
            strict,
            replaced(own(), "sec-fetch-site", "same-site"),
        ),
        ("script", strict, replaced(own(), "sec-fetch-dest", "empty")),
        (
            "file",
            strict,
            replaced(own(), "content-type", "multipart/form-data; boundary=x"),
        ),
        ("large", strict, form(&expired(), &large)),
        ("many fields", strict, form(&expired(), &many)),
        ("not text", strict, form(&expired(), "a=%FF")),
        ("forged", strict, form(&foreign(), BODY)),
        (
            "other instance",
            strict,
            form(&token(&json!({ "azp": "https://evil.example" })), BODY),
        ),
        ("signed out", strict, own().without("cookie")),
        ("no page", strict, {
            let mut sent = own();
            sent.method = "PUT".to_owned();
            sent
        }),
    ] {
        let received = sent.to(address).await;
        assert_eq!(received.status, 401, "{}, {what}: {received:?}", F::NAME);
        assert_eq!(received.body, UNAUTHENTICATED, "{}, {what}", F::NAME);
    }
    assert_eq!(entered.take(), [""; 0], "{}", F::NAME);
}

pub(crate) async fn the_frame_of_a_kept_form_renews_the_session<F: Framework>() {
    let options = AuthenticateOptions::new().expired_forms(true);
    let authenticator = Authenticator::new(clerk(production())).options(options);
    let address = F::serve(authenticator, Entered::default()).await;
    let frame = || {
        Sent::new("GET /nested/me?__clerk_renew=1")
            .header("x-forwarded-proto", "https")
            .header("sec-fetch-dest", "iframe")
    };
    let due = frame()
        .header("cookie", cookies(&expired()))
        .to(address)
        .await;
    assert_eq!(due.status, 307, "{}", F::NAME);
    let location = due.header("location").unwrap();
    assert!(
        location.contains("%2Fnested%2Fme%3F__clerk_renew%3D1"),
        "{location}"
    );
    let valid = cookies(&token(&json!({})));
    for (sent, title) in [
        (frame().header("cookie", valid), "<title>renewed</title>"),
        (frame(), "<title>signed out</title>"),
    ] {
        let received = sent.to(address).await;
        assert_eq!(received.status, 200, "{}: {received:?}", F::NAME);
        assert!(
            received.body.contains(title),
            "{}: {}",
            F::NAME,
            received.body
        );
        assert!(received.body.contains("__clerk_renew%3D1") == title.contains("out"));
        let policy = received.header("content-security-policy").unwrap();
        assert!(policy.contains("frame-ancestors 'self'"), "{policy}");
        assert_eq!(received.header("cache-control"), Some("no-store"));
    }
}
