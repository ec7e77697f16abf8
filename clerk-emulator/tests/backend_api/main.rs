//! The emulator's Backend API over HTTP: every operation, every rejection, and the rules of each resource.

// Deprecated operations are operations.
#![allow(deprecated, missing_docs, unreachable_pub)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod every_operation;
mod http;
#[path = "../oracle/mod.rs"]
mod oracle;
mod rejections;
mod rules;
mod starting;
