//! Adapters: each translates between a framework and the engine, and decides nothing.

#[cfg(feature = "axum")]
mod axum;
#[cfg(feature = "tower")]
pub(crate) mod tower;
#[cfg(feature = "axum")]
pub(crate) mod webhook;
