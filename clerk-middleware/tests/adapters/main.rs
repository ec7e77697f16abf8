//! Sends one table of requests over real connections to the adapter of every framework. The outcomes are the same.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[cfg(feature = "actix-web")]
mod actix_web;
#[cfg(feature = "axum")]
mod axum;
#[path = "../engine/backend.rs"]
#[allow(dead_code)]
mod backend;
mod connection;
mod credentials;
#[cfg(all(feature = "axum", feature = "fapi-proxy"))]
mod express;
mod forms;
mod pages;
#[cfg(feature = "poem")]
mod poem;
mod protection;
#[cfg(all(
    feature = "axum",
    feature = "actix-web",
    feature = "poem",
    feature = "rocket"
))]
mod resource;
mod responses;
#[cfg(feature = "rocket")]
mod rocket;
mod rows;
mod seed_page;
mod servers;
mod suite;
mod table;
