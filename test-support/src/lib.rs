//! What the tests of several crates share. Never published.

pub mod layers;
pub mod pem;
pub mod server;
