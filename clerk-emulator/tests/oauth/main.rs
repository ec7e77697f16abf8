//! The OAuth 2.1 and OpenID Connect provider over HTTP: browsers and clients by hand, then libraries that know nothing of it.

#![allow(missing_docs, unreachable_pub)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod authlib;
mod bounds;
mod browser;
mod client;
mod codes;
mod consents;
mod discovery;
mod documents;
mod library;
mod origins;
mod prompts;
mod refreshing;
mod registration;
mod rejections;
mod seeds;
mod tokens;
mod users;
