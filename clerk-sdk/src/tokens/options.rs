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
    /// The resource that OAuth access tokens must be for: they must name it in `aud` (RFC 8707), whatever
    /// [`audience`](Self::audience) says. Default: `None`, which leaves it to `audience`. Session tokens and other tokens of
    /// machines are not concerned.
    ///
    /// The names are compared letter by letter, except that `https://api.example.com` and `https://api.example.com/` are equal.
    pub resource: Option<String>,
    /// Whether OAuth access tokens that name no audience pass when there is a [`resource`](Self::resource). Default: they do
    /// not.
    pub without_audience: WithoutAudience,
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
            resource: None,
            without_audience: WithoutAudience::default(),
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

    /// Sets [`resource`](Self#structfield.resource).
    #[must_use]
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resource = Some(resource.into());
        self
    }

    /// Sets [`without_audience`](Self#structfield.without_audience).
    #[must_use]
    pub fn without_audience(mut self, without: WithoutAudience) -> Self {
        self.without_audience = without;
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

/// Which OAuth access tokens pass that do not say whom they are for: they have no `aud`, where a
/// [`resource`](VerifyTokenOptions::resource) must be named (RFC 8707, section 2.2; RFC 9068, section 4). A token that names an
/// audience must name the resource, whatever is chosen here.
///
/// A token without an audience is good for every server of the instance that accepts such tokens. So whoever gets one, such as
/// another of these servers, can use it here in the user's name; only its scopes limit that.
///
/// ```
/// use clerk_sdk::tokens::{VerifyTokenOptions, WithoutAudience};
///
/// let options = VerifyTokenOptions::new()
///     .resource("https://api.example.com/mcp")
///     .without_audience(WithoutAudience::AcceptOpaque);
/// assert_eq!(VerifyTokenOptions::new().without_audience, WithoutAudience::Reject);
/// # let _ = options;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WithoutAudience {
    /// None. The default, because it is the only choice with which a token for another server is never accepted. Clerk does not
    /// say whom an opaque token (`oat_…`) is for, so all opaque tokens are rejected: let the instance issue JWTs, or make
    /// another choice.
    #[default]
    Reject,
    /// Opaque tokens, which cannot name an audience. Right if the instance has a single resource, or if all its resources trust
    /// each other with their users' tokens. JWTs must still name the resource.
    AcceptOpaque,
    /// Opaque tokens and JWTs.
    Accept,
}
