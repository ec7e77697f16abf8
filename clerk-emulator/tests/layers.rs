//! The direction of imports inside the crate: a file imports from its own layer and from those below.

#![allow(missing_docs)]
#![allow(clippy::unwrap_used)]

use test_support::layers::Modules;

/// From bottom to top; what each layer is for stands at the top of its `mod.rs`.
const LAYERS: [&str; 13] = [
    "store",
    "openapi",
    "instance",
    "http",
    "domain",
    "views",
    "backend_api",
    "webhooks export seed control",
    "frontend_api",
    "server",
    "emulator builder",
    "crate testing",
    "main",
];

/// So many files may import each other in a circle.
const LARGEST_CIRCLE: usize = 9;

fn modules() -> Modules {
    Modules::read(env!("CARGO_MANIFEST_DIR")).unwrap()
}

#[test]
fn imports_lead_downward() {
    let found = modules().violations(&LAYERS);
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn circles_are_small() {
    for circle in modules().circles() {
        assert!(
            circle.len() <= LARGEST_CIRCLE,
            "{} files import each other: {}",
            circle.len(),
            circle.join(", ")
        );
    }
}
