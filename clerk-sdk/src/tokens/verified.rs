//! Tokens whose signature has been checked before.

use std::any::Any;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::claims::Claims;
use super::generations::{Bytes, Generations, Limit};
use super::jwt::{Decoded, Header};
use super::public_key::PublicKey;
use super::rules::Facts;
use super::skim::View;

/// A token that this key signed. Its claims are to be checked again on each use: time goes by, and options differ.
pub(super) struct Verified {
    token: Box<str>,
    pub(super) key: PublicKey,
    pub(super) header: Arc<Header>,
    pub(super) claims: Claims,
    pub(super) facts: Facts,
    is_plainly_of_a_session: bool,
    derived: OnceLock<Arc<dyn Any + Send + Sync>>,
}

/// The most bytes of a value that [`VerifiedToken::derived`] keeps. Larger values are made anew for each request.
///
/// 2 KiB for what the value holds, and the value itself.
const MAX_DERIVED_BYTES: usize = 2 * 1024 + 256;
/// The bytes that a token takes beside its own: the map's entry, allocations, and the value derived from its claims.
const OVERHEAD: usize = size_of::<Verified>() + size_of::<Header>() + MAX_DERIVED_BYTES + 256;

impl Verified {
    pub(super) fn new(token: &str, key: PublicKey, header: Arc<Header>, claims: Claims) -> Self {
        let facts = Facts::of(claims.view());
        Self {
            is_plainly_of_a_session: facts.may_be_of_a_user()
                && header.typ.as_str() == Some("JWT")
                && header.may_be_of_a_session(),
            facts,
            token: token.into(),
            key,
            header,
            claims,
            derived: OnceLock::new(),
        }
    }
}

impl Bytes for Arc<Verified> {
    fn bytes(&self) -> usize {
        OVERHEAD + self.token.len() + self.header.heap_bytes() + self.claims.heap_bytes()
    }
}

/// What the id of a machine begins with.
pub(super) const MACHINE: &str = "mch_";

/// A token whose signature was checked, now or before, with what follows from it, so that it is decoded once. Whether its
/// claims hold is another question: see [`TokenVerifier::verify_inspected`](super::TokenVerifier::verify_inspected).
#[doc(hidden)]
#[derive(Clone)]
pub struct VerifiedToken(pub(super) Arc<Verified>);

impl VerifiedToken {
    /// Its claims.
    pub fn claims(&self) -> &Claims {
        &self.0.claims
    }

    /// Returns [`Claims::azp`], which it knows the place of.
    pub fn azp(&self) -> Option<&str> {
        self.0
            .facts
            .azp(self.0.claims.view())
            .and_then(View::as_str)
    }

    /// Returns what `make` makes of the claims, and keeps it with the token if it takes few bytes in memory. `make` also
    /// returns how many bytes that are. All callers must ask for one type.
    pub(crate) fn derived<T: Any + Send + Sync, E>(
        &self,
        make: impl FnOnce(&Claims) -> Result<(T, usize), E>,
    ) -> Result<Arc<T>, E> {
        if let Some(derived) = self.0.derived.get()
            && let Ok(derived) = Arc::clone(derived).downcast()
        {
            return Ok(derived);
        }
        let (derived, bytes) = make(&self.0.claims)?;
        let derived = Arc::new(derived);
        if bytes <= MAX_DERIVED_BYTES {
            // If another request was quicker, both values are equal and this one is dropped after use.
            let _ = self.0.derived.set(Arc::clone(&derived) as _);
        }
        Ok(derived)
    }

    /// Returns the token.
    pub fn token(&self) -> &str {
        &self.0.token
    }
}

/// A token that was looked at before it is verified.
#[doc(hidden)]
pub enum InspectedToken {
    /// It was verified before, and is plainly that of a session.
    Verified(VerifiedToken),
    /// It is a JWT. Boxed, so that what a request holds while it waits stays small.
    Decoded(Box<Decoded>),
    /// It is something else.
    Opaque,
}

/// What a claim says of the issuer, unverified.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Issuer<'t> {
    /// Nothing, or what JavaScript takes for nothing.
    Absent,
    Named(&'t str),
    /// Something that names no issuer.
    Malformed,
}

impl InspectedToken {
    pub(super) fn known(known: Option<Arc<Verified>>) -> Option<Self> {
        known
            .filter(|known| known.is_plainly_of_a_session)
            .map(|known| Self::Verified(VerifiedToken(known)))
    }

    /// Returns who issued it, unverified.
    pub fn issuer(&self) -> Issuer<'_> {
        let (text, is_truthy) = match self {
            Self::Opaque => return Issuer::Absent,
            Self::Verified(known) => {
                let iss = known.0.facts.iss(known.claims().view());
                (iss.and_then(View::as_str), iss.is_some_and(View::is_truthy))
            }
            Self::Decoded(jwt) => (jwt.claims.iss.as_str(), jwt.claims.iss.is_truthy()),
        };
        match text {
            _ if !is_truthy => Issuer::Absent,
            Some(issuer) => Issuer::Named(issuer),
            None => Issuer::Malformed,
        }
    }

    /// Returns when it was issued, in seconds since 1970, unverified.
    pub fn issued_at(&self) -> Option<f64> {
        match self {
            Self::Opaque => None,
            Self::Verified(known) => known.0.facts.issued_at,
            Self::Decoded(jwt) => jwt.claims.iat.as_f64(),
        }
    }

    /// Returns when it expires, in seconds since 1970, unverified.
    pub fn expires_at(&self) -> Option<f64> {
        match self {
            Self::Opaque => None,
            Self::Verified(known) => known.0.facts.expires_at,
            Self::Decoded(jwt) => jwt.claims.exp.as_f64(),
        }
    }
}

/// The end of a token: part of its signature, so it is as good as random among tokens that are genuine, and hashing it is
/// quicker than hashing all of it. Only what is equal as a whole is ever found.
type Tail = [u8; 32];

const SHARDS: usize = 16;
/// How often a shard is searched for tokens that have expired, in milliseconds.
const SWEEP_INTERVAL_MS: i64 = 60_000;
/// How long a token is kept after it expired, in milliseconds: some who verify it allow their clock to be off.
const GRACE_MS: i64 = 60_000;

/// A set of verified tokens, bounded in number and in bytes. What has expired goes first.
pub(super) struct VerifiedTokens {
    shards: Vec<Mutex<Shard>>,
    /// Whether there is room for any token.
    is_on: bool,
}

struct Shard {
    tokens: Generations<Tail, Arc<Verified>>,
    swept_at: i64,
}

impl VerifiedTokens {
    /// Room for about so many tokens, which take at most so many bytes; none at 0.
    pub(super) fn new(tokens: usize, bytes: usize) -> Self {
        let limit = Limit {
            entries: tokens.div_ceil(2 * SHARDS),
            bytes: bytes / (2 * SHARDS),
        };
        let shard = |_| {
            Mutex::new(Shard {
                tokens: Generations::new(limit),
                swept_at: 0,
            })
        };
        Self {
            shards: (0..SHARDS).map(shard).collect(),
            is_on: tokens > 0,
        }
    }

    pub(super) fn get(&self, token: &str) -> Option<Arc<Verified>> {
        if !self.is_on {
            return None;
        }
        let tail = tail(token)?;
        let found = self.shard(&tail).tokens.get(&tail)?;
        (*found.token == *token).then_some(found)
    }

    pub(super) fn insert(&self, verified: Arc<Verified>, now_ms: i64) {
        if !self.is_on {
            return;
        }
        let Some(tail) = tail(&verified.token) else {
            return;
        };
        let mut shard = self.shard(&tail);
        shard.sweep(now_ms);
        shard.tokens.insert(tail, verified);
    }

    pub(super) fn remove(&self, token: &str) {
        if let Some(tail) = tail(token) {
            self.shard(&tail).tokens.remove(&tail);
        }
    }

    fn shard(&self, tail: &Tail) -> MutexGuard<'_, Shard> {
        // There are fewer shards than values of a byte, and always at least one.
        let index = usize::from(tail[0]) % self.shards.len();
        self.shards[index]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shard {
    fn sweep(&mut self, now_ms: i64) {
        // A clock that was set back makes the next sweep come early, not late.
        if (self.swept_at..self.swept_at.saturating_add(SWEEP_INTERVAL_MS)).contains(&now_ms) {
            return;
        }
        self.swept_at = now_ms;
        let at = now_ms.saturating_sub(GRACE_MS);
        self.tokens.retain(|token| !token.facts.has_expired(at));
    }
}

fn tail(token: &str) -> Option<Tail> {
    token.as_bytes().last_chunk().copied()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::jwt::Parts;
    use super::*;
    use serde_json::json;

    const NOW: i64 = 1_750_000_000_000;
    const ROOM: usize = 1 << 30;

    fn verified_with(token: &str, claims: serde_json::Value) -> Arc<Verified> {
        let key = PublicKey::from_pem(include_str!("../../tests/keys/main.public.pem")).unwrap();
        let header = Arc::new(Parts::of("e30.e30.").unwrap().header().unwrap());
        let claims = Claims::from_value(claims).unwrap();
        Arc::new(Verified::new(token, key, header, claims))
    }

    fn verified(token: &str) -> Arc<Verified> {
        verified_with(token, json!({}))
    }

    fn token(number: usize) -> String {
        format!("header.{}.{number:064}", "x".repeat(100))
    }

    fn held(cache: &VerifiedTokens) -> (usize, usize) {
        let mut held = (0, 0);
        for shard in &cache.shards {
            let (tokens, bytes) = shard.lock().unwrap().tokens.held();
            held = (held.0 + tokens, held.1 + bytes);
        }
        held
    }

    #[test]
    fn a_token_is_found_only_as_a_whole() {
        let cache = VerifiedTokens::new(100, ROOM);
        cache.insert(verified(&token(1)), NOW);
        assert!(cache.get(&token(1)).is_some());
        assert!(cache.get(&token(2)).is_none());
        assert!(cache.get(&token(1).replace('x', "y")).is_none());
        cache.remove(&token(1));
        assert!(cache.get(&token(1)).is_none());
        assert_eq!(held(&cache), (0, 0));
    }

    #[test]
    fn the_number_of_tokens_is_bounded_and_those_in_use_stay() {
        let cache = VerifiedTokens::new(320, ROOM);
        cache.insert(verified(&token(0)), NOW);
        for number in 1..10_000 {
            cache.insert(verified(&token(number)), NOW);
            assert!(cache.get(&token(0)).is_some(), "{number}");
        }
        let (count, _) = held(&cache);
        assert!(count <= 320, "{count}");
    }

    #[test]
    fn the_bytes_of_tokens_are_bounded() {
        let bytes = 1 << 20;
        let cache = VerifiedTokens::new(100_000, bytes);
        for number in 0..1000 {
            cache.insert(verified(&token(number)), NOW);
            // The same once more counts once.
            cache.insert(verified(&token(number)), NOW);
        }
        let (count, total) = held(&cache);
        assert!(
            total <= bytes && count > 10,
            "{count} tokens, {total} bytes"
        );
        let huge = format!("{}{}", "x".repeat(bytes), token(1));
        cache.insert(verified(&huge), NOW);
        assert!(cache.get(&huge).is_none());
    }

    #[test]
    fn what_has_expired_is_dropped() {
        let cache = VerifiedTokens::new(100_000, ROOM);
        let expiring = |number| verified_with(&token(number), json!({ "exp": NOW / 1000 + 60 }));
        for number in 0..1000 {
            cache.insert(expiring(number), NOW);
        }
        let later = NOW + 60_000 + GRACE_MS;
        for number in 1000..1100 {
            cache.insert(
                verified_with(&token(number), json!({ "exp": later })),
                later,
            );
        }
        assert_eq!(held(&cache).0, 100);
    }

    #[test]
    fn without_room_nothing_is_kept() {
        for cache in [VerifiedTokens::new(0, ROOM), VerifiedTokens::new(100, 0)] {
            cache.insert(verified(&token(1)), NOW);
            assert!(cache.get(&token(1)).is_none());
        }
    }
}
