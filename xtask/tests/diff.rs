//! How each kind of change between two documents is judged.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "diff/operations.rs"]
mod operations;
#[path = "diff/schemas.rs"]
mod schemas;

use std::path::PathBuf;

use serde_json::{Value, json};
use xtask::diff::{Change, Diff, Entry, Part, Severity, compare};
use xtask::document::{Kind, parse_any};

/// A document with these paths and named schemas.
fn document(paths: Value, schemas: Value) -> Value {
    json!({"openapi": "3.0.3", "paths": paths, "components": {"schemas": schemas}})
}

fn answer(schema: &Value) -> Value {
    json!({"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}})
}

/// `POST /things/{thing_id}`, answering a `Thing`, changed by the given fields.
fn operation(fields: Value) -> Value {
    let mut operation = json!({
        "operationId": "UpdateThing",
        "parameters": [{"name": "thing_id", "in": "path", "required": true, "schema": {"type": "string"}}],
        "responses": answer(&json!({"$ref": "#/components/schemas/Thing"})),
    });
    operation
        .as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    operation
}

fn api(fields: Value) -> Value {
    let thing = json!({"Thing": {"type": "object", "properties": {"id": {"type": "string"}}}});
    document(
        json!({"/things/{thing_id}": {"post": operation(fields)}}),
        thing,
    )
}

/// The document whose operation answers (inline) with this schema.
fn receiving(schema: Value) -> Value {
    api(json!({"responses": answer(&schema)}))
}

/// The document whose operation sends this body.
fn sending(schema: Value) -> Value {
    api(json!({"requestBody": {"content": {"application/json": {"schema": schema}}}}))
}

fn with_parameter(parameter: Value) -> Value {
    let id =
        json!({"name": "thing_id", "in": "path", "required": true, "schema": {"type": "string"}});
    api(json!({"parameters": [id, parameter]}))
}

fn object(properties: Value, required: &[&str]) -> Value {
    json!({"type": "object", "properties": properties, "required": required})
}

/// Each change as `severity part change where: what`.
fn lines(old: &Value, new: &Value) -> Vec<String> {
    let line = |entry: Entry| {
        let severity = format!("{:?}", entry.severity).to_lowercase();
        format!(
            "{severity} {} {} {}: {}",
            entry.part, entry.change, entry.at, entry.what
        )
    };
    compare(old, new).entries.into_iter().map(line).collect()
}

#[track_caller]
fn judged(old: &Value, new: &Value, expected: &[&str]) {
    assert_eq!(lines(old, new), expected);
    assert!(compare(old, old).entries.is_empty() && compare(new, new).entries.is_empty());
}

#[test]
fn a_document_compared_with_itself_has_no_changes() {
    let same = api(json!({}));
    let diff = compare(&same, &same);
    assert_eq!(
        (diff.entries.len(), diff.severity(), diff.semver()),
        (0, None, "none")
    );
    assert_eq!(
        diff.to_text(),
        "operations: 1 -> 1 (0 added, 0 removed)\n\nsemver: none\n"
    );
}

#[test]
fn text_and_json_carry_the_same_and_are_stable() {
    let old = api(json!({"deprecated": true}));
    let new = with_parameter(
        json!({"name": "limit", "in": "query", "required": true, "schema": {"type": "integer"}}),
    );
    let diff = compare(&old, &new);
    assert_eq!(
        diff.to_text(),
        "\
operations: 1 -> 1 (0 added, 0 removed)

breaking (1)
  operation UpdateThing
    parameter added  UpdateThing.query.limit: required integer  (calls without it are refused now)

patches (1)
  operation UpdateThing
    deprecation removed: deprecated  (it works as before)

semver: major (0.x: minor)
"
    );
    let json = diff.to_json();
    assert_eq!(
        json["semver"],
        json!({"from_1_0": "major", "before_1_0": "minor"})
    );
    assert_eq!(json["operations"], json!({"old": 1, "new": 1}));
    assert_eq!(
        json["changes"][0],
        json!({
            "severity": "breaking", "part": "parameter", "change": "added", "operation": "UpdateThing",
            "operations": ["UpdateThing"], "where": "UpdateThing.query.limit", "what": "required integer",
            "why": "calls without it are refused now",
        })
    );
}

/// Clerk's own documents, where the folder beside the workspace is there.
fn upstream(folder: &str) -> Vec<(String, Value)> {
    let root =
        PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/openapi")).join(folder);
    let Ok(entries) = std::fs::read_dir(root) else {
        println!("skipped: no ../shared/openapi beside the workspace");
        return Vec::new();
    };
    let mut found: Vec<(String, Value)> = entries
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let (document, _): (Value, Kind) =
                parse_any(&std::fs::read(&path).unwrap(), &name).unwrap();
            (name, document)
        })
        .collect();
    found.sort_by(|one, two| one.0.cmp(&two.0));
    found
}

#[test]
fn any_two_documents_of_clerk_can_be_compared() {
    let documents: Vec<_> = upstream("bapi")
        .into_iter()
        .chain(upstream("webhooks"))
        .collect();
    for (one, old) in &documents {
        for (two, new) in &documents {
            let diff = compare(old, new);
            assert_eq!(diff.entries.is_empty(), one == two, "{one} -> {two}");
        }
    }
    let Some((_, old)) = documents.iter().find(|(name, _)| name == "2025-11-10") else {
        return;
    };
    let Some((_, new)) = documents.iter().find(|(name, _)| name == "2026-05-12") else {
        return;
    };
    let diff = compare(old, new);
    assert_eq!((diff.old_operations, diff.new_operations), (239, 249));
    let whole = |diff: &Diff, change: Change| {
        let operations = diff
            .entries
            .iter()
            .filter(|entry| entry.part == Part::Operation && entry.change == change);
        operations
            .map(|entry| entry.subject.name().to_owned())
            .collect::<Vec<_>>()
    };
    let added = [
        "CreateDirectoryGroupRoleMapping",
        "CreateSCIMGroupRoleMapping",
        "DeleteDirectoryGroupRoleMapping",
        "DeleteSCIMGroupRoleMapping",
        "ListDirectoryGroupRoleMappings",
        "ListSCIMGroupRoleMappings",
        "ReplaceDirectoryGroupRoleMappings",
        "ReplaceSCIMGroupRoleMappings",
        "RotateDirectoryAPIKey",
        "RotateSCIMDirectoryAPIKey",
    ];
    assert_eq!(whole(&diff, Change::Added), added);
    assert_eq!(whole(&diff, Change::Removed), [""; 0]);
    // The metadata that update_user and update_organization no longer take.
    let gone: Vec<&str> = diff
        .entries
        .iter()
        .filter(|entry| entry.severity == Severity::Breaking)
        .map(|entry| entry.at.as_str())
        .collect();
    assert!(
        gone.contains(&"UpdateUser.body.public_metadata") && gone.len() == 5,
        "{gone:?}"
    );
}
