//! The Frontend API and the pages: what browsers talk to.

mod action;
mod api_keys;
mod billing;
mod browser;
mod context;
mod enterprise;
mod handshake;
mod kept;
mod me;
mod oauth;
mod open;
mod organizations;
mod pages;
mod redirect;
mod registry;
mod request;
mod returns;
mod reverification;
mod routes;
mod sessions;
mod sign_in;
mod sign_up;
mod ticket;
mod waitlist;

pub(crate) use routes::{before, pages};
