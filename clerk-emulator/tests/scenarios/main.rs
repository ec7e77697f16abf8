//! Whole stories, as an application sees them through clerk-sdk: users, organizations, sessions, machines, webhooks, an
//! export of ten thousand users, and each failure that can be switched on.

#![allow(missing_docs, unreachable_pub)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod application;
mod export;
mod faults;
mod keys;
mod machines;
mod organizations;
mod sessions;
mod users;
mod webhooks;

#[allow(dead_code)]
#[path = "../frontend_api/browser.rs"]
mod browser;
#[allow(dead_code)]
#[path = "../double/receiver.rs"]
mod receiver;
