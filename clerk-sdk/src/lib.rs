#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod auth;
mod clock;
mod publishable_key;
pub mod tokens;
pub mod webhooks;

pub use clock::Clock;
pub use publishable_key::{InstanceType, PublishableKey, PublishableKeyError, cookie_suffix};
