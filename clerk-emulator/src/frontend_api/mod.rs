//! The Frontend API and the pages: what browsers talk to.

mod browser;
mod context;
mod handshake;
mod oauth;
mod pages;
mod redirect;
mod request;
mod routes;
mod sessions;
mod sign_in;
mod sign_up;
mod ticket;

pub(crate) use routes::router;
