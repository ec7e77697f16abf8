//! Verifying the tokens of one instance.

mod builder;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::clock::Clock;
use crate::tokens::claims::Claims;
use crate::tokens::error::{TokenError, TokenErrorReason as Reason};
use crate::tokens::jwks::JwksCache;
use crate::tokens::jwt::{Decoded, Header, Parts};
use crate::tokens::machine_cache::MachineResponses;
use crate::tokens::options::VerifyTokenOptions;
use crate::tokens::public_key::{KeyError, PublicKey};
use crate::tokens::rules::{self, Facts, Rules};
use crate::tokens::skim::View;
use crate::tokens::verified::{InspectedToken, Verified, VerifiedToken, VerifiedTokens};

pub use builder::TokenVerifierBuilder;

/// Verifies the tokens of one instance. Make one and keep it: it holds the keys and what was verified with them. Clones
/// are cheap and share all of that; what two verifiers hold never mixes.
///
/// ```
/// use clerk_sdk::Clock;
/// use clerk_sdk::tokens::{PublicKey, TokenErrorReason, TokenVerifier, VerifyTokenOptions};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let pem = include_str!("../../../tests/keys/main.public.pem");
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
    machine_responses: Option<MachineResponses>,
    verified: VerifiedTokens,
    clock: Clock,
}

impl TokenVerifier {
    /// Returns a verifier with the keys of the instance that this client talks to.
    pub fn new(api: clerk_api::Client) -> Self {
        Self::builder().api(api).build()
    }

    /// Returns a builder, to configure a verifier.
    pub fn builder() -> TokenVerifierBuilder {
        TokenVerifierBuilder::default()
    }

    /// Verifies the token of a session: as [`verify`](Self::verify), and that it is one. Its category must not be another's,
    /// `sub` must name a user and `sid` a session.
    ///
    /// # Errors
    ///
    /// Those of [`verify`](Self::verify). For a genuine token that is not a session's the reason is
    /// [`TokenInvalid`](Reason::TokenInvalid).
    pub async fn verify_session(
        &self,
        token: &str,
        options: &VerifyTokenOptions,
    ) -> Result<Claims, TokenError> {
        let verified = self.verify_by(token, &Rules::session(options)).await?;
        let claims = &verified.claims;
        let begins = |id: Option<&str>, prefix| id.is_some_and(|id| id.starts_with(prefix));
        let is_session = verified.header.may_be_of_a_session()
            && begins(claims.sub(), "user_")
            && begins(claims.sid(), "sess_");
        if !is_session {
            return Err(TokenError::new(
                Reason::TokenInvalid,
                "the token is genuine, but not that of a user's session",
            ));
        }
        Ok(claims.clone())
    }

    /// Verifies a token that was made from a JWT template, or that of a session: its signature, then its claims. It is not
    /// enough to sign someone in; see [`verify_session`](Self::verify_session).
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
            // Boxed, so that the future for known tokens stays small.
            None => Box::pin(self.verify_new(New::of(token)?, rules)).await,
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
            None => match self.key_at_hand(token, &known.header, rules) {
                Some(key) => key? == known.key,
                // Rare, and boxed so that the future of every request stays small.
                None => Box::pin(self.key(token, &known.header, rules)).await? == known.key,
            },
        };
        if !is_still_the_key {
            self.shared.verified.remove(token);
            // Rare, and boxed so that the future of every request stays small.
            return Box::pin(self.verify_new(New::of(token)?, rules)).await;
        }
        rules.header(&known.header)?;
        let now = self.shared.clock.now_ms();
        let judged = rules.claims(known.claims.view(), &known.facts, now);
        if let Err(error) = &judged
            && error.reason() == Reason::TokenExpired
        {
            self.shared.verified.remove(token);
        }
        judged.map(|()| known)
    }

    /// Little is read of the token before its signature is checked, and little but the text is held while keys are fetched:
    /// whoever sends it may have written anything into it.
    async fn verify_new(
        &self,
        new: New<'_>,
        rules: &Rules<'_>,
    ) -> Result<Arc<Verified>, TokenError> {
        let New { token, header, .. } = &new;
        rules.category(header).map_err(form_first(token))?;
        let key = self.key(token, header, rules).await?;
        let claims = new.signed_claims(&key, rules)?.ok_or_else(no_object)?;
        let verified = Arc::new(Verified::new(token, key, new.header, claims));
        let now = self.shared.clock.now_ms();
        rules.claims(verified.claims.view(), &verified.facts, now)?;
        self.shared.verified.insert(Arc::clone(&verified), now);
        Ok(verified)
    }

    /// Looks at a token before it is verified, so that what decides about it is read once.
    #[doc(hidden)]
    pub fn inspect(&self, token: &str) -> InspectedToken {
        if let Some(known) = InspectedToken::known(self.shared.verified.get(token)) {
            return known;
        }
        match Decoded::of(token) {
            Ok(jwt) => InspectedToken::Decoded(Box::new(jwt)),
            Err(_) => InspectedToken::Opaque,
        }
    }

    /// The same as [`verify`](Self::verify), for a token that [`inspect`](Self::inspect) looked at.
    ///
    /// # Errors
    ///
    /// Those of [`verify`](Self::verify).
    #[doc(hidden)]
    pub async fn verify_inspected(
        &self,
        token: &str,
        inspected: &InspectedToken,
        options: &VerifyTokenOptions,
    ) -> Result<VerifiedToken, TokenError> {
        let rules = Rules::session(options);
        let verified = match inspected {
            InspectedToken::Verified(known) => {
                self.verify_again(token, Arc::clone(&known.0), &rules).await
            }
            InspectedToken::Decoded(jwt) => {
                let new = New {
                    token,
                    signed: token.as_bytes().get(..jwt.signed).unwrap_or_default(),
                    header: Arc::clone(&jwt.header),
                    signature: Some(&jwt.signature),
                    payload: jwt.payload.clone(),
                };
                Box::pin(self.verify_new(new, &rules)).await
            }
            InspectedToken::Opaque => Box::pin(self.verify_by(token, &rules)).await,
        };
        verified.map(VerifiedToken)
    }

    /// Verifies what a handshake brings back and returns its directives, the cookies to set. It is not an identity: it is
    /// rejected if it has a subject (`sub`), and the sessions in it are verified on their own.
    ///
    /// Checked are the form, the category, the type, the algorithm and the signature, that there is a list `handshake` and
    /// no `sub`, and of `exp`, `nbf` and `iat` those that are there.
    ///
    /// # Errors
    ///
    /// [`TokenInvalid`](Reason::TokenInvalid) for a token of the instance that is not one of a handshake, and those of
    /// [`verify`](Self::verify).
    #[doc(hidden)]
    pub async fn verify_handshake(
        &self,
        token: &str,
        options: &VerifyTokenOptions,
    ) -> Result<Vec<String>, TokenError> {
        let mut options = options.clone();
        options.header_types.clear();
        let rules = Rules::session(&options);
        let new = New::of(token)?;
        let header = Arc::clone(&new.header);
        let key = self.key(token, &header, &rules).await?;
        let claims = new.signed_claims(&key, &rules)?;
        let no_handshake =
            || TokenError::new(Reason::TokenInvalid, "the token is not a handshake's");
        let claims = claims
            .filter(|_| header.may_be_of_a_session())
            .ok_or_else(no_handshake)?;
        let directives = claims.view().get("handshake").and_then(View::as_list);
        let directives = directives.filter(|_| claims.view().get("sub").is_none());
        let directives = directives.ok_or_else(no_handshake)?;
        rules.times_if_any(&Facts::of(claims.view()), self.shared.clock.now_ms())?;
        let texts = directives.into_iter().filter_map(View::as_str);
        Ok(texts.map(str::to_owned).collect())
    }

    /// Returns the clock that tokens are judged by.
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// Returns the key that was given, if one was: it is for every `kid`.
    fn own_key<'k>(&'k self, options: &'k VerifyTokenOptions) -> Option<&'k PublicKey> {
        options.jwt_key.as_ref().or(self.shared.key.as_ref())
    }

    /// Returns the key of a token, if nothing has to be fetched.
    fn key_at_hand(
        &self,
        token: &str,
        header: &Header,
        rules: &Rules<'_>,
    ) -> Option<Result<PublicKey, TokenError>> {
        let options = rules.options();
        if let Some(key) = self.own_key(options) {
            return Some(Ok(key.clone()));
        }
        let jwks = self.shared.jwks.as_ref();
        let key = jwks.filter(|_| !options.skip_jwks_cache)?;
        let key = key.key_at_hand(header.kid.as_str())?;
        Some(found_key(key, header, rules).map_err(form_first(token)))
    }

    /// Returns the key of a token. What is not a JWT is found out before anything is fetched.
    async fn key(
        &self,
        token: &str,
        header: &Header,
        rules: &Rules<'_>,
    ) -> Result<PublicKey, TokenError> {
        if let Some(key) = self.key_at_hand(token, header, rules) {
            return key;
        }
        let kid = header.kid.as_str();
        let found = match &self.shared.jwks {
            None => Err(TokenError::new(
                Reason::JwkFailedToResolve,
                "there is no key, and no API client to fetch keys with",
            )),
            Some(jwks) => {
                Decoded::of(token)?;
                // Fetching is boxed, so that the future of every request stays small.
                if rules.options().skip_jwks_cache {
                    Box::pin(jwks.key_uncached(kid)).await
                } else {
                    Box::pin(jwks.key(kid)).await
                }
            }
        };
        found
            .and_then(|found| found_key(found, header, rules))
            .map_err(form_first(token))
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

    pub(super) fn machine_responses(&self) -> Option<&MachineResponses> {
        self.shared.machine_responses.as_ref()
    }
}

/// A token whose signature has not been checked.
struct New<'t> {
    token: &'t str,
    /// The part that is signed.
    signed: &'t [u8],
    header: Arc<Header>,
    /// The signature and the claims, where they were read already.
    signature: Option<&'t [u8]>,
    payload: Option<Claims>,
}

impl<'t> New<'t> {
    fn of(token: &'t str) -> Result<Self, TokenError> {
        let parts = Parts::of(token)?;
        Ok(Self {
            token,
            signed: parts.signed,
            header: Arc::new(parts.header()?),
            signature: None,
            payload: None,
        })
    }

    /// Returns the claims, if this key signed them. `None` if the payload is not an object.
    fn signed_claims(
        &self,
        key: &PublicKey,
        rules: &Rules<'_>,
    ) -> Result<Option<Claims>, TokenError> {
        let is_signed = || {
            let algorithm = rules.header(&self.header)?;
            let signature = match self.signature {
                Some(signature) => Cow::Borrowed(signature),
                None => Cow::Owned(Parts::of(self.token)?.signature()?),
            };
            rules::signature(key, algorithm, self.signed, &signature)
        };
        is_signed().map_err(form_first(self.token))?;
        match &self.payload {
            Some(payload) => Ok(Some(payload.clone())),
            None => Parts::of(self.token)?.claims(),
        }
    }
}

/// Returns what is not a JWT at all is reported as such, whatever else was found first.
fn form_first(token: &str) -> impl Fn(TokenError) -> TokenError {
    move |error| Decoded::of(token).err().unwrap_or(error)
}

fn no_object() -> TokenError {
    TokenError::new(
        Reason::TokenVerificationFailed,
        "the payload is not an object",
    )
}

/// Returns a key of the instance; when it cannot be used, what is wrong with the token's header comes first.
fn found_key(
    found: Result<PublicKey, KeyError>,
    header: &Header,
    rules: &Rules<'_>,
) -> Result<PublicKey, TokenError> {
    found.or_else(|error| {
        rules.header(header)?;
        Err(TokenError::new(
            Reason::TokenVerificationFailed,
            format!("the key of the token cannot be used: {error}"),
        ))
    })
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
