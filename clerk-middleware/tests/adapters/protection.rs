//! Redirects, machine tokens, webhooks and hostile requests.

use clerk_middleware::Authenticator;
use clerk_sdk::Clock;
use clerk_sdk::webhooks::Webhooks;
use serde_json::{Value, json};

use crate::backend::{Backend, DEVELOPMENT, NOW, Routes, clerk, options, sign, token};
use crate::connection::Sent;
use crate::credentials::{WEBHOOK_SECRET, cookies, production};
use crate::rows::UNAUTHENTICATED;
use crate::servers::{Entered, Framework};

pub(crate) async fn browsers_are_sent_to_the_sign_in_page_where_that_is_asked_for<F: Framework>() {
    let authenticator = Authenticator::new(clerk(production())).redirect_to_sign_in();
    let address = F::serve(authenticator, Entered::default()).await;
    let received = Sent::new("GET /nested/me?x=1").page().to(address).await;
    assert_eq!(received.status, 302, "{}: {received:?}", F::NAME);
    assert_eq!(
        received.header("location"),
        Some(
            "https://accounts.example.com/sign-in?redirect_url=https%3A%2F%2Fapp.example.com%2Fnested%2Fme%3Fx%3D1"
        ),
        "{}",
        F::NAME
    );
    let received = Sent::new("GET /me")
        .header("accept", "application/json")
        .to(address)
        .await;
    assert_eq!(received.status, 401);
    let received = Sent::new("GET /admin")
        .page()
        .header("cookie", cookies(&token(&json!({}))))
        .to(address)
        .await;
    assert_eq!(received.status, 403, "signing in again would not help");
}

pub(crate) async fn handshakes_of_a_development_instance_are_answered_before_any_handler<
    F: Framework,
>() {
    let entered = Entered::default();
    let development = clerk(
        production()
            .secret_key("sk_test_1")
            .publishable_key(DEVELOPMENT),
    );
    let address = F::serve(development.into(), entered.clone()).await;
    let received = Sent::new("GET /me").page().to(address).await;
    assert_eq!(received.status, 307);
    assert!(
        received
            .header("location")
            .unwrap()
            .starts_with("https://clean-mayfly-62.clerk.accounts.dev/v1/client/handshake")
    );
    let cookies = [
        "__client_uat=5; Path=/".to_owned(),
        format!("__session={}; Path=/", token(&json!({}))),
    ];
    let handshake = sign(&json!({ "handshake": cookies }));
    let back = Sent::new(&format!("GET /me?x=1&__clerk_handshake={handshake}"))
        .page()
        .to(address)
        .await;
    assert_eq!(back.status, 307, "{}", F::NAME);
    assert_eq!(
        back.header("location"),
        Some("https://app.example.com/me?x=1")
    );
    assert_eq!(back.all("set-cookie").count(), 2, "{}", F::NAME);
    assert_eq!(entered.take(), [""; 0]);
}

fn api_key() -> Value {
    json!({
        "object": "api_key", "id": "ak_1", "name": "key", "subject": "user_1", "scopes": ["users:write"], "claims": null,
        "revoked": false, "expired": false,
    })
}

pub(crate) async fn machine_tokens_are_verified_only_for_handlers_that_declare_them<
    F: Framework,
>() {
    let backend = Backend::start(Routes::from([("POST /api_keys/verify", (200, api_key()))])).await;
    let entered = Entered::default();
    let address = F::serve(backend.clerk().into(), entered.clone()).await;
    let machine = |target: &str| Sent::new(&format!("GET {target}")).bearer("ak_secret");
    for (target, status, body) in [
        ("/", 200, "user:-"),
        ("/me", 401, UNAUTHENTICATED),
        ("/maybe", 200, "signed out"),
        ("/admin", 401, UNAUTHENTICATED),
        ("/files/x", 401, UNAUTHENTICATED),
    ] {
        let received = machine(target).to(address).await;
        assert_eq!(
            (received.status, received.body.as_str()),
            (status, body),
            "{}, {target}",
            F::NAME
        );
        assert_eq!(backend.lines(), [""; 0], "{}, {target}", F::NAME);
        assert_eq!(entered.take(), [""; 0], "{}, {target}", F::NAME);
    }
    let received = machine("/key").to(address).await;
    assert_eq!(
        (received.status, received.body.as_str()),
        (200, "ak_1"),
        "{}",
        F::NAME
    );
    let received = machine("/either").to(address).await;
    assert_eq!(
        (received.status, received.body.as_str()),
        (200, "machine:api_key"),
        "{}",
        F::NAME
    );
    assert_eq!(entered.take().len(), 2);
    let received = machine("/scoped").to(address).await;
    assert_eq!(received.status, 403, "{}: {received:?}", F::NAME);
    assert!(received.body.contains("users:read"));
    assert_eq!(backend.lines(), ["POST /api_keys/verify"; 3]);

    let valid = token(&json!({}));
    let received = Sent::new("GET /either").bearer(&valid).to(address).await;
    assert_eq!(
        (received.status, received.body.as_str()),
        (200, "session:user_1"),
        "{}",
        F::NAME
    );
    let received = Sent::new("GET /either")
        .header("cookie", cookies(&valid))
        .to(address)
        .await;
    assert_eq!(received.body, "session:user_1", "{}", F::NAME);
    assert_eq!(entered.take().len(), 2);
    for target in ["/key", "/scoped"] {
        for sent in [
            Sent::new(&format!("GET {target}")).bearer(&valid),
            Sent::new(&format!("GET {target}")),
        ] {
            assert_eq!(sent.to(address).await.status, 401, "{}, {target}", F::NAME);
        }
    }
    assert_eq!(Sent::new("GET /either").to(address).await.status, 401);
    assert_eq!(entered.take(), [""; 0]);
    assert_eq!(backend.lines().len(), 3);
}

pub(crate) async fn webhooks_are_verified_over_the_bytes_that_came<F: Framework>() {
    let entered = Entered::default();
    let address = F::serve(clerk(production()).into(), entered.clone()).await;
    let body = br#"{ "type":"user.deleted", "object":"event",  "data":{"id":"user_1","object":"user","deleted":true}, "timestamp":1, "instance_id":"ins_1","event_attributes":{"http_request":{"client_ip":"","user_agent":""}} }"#;
    let signer = Webhooks::new(WEBHOOK_SECRET)
        .unwrap()
        .clock(Clock::from_fn(|| NOW * 1000));
    let signed = |body: &[u8]| {
        signer.sign("msg_1", body).into_iter().fold(
            Sent::new("POST /webhook").header("content-type", "application/json"),
            |sent, (name, value)| sent.header(name, value),
        )
    };
    let received = signed(body).body(body).to(address).await;
    assert_eq!(
        (received.status, received.body.as_str()),
        (200, "user.deleted"),
        "{}",
        F::NAME
    );
    assert_eq!(entered.take(), ["webhook"]);
    let respaced = String::from_utf8_lossy(body).replace("  ", " ");
    for (name, sent) in [
        ("changed", signed(body).body(respaced.as_bytes())),
        ("unsigned", Sent::new("POST /webhook").body(body)),
        ("empty", signed(b"").body(b"")),
        ("no JSON", signed(b"\xff").body(b"\xff")),
    ] {
        let received = sent.to(address).await;
        assert_eq!(received.status, 400, "{}, {name}: {received:?}", F::NAME);
        assert_eq!(
            received.body,
            r#"{"error":"Invalid webhook"}"#,
            "{}, {name}",
            F::NAME
        );
    }
    let large = vec![b' '; 16 * 1024 * 1024];
    let received = signed(b"{}").body(&large).to(address).await;
    assert!(
        matches!(received.status, 0 | 413),
        "{}: {}",
        F::NAME,
        received.status
    );
    assert_eq!(entered.take(), [""; 0]);

    let without_secret = clerk(options());
    let address = F::serve(without_secret.into(), entered.clone()).await;
    let received = signed(body).body(body).to(address).await;
    assert_eq!(received.status, 500, "{}", F::NAME);
    assert_eq!(entered.take(), [""; 0]);
}

pub(crate) async fn hostile_requests_sign_no_user_in_and_break_nothing<F: Framework>() {
    let entered = Entered::default();
    let address = F::serve(clerk(production()).into(), entered.clone()).await;
    let large = "a".repeat(64 * 1024);
    let get = || Sent::new("GET /me");
    let hostile = [
        get().bearer(&large),
        get().header("cookie", format!("__session={large}; __client_uat=1")),
        get().header("cookie", &large),
        get().header("x-forwarded-host", &large),
        get().header("x-large", &large),
        get().bearer("e30.e30.e30"),
        get().bearer("ak_a.b.c"),
        get().bearer(""),
        get().header("authorization", b"Bearer \xff\xff"),
        get().header("authorization", b"\x80"),
        get().header("cookie", b"__session=\x80; __client_uat=\x80"),
        get().header("cookie", "=;;;==; __session; __session=; __client_uat=NaN"),
        get().header("x-forwarded-host", "evil.example/\\@x:y"),
        get().header("x-forwarded-proto", "javascript"),
        Sent::new("GET /me?__clerk_handshake=x.y.z").page(),
        Sent::new("GET /me?__clerk_handshake_nonce=%00").page(),
        Sent::new("GET /me?__clerk_db_jwt=%0d%0aset-cookie:x").page(),
        Sent::new("GET /files/%00"),
        Sent::new("GET /files/%FF%FE"),
        Sent::new("GET /%2e%2e/me"),
        Sent::new("GET /me;x=1"),
        Sent::new("GET \\me"),
        Sent::new(&format!("GET /me?{large}")),
        Sent::new("CONNECT app.example.com:443"),
        Sent::new("GET *"),
        Sent::new("OPTIONS *"),
        (0..90).fold(get(), |sent, index| sent.header(&format!("x-{index}"), "1")),
        (0..400).fold(get(), |sent, index| {
            sent.header("cookie", format!("c{index}=1"))
        }),
    ];
    for sent in hostile {
        let received = sent.to(address).await;
        let what = format!(
            "{}: {} {:.60} -> {:.200?}",
            F::NAME,
            sent.method,
            sent.target,
            received
        );
        assert!(received.status < 500 || received.status == 501, "{what}");
        assert!(!received.body.contains("user_1"), "{what}");
        assert_eq!(entered.take(), [""; 0], "{what}");
    }
    // The server still works.
    let received = get().bearer(&token(&json!({}))).to(address).await;
    assert_eq!(
        (received.status, received.body.as_str()),
        (200, "user_1"),
        "{}",
        F::NAME
    );
}

pub(crate) async fn without_the_layer_nothing_runs<F: Framework>() {
    let entered = Entered::default();
    let address = F::serve_without_layer(entered.clone()).await;
    for target in [
        "/",
        "/me",
        "/maybe",
        "/admin",
        "/check",
        "/key",
        "/either",
        "/nested/me",
        "/cookie",
    ] {
        let sent = Sent::new(&format!("GET {target}")).bearer(&token(&json!({})));
        let received = sent.to(address).await;
        assert_eq!(received.status, 500, "{}, {target}: {received:?}", F::NAME);
    }
    assert_eq!(entered.take(), [""; 0], "{}", F::NAME);
}

pub(crate) async fn what_a_rejection_sets_is_set_once<F: Framework>() {
    let address = F::serve(clerk(production()).into(), Entered::default()).await;
    let cookies = [format!("__session={}; Path=/", token(&json!({})))];
    let handshake = sign(&json!({ "handshake": cookies }));
    for target in ["/admin", "/check", "/key"] {
        let back = Sent::new(&format!("GET {target}?__clerk_handshake={handshake}"));
        let received = back.page().to(address).await;
        assert!(
            matches!(received.status, 401 | 403),
            "{}: {received:?}",
            F::NAME
        );
        assert_eq!(
            received.all("set-cookie").count(),
            1,
            "{}: {received:?}",
            F::NAME
        );
        assert_eq!(
            received.all("cache-control").count(),
            1,
            "{}: {received:?}",
            F::NAME
        );
        assert_eq!(received.all("vary").count(), 1, "{}: {received:?}", F::NAME);
    }
}
