//! Tokens, verified with whole requests to a Backend API on loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod claims;
mod loopback;
mod machine_cache;
mod machines;
mod sessions;
mod strict;
