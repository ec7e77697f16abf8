use super::public_key::PublicKey;

/// What a token must satisfy besides being genuine and in time.
///
/// ```
/// use clerk_sdk::tokens::VerifyTokenOptions;
///
/// let options = VerifyTokenOptions::new()
///     .authorized_parties(["https://app.example.com"])
///     .clock_skew_ms(10_000);
/// assert_eq!(options.authorized_parties, ["https://app.example.com"]);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct VerifyTokenOptions {
    /// The origins that a token may have been issued to (`azp`). Default: none, which accepts every origin. Name yours: it
    /// keeps a sub-domain that someone else controls from using tokens of your users.
    pub authorized_parties: Vec<String>,
    /// The audiences of which a token must name one, if it names any (`aud`). Default: none, which does not look at it.
    ///
    /// A token without an audience passes; one whose `aud` is neither text nor a list of texts does not. OAuth tokens
    /// must name one of these when there are any.
    pub audience: Vec<String>,
    /// The issuers of which one must have issued a session token (`iss`). Default: none, which accepts every issuer: the
    /// key already tells which instance it was.
    pub issuer: Vec<String>,
    /// The types that the header may name (`typ`). Default: none, which accepts `JWT` and no type at all. Otherwise there
    /// must be a type and it must be one of these, in the same case.
    pub header_types: Vec<String>,
    /// How many milliseconds the clocks of Clerk and of this machine may differ. Default: 5000.
    pub clock_skew_ms: i64,
    /// Whether to fetch the keys for this verification instead of using those at hand. Default: `false`. Slow, and subject
    /// to Clerk's rate limit.
    pub skip_jwks_cache: bool,
    /// The key to verify with, instead of the verifier's own keys. Default: `None`. With a key, nothing is fetched.
    pub jwt_key: Option<PublicKey>,
}

impl Default for VerifyTokenOptions {
    fn default() -> Self {
        Self {
            authorized_parties: Vec::new(),
            audience: Vec::new(),
            issuer: Vec::new(),
            header_types: Vec::new(),
            clock_skew_ms: 5000,
            skip_jwks_cache: false,
            jwt_key: None,
        }
    }
}

impl VerifyTokenOptions {
    /// Returns the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`authorized_parties`](Self#structfield.authorized_parties).
    #[must_use]
    pub fn authorized_parties<S: Into<String>>(
        mut self,
        origins: impl IntoIterator<Item = S>,
    ) -> Self {
        self.authorized_parties = origins.into_iter().map(Into::into).collect();
        self
    }

    /// Sets [`audience`](Self#structfield.audience).
    #[must_use]
    pub fn audience<S: Into<String>>(mut self, audiences: impl IntoIterator<Item = S>) -> Self {
        self.audience = audiences.into_iter().map(Into::into).collect();
        self
    }

    /// Sets [`issuer`](Self#structfield.issuer).
    #[must_use]
    pub fn issuer<S: Into<String>>(mut self, issuers: impl IntoIterator<Item = S>) -> Self {
        self.issuer = issuers.into_iter().map(Into::into).collect();
        self
    }

    /// Sets [`header_types`](Self#structfield.header_types).
    #[must_use]
    pub fn header_types<S: Into<String>>(mut self, types: impl IntoIterator<Item = S>) -> Self {
        self.header_types = types.into_iter().map(Into::into).collect();
        self
    }

    /// Sets [`clock_skew_ms`](Self#structfield.clock_skew_ms).
    #[must_use]
    pub fn clock_skew_ms(mut self, milliseconds: i64) -> Self {
        self.clock_skew_ms = milliseconds;
        self
    }

    /// Sets [`skip_jwks_cache`](Self#structfield.skip_jwks_cache).
    #[must_use]
    pub fn skip_jwks_cache(mut self, skip: bool) -> Self {
        self.skip_jwks_cache = skip;
        self
    }

    /// Sets [`jwt_key`](Self#structfield.jwt_key).
    #[must_use]
    pub fn jwt_key(mut self, key: PublicKey) -> Self {
        self.jwt_key = Some(key);
        self
    }
}
