use std::fmt;
use std::sync::Arc;

use super::claims::Claims;
use super::error::{TokenError, TokenErrorReason as Reason};
use super::jwks::{ApiJwks, JwksCache, JwksPolicy, JwksSource};
use super::jwt::{Decoded, Header, Jwt, decode_jwt, signed_part};
use super::machine_cache::{MachineAnswers, MachineTokenCache};
use super::options::VerifyTokenOptions;
use super::public_key::PublicKey;
use super::rules::{self, Rules};
use super::skim::View;
use super::verified::{LookedAt, SeenToken, Verified, VerifiedTokens};
use crate::clock::Clock;

/// Verifies the tokens of one instance. Make one and keep it: it holds the keys and what was verified with them. Clones
/// are cheap and share all of that; what two verifiers hold never mixes.
///
/// ```
/// use clerk_sdk::Clock;
/// use clerk_sdk::tokens::{PublicKey, TokenErrorReason, TokenVerifier, VerifyTokenOptions};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let pem = include_str!("../../tests/keys/main.public.pem");
/// let verifier = TokenVerifier::builder().jwt_key(PublicKey::from_pem(pem)?).build();
/// let options = VerifyTokenOptions::new().authorized_parties(["https://app.example.com"]);
///
/// let error = verifier.verify("eyJhbGciOiJub25lIn0.e30.", &options).await.unwrap_err();
/// assert_eq!(error.reason(), TokenErrorReason::TokenInvalidAlgorithm);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct TokenVerifier {
    shared: Arc<Shared>,
}

struct Shared {
    key: Option<PublicKey>,
    jwks: Option<JwksCache>,
    api: Option<clerk_api::Client>,
    machine_api: Option<clerk_api::Client>,
    machine_answers: Option<MachineAnswers>,
    verified: VerifiedTokens,
    clock: Clock,
}

impl TokenVerifier {
    /// A verifier with the keys of the instance that this client talks to.
    pub fn new(api: clerk_api::Client) -> Self {
        Self::builder().api(api).build()
    }

    /// A verifier of your making.
    pub fn builder() -> TokenVerifierBuilder {
        TokenVerifierBuilder::default()
    }

    /// Verifies a session token, or one made from a JWT template: its signature, then its claims.
    ///
    /// A token that was verified before is not decoded again and its signature is not checked again, as long as the key is
    /// still the instance's; everything else is checked each time.
    ///
    /// # Errors
    ///
    /// [`TokenError`]; its [`reason`](TokenError::reason) is the first check that failed, in the order of Clerk's other
    /// SDKs: form, key, type, algorithm, signature, `sub`, `aud`, `azp`, `iss`, `exp`, `nbf`, `iat`.
    pub async fn verify(
        &self,
        token: &str,
        options: &VerifyTokenOptions,
    ) -> Result<Claims, TokenError> {
        let verified = self.verify_by(token, &Rules::session(options)).await?;
        Ok(verified.claims.clone())
    }

    pub(super) async fn verify_by(
        &self,
        token: &str,
        rules: &Rules<'_>,
    ) -> Result<Arc<Verified>, TokenError> {
        match self.shared.verified.get(token) {
            Some(known) => self.verify_again(token, known, rules).await,
            None => self.verify_decoded(token, Decoded::of(token)?, rules).await,
        }
    }

    async fn verify_again(
        &self,
        token: &str,
        known: Arc<Verified>,
        rules: &Rules<'_>,
    ) -> Result<Arc<Verified>, TokenError> {
        rules.category(&known.header)?;
        let is_still_the_key = match self.own_key(rules.options()) {
            Some(key) => *key == known.key,
            None => self.key(&known.header, rules.options()).await? == known.key,
        };
        if !is_still_the_key {
            self.shared.verified.remove(token);
            // Rare, and kept apart so that the future of every request stays small.
            return Box::pin(self.verify_decoded(token, Decoded::of(token)?, rules)).await;
        }
        rules.header(&known.header)?;
        let (claims, now) = (known.claims.view(), self.shared.clock.now_ms());
        match &known.times {
            Some(times) => rules.claims_again(claims, times, now)?,
            None => rules.claims(claims, now)?,
        }
        Ok(known)
    }

    async fn verify_decoded(
        &self,
        token: &str,
        jwt: Decoded,
        rules: &Rules<'_>,
    ) -> Result<Arc<Verified>, TokenError> {
        let header = jwt.header;
        rules.category(&header)?;
        let key = self.key(&header, rules.options()).await?;
        let algorithm = rules.header(&header)?;
        rules::signature(&key, algorithm, signed_part(token), &jwt.signature)?;
        let claims = jwt.claims.ok_or_else(|| {
            TokenError::new(Reason::TokenVerificationFailed, "the payload is no object")
        })?;
        rules.claims(claims.view(), self.shared.clock.now_ms())?;
        let verified = Arc::new(Verified::new(token, key, header, claims));
        self.shared.verified.insert(Arc::clone(&verified));
        Ok(verified)
    }

    /// Looks at a token before it is verified, so that it is decoded once.
    #[doc(hidden)]
    pub fn look_at(&self, token: &str) -> LookedAt {
        if let Some(seen) = LookedAt::seen(self.shared.verified.get(token)) {
            return seen;
        }
        match Decoded::of(token) {
            Ok(jwt) => LookedAt::Decoded(jwt),
            Err(_) => LookedAt::Opaque,
        }
    }

    /// The same as [`verify`](Self::verify), for a token that [`look_at`](Self::look_at) looked at.
    ///
    /// # Errors
    ///
    /// Those of [`verify`](Self::verify).
    #[doc(hidden)]
    pub async fn verify_looked_at(
        &self,
        token: &str,
        looked_at: LookedAt,
        options: &VerifyTokenOptions,
    ) -> Result<SeenToken, TokenError> {
        let rules = Rules::session(options);
        let verified = match looked_at {
            LookedAt::Seen(seen) => self.verify_again(token, seen.0, &rules).await,
            LookedAt::Decoded(jwt) => self.verify_decoded(token, jwt, &rules).await,
            LookedAt::Opaque => Box::pin(self.verify_by(token, &rules)).await,
        };
        verified.map(SeenToken)
    }

    /// Checks the form, the type, the algorithm and the signature of a JWT, and **nothing that its claims say**: neither
    /// whether it has expired nor whom it is for. It is for JWTs that carry something else than an identity, such as what
    /// a handshake brings back; use [`verify`](Self::verify) for every token that signs somebody in.
    ///
    /// # Errors
    ///
    /// Those of [`verify`](Self::verify) that are not about claims.
    pub async fn verify_signature(
        &self,
        token: &str,
        options: &VerifyTokenOptions,
    ) -> Result<Jwt, TokenError> {
        let jwt = decode_jwt(token)?;
        let header = Header::of(View::Value(&jwt.header));
        let key = self.key(&header, options).await?;
        let algorithm = Rules::session(options).header(&header)?;
        rules::signature(&key, algorithm, signed_part(token), &jwt.signature)?;
        Ok(jwt)
    }

    /// The clock that tokens are judged by.
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// The key that was given, if one was: it is for every `kid`.
    fn own_key<'k>(&'k self, options: &'k VerifyTokenOptions) -> Option<&'k PublicKey> {
        options.jwt_key.as_ref().or(self.shared.key.as_ref())
    }

    async fn key(
        &self,
        header: &Header,
        options: &VerifyTokenOptions,
    ) -> Result<PublicKey, TokenError> {
        if let Some(key) = self.own_key(options) {
            return Ok(key.clone());
        }
        match &self.shared.jwks {
            None => Err(TokenError::new(
                Reason::JwkFailedToResolve,
                "there is no key, and none to fetch one with",
            )),
            // Whatever may have to be fetched is kept apart, so that the future of every request stays small.
            Some(jwks) if options.skip_jwks_cache => {
                Box::pin(jwks.key_uncached(header.kid.as_deref())).await
            }
            Some(jwks) => match jwks.key_at_hand(header.kid.as_deref()) {
                Some(key) => key,
                None => Box::pin(jwks.key(header.kid.as_deref())).await,
            },
        }
    }

    pub(super) fn api(&self) -> Option<&clerk_api::Client> {
        self.shared.api.as_ref()
    }

    pub(super) fn machine_api(&self) -> Option<&clerk_api::Client> {
        self.shared
            .machine_api
            .as_ref()
            .or(self.shared.api.as_ref())
    }

    pub(super) fn machine_answers(&self) -> Option<&MachineAnswers> {
        self.shared.machine_answers.as_ref()
    }
}

impl fmt::Debug for TokenVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenVerifier")
            .field("jwt_key", &self.shared.key.is_some())
            .field("jwks", &self.shared.jwks.is_some())
            .field("clock", &self.shared.clock)
            .finish_non_exhaustive()
    }
}

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
            clock: Clock::default(),
        }
    }
}

impl TokenVerifierBuilder {
    /// The key of the instance. With it, nothing is fetched to verify a JWT, whatever else is set.
    pub fn jwt_key(mut self, key: PublicKey) -> Self {
        self.key = Some(key);
        self
    }

    /// The client to fetch keys with, and to ask about opaque machine tokens.
    pub fn api(mut self, api: clerk_api::Client) -> Self {
        self.api = Some(api);
        self
    }

    /// A client with the machine secret key, to ask about machine-to-machine tokens. Default: that of
    /// [`api`](Self::api).
    pub fn machine_api(mut self, api: clerk_api::Client) -> Self {
        self.machine_api = Some(api);
        self
    }

    /// Where to get keys from instead of by [`api`](Self::api).
    pub fn jwks_source(mut self, source: impl JwksSource) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// How long fetched keys are used and how often they are fetched.
    pub fn jwks_policy(mut self, policy: JwksPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Keeps for moments what Clerk answers about opaque machine tokens. A token that is revoked goes on being accepted for
    /// as long as that; see [`MachineTokenCache`]. Default: none, which asks Clerk each time.
    pub fn machine_token_cache(mut self, cache: MachineTokenCache) -> Self {
        self.machine_token_cache = Some(cache);
        self
    }

    /// How many verified tokens are remembered at most. Default: 4096. 0 remembers none.
    pub fn verified_tokens(mut self, count: usize) -> Self {
        self.verified_tokens = count;
        self
    }

    /// The clock to judge tokens by. Default: the system's.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The verifier. Nothing is fetched yet.
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
                machine_answers: self
                    .machine_token_cache
                    .map(|cache| MachineAnswers::new(cache, self.clock.clone())),
                verified: VerifiedTokens::new(self.verified_tokens),
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
            .finish_non_exhaustive()
    }
}
