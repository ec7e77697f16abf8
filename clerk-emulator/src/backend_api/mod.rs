//! The Backend API: every operation of Clerk's document.
//!
//! [`serve`](serve::router) checks a request against the document and calls the handler that the [`registry`] has for it.
//! Handlers call `domain` and return `views`.

mod api_keys;
mod billing;
mod call;
mod contacts;
mod generic;
mod invitations;
mod jwt_templates;
mod legacy;
mod m2m_tokens;
mod machines;
mod oauth;
mod organizations;
mod registry;
mod request;
mod roles;
mod serve;
mod sessions;
mod settings;
mod tickets;
mod users;

pub(crate) use serve::router;
