//! The state, in memory.

pub(crate) mod bounds;
mod browsers;
mod documents;
mod journal;
mod members;
mod oauth;
mod outbox;
mod passwords;
mod pending;
mod sessions;
mod users;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub(crate) use browsers::{Browsers, ExternalVerification, SignIn, SignInStatus, SignUp};
pub(crate) use documents::Documents;
pub(crate) use journal::{Entry, Journal};
pub(crate) use members::{Member, Members};
pub(crate) use oauth::{Code, Consent, Grant, OAuth};
pub(crate) use outbox::Outbox;
pub use outbox::SentMessage;
pub(crate) use passwords::{Password, verify_totp};
pub(crate) use pending::{Assertion, Link, LinkPurpose, Pending, Visit, VisitPurpose};
pub(crate) use sessions::{Activity, Client, Reverification, Session, Sessions};
pub(crate) use users::{
    Attempt, CREDENTIAL_ID, Contact, ContactState, Linked, Metadata, NewTotp, User, Users,
};

/// The whole state.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct State {
    pub(crate) users: Users,
    pub(crate) sessions: Sessions,
    /// Browsers on their way to a session.
    pub(crate) browsers: Browsers,
    pub(crate) members: Members,
    /// Exports of earlier versions have none.
    #[serde(default)]
    pub(crate) oauth: OAuth,
    /// Whatever there are few of, as JSON documents by collection: `machines`, `directories/{id}/group_role_mappings`.
    pub(crate) documents: Documents,
    /// Messages that Clerk would have sent.
    #[serde(default)]
    pub(crate) outbox: Outbox,
    /// Uploaded images by id: media type and bytes.
    #[serde(with = "images")]
    pub(crate) images: BTreeMap<String, (String, Vec<u8>)>,
    #[serde(skip)]
    journal: Journal,
}

impl State {
    /// Returns the journal of changes.
    pub(crate) fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Lets all parts record changes in this journal.
    pub(crate) fn set_journal(&mut self, journal: &Journal) {
        self.users.journal = journal.clone();
        self.sessions.journal = journal.clone();
        self.members.journal = journal.clone();
        self.documents.journal = journal.clone();
        self.journal = journal.clone();
    }
}

/// Bytes as Base64: a list of numbers would be three times as long.
mod images {
    use std::collections::BTreeMap;

    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    type Images = BTreeMap<String, (String, Vec<u8>)>;

    pub(super) fn serialize<S: Serializer>(images: &Images, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(
            images
                .iter()
                .map(|(id, (media_type, bytes))| (id, (media_type, STANDARD.encode(bytes)))),
        )
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Images, D::Error> {
        let given: BTreeMap<String, (String, String)> = Deserialize::deserialize(from)?;
        given
            .into_iter()
            .map(|(id, (media_type, text))| {
                let bytes = STANDARD.decode(text).map_err(D::Error::custom)?;
                Ok((id, (media_type, bytes)))
            })
            .collect()
    }
}
