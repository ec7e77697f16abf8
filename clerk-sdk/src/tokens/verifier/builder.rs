//! Configuring a verifier.

use std::fmt;
use std::sync::Arc;

use super::{Shared, TokenVerifier};
use crate::clock::Clock;
use crate::tokens::jwks::{ApiJwks, JwksCache, JwksPolicy, JwksSource};
use crate::tokens::machine_cache::{MachineResponses, MachineTokenCache};
use crate::tokens::public_key::PublicKey;
use crate::tokens::verified::VerifiedTokens;

/// Makes a [`TokenVerifier`]; see [`TokenVerifier::builder`].
///
/// ```
/// use clerk_sdk::Clock;
/// use clerk_sdk::tokens::TokenVerifier;
///
/// let verifier = TokenVerifier::builder()
///     .api(clerk_api::Client::new(clerk_api::Config::new("sk_test_123")))
///     .verified_tokens(1000)
///     .clock(Clock::system())
///     .build();
/// # let _ = verifier;
/// ```
#[must_use = "a builder does nothing until it is built"]
pub struct TokenVerifierBuilder {
    key: Option<PublicKey>,
    source: Option<Box<dyn JwksSource>>,
    policy: JwksPolicy,
    api: Option<clerk_api::Client>,
    machine_api: Option<clerk_api::Client>,
    machine_token_cache: Option<MachineTokenCache>,
    verified_tokens: usize,
    verified_token_bytes: usize,
    clock: Clock,
}

impl Default for TokenVerifierBuilder {
    fn default() -> Self {
        Self {
            key: None,
            source: None,
            policy: JwksPolicy::default(),
            api: None,
            machine_api: None,
            machine_token_cache: None,
            verified_tokens: 4096,
            verified_token_bytes: 64 * 1024 * 1024,
            clock: Clock::default(),
        }
    }
}

impl TokenVerifierBuilder {
    /// Sets the key of the instance. With it, nothing is fetched to verify a JWT, whatever else is set.
    pub fn jwt_key(mut self, key: PublicKey) -> Self {
        self.key = Some(key);
        self
    }

    /// Sets the client to fetch keys with, and to ask about opaque machine tokens.
    pub fn api(mut self, api: clerk_api::Client) -> Self {
        self.api = Some(api);
        self
    }

    /// Sets a client with the machine secret key, to ask about machine-to-machine tokens. Default: that of
    /// [`api`](Self::api).
    pub fn machine_api(mut self, api: clerk_api::Client) -> Self {
        self.machine_api = Some(api);
        self
    }

    /// Sets where to get keys from instead of by [`api`](Self::api).
    pub fn jwks_source(mut self, source: impl JwksSource) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// Sets how long fetched keys are used and how often they are fetched.
    pub fn jwks_policy(mut self, policy: JwksPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Keeps Clerk's responses about opaque machine tokens for seconds. A revoked token is still accepted for
    /// that time; see [`MachineTokenCache`]. Default: no cache, so that each verification calls Clerk.
    pub fn machine_token_cache(mut self, cache: MachineTokenCache) -> Self {
        self.machine_token_cache = Some(cache);
        self
    }

    /// Sets how many verified tokens are remembered at most. Default: 4096. With 0, no tokens are kept.
    pub fn verified_tokens(mut self, count: usize) -> Self {
        self.verified_tokens = count;
        self
    }

    /// Sets how many bytes of memory the remembered tokens take at most, with all that is kept of them. Default: 64 MiB. 0
    /// keeps no tokens.
    pub fn verified_token_bytes(mut self, bytes: usize) -> Self {
        self.verified_token_bytes = bytes;
        self
    }

    /// Sets the clock to judge tokens by. Default: the system's.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Returns the verifier. Nothing is fetched yet.
    pub fn build(self) -> TokenVerifier {
        let source = self.source.or_else(|| {
            self.api
                .clone()
                .map(|api| Box::new(ApiJwks::new(api)) as Box<dyn JwksSource>)
        });
        TokenVerifier {
            shared: Arc::new(Shared {
                key: self.key,
                jwks: source.map(|source| JwksCache::new(source, self.policy, self.clock.clone())),
                api: self.api,
                machine_api: self.machine_api,
                machine_responses: self
                    .machine_token_cache
                    .map(|cache| MachineResponses::new(cache, self.clock.clone())),
                verified: VerifiedTokens::new(self.verified_tokens, self.verified_token_bytes),
                clock: self.clock,
            }),
        }
    }
}

impl fmt::Debug for TokenVerifierBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenVerifierBuilder")
            .field("jwt_key", &self.key.is_some())
            .field("policy", &self.policy)
            .field("machine_token_cache", &self.machine_token_cache)
            .field("verified_tokens", &self.verified_tokens)
            .field("verified_token_bytes", &self.verified_token_bytes)
            .finish_non_exhaustive()
    }
}
