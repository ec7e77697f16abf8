//! Pins that bind: which bytes the generated code comes from, which version it counts as, and what a change upstream says.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod github;
mod workspace;

use std::fs;
use std::path::{Path, PathBuf};

use github::{COMMIT, github};
use serde_json::{Value, json};
use workspace::{check, offline, small_workspace, snapshot};
use xtask::document::Kind;
use xtask::fetch::{Token, sha256};
use xtask::regen::{self, GENERATED, Options};
use xtask::source::Source;

fn facts(folder: &Path, kind: Kind) -> Value {
    serde_json::from_str(&fs::read_to_string(folder.join(kind.facts())).unwrap()).unwrap()
}

/// Writes a document beside the workspace.
fn written(folder: &Path, name: &str, document: &Value) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, document.to_string()).unwrap();
    path
}

fn source(folder: &Path) -> Source {
    Source::load(&folder.join("openapi/source.toml")).unwrap()
}

fn edit_source(folder: &Path, from: &str, to: &str) {
    let path = folder.join("openapi/source.toml");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from));
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[track_caller]
fn refused(folder: &Path, options: &Options) -> String {
    let before = snapshot(folder);
    let error = format!("{:#}", regen::run(folder, options).unwrap_err());
    assert!(before == snapshot(folder), "nothing is written");
    error
}

#[test]
fn another_stated_version_is_refused_until_written_down() {
    let folder = small_workspace();
    let folder = folder.path();
    let mut document = facts(folder, Kind::BackendApi);
    document["info"]["version"] = json!("2025-11-10");
    written(folder, Kind::BackendApi.facts(), &document);
    let error = refused(folder, &offline());
    assert!(
        error.contains("2025-11-10") && error.contains("stated_version = \"2025-11-10\""),
        "{error}"
    );

    edit_source(
        folder,
        "[backend_api]\n",
        "[backend_api]\nstated_version = \"2025-11-10\"\n",
    );
    assert!(regen::run(folder, &offline()).unwrap());
    let code = fs::read_to_string(folder.join(GENERATED).join("mod.rs")).unwrap();
    assert!(
        code.contains("API_VERSION: &str = \"2026-05-12\""),
        "the version is the pin's"
    );
}

#[test]
fn check_compares_what_was_generated_with_the_pin() {
    let folder = small_workspace();
    for kind in Kind::ALL {
        let sha256 = source(folder.path()).pin(kind).sha256.clone();
        edit_source(folder.path(), &sha256, &"0".repeat(64));
        assert!(!regen::run(folder.path(), &check()).unwrap(), "{kind}");
        edit_source(folder.path(), &"0".repeat(64), &sha256);
    }
    assert!(regen::run(folder.path(), &check()).unwrap());
}

#[test]
fn check_covers_the_facts_of_every_document() {
    let folder = small_workspace();
    for kind in Kind::ALL {
        let path = folder.path().join(kind.facts());
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replacen("{\n", "{ \n", 1)).unwrap();
        assert!(!regen::run(folder.path(), &check()).unwrap(), "{kind}");
        fs::write(&path, text).unwrap();
    }
    assert!(regen::run(folder.path(), &check()).unwrap());
}

#[test]
fn a_file_that_is_not_pinned_needs_its_commit() {
    let folder = small_workspace();
    let folder = folder.path();
    let mut document = facts(folder, Kind::BackendApi);
    document["paths"]["/new"] = json!({"get": {"operationId": "GetNew", "responses": {"204": {}}}});
    let file = written(folder, "new.yml", &document);
    let from = Options {
        from: Some(file.clone()),
        ..Options::default()
    };
    let error = refused(folder, &from);
    assert!(
        error.contains("--commit SHA") && error.contains("--out DIR"),
        "{error}"
    );
    let error = refused(
        folder,
        &Options {
            commit: Some("main".to_owned()),
            ..from.clone()
        },
    );
    assert!(error.contains("40 lower-case hex digits"), "{error}");

    let summary = folder.join("summary.md");
    let moving = Options {
        commit: Some(COMMIT.to_owned()),
        summary: Some(summary.clone()),
        ..from
    };
    assert!(regen::run(folder, &moving).unwrap());
    let pin = source(folder).backend_api;
    assert_eq!(
        (pin.commit.as_str(), pin.path.as_str()),
        (COMMIT, "bapi/2026-05-12.yml")
    );
    assert_eq!(pin.sha256, sha256(&fs::read(file).unwrap()));
    assert!(
        regen::run(folder, &check()).unwrap(),
        "what was written is what is pinned"
    );
    let text = fs::read_to_string(summary).unwrap();
    assert!(
        text.contains("minor (0.x: patch)") && text.contains("* [ ] `GetNew`"),
        "{text}"
    );
}

#[test]
fn a_rule_that_loses_something_stops_its_first_run() {
    let folder = small_workspace();
    let folder = folder.path();
    let document = facts(folder, Kind::BackendApi);
    let operation = |fields: Value| {
        let mut out = json!({"operationId": "GetNew", "responses": {"204": {}}});
        out.as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        json!({"get": out})
    };
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let union = json!({"oneOf": [schema, {"type": "string"}]});
    let cases = [
        (
            "required-header",
            operation(
                json!({"parameters": [{"name": "X-A", "in": "header", "required": true, "schema": {"type": "string"}}]}),
            ),
        ),
        (
            "json-body",
            operation(
                json!({"requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}}),
            ),
        ),
        (
            "text-response",
            operation(
                json!({"responses": {"200": {"content": {"text/csv": {"schema": {"type": "string"}}}}}}),
            ),
        ),
        (
            "mixed-union",
            operation(
                json!({"responses": {"200": {"content": {"application/json": {"schema": {"type": "object", "properties": {"x": union}}}}}}}),
            ),
        ),
        ("operation-id", operation(json!({"operationId": "GetTree"}))),
    ];
    for (rule, item) in &cases {
        let mut document = document.clone();
        document["paths"]["/a_new"] = item.clone();
        let options = Options {
            from: Some(written(folder, "new.yml", &document)),
            commit: Some(COMMIT.to_owned()),
            ..Options::default()
        };
        let error = refused(folder, &options);
        assert!(
            error.contains(&format!("backend-api: {rule} (1 places)"))
                && error.contains("--accept-losses"),
            "{error}"
        );
    }
    let accepting = Options {
        from: Some(folder.join("new.yml")),
        commit: Some(COMMIT.to_owned()),
        accept_losses: true,
        ..Options::default()
    };
    assert!(regen::run(folder, &accepting).unwrap());
    assert!(
        regen::run(folder, &offline()).unwrap(),
        "the second time it is known"
    );
}

#[test]
fn what_clerks_document_lacks_is_accepted_by_an_entry_of_the_overlay() {
    let folder = small_workspace();
    let folder = folder.path();
    let mut document = facts(folder, Kind::BackendApi);
    let gone = json!({"schema": {"$ref": "#/components/schemas/Gone"}});
    document["paths"]["/a_new"] = json!({"get": {
        "operationId": "GetNew",
        "responses": {"200": {"content": {"application/json": gone}}},
    }});
    let options = Options {
        from: Some(written(folder, "new.yml", &document)),
        commit: Some(COMMIT.to_owned()),
        ..Options::default()
    };
    let error = refused(folder, &options);
    let overlay = "openapi/backend-api.overlay.toml";
    assert!(
        error.contains("mistake in Clerk's document") && error.contains(overlay),
        "{error}"
    );
    let entry = error.split(overlay).nth(1).unwrap();
    let entry = entry.split_once("[[missing]]").unwrap().1;
    let entry = entry.split("\nWhat refers").next().unwrap();
    let path = folder.join(overlay);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{text}\n[[missing]]{entry}")).unwrap();

    let error = refused(folder, &options);
    assert!(error.contains("dangling-reference"), "{error}");
    let accepting = Options {
        accept_losses: true,
        ..options
    };
    assert!(regen::run(folder, &accepting).unwrap());
    assert!(regen::run(folder, &check()).unwrap());
}

#[test]
fn latest_moves_every_pin_and_judges_webhooks_too() {
    let folder = small_workspace();
    let folder = folder.path();
    let mut hooks = facts(folder, Kind::Webhooks);
    let gone = hooks["x-webhooks"]
        .as_object_mut()
        .unwrap()
        .remove("user.deleted");
    assert!(gone.is_some());
    let same = |kind| facts(folder, kind).to_string();
    let (url, seen) = github(vec![
        ("bapi/2026-05-12.yml", same(Kind::BackendApi)),
        ("webhooks/2025-04-15.yml", hooks.to_string()),
        ("fapi/2026-05-12.yml", same(Kind::FrontendApi)),
    ]);
    edit_source(folder, "https://raw.githubusercontent.com", &url);
    edit_source(folder, "https://api.github.com", &url);
    let summary = folder.join("summary.md");
    let latest = Options {
        latest: true,
        summary: Some(summary.clone()),
        accept_silent_rules: true,
        token: Some(Token::new("ghp_secret".to_owned())),
        ..Options::default()
    };
    assert!(regen::run(folder, &latest).unwrap());
    let text = fs::read_to_string(summary).unwrap();
    assert!(
        text.contains("Version step for all documents: **major (0.x: minor)**"),
        "{text}"
    );
    assert!(text.contains("webhooks::EventData::UserDeleted"), "{text}");
    for kind in Kind::ALL {
        assert_eq!(source(folder).pin(kind).commit, COMMIT);
    }
    // GitHub's API gets the token, where raw files are served does not.
    for (target, token) in seen.lock().unwrap().iter() {
        assert_eq!(*token, target.starts_with("/repos/"), "{target}");
    }
    assert!(regen::run(folder, &check()).unwrap());
}
