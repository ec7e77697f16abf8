//! Clerk's Backend API document, which the crate carries: operations, schemas and formats.

pub(crate) mod document;
pub(crate) mod formats;
pub(crate) mod schema;
