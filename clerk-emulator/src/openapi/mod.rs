//! The documents of Clerk's Backend API and Frontend API, which the crate carries: operations, schemas and formats.

pub(crate) mod document;
pub(crate) mod form;
pub(crate) mod formats;
pub(crate) mod schema;
