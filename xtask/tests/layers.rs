//! The direction of imports inside the crate: a file imports from its own layer and from those below.

#![allow(missing_docs)]
#![allow(clippy::unwrap_used)]

/// From bottom to top.
const LAYERS: [&str; 12] = [
    // `lib.rs` has nothing but modules; `crate` in generated code means another crate.
    "crate",
    // Reading a document, and which one it is.
    "document",
    // Where documents come from.
    "source",
    "fetch",
    // From a document to Rust.
    "normalize",
    "generate",
    // What becomes of generated files, and what they cover.
    "words",
    "tree wrappers supported",
    "coverage",
    "diff",
    "regen",
    "main",
];

/// So many files may import each other in a circle.
const LARGEST_CIRCLE: usize = 4;

test_support::layer_tests!(LAYERS, LARGEST_CIRCLE);
