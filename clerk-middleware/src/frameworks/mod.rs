//! Adapters: each translates between a framework and the engine, and decides nothing.

#[cfg(feature = "axum")]
mod axum;
#[cfg(all(feature = "axum", feature = "fapi-proxy"))]
pub(crate) mod axum_proxy;
#[cfg(feature = "tower")]
pub(crate) mod tower;
#[cfg(feature = "axum")]
pub(crate) mod webhook;
