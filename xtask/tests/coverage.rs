//! What covers the operations of the document, and what is missing.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod workspace;

use std::fs;

use xtask::{coverage, wrappers};

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

/// A copy of the workspace with the resources of clerk-sdk, changed.
fn measured(change: impl Fn(&str) -> String) -> coverage::Coverage {
    let folder = workspace::workspace();
    let table = folder.path().join(wrappers::TABLE);
    fs::create_dir_all(table.parent().unwrap()).unwrap();
    for name in ["table.rs", "update.rs", "get_token.rs"] {
        let source = workspace::root().join("clerk-sdk/src/resources").join(name);
        let text = fs::read_to_string(source).unwrap();
        let text = if name == "table.rs" {
            change(&text)
        } else {
            text
        };
        fs::write(table.with_file_name(name), text).unwrap();
    }
    coverage::measure(folder.path()).unwrap()
}

#[test]
fn an_operation_without_a_line_is_named_with_the_line_to_add() {
    let line = "fn revoke_session(session_id) -> RevokeSession;";
    let coverage = measured(|table| table.replace(line, ""));
    // The last one is verified by clerk-sdk/src/tokens, which is not in the copy.
    assert_eq!(coverage.not_wrapped, ["verifyM2MToken", "RevokeSession"]);
    let place = "clerk-sdk/src/resources/table.rs, `sessions`: ";
    assert_eq!(coverage.lines_to_add[1], format!("{place}{line}"));
}

#[test]
fn a_line_that_is_commented_out_wraps_nothing() {
    let line = "fn revoke_session(session_id) -> RevokeSession;";
    let coverage = measured(|table| table.replace(line, &format!("// {line}")));
    assert!(coverage.not_wrapped.contains(&"RevokeSession".to_owned()));
}
