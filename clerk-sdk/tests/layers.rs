//! The direction of imports inside the crate: a file imports from its own layer and from those below.

#![allow(missing_docs)]
#![allow(clippy::unwrap_used)]

/// From bottom to top.
const LAYERS: [&str; 11] = [
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
    "testing",
    "crate",
];

/// So many files may import each other in a circle.
const LARGEST_CIRCLE: usize = 4;

test_support::layer_tests!(LAYERS, LARGEST_CIRCLE);
