//! Redirects, machine tokens, webhooks, and requests that nobody should send.

use clerk_middleware::Authenticator;
use clerk_sdk::Clock;
use clerk_sdk::webhooks::Webhooks;
use serde_json::{Value, json};

use crate::backend::{Backend, DEVELOPMENT, NOW, Routes, clerk, options, sign, token};
use crate::connection::Sent;
use crate::credentials::{WEBHOOK_SECRET, cookies, production};
use crate::rows::NOBODY;
use crate::servers::{Entered, Framework};

pub(crate) async fn browsers_are_sent_to_the_sign_in_page_where_that_is_asked_for<F: Framework>() {
    let authenticator = Authenticator::new(clerk(production())).redirect_to_sign_in();
    let address = F::serve(authenticator, Entered::default()).await;
    let answer = Sent::new("GET /nested/me?x=1").page().to(address).await;
    assert_eq!(answer.status, 302, "{}: {answer:?}", F::NAME);
    assert_eq!(
        answer.header("location"),
        Some(
            "https://accounts.example.com/sign-in?redirect_url=https%3A%2F%2Fapp.example.com%2Fnested%2Fme%3Fx%3D1"
        ),
        "{}",
        F::NAME
    );
    let answer = Sent::new("GET /me")
        .header("accept", "application/json")
        .to(address)
        .await;
    assert_eq!(answer.status, 401);
    let answer = Sent::new("GET /admin")
        .page()
        .header("cookie", cookies(&token(&json!({}))))
        .to(address)
        .await;
    assert_eq!(answer.status, 403, "signing in again would not help");
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
    let answer = Sent::new("GET /me").page().to(address).await;
    assert_eq!(answer.status, 307);
    assert!(
        answer
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
        ("/me", 401, NOBODY),
        ("/maybe", 200, "nobody"),
        ("/admin", 401, NOBODY),
        ("/files/x", 401, NOBODY),
    ] {
        let answer = machine(target).to(address).await;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (status, body),
            "{}, {target}",
            F::NAME
        );
        assert_eq!(backend.lines(), [""; 0], "{}, {target}", F::NAME);
        assert_eq!(entered.take(), [""; 0], "{}, {target}", F::NAME);
    }
    let answer = machine("/key").to(address).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (200, "ak_1"),
        "{}",
        F::NAME
    );
    let answer = machine("/either").to(address).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (200, "machine:api_key"),
        "{}",
        F::NAME
    );
    assert_eq!(entered.take().len(), 2);
    let answer = machine("/scoped").to(address).await;
    assert_eq!(answer.status, 403, "{}: {answer:?}", F::NAME);
    assert!(answer.body.contains("users:read"));
    assert_eq!(backend.lines(), ["POST /api_keys/verify"; 3]);

    let valid = token(&json!({}));
    let answer = Sent::new("GET /either").bearer(&valid).to(address).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (200, "session:user_1"),
        "{}",
        F::NAME
    );
    let answer = Sent::new("GET /either")
        .header("cookie", cookies(&valid))
        .to(address)
        .await;
    assert_eq!(answer.body, "session:user_1", "{}", F::NAME);
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
    let answer = signed(body).body(body).to(address).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
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
        let answer = sent.to(address).await;
        assert_eq!(answer.status, 400, "{}, {name}: {answer:?}", F::NAME);
        assert_eq!(
            answer.body,
            r#"{"error":"Invalid webhook"}"#,
            "{}, {name}",
            F::NAME
        );
    }
    let large = vec![b' '; 16 * 1024 * 1024];
    let answer = signed(b"{}").body(&large).to(address).await;
    assert!(
        matches!(answer.status, 0 | 413),
        "{}: {}",
        F::NAME,
        answer.status
    );
    assert_eq!(entered.take(), [""; 0]);

    let without_secret = clerk(options());
    let address = F::serve(without_secret.into(), entered.clone()).await;
    let answer = signed(body).body(body).to(address).await;
    assert_eq!(answer.status, 500, "{}", F::NAME);
    assert_eq!(entered.take(), [""; 0]);
}

pub(crate) async fn hostile_requests_sign_nobody_in_and_break_nothing<F: Framework>() {
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
        let answer = sent.to(address).await;
        let what = format!(
            "{}: {} {:.60} -> {:.200?}",
            F::NAME,
            sent.method,
            sent.target,
            answer
        );
        assert!(answer.status < 500 || answer.status == 501, "{what}");
        assert!(!answer.body.contains("user_1"), "{what}");
        assert_eq!(entered.take(), [""; 0], "{what}");
    }
    // And it still serves.
    let answer = get().bearer(&token(&json!({}))).to(address).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
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
        let answer = sent.to(address).await;
        assert_eq!(answer.status, 500, "{}, {target}: {answer:?}", F::NAME);
    }
    assert_eq!(entered.take(), [""; 0], "{}", F::NAME);
}

pub(crate) async fn what_a_rejection_sets_is_set_once<F: Framework>() {
    let address = F::serve(clerk(production()).into(), Entered::default()).await;
    let cookies = [format!("__session={}; Path=/", token(&json!({})))];
    let handshake = sign(&json!({ "handshake": cookies }));
    for target in ["/admin", "/check", "/key"] {
        let back = Sent::new(&format!("GET {target}?__clerk_handshake={handshake}"));
        let answer = back.page().to(address).await;
        assert!(
            matches!(answer.status, 401 | 403),
            "{}: {answer:?}",
            F::NAME
        );
        assert_eq!(
            answer.all("set-cookie").count(),
            1,
            "{}: {answer:?}",
            F::NAME
        );
        assert_eq!(
            answer.all("cache-control").count(),
            1,
            "{}: {answer:?}",
            F::NAME
        );
        assert_eq!(answer.all("vary").count(), 1, "{}: {answer:?}", F::NAME);
    }
}
