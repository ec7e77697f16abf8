#![doc = include_str!("../README.md")]

// From bottom to top; tests/layers.rs says which layer may import which.
mod store;

mod openapi;

mod instance;

mod http;

mod domain;

mod views;

mod backend_api;

mod control;
mod export;
mod seed;
mod webhooks;

mod frontend_api;
mod npm;

mod server;

mod builder;
mod emulator;

pub mod testing;

pub use builder::{EmulatorBuilder, StartError};
pub use domain::direct::SignedIn;
pub use domain::operation_error::OperationError;
pub use emulator::Emulator;
pub use export::StateError;
pub use http::faults::{Fault, FaultId, Faults};
pub use http::request_log::ReceivedRequest;
pub use instance::clock::Clock;
pub use instance::keys::KeyError;
pub use instance::settings::TokenVersion;
pub use seed::{Seed, SeedError};
pub use store::SentMessage;
pub use webhooks::{Delivery, DeliveryAttempt, DeliveryState, WebhookError};
