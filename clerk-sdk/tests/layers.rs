//! The direction of imports inside the crate: a file imports from its own layer and from those below.

#![allow(missing_docs)]
#![allow(clippy::unwrap_used)]

use test_support::layers::Modules;

/// From bottom to top.
const LAYERS: [&str; 10] = [
    "clock form logging environment publishable_key",
    // From bytes to claims, and the keys for that.
    "tokens",
    // Who the claims are about, and what they may do.
    "auth",
    "webhooks",
    "error",
    "options settings settings_check",
    // Clients of one configuration.
    "client reply",
    "request singleton",
    "resources operations",
    "crate",
];

/// So many files may import each other in a circle.
const LARGEST_CIRCLE: usize = 4;

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
