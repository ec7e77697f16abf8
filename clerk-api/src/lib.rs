#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
mod config;
mod error;
mod json;
mod runtime;
mod values;
mod webhook_events;

// Formatted by prettyplease, which writes the same bytes on every machine.
#[rustfmt::skip]
mod generated;

pub use client::Client;
pub use config::{Config, HttpOptions, RetryPolicy};
pub use error::{ApiError, ClerkError, DecodeError, Error, TransportError};
pub use reqwest::{self, Method, StatusCode, header};
pub use runtime::{
    FullResponse, ItemStream, OperationInfo, PageStream, RawRequest, Reply, RequestBody, Response,
};
pub use values::{JsonObject, Page, Patch, SecretKey, Timestamp, TimestampRangeError, Upload};

pub use generated::{API_VERSION, operations, types, webhook_events as webhooks};
pub(crate) use runtime::operation::operation;
pub(crate) use runtime::pages::paged;

/// Only for generated code and `clerk-sdk`. These items may change in any release.
#[doc(hidden)]
pub mod __private {
    pub use crate::error::{CallError, root_cause, without_values};
    pub use crate::json::{from_slice as json_from_slice, without_lone_surrogates};
    pub use crate::runtime::{GateClock, http_client_builder};
    pub use crate::values::lenient::{lenient_i64, lenient_opt_i64, null_as_default};
    pub use crate::values::open_enum;
    pub use crate::values::redaction::Redacted;
    pub use crate::values::to_object;
    /// Encodes a value as part of one path segment.
    pub fn path_segment(value: &str) -> String {
        crate::runtime::encode(value).to_string()
    }
    #[cfg(feature = "schemars")]
    pub use schemars;
    pub use serde;
    pub use serde_json;
}
