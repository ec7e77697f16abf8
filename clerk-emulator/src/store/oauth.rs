//! What OAuth keeps between two requests: codes, grants with their refresh tokens, and consents.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::bounds::{MAX_CODES, MAX_CONSENTS, MAX_GRANTS};

/// What a user granted to an application: from the code to the last refresh token, whose family it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) id: String,
    pub(crate) client_id: String,
    pub(crate) user_id: String,
    pub(crate) scopes: Vec<String>,
    /// Which servers the tokens are for; any if it is empty.
    pub(crate) resources: Vec<String>,
    pub(crate) organization_id: Option<String>,
    /// Who acted in the user's name.
    pub(crate) actor: Option<Value>,
    /// When the user signed in.
    pub(crate) authenticated_at: i64,
    pub(crate) created_at: i64,
    /// The digest of the one refresh token that works; none before the code is exchanged.
    pub(crate) refresh_token: Option<String>,
}

/// An authorization code.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Code {
    /// What the code gives.
    pub(crate) grant: Grant,
    pub(crate) redirect_uri: String,
    /// Whether the request for the code named the redirect URI.
    pub(crate) is_redirect_uri_named: bool,
    pub(crate) code_challenge: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) expire_at: i64,
    pub(crate) is_used: bool,
}

/// What a user allowed an application, for good.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Consent {
    pub(crate) user_id: String,
    pub(crate) client_id: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) organization_id: Option<String>,
    pub(crate) updated_at: i64,
}

/// Codes, grants and consents. Of codes and refresh tokens there are digests only.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OAuth {
    /// By the code's digest. A used one stays, to be known again.
    #[serde(with = "indexmap::map::serde_seq")]
    codes: IndexMap<String, Code>,
    #[serde(with = "indexmap::map::serde_seq")]
    grants: IndexMap<String, Grant>,
    /// By user and client.
    #[serde(with = "indexmap::map::serde_seq")]
    consents: IndexMap<String, Consent>,
}

fn consent_key(user_id: &str, client_id: &str) -> String {
    format!("{user_id} {client_id}")
}

impl OAuth {
    /// Adds a code; one that is of no use any more makes room first.
    pub(crate) fn insert_code(&mut self, digest: String, code: Code, now: i64) {
        if self.codes.len() >= MAX_CODES {
            let done = |code: &Code| code.is_used || code.expire_at <= now;
            let index = self.codes.values().position(done).unwrap_or(0);
            self.codes.shift_remove_index(index);
        }
        self.codes.insert(digest, code);
    }

    pub(crate) fn code_mut(&mut self, digest: &str) -> Option<&mut Code> {
        self.codes.get_mut(digest)
    }

    /// Adds a grant in place of the oldest one.
    pub(crate) fn insert_grant(&mut self, grant: Grant) {
        if self.grants.len() >= MAX_GRANTS {
            self.grants.shift_remove_index(0);
        }
        self.grants.insert(grant.id.clone(), grant);
    }

    pub(crate) fn grant(&self, id: &str) -> Option<&Grant> {
        self.grants.get(id)
    }

    pub(crate) fn grant_mut(&mut self, id: &str) -> Option<&mut Grant> {
        self.grants.get_mut(id)
    }

    pub(crate) fn remove_grant(&mut self, id: &str) -> Option<Grant> {
        self.grants.shift_remove(id)
    }

    /// Whether an application has a grant of anybody.
    pub(super) fn is_in_use(&self, client_id: &str) -> bool {
        self.grants
            .values()
            .any(|grant| grant.client_id == client_id)
    }

    pub(crate) fn consent(&self, user_id: &str, client_id: &str) -> Option<&Consent> {
        self.consents.get(&consent_key(user_id, client_id))
    }

    /// Returns what a user allowed, the oldest first.
    pub(crate) fn consents_of<'a>(
        &'a self,
        user_id: &'a str,
    ) -> impl Iterator<Item = &'a Consent> + 'a {
        self.consents
            .values()
            .filter(move |consent| consent.user_id == user_id)
    }

    /// Keeps a consent in place of an earlier one, or else of the oldest of all.
    pub(crate) fn keep_consent(&mut self, consent: Consent) {
        let key = consent_key(&consent.user_id, &consent.client_id);
        if !self.consents.contains_key(&key) && self.consents.len() >= MAX_CONSENTS {
            self.consents.shift_remove_index(0);
        }
        self.consents.insert(key, consent);
    }

    /// Forgets what a user granted to an application; the other one is `None` for all of them.
    pub(crate) fn forget(&mut self, user_id: Option<&str>, client_id: Option<&str>) {
        let fits = |user: &str, client: &str| {
            user_id.is_none_or(|id| id == user) && client_id.is_none_or(|id| id == client)
        };
        self.codes
            .retain(|_, code| !fits(&code.grant.user_id, &code.grant.client_id));
        self.grants
            .retain(|_, grant| !fits(&grant.user_id, &grant.client_id));
        self.consents
            .retain(|_, consent| !fits(&consent.user_id, &consent.client_id));
    }
}
