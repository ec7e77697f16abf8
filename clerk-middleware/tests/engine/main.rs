//! Authenticates requests, with a Backend API on loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod anything;
mod backend;
mod changes;
mod configuration;
mod dispatch;
mod flood;
mod guards;
mod handshakes;
mod machines;
mod resource;
mod security_page;
mod sessions;
