//! OAuth 2.1 and OpenID Connect: applications, what users grant them, and tokens.
//!
//! An application asks for an authorization ([`authorization`]), the user consents ([`consents`]), and the application
//! exchanges the code for tokens ([`grants`]).

mod applications;
pub(crate) mod authorization;
pub(crate) mod claims;
pub(crate) mod clients;
pub(crate) mod consents;
pub(crate) mod error;
pub(crate) mod grants;
pub(crate) mod parameters;
mod redirects;
pub(crate) mod registration;
pub(crate) mod scopes;
mod secrets;
pub(crate) mod settings;
pub(crate) mod tokens;

pub(crate) use applications::{
    APPLICATIONS, create_application, create_seeded_application, delete_application,
    find_application, rotate_client_secret, set_logo, update_application,
};
pub(crate) use clients::client_name;
