//! The recorded cases of Clerk's JavaScript SDK, where they are at hand; see the example of the same name.
#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)]
#[path = "../examples/conformance/main.rs"]
mod conformance;

use std::path::Path;

async fn all_pass(kind: &str) {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance");
    if !cases.exists() {
        return;
    }
    let file = |name: &str| {
        let path = cases.join(format!("{kind}.{name}.jsonl"));
        path.to_str().unwrap().to_owned()
    };
    let failed = conformance::run(kind, &file("cases"), &file("expected")).await;
    assert_eq!(failed.unwrap(), 0);
}

#[tokio::test]
async fn verify_token_answers_as_recorded() {
    all_pass("verify-token").await;
}

#[tokio::test]
async fn has_answers_as_recorded() {
    all_pass("has").await;
}

#[tokio::test]
async fn webhooks_answer_as_recorded() {
    all_pass("webhook").await;
}

#[tokio::test]
async fn keys_decoding_and_claims_answer_as_recorded() {
    all_pass("misc").await;
}
