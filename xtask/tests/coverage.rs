//! What covers the operations of the document, and what is missing.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod workspace;

use std::fs;

use xtask::coverage;

#[test]
fn every_operation_is_generated_wrapped_and_documented() {
    let coverage = coverage::measure(&workspace::root()).unwrap();
    assert!(coverage.is_complete(), "{coverage:#?}");
    assert!(coverage.operations > 200);
}

#[test]
fn what_is_missing_fails_the_check() {
    let folder = workspace::workspace();
    let folder = folder.path();
    // There is no clerk-sdk in this copy: nothing is wrapped.
    assert!(
        coverage::run(folder, false, false).unwrap(),
        "without --check it only counts"
    );
    assert!(!coverage::run(folder, false, true).unwrap());
    let docs = folder.join("openapi/docs.toml");
    let text = fs::read_to_string(&docs).unwrap();
    fs::write(&docs, text.replacen("\nGetUser = ", "\nGetUserOfOld = ", 1)).unwrap();
    let coverage = coverage::measure(folder).unwrap();
    assert_eq!(coverage.not_documented, ["GetUser"]);
    assert_eq!(coverage.unknown_texts, ["GetUserOfOld"]);
    assert_eq!(coverage.wrapped, 0);
}
