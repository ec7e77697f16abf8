//! The Frontend API and the pages: what browsers talk to.

mod action;
mod api_keys;
mod billing;
mod browser;
mod context;
mod enterprise;
mod handshake;
mod kept;
mod open;
mod organizations;
mod pages;
mod redirect;
mod registry;
mod request;
mod routes;
mod sessions;
mod sign_in;
mod sign_up;
mod ticket;

pub(crate) use routes::{before, pages};
