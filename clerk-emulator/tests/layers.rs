//! The direction of imports inside the crate: a file imports from its own layer and from those below.

#![allow(missing_docs)]
#![allow(clippy::unwrap_used)]

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
    "frontend_api npm",
    "server",
    "emulator builder",
    "crate testing",
    "main",
];

/// So many files may import each other in a circle.
const LARGEST_CIRCLE: usize = 9;

test_support::layer_tests!(LAYERS, LARGEST_CIRCLE);
