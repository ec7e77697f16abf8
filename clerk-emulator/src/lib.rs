#![doc = include_str!("../README.md")]

mod access;
mod backend_api;
mod builder;
mod clock;
mod control;
mod dates;
mod emulator;
mod export;
mod faults;
mod frontend_api;
mod ids;
mod keys;
mod line;
mod origin;
mod requests;
mod seed;
mod server;
mod store;
pub mod testing;
mod tokens;
mod webhooks;
mod world;

pub use builder::{EmulatorBuilder, StartError};
pub use clock::Clock;
pub use emulator::{Emulator, Refused, SignedIn, TokenVersion};
pub use export::StateError;
pub use faults::{Fault, FaultId, Faults};
pub use keys::KeyError;
pub use requests::ReceivedRequest;
pub use seed::{Seed, SeedError};
pub use webhooks::{Delivery, DeliveryAttempt, DeliveryState, WebhookError};
