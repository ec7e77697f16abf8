#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod authenticate;
mod config_error;
pub mod cookies;
mod options;
mod redirect;
mod request_state;
mod request_url;

pub use authenticate::{CLERK_SESSION_ID_PARAM, authenticate_request};
pub use config_error::ConfigError;
pub use options::{
    AuthenticateOptions, CrossOriginSync, ForwardedHeaders, OrganizationSync, PendingSessions,
    SessionResolution,
};
pub use redirect::{RedirectError, Redirects};
pub use request_state::{AuthSource, Handshake, Reason, RequestState, SignedIn, SignedOut, Status};
pub use request_url::public_url;
