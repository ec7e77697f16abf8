//! The recorded cases of Clerk's JavaScript SDK, where they are at hand; see the example of the same name.
#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)]
#[path = "../examples/conformance/main.rs"]
mod conformance;

use std::path::Path;

async fn all_pass(kind: &str) {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance");
    if !cases.exists() {
        println!("skipped: the recorded cases are not at hand");
        return;
    }
    let file = |name: &str| {
        let path = cases.join(format!("{kind}.{name}.jsonl"));
        path.to_str().unwrap().to_owned()
    };
    let failed = conformance::run(&file("cases"), &file("expected")).await;
    assert_eq!(failed.unwrap(), 0);
}

#[tokio::test]
async fn requests_are_authenticated_as_recorded() {
    all_pass("authenticate-request").await;
}

#[tokio::test]
async fn urls_cookies_and_redirects_are_as_recorded() {
    all_pass("misc").await;
}
