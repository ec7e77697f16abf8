//! What the Frontend API keeps: development browsers, handshakes, sign-ins and sign-ups.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::bounds::MAX_HANDSHAKES;
use super::{Assertion, Link, Password, Pending, Visit};

/// How long a handshake's result waits for the application to fetch it.
const HANDSHAKE_MILLIS: i64 = 60_000;

/// The state of an attempt to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SignInStatus {
    NeedsIdentifier,
    NeedsFirstFactor,
    NeedsSecondFactor,
    NeedsNewPassword,
    Complete,
}

/// An attempt to sign in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SignIn {
    pub(crate) id: String,
    pub(crate) status: SignInStatus,
    pub(crate) identifier: Option<String>,
    pub(crate) user_id: Option<String>,
    /// How the first factor was given, or is about to be.
    pub(crate) strategy: Option<String>,
    /// How the second factor was given, or is about to be.
    #[serde(default)]
    pub(crate) second_strategy: Option<String>,
    /// A visit to another provider.
    #[serde(default)]
    pub(crate) external: Option<ExternalVerification>,
    /// What a passkey is to sign.
    #[serde(default)]
    pub(crate) assertion: Option<Box<Assertion>>,
    pub(crate) session_id: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// A visit to another provider: where to, and how it ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ExternalVerification {
    /// `oauth_google`
    pub(crate) strategy: String,
    /// Until when it counts.
    pub(crate) expire_at: i64,
    pub(crate) url: String,
    /// `unverified`, `verified` or `transferable`: the person is known there, but not here, or the other way round.
    pub(crate) status: String,
    /// The email address that the provider vouches for.
    pub(crate) email_address: Option<String>,
}

/// An attempt to sign up; the rest of it is a document in `sign_ups`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SignUp {
    pub(crate) id: String,
    pub(crate) password: Option<Password>,
    /// A visit to another provider.
    #[serde(default)]
    pub(crate) external: Option<ExternalVerification>,
}

#[derive(Serialize, Deserialize)]
struct Handshake {
    directives: Vec<String>,
    expire_at: i64,
}

/// What the Frontend API keeps between two requests of a browser.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Browsers {
    /// From a development browser's token to its client, once it has one.
    #[serde(with = "indexmap::map::serde_seq")]
    clients: IndexMap<String, Option<String>>,
    #[serde(with = "indexmap::map::serde_seq")]
    handshakes: IndexMap<String, Handshake>,
    /// By client.
    pub(crate) sign_ins: BTreeMap<String, SignIn>,
    /// By client.
    pub(crate) sign_ups: BTreeMap<String, SignUp>,
    /// Links in emails, by token.
    #[serde(default)]
    pub(crate) links: Pending<Link>,
    /// Visits to other providers, by state.
    #[serde(default)]
    pub(crate) visits: Pending<Visit>,
}

/// The keys and values are secrets.
impl std::fmt::Debug for Browsers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Browsers")
            .field("development_browsers", &self.clients.len())
            .field("handshakes", &self.handshakes.len())
            .finish_non_exhaustive()
    }
}

impl Browsers {
    pub(super) fn insert(&mut self, token: String) {
        self.clients.insert(token, None);
    }

    pub(super) fn len(&self) -> usize {
        self.clients.len()
    }

    /// Returns the oldest development browser without a client, or else the oldest with an idle client, or else the
    /// oldest of all. A page in a loop creates those without a client.
    pub(super) fn oldest(&self, is_idle: impl Fn(&str) -> bool) -> Option<&str> {
        let empty = self.clients.iter().find(|(_, client)| client.is_none());
        let idle = || {
            let mut clients = self.clients.iter();
            clients.find(|(_, client)| client.as_deref().is_some_and(&is_idle))
        };
        empty
            .or_else(idle)
            .or(self.clients.first())
            .map(|(token, _)| token.as_str())
    }

    pub(super) fn remove(&mut self, token: &str) {
        self.clients.shift_remove(token);
    }

    pub(crate) fn knows(&self, token: &str) -> bool {
        self.clients.contains_key(token)
    }

    pub(crate) fn client(&self, token: &str) -> Option<&str> {
        self.clients.get(token)?.as_deref()
    }

    /// Links a development browser to its client.
    pub(crate) fn link(&mut self, token: &str, client_id: &str) {
        if let Some(client) = self.clients.get_mut(token) {
            *client = Some(client_id.to_owned());
        }
    }

    /// Keeps a handshake's directives until the nonce is redeemed.
    pub(crate) fn keep(&mut self, nonce: &str, directives: Vec<String>, now: i64) {
        self.handshakes
            .retain(|_, handshake| handshake.expire_at > now);
        if self.handshakes.len() >= MAX_HANDSHAKES {
            self.handshakes.shift_remove_index(0);
        }
        let handshake = Handshake {
            directives,
            expire_at: now.saturating_add(HANDSHAKE_MILLIS),
        };
        self.handshakes.insert(nonce.to_owned(), handshake);
    }

    /// Returns a handshake's directives, once.
    pub(crate) fn redeem(&mut self, nonce: &str, now: i64) -> Option<Vec<String>> {
        self.handshakes
            .shift_remove(nonce)
            .filter(|handshake| handshake.expire_at > now)
            .map(|handshake| handshake.directives)
    }
}
