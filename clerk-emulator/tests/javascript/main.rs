//! Clerk's own JavaScript, `@clerk/backend` and `@clerk/express`, on the emulator.
//!
//! Needs Node and `npm ci` in this folder; without them it is skipped with a message, or fails where
//! `CLERK_REQUIRE_NODE` is 1.

#![allow(missing_docs, unreachable_pub)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod comparison;
#[path = "../node/mod.rs"]
mod node;

use std::time::Duration;

use clerk_emulator::{Emulator, Seed};
use node::Node;
use serde_json::json;

/// Each of the files takes a second or two.
const NODE: Node = Node {
    folder: "javascript",
    packages: &["@clerk/backend", "@clerk/express"],
    limit: Duration::from_secs(60),
};

/// Runs the tests of one file on an emulator of their own.
async fn run(file: &str) {
    if !node::is_there(&NODE).await {
        return;
    }
    let emulator = Emulator::builder()
        .seed(Seed::demo())
        .start()
        .await
        .unwrap();
    let plan = json!({"name": "Pro", "slug": "pro"});
    emulator.insert("billing/plans", plan).unwrap();
    let settings = [("EMULATOR_OAUTH_TOKEN", &*oauth_token(&emulator))];
    let output = node::run(&NODE, &emulator, file, &settings, "").await;
    node::check(file, &output);
    emulator.shutdown().await;
}

/// A token that no API issues: users get it from an application's consent page.
fn oauth_token(emulator: &Emulator) -> String {
    let fields = json!({"name": "Reader", "client_id": "reader", "scopes": "profile email"});
    emulator.insert("oauth_applications", fields).unwrap();
    let scopes = ["profile", "email"];
    emulator
        .issue_oauth_token("reader", "user_ada", &scopes)
        .unwrap()
}

#[tokio::test]
async fn the_client_lists_creates_and_refuses() {
    run("backend_api.test.mjs").await;
}

#[tokio::test]
async fn the_client_reaches_everything_else() {
    run("instance.test.mjs").await;
}

#[tokio::test]
async fn tokens_verify() {
    run("tokens.test.mjs").await;
}

#[tokio::test]
async fn requests_are_authenticated_and_handshakes_followed() {
    run("requests.test.mjs").await;
}

#[tokio::test]
async fn machine_tokens_are_verified() {
    run("machine_tokens.test.mjs").await;
}

#[tokio::test]
async fn webhooks_verify() {
    run("webhooks.test.mjs").await;
}

#[tokio::test]
async fn express_applications_know_their_visitors() {
    run("express.test.mjs").await;
}
