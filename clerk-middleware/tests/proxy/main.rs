//! The Frontend API proxy, between real servers and clients on loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod configuration;
mod failures;
mod requests;
mod responses;
mod servers;
mod streams;
