//! What makes the emulator a test double: webhooks, faults, the control endpoint, seeds, export and import.

#![allow(deprecated, missing_docs, unreachable_pub)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod control;
mod faults;
mod life;
mod program;
mod receiver;
mod seeds;
mod states;
mod webhooks;

#[allow(dead_code)]
#[path = "../frontend_api/browser.rs"]
mod browser;
#[allow(dead_code)]
#[path = "../backend_api/http.rs"]
mod http;
