//! From shaped documents to Rust: progenitor makes types of schemas, the rewrite makes them ours and adds the operations.

pub mod contract;
pub mod documents;
pub mod emit;
pub mod format;
pub mod harvest;
pub mod layout;
mod literals;
pub mod macros;
pub mod neutral;
pub mod operation_docs;
pub mod operations;
pub mod plan;
pub mod samples;
pub mod setters;
pub mod shared;
pub mod types;
pub mod webhooks;

use std::collections::BTreeMap;

use serde::Serialize;

/// The generated code.
pub const GENERATED: &str = "clerk-api/src/generated";
/// The generated contract tests.
pub const CONTRACT: &str = "clerk-api/tests/generated";

/// Files of a generated tree: path relative to the workspace -> content.
pub type Files = BTreeMap<String, String>;

/// What the rewrite did, counted: each count is checked against the document before anything is written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Rewrites {
    /// Structs taken over from progenitor.
    pub structs: usize,
    /// Enums that became open.
    pub open_enums: usize,
    /// Enum values in them.
    pub enum_values: usize,
    /// Fields that can be kept, nulled or set.
    pub patches: usize,
    /// Collections that read `null` as empty.
    pub null_tolerant_collections: usize,
    /// Integers that became `Timestamp`.
    pub timestamps: usize,
    /// Types whose `Debug` hides something.
    pub redacted_types: usize,
    /// Operations.
    pub operations: usize,
    /// Setters of query parameters, body fields and parts.
    pub setters: usize,
    /// Operations with a multipart body.
    pub multipart: usize,
    /// Operations that return a `Page`.
    pub lists: usize,
    /// Operations whose pages can be walked over.
    pub paged: usize,
}

impl Rewrites {
    /// Adds what was done for another document.
    pub fn add(&mut self, other: &Self) {
        self.structs += other.structs;
        self.open_enums += other.open_enums;
        self.enum_values += other.enum_values;
        self.patches += other.patches;
        self.null_tolerant_collections += other.null_tolerant_collections;
        self.timestamps += other.timestamps;
        self.redacted_types += other.redacted_types;
        self.operations += other.operations;
        self.setters += other.setters;
        self.multipart += other.multipart;
        self.lists += other.lists;
        self.paged += other.paged;
    }
}
