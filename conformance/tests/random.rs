//! A short random comparison with Clerk's own JavaScript, where there is Node.
#![allow(clippy::unwrap_used, clippy::panic)]

use clerk_conformance::{is_available, random};

#[tokio::test]
async fn random_cases_differ_by_rule_only() {
    if !is_available() {
        let is_required = std::env::var_os("CLERK_REQUIRE_NODE").is_some();
        assert!(
            !is_required,
            "Node, or what `npm ci` in conformance/oracle installs, is missing"
        );
        println!("skipped: random cases need Node, and `npm ci` in conformance/oracle");
        return;
    }
    let report = random(5, 500).await.unwrap();
    println!("{report}");
    assert_eq!(report.cases, 500);
    assert_eq!(report.failed(), 0, "{report}");
}
