#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod auth;
mod client;
mod clock;
mod environment;
mod error;
mod form;
mod logging;
pub mod operations;
mod options;
mod publishable_key;
mod reply;
mod request;
pub mod resources;
mod settings;
mod settings_check;
mod singleton;
pub mod tokens;
pub mod webhooks;

pub use clerk_api::{
    self, ApiError, ClerkError, DecodeError, ItemStream, JsonObject, Method, Page, PageStream,
    Patch, RetryPolicy, SecretKey, StatusCode, Timestamp, TransportError, Upload, header, types,
};
pub use client::Clerk;
pub use clock::Clock;
pub use environment::Environment;
pub use error::{Error, OptionError};
pub use options::{ClerkOptions, HttpOptions};
pub use publishable_key::{InstanceType, PublishableKey, PublishableKeyError, cookie_suffix};
pub use reply::{AsCount, AsPage, BodyOnly};
pub use request::Request;
pub use resources::global::*;
pub use settings::Settings;
#[allow(deprecated)]
pub use singleton::set_clerk_http_options;
pub use singleton::{
    clerk_client, set_clerk_api_version, set_clerk_secret_key, set_clerk_server_api_url,
};

/// Only for `clerk-middleware`. These items may change in any release.
#[doc(hidden)]
pub mod __private {
    pub use crate::client::Snapshot;
    pub use crate::form::{BROWSER_TOKEN_BYTES, NONCE_BYTES, may_be_credential, may_be_session_id};
    pub use crate::logging::{LINE_EVERY_MS, Level, LogLimit, log};
}
