//! What the emulator remembers: all in memory, gone when it stops.

mod documents;
mod members;
mod passwords;
mod sessions;
mod users;

use std::collections::HashMap;

pub(crate) use documents::Documents;
pub(crate) use members::{Member, Members};
pub(crate) use passwords::{Password, verify_totp};
pub(crate) use sessions::{Client, Session, Sessions};
pub(crate) use users::{Attempt, Contact, ContactState, Linked, Metadata, User, Users};

/// Everything there is.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) users: Users,
    pub(crate) sessions: Sessions,
    pub(crate) members: Members,
    /// Whatever there are few of, as JSON documents by collection: `machines`, `directories/{id}/group_role_mappings`.
    pub(crate) documents: Documents,
    /// Uploaded images by id: media type and bytes.
    pub(crate) images: HashMap<String, (String, Vec<u8>)>,
}
