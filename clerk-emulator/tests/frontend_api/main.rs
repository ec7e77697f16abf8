//! The Frontend API and the pages over HTTP, as a browser sees them: redirects by hand, cookies by hand.

#![allow(missing_docs, unreachable_pub)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod api_keys;
mod authenticator;
mod billing;
mod bounds;
mod browser;
mod every_operation;
mod handshakes;
mod hosts;
mod images;
mod me;
mod misuse;
#[path = "../oracle/mod.rs"]
mod oracle;
mod organizations;
mod page;
mod pages;
mod redirects;
mod rejections;
mod sessions;
mod sign_in;
mod sign_up;
mod strangers;
mod tickets;
