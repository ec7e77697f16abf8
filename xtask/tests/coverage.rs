//! What covers the operations of the document, and what is missing.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod workspace;

use std::fs;

use xtask::normalize::docs::{Docs, repeats};
use xtask::{coverage, wrappers};

#[test]
fn every_operation_is_generated_wrapped_and_documented_and_every_name_described() {
    let coverage = coverage::measure(&workspace::root()).unwrap();
    assert!(coverage.is_complete(), "{coverage:#?}");
    assert!(coverage.operations > 200);
    assert!(coverage.described > 2_000);
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

/// What has no description in a copy of the workspace whose texts were changed.
fn not_described(changes: &[(&str, &str)]) -> Vec<String> {
    let folder = workspace::workspace();
    let docs = folder.path().join("openapi/docs.toml");
    let mut text = fs::read_to_string(&docs).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    fs::write(&docs, text).unwrap();
    coverage::measure(folder.path()).unwrap().not_described
}

#[test]
fn what_has_no_text_or_one_that_repeats_its_name_fails_the_check() {
    let lacking = not_described(&[
        ("\n[fields.ProxyCheck]", "\n[fields.ProxyCheckOfOld]"),
        ("\nProxyCheck = ", "\nProxyCheckOfOld = "),
        (
            "\nstatementID = \"",
            "\nstatementID = \"Sets the statement ID.\" # \"",
        ),
    ]);
    let missing = |place: &str| lacking.contains(&format!("Backend API: {place}"));
    assert!(missing("ProxyCheck"), "{lacking:#?}");
    assert!(missing("ProxyCheck.successful"));
    assert!(missing("GetBillingStatement(statementID)"));
    // The name has a text for every type.
    assert!(!missing("ProxyCheck.updated_at"));
}

#[test]
fn a_name_that_explains_itself_excuses_responses_and_no_setter() {
    let listed = "self_explaining = [\"acs_url\", \"allowed_origins\", ";
    let lacking = not_described(&[
        ("self_explaining = [", listed),
        ("\nacs_url = ", "\nacs_url_of_old = "),
        ("\nallowed_origins = ", "\nallowed_origins_of_old = "),
        ("\nactive_at = ", "\nactive_at_of_old = "),
    ]);
    let expected = [
        "Backend API: CommerceSubscription.active_at",
        "Backend API: UpdateInstanceBody.allowed_origins",
        "webhooks: SubscriptionEventPayload.active_at",
    ];
    assert_eq!(lacking, expected);
}

#[test]
fn a_text_says_more_than_the_name_that_it_stands_at() {
    for text in [
        "",
        "`user_id`.",
        "The user ID.",
        "Sets the field `user_id`.",
        "The ID of the user.",
    ] {
        assert!(repeats("user_id", text), "{text}");
    }
    assert!(repeats(
        "BillingAmount",
        "Part of an answer: `BillingAmount`."
    ));
    assert!(!repeats("user_id", "The user who is signed in, by ID."));
}

#[test]
fn a_field_has_the_text_of_its_type_then_of_the_like_type_then_of_its_name() {
    let docs = Docs::parse(
        r#"
        [any_type]
        id = "any"
        [same_as]
        Copy = "Model"
        [fields.Model]
        id = "model's"
        name = "model's"
        [fields.Copy]
        name = "copy's"
        [body.createOAuthThing]
        name = "body's"
        "#,
    )
    .unwrap();
    assert_eq!(docs.field_text("Copy", "name"), "copy's");
    assert_eq!(docs.field_text("Copy", "id"), "model's");
    assert_eq!(docs.field_text("Other", "id"), "any");
    assert_eq!(docs.field_text("Other", "name"), "");
    assert_eq!(docs.field_text("CreateOauthThingBody", "name"), "body's");
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
