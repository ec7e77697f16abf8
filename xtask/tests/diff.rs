//! How changes between two documents are judged: against the public items of the generated trees, which are the truth.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod edits;
mod surface;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use xtask::diff::{Diff, Severity, Side, Tree, compare};
use xtask::document::{Kind, parse_any};

use xtask::normalize::overlay::Overlay;

use edits::{Edit, base, edits};
use surface::lines;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn word(diff: &Diff) -> &'static str {
    match diff.severity() {
        Some(Severity::Breaking) => "major",
        Some(Severity::Feature) => "minor",
        Some(Severity::Patch) => "patch",
        None => "none",
    }
}

#[test]
fn each_listed_edit_gets_its_verdict() {
    let (base, edits) = (base(), edits());
    assert!(edits.len() >= 120, "{} edits", edits.len());
    let names: BTreeSet<&String> = edits.iter().map(|edit| &edit.name).collect();
    assert_eq!(names.len(), edits.len(), "each name once");
    let old = Tree::generate(&base, Kind::BackendApi, &Overlay::default()).unwrap();
    let before = lines(old.files());
    let halves = edits.chunks(edits.len().div_ceil(2));
    let outcomes: Vec<Judged> = std::thread::scope(|scope| {
        let workers: Vec<_> = halves
            .map(|half| scope.spawn(|| judge_all(half, &base, &old, &before)))
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap())
            .collect()
    });
    let all =
        |of: fn(&Judged) -> &Vec<String>| outcomes.iter().flat_map(of).cloned().collect::<Vec<_>>();
    let (broken, silent, wrong) = (all(|o| &o.broken), all(|o| &o.silent), all(|o| &o.wrong));
    println!("{} edits, {} break callers", edits.len(), broken.len());
    println!("major though callers compile:\n  {}", silent.join("\n  "));
    assert!(broken.len() > 60, "{}", broken.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[derive(Default)]
struct Judged {
    /// Edits of which public items do not survive.
    broken: Vec<String>,
    /// Edits that are major although every item is still there, with the reason.
    silent: Vec<String>,
    wrong: Vec<String>,
}

fn judge_all(edits: &[Edit], base: &Value, old: &Tree, before: &BTreeSet<String>) -> Judged {
    let mut out = Judged::default();
    for edit in edits {
        let name = &edit.name;
        let new = Tree::generate(&edit.apply(base), Kind::BackendApi, &Overlay::default()).unwrap();
        let diff = old.compare(&new);
        let after = lines(new.files());
        let gone: Vec<&String> = before.difference(&after).collect();
        if word(&diff) != edit.verdict {
            let found = word(&diff);
            out.wrong.push(format!(
                "{name}: {found} instead of {}\n{}",
                edit.verdict,
                diff.to_text()
            ));
        }
        if !gone.is_empty() {
            out.broken.push(name.clone());
            if word(&diff) != "major" {
                out.wrong.push(format!(
                    "{name}: {} although these are gone: {gone:#?}",
                    word(&diff)
                ));
            }
        } else if let Some(entry) = diff
            .entries
            .iter()
            .find(|e| e.severity == Severity::Breaking)
        {
            out.silent
                .push(format!("{name}: {} ({})", entry.what, entry.why));
        }
    }
    out
}

fn shared(path: &str) -> Option<PathBuf> {
    let path =
        PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/openapi")).join(path);
    if !path.exists() {
        println!("skipped: ../shared/openapi is not there");
        return None;
    }
    Some(path)
}

/// Generates from one of Clerk's own documents.
fn upstream(path: &str) -> Option<Tree> {
    let bytes = std::fs::read(shared(path)?).unwrap();
    let (document, kind) = parse_any(&bytes, path, &|_| Vec::new()).unwrap();
    Some(
        Tree::generate(
            &document,
            kind,
            &Overlay::load(Path::new(ROOT), kind).unwrap(),
        )
        .unwrap(),
    )
}

/// What stands after `operationId:` in the text of a document.
fn operation_ids(path: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(shared(path).unwrap()).unwrap();
    let ids = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("operationId: "));
    ids.map(str::to_owned).collect()
}

#[test]
fn documents_of_clerk_are_judged_by_their_trees() {
    let paths = [
        "bapi/2021-02-05.yml",
        "bapi/2024-10-01.yml",
        "bapi/2025-03-12.yml",
        "bapi/2025-04-10.yml",
        "bapi/2025-11-10.yml",
        "bapi/2026-05-12.yml",
        "proposed/bapi/2026-05-12.yml",
    ];
    let Some(trees) = paths
        .map(upstream)
        .into_iter()
        .collect::<Option<Vec<Tree>>>()
    else {
        return;
    };
    let surfaces: Vec<BTreeSet<String>> = trees.iter().map(|tree| lines(tree.files())).collect();
    for (at, old) in trees.iter().enumerate() {
        for (to, new) in trees.iter().enumerate() {
            let diff = old.compare(new);
            let gone: Vec<&String> = surfaces[at].difference(&surfaces[to]).collect();
            let major = diff.severity() == Some(Severity::Breaking);
            assert!(
                gone.is_empty() || major,
                "{} -> {}: {gone:#?}",
                paths[at],
                paths[to]
            );
            assert_eq!(
                diff.entries.is_empty(),
                at == to,
                "{} -> {}",
                paths[at],
                paths[to]
            );
        }
    }
    let diff = trees[4].compare(&trees[5]);
    let [old, new] = [paths[4], paths[5]].map(operation_ids);
    assert_eq!((&diff.old, &diff.new), (&old, &new));
    let added: Vec<&String> = new.difference(&old).collect();
    assert!(diff.added().iter().eq(&added) && !added.is_empty());
    assert_eq!(diff.removed(), [""; 0]);
    // The metadata that update_user and update_organization no longer take.
    let gone = diff
        .entries
        .iter()
        .filter(|e| e.severity == Severity::Breaking && e.side == Side::Server);
    let gone: Vec<&str> = gone.map(|entry| entry.at.as_str()).collect();
    assert!(
        gone.contains(&"UpdateUser.body.public_metadata") && gone.len() == 5,
        "{gone:?}"
    );
    // What Clerk had under way: a list that may be null takes another argument.
    let diff = trees[5].compare(&trees[6]);
    assert_eq!(diff.semver(), "major (0.x: minor)");
    assert!(
        diff.to_text().contains("UpdateInstance::allowed_origins"),
        "{}",
        diff.to_text()
    );
}

#[test]
fn a_document_compared_with_itself_has_no_changes() {
    let base = base();
    let diff = compare(&base, &base, Kind::BackendApi, &Overlay::default()).unwrap();
    assert_eq!((diff.severity(), diff.semver()), (None, "none"));
    assert_eq!(
        diff.to_text(),
        "operations: 16 -> 16 (0 added, 0 removed)\n\nsemver: none\n"
    );
}

#[test]
fn text_and_json_say_the_same() {
    let old = base();
    let mut new = old.clone();
    let thing = new
        .pointer_mut("/components/schemas/Owner/properties")
        .unwrap();
    thing["phone"] = json!({"type": "string"});
    new["paths"]["/tree"]["get"]["parameters"] =
        json!([{"name": "depth", "in": "query", "required": true, "schema": {"type": "integer"}}]);
    let diff = compare(&old, &new, Kind::BackendApi, &Overlay::default()).unwrap();
    assert_eq!(
        diff.to_text(),
        "\
operations: 16 -> 16 (0 added, 0 removed)

breaking, seen by the server alone (1)
  GetTree
    added  GetTree.query.depth: required  (calls without it are rejected)

features, seen by code that calls the crate (2)
  operations::GetTree
    added  operations::GetTree::depth: (self, i64) -> Self  (nothing uses it yet)
  types::Owner
    added  types::Owner::phone: Option<String>  (nothing uses it yet)

semver: major (0.x: minor)
"
    );
    let json = diff.to_json();
    assert_eq!(
        json["semver"],
        json!({"from_1_0": "major", "before_1_0": "minor"})
    );
    assert_eq!(
        json["operations"],
        json!({"old": 16, "new": 16, "added": [], "removed": []})
    );
    assert_eq!(
        json["changes"][2],
        json!({
            "severity": "feature", "change": "added", "side": "callers", "subject": "types::Owner",
            "where": "types::Owner::phone", "what": "Option<String>", "why": "nothing uses it yet",
        })
    );
}

#[test]
fn events_are_judged_by_their_variants_and_payloads() {
    let event = |payload: Value| json!({"post": {"requestBody": {"content": {"application/json": {"schema": {"type": "object", "properties": {"data": payload}}}}}}});
    let id = json!({"type": "object", "properties": {"id": {"type": "string"}, "state": {"type": "string", "enum": ["a", "b"]}}, "required": ["id"]});
    let one = json!({"openapi": "3.0.3", "info": {"version": "v1"}, "x-webhooks": {"thing.created": event(id.clone()), "thing.deleted": event(id.clone())}});
    let judged = |change: &dyn Fn(&mut Value)| {
        let mut two = one.clone();
        change(&mut two["x-webhooks"]);
        let old = Tree::generate(&one, Kind::Webhooks, &Overlay::default()).unwrap();
        let new = Tree::generate(&two, Kind::Webhooks, &Overlay::default()).unwrap();
        let gone = !lines(old.files()).is_subset(&lines(new.files()));
        let diff = old.compare(&new);
        assert!(!gone || word(&diff) == "major", "{}", diff.to_text());
        word(&diff)
    };
    let data = "/thing.created/post/requestBody/content/application~1json/schema/properties/data";
    assert_eq!(judged(&|_| {}), "none");
    assert_eq!(
        judged(&|all| all["thing.moved"] = event(id.clone())),
        "minor"
    );
    assert_eq!(
        judged(&|all| drop(all.as_object_mut().unwrap().remove("thing.deleted"))),
        "major"
    );
    assert_eq!(
        judged(
            &|all| all.pointer_mut(data).unwrap()["properties"]["name"] = json!({"type": "string"})
        ),
        "minor"
    );
    assert_eq!(
        judged(
            &|all| all.pointer_mut(data).unwrap()["properties"]["id"] = json!({"type": "integer"})
        ),
        "major"
    );
    assert_eq!(
        judged(&|all| all.pointer_mut(data).unwrap()["properties"]["state"]["enum"] = json!(["a"])),
        "major"
    );
}
