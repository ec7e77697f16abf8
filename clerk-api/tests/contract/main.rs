//! The contract between Clerk's document and the generated operations: each is called against a real server, and what
//! went over the wire is checked against `openapi/backend-api.json`; each response that the document allows, and the ways in
//! which the live API drifts from it, has to read.

#![allow(missing_docs, unreachable_pub)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[rustfmt::skip]
#[path = "../generated/mod.rs"]
mod generated;

mod document;
mod payloads;
mod samples;
mod tolerance;
mod wire;
