//! What the page of Clerk's Node SDK that this crate is made after promises, check by check: the tests are named by the
//! numbers of the checks. C22 to C26 are about middleware and stand there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod child;
mod configuration;
mod coverage;
mod debug;
mod errors;
mod http_options;
mod keys;
mod lists;
mod logging;
mod precedence;
mod process;
mod samples;
mod server;
mod sessions;
mod setters;
mod sms;
mod tokens;
mod updates;
