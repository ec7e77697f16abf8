use clerk_middleware::{
    AuthSource, AuthenticateOptions, CLERK_SESSION_ID_PARAM, PendingSessions, RequestState,
    SessionResolution, Status, authenticate_request,
};
use clerk_sdk::auth::{Accepts, AuthObject};
use http::HeaderValue;
use serde_json::json;

use super::backend::{
    Backend, NOW, Routes, SUFFIX, call, clerk, header, options, page, reason, request, sign, token,
    user,
};

fn cookies(session: &str) -> String {
    format!("__session={session}; __client_uat={}", NOW - 100)
}

#[tokio::test]
async fn a_bearer_token_signs_in_without_any_network() {
    let state = call(
        &clerk(options()),
        &AuthenticateOptions::new(),
        "/",
        &token(&json!({})),
    )
    .await;
    assert_eq!(user(&state), Some("user_1"));
    assert_eq!(state.status(), Status::SignedIn);
    assert_eq!(state.source(), Some(AuthSource::Header));
    assert!(state.headers().is_empty());
}

#[tokio::test]
async fn the_session_of_a_cookie_is_marked_as_the_last_active_one() {
    let (clerk, options) = (clerk(options()), AuthenticateOptions::new());
    let state = page(&clerk, &options, "/", &cookies(&token(&json!({})))).await;
    assert_eq!(user(&state), Some("user_1"));
    assert_eq!(state.source(), Some(AuthSource::LastActive));
}

#[tokio::test]
async fn the_session_that_a_request_names_is_the_one_that_must_verify() {
    assert_eq!(CLERK_SESSION_ID_PARAM, "_clerk_session_id");
    let (clerk, options) = (clerk(options()), AuthenticateOptions::new());
    let token = token(&json!({}));
    let cookies = cookies(&token);
    for (query, source) in [
        ("", Some(AuthSource::LastActive)),
        ("?_clerk_session_id=", Some(AuthSource::LastActive)),
        ("?_clerk_session_id=sess_1", Some(AuthSource::NamedSession)),
        (
            "?a=1&_clerk_session_id=sess%5F1",
            Some(AuthSource::NamedSession),
        ),
        (
            "?_clerk_session_id=sess_1&_clerk_session_id=sess_1",
            Some(AuthSource::NamedSession),
        ),
        (
            "?_clerk_session_id=&_clerk_session_id=sess_1",
            Some(AuthSource::NamedSession),
        ),
        ("?_clerk_session_id=sess_2", None),
        ("?_clerk_session_id=sess_1&_clerk_session_id=sess_2", None),
        ("?_clerk_session_id=SESS_1", None),
    ] {
        let uri = format!("/{query}");
        let by_cookie = page(&clerk, &options, &uri, &cookies).await;
        let by_header = call(&clerk, &options, &uri, &token).await;
        assert_eq!(by_cookie.source(), source, "{query}");
        for state in [by_cookie, by_header] {
            assert_eq!(state.is_signed_in(), source.is_some(), "{query}");
            if source.is_none() {
                assert_eq!(reason(&state), "session-id-mismatch");
                assert_eq!(user(&state), None);
            }
        }
    }
}

fn session(id: &str, status: &str) -> serde_json::Value {
    json!({
        "object": "session", "id": id, "user_id": "user_9", "client_id": "client_1", "status": status,
        "last_active_at": 1, "expire_at": 2, "abandon_at": 3, "created_at": 1, "updated_at": 1, "actor": null,
    })
}

fn on_server() -> AuthenticateOptions {
    AuthenticateOptions::new().session_resolution(SessionResolution::Server)
}

#[tokio::test]
async fn on_the_server_the_named_session_is_verified_by_one_call() {
    let routes = Routes::from([(
        "POST /sessions/sess_9/verify",
        (200, session("sess_9", "active")),
    )]);
    let backend = Backend::start(routes).await;
    let uri = "/?_clerk_session_id=sess_9";
    let state = page(&backend.clerk(), &on_server(), uri, &cookies("opaque")).await;
    assert_eq!(user(&state), Some("user_9"));
    assert_eq!(state.source(), Some(AuthSource::NamedSession));
    assert_eq!(
        backend.calls(),
        [(
            "POST /sessions/sess_9/verify".to_owned(),
            json!({ "token": "opaque" })
        )]
    );
}

#[tokio::test]
async fn on_the_server_the_last_active_session_is_verified_when_none_is_named() {
    let client = |last: serde_json::Value| {
        json!({
            "object": "client", "id": "client_1", "session_ids": ["sess_9"], "sessions": [],
            "sign_in_id": null, "sign_up_id": null, "last_active_session_id": last,
            "created_at": 1, "updated_at": 1,
        })
    };
    let routes = Routes::from([
        ("POST /clients/verify", (200, client(json!("sess_9")))),
        (
            "POST /sessions/sess_9/verify",
            (200, session("sess_9", "active")),
        ),
    ]);
    let backend = Backend::start(routes).await;
    let state = page(&backend.clerk(), &on_server(), "/", &cookies("opaque")).await;
    assert_eq!(user(&state), Some("user_9"), "{state:?}");
    assert_eq!(state.source(), Some(AuthSource::LastActive));
    assert_eq!(
        backend.lines(),
        ["POST /clients/verify", "POST /sessions/sess_9/verify"]
    );

    let routes = Routes::from([("POST /clients/verify", (200, client(json!(null))))]);
    let backend = Backend::start(routes).await;
    let state = page(&backend.clerk(), &on_server(), "/", &cookies("opaque")).await;
    assert_eq!(reason(&state), "session-token-and-uat-missing");
    assert_eq!(user(&state), None);
}

#[tokio::test]
async fn on_the_server_a_session_that_has_ended_is_signed_out() {
    for (status, received) in [
        (200, session("sess_9", "ended")),
        (401, json!({ "errors": [] })),
    ] {
        let routes = Routes::from([("POST /sessions/sess_9/verify", (status, received))]);
        let backend = Backend::start(routes).await;
        let uri = "/?_clerk_session_id=sess_9";
        let state = page(&backend.clerk(), &on_server(), uri, &cookies("opaque")).await;
        assert!(matches!(state, RequestState::SignedOut(_)), "{state:?}");
    }
}

#[tokio::test]
async fn without_asking_the_server_an_opaque_token_costs_no_call() {
    let backend = Backend::start(Routes::new()).await;
    let options = AuthenticateOptions::new();
    let state = page(&backend.clerk(), &options, "/", &cookies("opaque")).await;
    assert_eq!(reason(&state), "token-invalid");
    assert!(backend.calls().is_empty());
}

#[tokio::test]
async fn a_pending_session_is_signed_out_unless_the_options_say_otherwise() {
    let clerk = clerk(options());
    let token = token(&json!({ "sts": "pending" }));
    let state = call(&clerk, &AuthenticateOptions::new(), "/", &token).await;
    assert_eq!(user(&state), None);
    let RequestState::SignedIn(signed_in) = &state else {
        panic!("{state:?}")
    };
    assert_eq!(
        signed_in.pending.as_ref().unwrap().user_id.as_deref(),
        Some("user_1")
    );
    let AuthObject::Session(auth) = &*signed_in.auth else {
        panic!()
    };
    assert_eq!(auth.session_status.as_deref(), Some("pending"));

    let options = AuthenticateOptions::new().pending_sessions(PendingSessions::SignedIn);
    assert_eq!(
        user(&call(&clerk, &options, "/", &token).await),
        Some("user_1")
    );
}

fn expired_cookies() -> String {
    let expired = token(&json!({ "exp": NOW - 60, "iat": NOW - 120 }));
    format!(
        "__session_{SUFFIX}={expired}; __client_uat_{SUFFIX}={}; __refresh_{SUFFIX}=refresh_1",
        NOW - 200
    )
}

#[tokio::test]
async fn an_expired_session_is_refreshed_and_its_answer_is_not_to_be_stored() {
    let new = token(&json!({ "sub": "user_1", "iat": NOW }));
    let cookies = json!({ "object": "cookies", "cookies": [format!("__session={new}; Path=/"), "__client_uat=1"] });
    let line = "POST /sessions/sess_1/refresh?suffixed_cookies=true";
    let backend = Backend::start(Routes::from([(line, (200, cookies))])).await;
    let state = page(
        &backend.clerk(),
        &AuthenticateOptions::new(),
        "/p",
        &expired_cookies(),
    )
    .await;
    assert_eq!(
        user(&state),
        Some("user_1"),
        "{state:?} {:?}",
        backend.lines()
    );
    assert_eq!(header(&state, "cache-control"), Some("no-store"));
    assert_eq!(header(&state, "vary"), Some("cookie"));
    assert_eq!(state.headers().get_all("set-cookie").iter().count(), 2);
    let (_, body) = &backend.calls()[0];
    assert_eq!(body["refresh_token"], "refresh_1");
    assert_eq!(body["request_origin"], "https://app.example.com");
    assert_eq!(body["request_headers"]["host"], json!(["app.example.com"]));
}

#[tokio::test]
async fn a_refresh_tells_header_bytes_beyond_ascii_as_clerks_javascript_reads_them() {
    let line = "POST /sessions/sess_1/refresh?suffixed_cookies=true";
    let backend = Backend::start(Routes::from([(line, (401, json!({ "errors": [] })))])).await;
    let mut parts = request(
        "/p",
        &[
            ("sec-fetch-dest", "document"),
            ("cookie", &expired_cookies()),
        ],
    );
    let place = HeaderValue::from_bytes(b"caf\xe9 \xc3\xbc").unwrap();
    parts.headers.insert("x-place", place);
    authenticate_request(&backend.clerk(), &parts, &AuthenticateOptions::new()).await;
    let (_, body) = &backend.calls()[0];
    assert_eq!(
        body["request_headers"]["x-place"],
        json!(["caf\u{e9} \u{c3}\u{bc}"])
    );
}

#[tokio::test]
async fn without_refresh_nothing_is_asked() {
    let backend = Backend::start(Routes::new()).await;
    let options = AuthenticateOptions::new().refresh(false);
    let state = page(&backend.clerk(), &options, "/p", &expired_cookies()).await;
    assert_eq!(
        reason(&state),
        "session-token-expired-refresh-non-eligible-no-refresh-cookie"
    );
    assert!(backend.calls().is_empty());
}

#[tokio::test]
async fn a_session_id_of_another_form_costs_no_call() {
    for sid in ["../users", "a/b?c", "..", "sess_../users", "user_1"] {
        let backend = Backend::start(Routes::new()).await;
        let expired = token(&json!({ "exp": NOW - 60, "iat": NOW - 120, "sid": sid }));
        let cookies =
            format!("__session_{SUFFIX}={expired}; __client_uat_{SUFFIX}=1; __refresh_{SUFFIX}=r");
        let state = page(&backend.clerk(), &AuthenticateOptions::new(), "/", &cookies).await;
        assert!(!state.is_signed_in());
        assert!(backend.calls().is_empty(), "{:?}", backend.lines());
    }
}

#[tokio::test]
async fn several_cookie_headers_are_read_as_one() {
    let token = token(&json!({}));
    let (session, uat) = (
        format!("__session={token}"),
        format!("__client_uat={}", NOW - 100),
    );
    let headers = [("cookie", session.as_str()), ("cookie", uat.as_str())];
    let parts = request("/", &headers);
    let state = authenticate_request(&clerk(options()), &parts, &AuthenticateOptions::new()).await;
    assert_eq!(user(&state), Some("user_1"));
}

#[tokio::test]
async fn debugging_a_state_shows_neither_tokens_nor_cookies() {
    let clerk = clerk(options());
    let token = token(&json!({}));
    let options = AuthenticateOptions::new();
    let signed_in = call(&clerk, &options, "/", &token).await;
    let due = page(&clerk, &options, "/", &format!("__session={token}")).await;
    assert_eq!(due.status(), Status::Handshake);
    for state in [signed_in, due] {
        assert!(!format!("{state:?}").contains(&token[..20]), "{state:?}");
    }
}

#[tokio::test]
async fn details_of_a_rejected_token_are_told_only_where_the_options_say_so() {
    let clerk = clerk(options().authorized_parties(["https://other.example"]));
    let token = token(&json!({}));
    let state = call(&clerk, &AuthenticateOptions::new(), "/", &token).await;
    assert_eq!(
        header(&state, "x-clerk-auth-reason"),
        Some("token-invalid-authorized-parties")
    );
    assert_eq!(header(&state, "x-clerk-auth-message"), None);
    assert!(state.message().is_some());
    let options = AuthenticateOptions::new().message_header(true);
    let state = call(&clerk, &options, "/", &token).await;
    assert!(header(&state, "x-clerk-auth-message").is_some());
}

#[tokio::test]
async fn a_form_of_the_same_origin_is_refreshed_where_the_options_say_so() {
    let cookies = [
        format!("__session_{SUFFIX}={}; Path=/", token(&json!({}))),
        format!("__client_uat_{SUFFIX}={}; Path=/", NOW - 10),
    ];
    let routes = Routes::from([(
        "POST /sessions/sess_1/refresh?suffixed_cookies=true",
        (200, json!({ "object": "cookies", "cookies": cookies })),
    )]);
    let backend = Backend::start(routes).await;
    let expired = token(&json!({ "exp": NOW - 60, "iat": NOW - 120 }));
    let sent = format!(
        "__session_{SUFFIX}={expired}; __client_uat_{SUFFIX}={}; __refresh_{SUFFIX}=refresh_token_1",
        NOW - 200
    );
    let form = |site: &str| {
        let mut parts = request(
            "/notes",
            &[
                ("cookie", &sent),
                ("sec-fetch-site", site),
                ("sec-fetch-dest", "document"),
                ("content-type", "application/x-www-form-urlencoded"),
            ],
        );
        parts.method = http::Method::POST;
        parts
    };
    let clerk = backend.clerk();
    let kept = AuthenticateOptions::new().expired_forms(true);
    for (options, site, expected) in [
        (&kept, "same-origin", Some("user_1")),
        (&kept, "same-site", None),
        (&kept, "cross-site", None),
        (&AuthenticateOptions::new(), "same-origin", None),
    ] {
        let state = authenticate_request(&clerk, &form(site), options).await;
        assert_eq!(user(&state), expected, "{site}");
        if expected.is_none() {
            assert_eq!(
                reason(&state),
                "session-token-expired-refresh-non-eligible-non-get"
            );
        } else {
            assert!(header(&state, "set-cookie").is_some());
        }
    }
    assert_eq!(backend.lines().len(), 1);
}

/// An ID token for an OAuth application, as the instance signs it: with the key of its session tokens.
fn id_token(changes: &serde_json::Value) -> String {
    let mut claims = json!({
        "sub": "user_1", "iss": "https://clerk.example.com", "aud": "client_1", "azp": "client_1", "iat": NOW - 10,
        "exp": NOW + 3000, "auth_time": NOW - 20, "nonce": "n", "jti": "1",
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    sign(&claims)
}

#[tokio::test]
async fn a_token_that_names_no_session_signs_nobody_in() {
    let clerk = clerk(options());
    for changes in [
        json!({}),
        json!({ "sid": "" }),
        json!({ "sid": null }),
        json!({ "sid": 5 }),
        json!({ "sid": ["sess_1"] }),
    ] {
        let token = id_token(&changes);
        for accepts in [Accepts::default(), Accepts::Any] {
            let options = AuthenticateOptions::new().accepts_token(accepts);
            let state = call(&clerk, &options, "/", &token).await;
            assert_eq!(reason(&state), "session-id-missing", "{changes}");
            assert_eq!(user(&state), None);
            let cookies = format!("__session={token}; __client_uat={}", NOW - 100);
            let state = page(&clerk, &options, "/", &cookies).await;
            assert_eq!(reason(&state), "session-id-missing", "{changes}");
            // Once more, with what was kept of the token.
            let state = call(&clerk, &options, "/", &token).await;
            assert_eq!(reason(&state), "session-id-missing", "{changes}");
        }
        let handshake = sign(&json!({ "handshake": [format!("__session={token}; Path=/")] }));
        let uri = format!("/?__clerk_handshake={handshake}");
        let state = page(&clerk, &AuthenticateOptions::new(), &uri, "").await;
        assert_eq!((reason(&state), user(&state)), ("session-id-missing", None));
    }
    let state = call(
        &clerk,
        &AuthenticateOptions::new(),
        "/",
        &id_token(&json!({ "sid": "sess_1" })),
    )
    .await;
    assert_eq!(user(&state), Some("user_1"));
}
