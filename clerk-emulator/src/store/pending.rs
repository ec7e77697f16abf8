//! What waits for a visitor to come back: links in emails and visits to other providers, by a secret that is used once.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// How many of a kind wait at most: the latest.
const MAX_PENDING: usize = 10_000;

/// What has an end.
pub(crate) trait Expires {
    fn expire_at(&self) -> i64;
}

/// Things that wait, by their secrets.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Pending<T>(
    #[serde(
        with = "indexmap::map::serde_seq",
        bound(
            serialize = "T: Serialize",
            deserialize = "T: serde::de::DeserializeOwned"
        )
    )]
    IndexMap<String, T>,
);

impl<T> Default for Pending<T> {
    fn default() -> Self {
        Self(IndexMap::new())
    }
}

impl<T: Expires> Pending<T> {
    pub(crate) fn keep(&mut self, secret: String, waiting: T, now: i64) {
        self.0.retain(|_, waiting| waiting.expire_at() > now);
        if self.0.len() >= MAX_PENDING {
            self.0.shift_remove_index(0);
        }
        self.0.insert(secret, waiting);
    }

    pub(crate) fn get(&self, secret: &str, now: i64) -> Option<&T> {
        self.0
            .get(secret)
            .filter(|waiting| waiting.expire_at() > now)
    }

    /// Returns what waits, once.
    pub(crate) fn take(&mut self, secret: &str, now: i64) -> Option<T> {
        self.0
            .shift_remove(secret)
            .filter(|waiting| waiting.expire_at() > now)
    }
}

/// A link in an email.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Link {
    pub(crate) purpose: LinkPurpose,
    pub(crate) redirect_url: String,
    pub(crate) expire_at: i64,
}

/// What following a link does.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LinkPurpose {
    /// Signs in, in this client, by the attempt with this id.
    SignIn { client_id: String, id: String },
    /// Goes on with the sign-up, in this client, with this id.
    SignUp {
        client_id: String,
        id: String,
        /// Where the link was sent: it proves nothing of another address.
        email_address: String,
    },
}

impl Expires for Link {
    fn expire_at(&self) -> i64 {
        self.expire_at
    }
}

/// A visit to another provider, which will send the visitor back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Visit {
    /// `oauth_google`
    pub(crate) strategy: String,
    pub(crate) purpose: VisitPurpose,
    pub(crate) redirect_url: String,
    pub(crate) expire_at: i64,
}

/// What a visit is for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum VisitPurpose {
    /// Signing in, in this client.
    SignIn { client_id: String },
    /// Signing up, in this client.
    SignUp { client_id: String },
    /// Connecting the account to a user: the id of the external account.
    Connect {
        user_id: String,
        account_id: String,
        /// Separated by blanks.
        scopes: String,
    },
}

impl Expires for Visit {
    fn expire_at(&self) -> i64 {
        self.expire_at
    }
}

/// What a page asks an authenticator for, and what the answer has to fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Assertion {
    /// The options of `navigator.credentials.get`, as JSON: the nonce of a verification.
    pub(crate) options: String,
    pub(crate) challenge: String,
    pub(crate) origin: String,
    pub(crate) rp_id: String,
    pub(crate) expire_at: i64,
}
