//! How documents look: as the Backend API, webhooks and the Frontend API show them.

pub(crate) mod account;
pub(crate) mod billing;
pub(crate) mod credentials;
pub(crate) mod environment;
pub(crate) mod frontend;
pub(crate) mod frontend_organization;
pub(crate) mod invitation;
pub(crate) mod oauth;
pub(crate) mod organization;
pub(crate) mod roles;
pub(crate) mod session;
pub(crate) mod sign_in;
pub(crate) mod user;
