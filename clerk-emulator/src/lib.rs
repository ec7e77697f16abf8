#![doc = include_str!("../README.md")]

mod backend_api;
mod clock;
mod dates;
mod emulator;
mod ids;
mod keys;
mod server;
mod store;
mod tokens;
mod world;

pub use clock::Clock;
pub use emulator::{Emulator, EmulatorBuilder, Refused, SignedIn, StartError, TokenVersion};
pub use keys::KeyError;
