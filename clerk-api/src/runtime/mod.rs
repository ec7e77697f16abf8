//! How every request is sent: from the call that a user builds to the response or the error.

mod answer;
mod call;
mod form;
mod gate;
mod http_client;
pub(crate) mod operation;
pub(crate) mod pages;
mod path;
mod raw;
mod retry;
mod send;
mod snapshot;
mod walk;

pub use answer::Response;
pub use call::RequestBody;
pub(crate) use call::{Call, Presence};
pub(crate) use form::Form;
pub(crate) use gate::Gate;
pub use gate::GateClock;
pub use http_client::http_client_builder;
pub(crate) use operation::Sending;
pub use operation::{FullResponse, OperationInfo, Reply};
pub use pages::{ItemStream, PageStream};
pub(crate) use path::encode;
pub use raw::RawRequest;
pub(crate) use retry::stated as stated_wait;
pub(crate) use snapshot::Snapshot;

#[cfg(test)]
mod tests;
