//! Adapters. Each translates between a framework and the engine, and makes no decisions.

#[cfg(feature = "actix-web")]
pub mod actix_web;
#[cfg(feature = "axum")]
mod axum;
#[cfg(all(feature = "axum", feature = "fapi-proxy"))]
pub(crate) mod axum_proxy;
#[cfg(feature = "tower")]
mod grpc;
#[cfg(feature = "poem")]
pub mod poem;
#[cfg(feature = "rocket")]
pub mod rocket;
#[cfg(feature = "tower")]
pub(crate) mod tower;
#[cfg(any(
    feature = "actix-web",
    feature = "axum",
    feature = "poem",
    feature = "rocket"
))]
pub(crate) mod webhook;
