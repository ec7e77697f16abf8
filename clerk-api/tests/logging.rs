//! What is logged of a request, and what is not.
//!
//! One test alone in its program: `tracing` remembers per place whether anybody listens, for all threads at once.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clerk_api::{Client, Config, HttpOptions, Method, RetryPolicy};
use serde_json::json;
use test_support::server::{self, Reply, Server, empty};
use tracing::field::{Field, Visit};
use tracing::span;

const KEY: &str = "sk_test_hunter2";

/// Writes down all that is logged, from every crate and at every level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Visit for Log {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0.lock().unwrap(), "{field}={value:?} ").unwrap();
    }
}

impl tracing::Subscriber for Log {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        span.record(&mut self.clone());
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut self.clone());
        self.0.lock().unwrap().push('\n');
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[test]
fn the_log_tells_each_try_but_no_key_query_body_or_id() {
    let log = Log::default();
    // On one thread, so that this subscriber sees everything and nothing of other tests.
    tracing::subscriber::with_default(log.clone(), || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let server = Server::replying([
                empty(503).header("x-clerk-trace-id", "trace_1"),
                Reply::DropAfter,
                server::json(200, json!({ "answer": "answer_hunter2" })),
            ])
            .await;
            let retry = RetryPolicy::default().base_delay(Duration::from_millis(1));
            let config = Config::new(KEY).server_api_url(server.url());
            let api = Client::new(config.http_options(HttpOptions::new().retry(retry)));
            api.request(Method::PUT, "/users/user_hunter2")
                .query(&[("password", "query_hunter2")])
                .header("x-secret", "header_hunter2")
                .json(json!({ "password": "body_hunter2" }))
                .await
                .unwrap();
        });
    });
    let log = log.0.lock().unwrap().clone();
    let ours: Vec<_> = log
        .lines()
        .filter(|line| line.contains("elapsed_ms="))
        .collect();
    assert_eq!(ours.len(), 3, "{log}");
    for (attempt, line) in (1..).zip(&ours) {
        assert!(line.contains(&format!("attempt={attempt}")), "{line}");
        assert!(line.contains("method=\"PUT\""), "{line}");
        assert!(!line.contains("hunter2"), "{line}");
    }
    assert!(
        ours[0].contains("status=503") && ours[0].contains("trace_1"),
        "{log}"
    );
    assert!(ours[2].contains("status=200"), "{log}");
    // reqwest and hyper log host and port at most.
    assert!(!log.contains("hunter2"), "{log}");
}
