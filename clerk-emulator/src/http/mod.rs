//! What all surfaces share of HTTP: errors, bodies, connections and the layers around every route.

pub(crate) mod client_info;
pub(crate) mod connection;
pub(crate) mod error;
pub(crate) mod faults;
pub(crate) mod guard;
pub(crate) mod operation;
pub(crate) mod params;
pub(crate) mod parse;
pub(crate) mod request_log;
pub(crate) mod response;
pub(crate) mod upload;
