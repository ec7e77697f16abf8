use std::collections::HashMap;

use serde_json::Value;

use super::source::FetchedJwks;
use crate::tokens::error::{TokenError, TokenErrorReason as Reason};
use crate::tokens::public_key::{KeyError, PublicKey};

/// The keys of one instance, as they were at one moment.
pub(super) struct KeySet {
    pub(super) instance: u64,
    /// On the scale of [`Clock::age_ms`](crate::Clock::age_ms).
    pub(super) fetched_at: i64,
    /// A key that cannot be used is kept with the reason, so that its tokens are not taken for tokens of another instance.
    keys: HashMap<String, Result<PublicKey, KeyError>>,
}

impl KeySet {
    /// Parses all keys. One that an earlier set has as well is taken from there: tokens that were verified with it stay
    /// verified.
    pub(super) fn new(
        fetched: FetchedJwks,
        fetched_at: i64,
        earlier: Option<&Self>,
    ) -> Result<Self, TokenError> {
        let keys = match fetched.jwks.get("keys").and_then(Value::as_array) {
            Some(keys) if !keys.is_empty() => keys,
            _ => {
                return Err(TokenError::new(
                    Reason::JwkRemoteFailedToLoad,
                    "Clerk's response has no keys",
                ));
            }
        };
        let keys = keys
            .iter()
            .filter_map(|jwk| {
                let kid = jwk.get("kid")?.as_str()?.to_owned();
                let key = PublicKey::from_jwk(jwk).map(|key| {
                    match earlier.and_then(|set| set.keys.get(&kid)) {
                        Some(Ok(known)) if *known == key => known.clone(),
                        _ => key,
                    }
                });
                Some((kid, key))
            })
            .collect();
        Ok(Self {
            instance: fetched.instance,
            fetched_at,
            keys,
        })
    }

    pub(super) fn get(&self, kid: &str) -> Option<Result<PublicKey, KeyError>> {
        self.keys.get(kid).cloned()
    }
}
