//! The recorded cases, where they are at hand.
#![allow(clippy::unwrap_used, clippy::panic)]

mod files;

use clerk_conformance::{Kind, run};

async fn all_pass(kind: Kind) {
    let Some((cases, recorded)) = files::of(kind) else {
        return;
    };
    let report = run(kind, &cases, &recorded).await.unwrap();
    println!("{report}");
    assert_eq!(report.failed, []);
    assert_eq!(report.passed, cases.len());
}

#[tokio::test]
async fn requests_are_authenticated_as_recorded() {
    all_pass(Kind::AuthenticateRequest).await;
}

#[tokio::test]
async fn tokens_are_verified_as_recorded() {
    all_pass(Kind::VerifyToken).await;
}

#[tokio::test]
async fn permissions_are_checked_as_recorded() {
    all_pass(Kind::Has).await;
}

#[tokio::test]
async fn webhooks_are_verified_as_recorded() {
    all_pass(Kind::Webhook).await;
}

#[tokio::test]
async fn everything_else_is_as_recorded() {
    all_pass(Kind::Misc).await;
}
