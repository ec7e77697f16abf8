//! The maintainers' commands, as a library so that tests can reach them.
//!
//! `cargo xtask regen` is the one to remember; this crate is never published.

pub mod coverage;
pub mod diff;
pub mod document;
pub mod fetch;
pub mod generate;
pub mod normalize;
pub mod regen;
pub mod source;
pub mod supported;
pub mod tree;
mod words;
pub mod wrappers;

/// The code blocks of the workspace's README compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod readme {}
