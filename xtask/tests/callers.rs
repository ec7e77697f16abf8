//! Callers meet what the verdict foretold: code that compiles against the old tree does not against the new one.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod edits;
mod trees;

use edits::{base, edits};
use trees::{Trees, tree};
use xtask::diff::compare;
use xtask::document::Kind;
use xtask::normalize::overlay::Overlay;

/// An edit of `diff/edits.json`, the place that its verdict names, code that uses it, and the compiler's error.
const CASES: [(&str, &str, &str, &str); 6] = [
    (
        "body field: list becomes nullable",
        "operations::UpdateThing::origins",
        "let _ = client.update_thing(\"thing_1\").origins(std::iter::once(\"https://example.com\"));",
        "E0277",
    ),
    (
        "answer field: becomes nullable",
        "types::Thing::name",
        "let _ = |thing: clerk_api::types::Thing| { let name: String = thing.name; name };",
        "E0308",
    ),
    (
        "query parameter removed",
        "operations::ListThings::order_by",
        "let _ = client.list_things().order_by(\"name\");",
        "E0599",
    ),
    (
        "request schema: field becomes required",
        "types::Options::new",
        "let _ = clerk_api::types::Options::new(\"fast\");",
        "E0061",
    ),
    (
        "answer field: one value gets a second",
        "types::Thing::size",
        "let _ = |thing: clerk_api::types::Thing| -> Option<String> { thing.size };",
        "E0308",
    ),
    (
        "operation renamed",
        "Client::get_tree",
        "let _ = client.get_tree();",
        "E0599",
    ),
];

#[test]
fn callers_fail_where_the_verdict_says() {
    let (base, edits) = (base(), edits());
    let mut trees = Trees::new("callers");
    trees.add("tree-old", &tree(&base).unwrap().files, false);
    for (at, (name, place, code, _)) in CASES.iter().enumerate() {
        let edit = edits.iter().find(|edit| edit.name == *name).unwrap();
        let new = edit.apply(&base);
        let diff = compare(&base, &new, Kind::BackendApi, &Overlay::default()).unwrap();
        assert_eq!(diff.semver(), "major (0.x: minor)", "{name}");
        assert!(diff.to_text().contains(place), "{name}: {}", diff.to_text());
        trees.add(&format!("tree-{at}"), &tree(&new).unwrap().files, false);
        let code =
            format!("pub fn call(client: &clerk_api::Client) {{ let _ = client; {code} }}\n");
        trees.add_caller(&format!("old-{at}"), "tree-old", &code);
        trees.add_caller(&format!("new-{at}"), &format!("tree-{at}"), &code);
    }
    let said = trees.check();
    for (at, (name, _, _, code)) in CASES.iter().enumerate() {
        let place = format!("new-{at}/src/lib.rs");
        let met = said
            .lines()
            .any(|line| line.contains(&place) && line.contains(&format!("error[{code}]")));
        assert!(met, "{name} should give {code}:\n{said}");
    }
    let others = said
        .lines()
        .filter(|line| line.contains(".rs:") && !line.contains("new-"));
    assert_eq!(
        others.collect::<Vec<_>>(),
        [""; 0],
        "everything else compiles"
    );
}
