//! The fields of a request's span. This program has only one test, because `tracing` caches for all threads whether a span
//! has a subscriber.
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

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use clerk_middleware::AuthenticateOptions;
use clerk_sdk::auth::Accepts;
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span;

use self::backend::{call, clerk, options, token};

/// The fields of the spans, and the events.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<BTreeMap<String, String>>>);

impl Visit for Seen {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let value = format!("{value:?}").trim_matches('"').to_owned();
        self.0
            .lock()
            .unwrap()
            .insert(field.name().to_owned(), value);
    }
}

impl tracing::Subscriber for Seen {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target().starts_with("clerk_middleware")
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[test]
fn the_span_says_who_came_and_why_not() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let spans_of = |token: &str| {
        let seen = Seen::default();
        tracing::subscriber::with_default(seen.clone(), || {
            let options = AuthenticateOptions::new().accepts_token(Accepts::Any);
            runtime.block_on(call(&clerk(self::options()), &options, "/", token));
        });
        seen.0.lock().unwrap().clone()
    };
    let genuine = spans_of(&token(&json!({})));
    assert_eq!(genuine["status"], "signed-in");
    assert_eq!(genuine["token_type"], "session_token");
    assert_eq!(genuine["user_id"], "user_1");
    assert_eq!(genuine["session_id"], "sess_1");
    assert!(!genuine.contains_key("org_id") && !genuine.contains_key("machine_id"));
    assert!(!genuine.contains_key("reason"));

    let member = spans_of(&token(
        &json!({ "org_id": "org_1", "org_role": "org:admin" }),
    ));
    assert_eq!(member["org_id"], "org_1");
    let machine = spans_of(&token(&json!({ "sub": "mch_1" })));
    assert_eq!(machine["machine_id"], "mch_1");
    assert!(!machine.contains_key("user_id"));

    assert!(!machine.contains_key("actor"));
    let impersonated = spans_of(&token(&json!({ "act": { "sub": "user_support" } })));
    assert_eq!(impersonated["actor"], "user_support");
    let malformed = spans_of(&token(&json!({ "act": 5 })));
    assert_eq!(malformed["actor"], "malformed");

    let rejected = spans_of("nonsense");
    assert_eq!(rejected["status"], "signed-out");
    assert_eq!(rejected["reason"], "token-invalid");
    assert!(rejected.contains_key("message") && !rejected.contains_key("user_id"));
}
