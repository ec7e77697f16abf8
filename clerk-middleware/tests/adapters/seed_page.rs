//! What the page of the Node SDK promised of its two middlewares: C22 to C26.

use clerk_middleware::{AuthenticateOptions, Authenticator, SessionResolution};
use clerk_sdk::Clerk;
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::backend::{Backend, DEVELOPMENT, NOW, Routes, clerk, token};
use crate::connection::Sent;
use crate::credentials::{cookies, expired, foreign, production};
use crate::rows::{NO_TOKEN, UNAUTHENTICATED};
use crate::servers::{Entered, Framework};

pub(crate) async fn c22_c23_a_named_session_is_the_one_that_must_verify<F: Framework>() {
    let entered = Entered::default();
    let address = F::serve(clerk(production()).into(), entered.clone()).await;
    for (query, status) in [
        ("", 200),
        ("?_clerk_session_id=", 200),
        ("?_clerk_session_id=sess_1", 200),
        ("?_clerk_session_id=sess_2", 401),
        ("?_clerk_session_id=sess_1&_clerk_session_id=sess_2", 401),
    ] {
        let sent =
            Sent::new(&format!("GET /me{query}")).header("cookie", cookies(&token(&json!({}))));
        let received = sent.to(address).await;
        assert_eq!(received.status, status, "{}, {query}", F::NAME);
        assert_eq!(entered.take().len(), usize::from(status == 200));
        if status == 401 {
            assert_eq!(
                received.header("x-clerk-auth-reason"),
                Some("session-id-mismatch")
            );
        }
    }
}

fn session(status: &str) -> Value {
    json!({
        "object": "session", "id": "sess_9", "user_id": "user_9", "client_id": "client_1", "status": status,
        "last_active_at": 1, "expire_at": 2, "abandon_at": 3, "created_at": 1, "updated_at": 1, "actor": null,
    })
}

fn client(last_active: Value) -> Value {
    json!({
        "object": "client", "id": "client_1", "session_ids": ["sess_9"], "sessions": [session("active")],
        "sign_in_id": null, "sign_up_id": null, "last_active_session_id": last_active, "created_at": 1, "updated_at": 1,
    })
}

pub(crate) async fn c24_without_a_name_the_server_is_asked_for_the_last_active_session<
    F: Framework,
>() {
    for (last_active, status) in [(json!("sess_9"), 200), (Value::Null, 401)] {
        let backend = Backend::start(Routes::from([
            ("POST /clients/verify", (200, client(last_active))),
            ("POST /sessions/sess_9/verify", (200, session("active"))),
        ]))
        .await;
        let options = AuthenticateOptions::new().session_resolution(SessionResolution::Server);
        let authenticator = Authenticator::new(backend.clerk())
            .options(options)
            .reject_signed_out();
        let entered = Entered::default();
        let address = F::serve(authenticator, entered.clone()).await;
        let received = Sent::new("GET /me")
            .header("cookie", cookies("opaque"))
            .to(address)
            .await;
        assert_eq!(
            received.status,
            status,
            "{}: {received:?} {:?}",
            F::NAME,
            backend.lines()
        );
        assert_eq!(backend.lines()[0], "POST /clients/verify");
        assert_eq!(entered.take().len(), usize::from(status == 200));
    }
}

/// A name; a request; whether the instance is live; the statuses of the middleware without and with `reject_signed_out`; the
/// reason.
type PageRow = (&'static str, Sent, bool, u16, u16, &'static str);

/// Where the Node SDK had an interstitial page, pages now get a handshake.
fn rows_of_the_page() -> Vec<PageRow> {
    let valid = token(&json!({}));
    let uat = |uat: i64| format!("__session={valid}; __client_uat={uat}");
    let malformed = "not.a.token".to_owned();
    let call = || Sent::new("GET /");
    let page = || Sent::new("GET /").page();
    // Cookies of another instance are ignored.
    let of_test = token(&json!({ "iss": "https://clean-mayfly-62.clerk.accounts.dev" }));
    let of_test = format!("__session={of_test}; __clerk_db_jwt=dvb_1");
    vec![
        ("valid header", call().bearer(&valid), true, 200, 200, ""),
        (
            "valid header without Bearer",
            call().header("authorization", &valid),
            true,
            200,
            200,
            "",
        ),
        (
            "malformed header",
            call().bearer(&malformed),
            true,
            200,
            401,
            "token-invalid",
        ),
        (
            "bad signature",
            call().bearer(&foreign()),
            true,
            200,
            401,
            "token-invalid-signature",
        ),
        (
            "bad azp",
            call().bearer(&token(&json!({ "azp": "https://evil.example" }))),
            true,
            200,
            401,
            "token-invalid-authorized-parties",
        ),
        (
            "expired header",
            call().bearer(&expired()),
            true,
            200,
            401,
            "session-token-expired-refresh-non-eligible-no-refresh-cookie",
        ),
        (
            "nothing, no browser, test",
            call(),
            false,
            200,
            401,
            "dev-browser-missing",
        ),
        (
            "nothing, browser, test",
            page(),
            false,
            307,
            307,
            "dev-browser-missing",
        ),
        ("nothing, live", page(), true, 200, 401, NO_TOKEN),
        (
            "cookie and older uat",
            page().header("cookie", uat(NOW - 100)),
            true,
            200,
            200,
            "",
        ),
        (
            "cookie, no uat, test",
            page().header("cookie", &of_test),
            false,
            307,
            307,
            "session-token-but-no-client-uat",
        ),
        (
            "cookie, no uat, live",
            page().header("cookie", format!("__session={valid}")),
            true,
            307,
            307,
            "session-token-but-no-client-uat",
        ),
        (
            "cookie older than uat",
            page().header("cookie", uat(NOW)),
            true,
            307,
            307,
            "session-token-iat-before-client-uat",
        ),
        (
            "uat of 0",
            page().header("cookie", "__client_uat=0"),
            true,
            200,
            401,
            NO_TOKEN,
        ),
        (
            "uat, no cookie",
            page().header("cookie", "__client_uat=5"),
            true,
            307,
            307,
            "client-uat-but-no-session-token",
        ),
        (
            "expired cookie",
            page().header(
                "cookie",
                format!("__session={}; __client_uat={}", expired(), NOW - 200),
            ),
            true,
            307,
            307,
            "session-token-expired-refresh-non-eligible-no-refresh-cookie",
        ),
    ]
}

pub(crate) async fn c25_the_lax_and_the_strict_middleware_decide_by_the_table<F: Framework>() {
    let live = || clerk(production());
    let test = || {
        clerk(
            production()
                .secret_key("sk_test_1")
                .publishable_key(DEVELOPMENT),
        )
    };
    for is_strict in [false, true] {
        let serve = async |clerk: Clerk| {
            let authenticator = Authenticator::new(clerk);
            let authenticator = if is_strict {
                authenticator.reject_signed_out()
            } else {
                authenticator
            };
            F::serve(authenticator, Entered::default()).await
        };
        let (live, test) = (serve(live()).await, serve(test()).await);
        for (name, sent, is_live, lax, strict, reason) in &rows_of_the_page() {
            let received = sent.to(if *is_live { live } else { test }).await;
            let status = if is_strict { strict } else { lax };
            assert_eq!(
                received.status,
                *status,
                "{}, {name}, strict: {is_strict}: {received:?}",
                F::NAME
            );
            let told = received.header("x-clerk-auth-reason").unwrap_or_default();
            assert_eq!(told, *reason, "{}, {name}", F::NAME);
        }
    }
}

pub(crate) async fn c26_the_strict_middleware_answers_401_in_json_and_on_error_has_the_last_word<
    F: Framework,
>() {
    let strict = || Authenticator::new(clerk(production())).reject_signed_out();
    let entered = Entered::default();
    let address = F::serve(strict(), entered.clone()).await;
    for target in ["/", "/me", "/files/x", "/nested/me", "/webhook"] {
        let received = Sent::new(&format!("GET {target}")).to(address).await;
        assert_eq!(
            (received.status, received.body.as_str()),
            (401, UNAUTHENTICATED),
            "{}, {target}",
            F::NAME
        );
        assert_eq!(received.header("content-type"), Some("application/json"));
        assert_eq!(received.header("x-clerk-auth-status"), Some("signed-out"));
        assert_eq!(received.header("x-clerk-auth-reason"), Some(NO_TOKEN));
        assert_eq!(received.header("www-authenticate"), Some("Bearer"));
        assert_eq!(received.header("cache-control"), Some("no-store"));
    }
    assert_eq!(entered.take(), [""; 0]);

    let hidden = strict().on_error(|request, rejection| {
        assert_eq!(rejection.status(), StatusCode::UNAUTHORIZED);
        rejection.set_status(StatusCode::NOT_FOUND);
        rejection.set_json(&json!({ "path": request.uri.path() }));
        rejection
            .headers_mut()
            .insert("x-own", HeaderValue::from_static("1"));
    });
    let address = F::serve(hidden, entered.clone()).await;
    let received = Sent::new("GET /nested/me").to(address).await;
    assert_eq!(received.status, 404);
    assert_eq!(received.body, r#"{"path":"/nested/me"}"#, "{}", F::NAME);
    assert_eq!(received.header("x-own"), Some("1"));
    assert_eq!(received.header("x-clerk-auth-status"), Some("signed-out"));

    // The same hook handles rejections of guards and extractors behind a layer that rejects no requests.
    let lax = Authenticator::new(clerk(production())).on_error(|_, rejection| {
        rejection.set_json(&json!({ "kind": format!("{}", rejection.kind()) }));
    });
    let address = F::serve(lax, entered.clone()).await;
    let received = Sent::new("GET /me").to(address).await;
    assert_eq!(
        (received.status, received.body.as_str()),
        (401, r#"{"kind":"the request is not authenticated"}"#),
        "{}",
        F::NAME
    );
    let received = Sent::new("GET /admin")
        .bearer(&token(&json!({})))
        .to(address)
        .await;
    assert_eq!(received.status, 403);
    assert!(
        received.body.contains("the user lacks"),
        "{}: {}",
        F::NAME,
        received.body
    );
    assert_eq!(entered.take(), [""; 0]);
}
