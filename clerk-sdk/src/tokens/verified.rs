//! Tokens whose signature has been checked before.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::claims::Claims;
use super::jwt::{Decoded, Header};
use super::public_key::PublicKey;
use super::rules::Times;
use crate::auth::{Auth, AuthObject, ClaimsError};

/// A token that this key signed. Its claims are to be checked again on each use: time goes by, and options differ.
pub(super) struct Verified {
    token: Box<str>,
    pub(super) key: PublicKey,
    pub(super) header: Header,
    pub(super) claims: Claims,
    pub(super) times: Option<Times>,
    is_plainly_of_a_session: bool,
    auth: OnceLock<Arc<AuthObject>>,
}

impl Verified {
    pub(super) fn new(token: &str, key: PublicKey, header: Header, claims: Claims) -> Self {
        let is_machine = claims.sub().is_some_and(|sub| sub.starts_with("mch_"));
        Self {
            times: Times::of(claims.view()),
            is_plainly_of_a_session: !is_machine
                && header.typ.as_text() == Some("JWT")
                && header.may_be_of_a_session(),
            token: token.into(),
            key,
            header,
            claims,
            auth: OnceLock::new(),
        }
    }
}

/// A token whose signature was checked, now or before, with what follows from it, so that it is decoded once. Whether its
/// claims hold is another question: see [`TokenVerifier::verify_looked_at`](super::TokenVerifier::verify_looked_at).
#[doc(hidden)]
#[derive(Clone)]
pub struct SeenToken(pub(super) Arc<Verified>);

impl SeenToken {
    /// Its claims.
    pub fn claims(&self) -> &Claims {
        &self.0.claims
    }

    /// Who it is about.
    ///
    /// # Errors
    ///
    /// When the claims are malformed.
    pub fn auth(&self) -> Result<Arc<AuthObject>, ClaimsError> {
        if let Some(auth) = self.0.auth.get() {
            return Ok(Arc::clone(auth));
        }
        let auth = AuthObject::Session(Auth::from_claims(self.0.claims.clone())?);
        Ok(Arc::clone(self.0.auth.get_or_init(|| Arc::new(auth))))
    }

    /// The token.
    pub fn token(&self) -> &str {
        &self.0.token
    }
}

/// A token at which somebody looked before it is verified.
#[doc(hidden)]
pub enum LookedAt {
    /// It was verified before, and is plainly that of a session.
    Seen(SeenToken),
    /// It is a JWT.
    Decoded(Decoded),
    /// It is something else.
    Opaque,
}

impl LookedAt {
    pub(super) fn seen(known: Option<Arc<Verified>>) -> Option<Self> {
        known
            .filter(|known| known.is_plainly_of_a_session)
            .map(|known| Self::Seen(SeenToken(known)))
    }
}

/// The end of a token: part of its signature, so it is as good as random among tokens that are genuine, and hashing it is
/// quicker than hashing all of it. Only what is equal as a whole is ever found.
type Tail = [u8; 32];

const SHARDS: usize = 16;
/// A longer token is not kept: a cookie could not carry it, and it must not fill the memory.
const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// A bounded set of verified tokens. Which one has to go is decided by generation: a full half displaces the other half, and
/// what was used since has moved on.
pub(super) struct VerifiedTokens {
    shards: Vec<Mutex<Shard>>,
    /// How many tokens each half of a shard holds.
    half: usize,
}

#[derive(Default)]
struct Shard {
    young: HashMap<Tail, Arc<Verified>>,
    old: HashMap<Tail, Arc<Verified>>,
}

impl VerifiedTokens {
    /// Room for about so many tokens; none at 0.
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            half: capacity.div_ceil(2 * SHARDS),
        }
    }

    pub(super) fn get(&self, token: &str) -> Option<Arc<Verified>> {
        if self.half == 0 {
            return None;
        }
        let tail = tail(token)?;
        let mut shard = self.shard(&tail);
        let found = match shard.young.get(&tail) {
            Some(found) => Arc::clone(found),
            None => {
                let found = shard.old.remove(&tail)?;
                shard.insert(tail, Arc::clone(&found), self.half);
                found
            }
        };
        drop(shard);
        (*found.token == *token).then_some(found)
    }

    pub(super) fn insert(&self, verified: Arc<Verified>) {
        if self.half == 0 || verified.token.len() > MAX_TOKEN_BYTES {
            return;
        }
        let Some(tail) = tail(&verified.token) else {
            return;
        };
        self.shard(&tail).insert(tail, verified, self.half);
    }

    pub(super) fn remove(&self, token: &str) {
        if let Some(tail) = tail(token) {
            let mut shard = self.shard(&tail);
            shard.young.remove(&tail);
            shard.old.remove(&tail);
        }
    }

    fn shard(&self, tail: &Tail) -> std::sync::MutexGuard<'_, Shard> {
        // There are fewer shards than values of a byte, and always at least one.
        let index = usize::from(tail[0]) % self.shards.len();
        self.shards[index]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shard {
    fn insert(&mut self, tail: Tail, verified: Arc<Verified>, half: usize) {
        if self.young.len() >= half {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(tail, verified);
    }
}

fn tail(token: &str) -> Option<Tail> {
    token.as_bytes().last_chunk().copied()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::skim::View;
    use super::*;
    use serde_json::json;

    fn verified(token: &str) -> Arc<Verified> {
        let key = PublicKey::from_pem(include_str!("../../tests/keys/main.public.pem")).unwrap();
        let header = Header::of(View::Value(&json!({})));
        Arc::new(Verified::new(token, key, header, Claims::default()))
    }

    fn token(number: usize) -> String {
        format!("header.{}.{number:064}", "x".repeat(100))
    }

    #[test]
    fn a_token_is_found_only_as_a_whole() {
        let cache = VerifiedTokens::new(100);
        cache.insert(verified(&token(1)));
        assert!(cache.get(&token(1)).is_some());
        assert!(cache.get(&token(2)).is_none());
        assert!(cache.get(&token(1).replace('x', "y")).is_none());
        cache.remove(&token(1));
        assert!(cache.get(&token(1)).is_none());
    }

    #[test]
    fn the_number_of_tokens_is_bounded_and_those_in_use_stay() {
        let cache = VerifiedTokens::new(320);
        cache.insert(verified(&token(0)));
        for number in 1..10_000 {
            cache.insert(verified(&token(number)));
            assert!(cache.get(&token(0)).is_some(), "{number}");
        }
        let count: usize = cache
            .shards
            .iter()
            .map(|shard| {
                let shard = shard.lock().unwrap();
                shard.young.len() + shard.old.len()
            })
            .sum();
        assert!(count <= 320, "{count}");
    }

    #[test]
    fn without_room_nothing_is_kept() {
        let cache = VerifiedTokens::new(0);
        cache.insert(verified(&token(1)));
        assert!(cache.get(&token(1)).is_none());
        let cache = VerifiedTokens::new(10);
        let long = format!("{}{}", "x".repeat(MAX_TOKEN_BYTES), token(1));
        cache.insert(verified(&long));
        assert!(cache.get(&long).is_none());
    }
}
