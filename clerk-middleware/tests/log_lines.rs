//! What requests of strangers write into the log, and what a configuration with gaps writes.
//!
//! This program has only one test: the limits apply to the whole process, and `tracing` caches for all threads whether a log
//! statement has a subscriber.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

#[path = "engine/backend.rs"]
#[allow(dead_code)]
mod backend;

use std::fmt::{Debug, Write as _};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::{get, post};
use clerk_middleware::{
    AuthenticateOptions, Authenticator, ClerkLayer, ClerkWebhook, OrganizationSync,
    authenticate_request, require_token,
};
use clerk_sdk::tokens::TokenType;
use clerk_sdk::{Clerk, ClerkOptions, Clock};
use serde_json::json;
use tower::ServiceExt as _;
use tracing::field::{Field, Visit};
use tracing::{Level, span};

use self::backend::{
    Backend, DEVELOPMENT, NOW, Routes, clerk, options, page, request, sign, sign_with, token,
};

/// How many requests of a kind a stranger sends.
const REQUESTS: usize = 20;

/// Records all warnings and errors.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, "{field}={value:?} ").unwrap();
    }
}

impl tracing::Subscriber for Log {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        self.0.lock().unwrap().push(text.0);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

impl Log {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// Returns clients whose clock the test advances.
struct Clients {
    now_ms: Arc<AtomicI64>,
    backend: Backend,
}

impl Clients {
    fn options(&self) -> ClerkOptions {
        let now_ms = Arc::clone(&self.now_ms);
        options()
            .server_api_url(self.backend.url())
            .clock(Clock::from_fn(move || now_ms.load(Ordering::Relaxed)))
    }

    fn production(&self) -> Clerk {
        clerk(self.options())
    }

    fn development(&self) -> Clerk {
        let options = self.options().secret_key("sk_test_1");
        clerk(options.publishable_key(DEVELOPMENT))
    }
}

/// Loads this page many times within a minute, and once more after it.
async fn flood(log: &Log, clients: &Clients, clerk: &Clerk, target: (&str, &str), line: &str) {
    let (uri, cookies) = target;
    let sync = OrganizationSync::new().organization_patterns(["/orgs/:slug"]);
    let options = AuthenticateOptions::new().organization_sync(sync);
    for _ in 0..REQUESTS {
        page(clerk, &options, uri, cookies).await;
    }
    let lines = log.take();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains(line), "{lines:?}");
    assert!(!lines[0].contains("suppressed="), "{lines:?}");

    clients.now_ms.fetch_add(59_999, Ordering::Relaxed);
    page(clerk, &options, uri, cookies).await;
    assert_eq!(log.take(), Vec::<String>::new());
    clients.now_ms.fetch_add(1, Ordering::Relaxed);
    page(clerk, &options, uri, cookies).await;
    let lines = log.take();
    assert_eq!(lines.len(), 1, "{lines:?}");
    let left_out = format!("suppressed={REQUESTS}");
    assert!(lines[0].contains(&left_out), "{lines:?}");
}

async fn floods(log: &Log) {
    let clients = Clients {
        now_ms: Arc::new(AtomicI64::new(NOW * 1000)),
        backend: Backend::start(Routes::new()).await,
    };
    // Valid for hours, so that the clock may advance.
    let session = token(&json!({ "exp": NOW + 7200 }));
    let mut forged = sign(&json!({ "handshake": [format!("__session={session}")] }));
    forged.replace_range(forged.len() - 20.., "AAAAAAAAAAAAAAAAAAAA");
    let forged = format!("/?__clerk_handshake={forged}");
    let nonce = "/?__clerk_handshake_nonce=made-up";
    let going_round = "__client_uat=5; __clerk_redirect_count=3";
    let elsewhere = format!("__session={session}; {going_round}");
    let (production, development) = (clients.production(), clients.development());
    let wrong = clerk(clients.options().secret_key(""));
    for (clerk, uri, cookies, line) in [
        (
            &production,
            forged.as_str(),
            "",
            "the result of a handshake is not accepted",
        ),
        (&production, nonce, "", "Clerk did not return the result"),
        (&production, "/", going_round, "in a loop of handshakes"),
        (
            &production,
            "/orgs/acme",
            elsewhere.as_str(),
            "the organization in the path",
        ),
        (
            &development,
            forged.as_str(),
            "",
            "the handshake cannot be verified",
        ),
    ] {
        flood(log, &clients, clerk, (uri, cookies), line).await;
    }

    // These use the system's clock.
    for _ in 0..REQUESTS {
        page(&wrong, &AuthenticateOptions::new(), "/", "").await;
    }
    let lines = log.take();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("CLERK_SECRET_KEY"), "{lines:?}");

    let app = Router::new().route("/hook", post(|_: ClerkWebhook| async {}));
    let unprotected = app.clone();
    let app = app.layer(ClerkLayer::new(production));
    log.take();
    for (app, line) in [(app, "a webhook was rejected"), (unprotected, "layer")] {
        for _ in 0..REQUESTS {
            let request = http::Request::post("/hook").body(axum::body::Body::from("{}"));
            app.clone().oneshot(request.unwrap()).await.unwrap();
        }
        let lines = log.take();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].contains(line), "{lines:?}");
    }
}

/// Rejected tokens, unknown machines and pages without a session log nothing at all.
async fn rejections(log: &Log) {
    let backend = Backend::start(Routes::new()).await;
    let options = AuthenticateOptions::new().accepts_token(clerk_sdk::auth::Accepts::Any);
    for token in [
        "x",
        "ak_x",
        "mt_x",
        "oat_x",
        "e30.e30.AA",
        "a.b.c",
        &token(&json!({ "exp": 1 })),
    ] {
        let header = format!("Bearer {token}");
        let parts = request("/", &[("authorization", &header)]);
        authenticate_request(&backend.clerk(), &parts, &options).await;
    }
    assert_eq!(log.take(), Vec::<String>::new());
}

/// Reasons that usually mean a mistake in the configuration are one line a minute, which says what to do.
async fn mistakes(log: &Log) {
    let other_key = include_str!("../../clerk-sdk/tests/keys/other.private.pem");
    let foreign = json!({ "sub": "user_1", "sid": "sess_1", "iat": NOW - 10, "exp": NOW + 50 });
    let foreign = sign_with(other_key, &foreign);
    let own = token(&json!({}));
    let ahead = token(&json!({ "iat": NOW + 3600, "nbf": NOW - 10, "exp": NOW + 7200 }));
    let strict = options().authorized_parties(["https://other.example"]);
    let unreachable = options().jwt_key("");
    for (options, token, expected) in [
        (
            options(),
            &foreign,
            &["CLERK_SECRET_KEY", "reason=token-invalid-signature"][..],
        ),
        (options(), &ahead, &["NTP", "CLERK_CLOCK_SKEW_MS"]),
        (strict, &own, &["CLERK_AUTHORIZED_PARTIES"]),
        (unreachable, &own, &["127.0.0.1:9", "refused"]),
    ] {
        let clerk = clerk(options);
        for _ in 0..REQUESTS {
            let header = format!("Bearer {token}");
            let parts = request("/", &[("authorization", &header)]);
            authenticate_request(&clerk, &parts, &AuthenticateOptions::new()).await;
        }
        let mut lines = log.take();
        // Each call that fails is a line of clerk-api.
        lines.retain(|line| !line.contains("request failed without a response"));
        assert_eq!(lines.len(), 1, "{lines:?}");
        for text in expected {
            assert!(lines[0].contains(text), "{text}: {lines:?}");
        }
    }
}

/// Each gap in the configuration is logged once, however often a layer is built with it. A route that accepts more kinds of
/// tokens adds its gaps, once.
async fn warnings(log: &Log) {
    let authenticator = Authenticator::new(clerk(options())).validate().unwrap();
    let layer = ClerkLayer::new(authenticator.clone());
    let _another = ClerkLayer::new(authenticator);
    let lines = log.take();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        lines[0].contains("set CLERK_AUTHORIZED_PARTIES"),
        "{lines:?}"
    );

    let tokens = require_token([TokenType::Session, TokenType::OAuth]);
    let app = Router::new().route("/", get(|| async {}).layer(tokens));
    let app = app.layer(layer);
    for _ in 0..REQUESTS {
        let request = http::Request::get("/").body(axum::body::Body::empty());
        app.clone().oneshot(request.unwrap()).await.unwrap();
    }
    let lines = log.take();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("set CLERK_AUDIENCE"), "{lines:?}");

    let development = options()
        .secret_key("sk_test_1")
        .publishable_key(DEVELOPMENT);
    let development = Authenticator::new(clerk(development)).validate().unwrap();
    let _layer = ClerkLayer::new(development);
    assert_eq!(log.take(), Vec::<String>::new());
}

#[test]
fn one_line_a_minute_of_each_kind_and_warnings_once() {
    let log = Log::default();
    tracing::subscriber::with_default(log.clone(), || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            floods(&log).await;
            rejections(&log).await;
            mistakes(&log).await;
            warnings(&log).await;
        });
    });
}
