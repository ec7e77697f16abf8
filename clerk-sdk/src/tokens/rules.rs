//! The checks of a token, in the order that decides which of several errors is reported.

use super::claims::MAX_SECONDS;
use super::error::{EXPIRED, NO_AUDIENCE, OTHER_AUDIENCE, TokenError, TokenErrorReason as Reason};
use super::jwt::Header;
use super::options::{VerifyTokenOptions, WithoutAudience};
use super::peek::Member;
use super::public_key::{Algorithm, Checked, PublicKey};
use super::skim::{Place, View};

const NOT_YET: &str = "the token is not valid yet (nbf)";
const IN_THE_FUTURE: &str = "the token was issued in the future (iat)";

/// What the rules look at in claims, read once for each token: neither time nor options change it.
pub(super) struct Facts {
    subject: Subject,
    exp: Time,
    nbf: Time,
    iat: Time,
    aud: Place,
    azp: Place,
    iss: Place,
    /// `iat` and `exp` as they stand in the claims, in seconds since 1970.
    pub(super) issued_at: Option<f64>,
    pub(super) expires_at: Option<f64>,
}

#[derive(Clone, Copy, PartialEq)]
enum Subject {
    /// Missing, empty or no text.
    Missing,
    /// Something of Clerk's that is not a user, by its ID: a machine, an organization, …
    OtherThanUser,
    /// A user, or a name that tells nothing.
    Named,
}

impl Subject {
    fn of(sub: Option<View<'_>>) -> Self {
        match sub.and_then(View::as_str) {
            None | Some("") => Self::Missing,
            Some(sub) if is_other_than_user(sub) => Self::OtherThanUser,
            Some(_) => Self::Named,
        }
    }
}

impl Facts {
    pub(super) fn of(claims: View<'_>) -> Self {
        let [sub, exp, nbf, iat, aud, azp, iss] =
            claims.members(["sub", "exp", "nbf", "iat", "aud", "azp", "iss"]);
        Self {
            subject: Subject::of(sub),
            exp: Time::of(exp),
            nbf: Time::of(nbf),
            iat: Time::of(iat),
            aud: Place::of(aud, "aud"),
            azp: Place::of(azp, "azp"),
            iss: Place::of(iss, "iss"),
            issued_at: iat.and_then(View::as_f64),
            expires_at: exp.and_then(View::as_f64),
        }
    }

    /// Returns `azp` of the claims that these facts were read from.
    pub(super) fn azp<'c>(&self, claims: View<'c>) -> Option<View<'c>> {
        claims.at(self.azp)
    }

    /// Returns `iss` of the claims that these facts were read from.
    pub(super) fn iss<'c>(&self, claims: View<'c>) -> Option<View<'c>> {
        claims.at(self.iss)
    }

    /// Returns whether the subject may be that of a session.
    pub(super) fn may_be_of_a_user(&self) -> bool {
        self.subject == Subject::Named
    }

    /// Returns whether the token had expired at this time, in milliseconds since 1970.
    pub(super) fn has_expired(&self, at_ms: i64) -> bool {
        matches!(self.exp, Time::At(exp) if exp <= at_ms)
    }
}

/// Returns whether an id begins with the prefix of another kind of object than a user, such as `mch_` for machines.
pub(super) fn is_other_than_user(id: &str) -> bool {
    let is_prefix =
        |prefix: &str| !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_lowercase());
    id.split_once('_')
        .is_some_and(|(prefix, _)| is_prefix(prefix) && prefix != "user")
}

/// What is asked of one kind of token.
pub(super) struct Rules<'a> {
    kind: Kind,
    options: &'a VerifyTokenOptions,
}

#[derive(PartialEq)]
enum Kind {
    Session,
    M2m,
    OAuth,
}

/// The types of OAuth access tokens.
pub(super) const OAUTH_TYPES: [&str; 2] = ["at+jwt", "application/at+jwt"];

impl<'a> Rules<'a> {
    pub(super) fn session(options: &'a VerifyTokenOptions) -> Self {
        let kind = Kind::Session;
        Self { kind, options }
    }

    pub(super) fn m2m(options: &'a VerifyTokenOptions) -> Self {
        let kind = Kind::M2m;
        Self { kind, options }
    }

    pub(super) fn oauth(options: &'a VerifyTokenOptions) -> Self {
        let kind = Kind::OAuth;
        Self { kind, options }
    }

    pub(super) fn options(&self) -> &VerifyTokenOptions {
        self.options
    }

    /// Checks what must hold before a key is looked up.
    pub(super) fn category(&self, header: &Header) -> Result<(), TokenError> {
        match self.kind {
            Kind::Session if header.is_m2m() => fail(
                Reason::TokenInvalid,
                "this is a machine's token, not a session's",
            ),
            Kind::M2m if header.cat != Member::Absent && !header.is_m2m() => fail(
                Reason::TokenInvalid,
                "this token is of another category than machine's",
            ),
            _ => Ok(()),
        }
    }

    /// Returns the type and the algorithm that the header names.
    pub(super) fn header(&self, header: &Header) -> Result<Algorithm, TokenError> {
        if header.has_extensions() {
            return fail(
                Reason::TokenInvalid,
                "the token needs extensions (crit), of which none is known",
            );
        }
        let given = &self.options.header_types;
        let typ = header.typ.as_str();
        let allowed = match self.kind {
            Kind::OAuth => typ.is_some_and(|typ| OAUTH_TYPES.contains(&typ)),
            Kind::Session if !given.is_empty() => {
                typ.is_some_and(|typ| given.iter().any(|one| one == typ))
            }
            Kind::Session | Kind::M2m => header.typ == Member::Absent || typ == Some("JWT"),
        };
        if !allowed {
            return fail(
                Reason::TokenInvalid,
                "the token is not of an accepted type (typ)",
            );
        }
        header
            .alg
            .as_str()
            .and_then(Algorithm::named)
            .ok_or_else(|| {
                TokenError::new(
                    Reason::TokenInvalidAlgorithm,
                    "the token names another algorithm than RS256, RS384 and RS512",
                )
            })
    }

    /// Checks the claims; runs each time the token is used.
    pub(super) fn claims(
        &self,
        claims: View<'_>,
        facts: &Facts,
        now_ms: i64,
    ) -> Result<(), TokenError> {
        match facts.subject {
            Subject::Missing => {
                return fail(
                    Reason::TokenVerificationFailed,
                    "the claim sub is missing, empty or no text",
                );
            }
            Subject::OtherThanUser if self.kind == Kind::Session => {
                return fail(
                    Reason::TokenVerificationFailed,
                    "the claim sub names something else than a user",
                );
            }
            _ => {}
        }
        let expected = &self.options.audience;
        match self.kind {
            Kind::OAuth => oauth_audience(claims.at(facts.aud), self.options, Form::Jwt)?,
            _ if expected.is_empty() => {}
            _ => audience(claims.at(facts.aud), expected, false)?,
        }
        if self.kind == Kind::Session {
            self.origin(claims, facts)?;
        }
        self.times(facts, now_ms)
    }

    fn times(&self, facts: &Facts, now_ms: i64) -> Result<(), TokenError> {
        match facts.exp {
            Time::At(_) if !facts.has_expired(now_ms.saturating_sub(self.skew())) => {}
            Time::At(_) => return fail(Reason::TokenExpired, EXPIRED),
            Time::NoNumber => return no_number("exp"),
            Time::Absent | Time::Never => {
                return fail(
                    Reason::TokenVerificationFailed,
                    "the claim exp is missing or no date",
                );
            }
        }
        self.has_begun(facts, now_ms)
    }

    fn has_begun(&self, facts: &Facts, now_ms: i64) -> Result<(), TokenError> {
        let newest = now_ms.saturating_add(self.skew());
        for (time, name, reason, what) in [
            (&facts.nbf, "nbf", Reason::TokenNotActiveYet, NOT_YET),
            (
                &facts.iat,
                "iat",
                Reason::TokenIatInTheFuture,
                IN_THE_FUTURE,
            ),
        ] {
            match time {
                Time::At(at) if *at > newest => return fail(reason, what),
                Time::Never => return fail(reason, what),
                Time::NoNumber => return no_number(name),
                Time::At(_) | Time::Absent => {}
            }
        }
        Ok(())
    }

    /// Checks the times of a token that may leave them out: those that it has must hold.
    pub(super) fn times_if_any(&self, facts: &Facts, now_ms: i64) -> Result<(), TokenError> {
        match facts.exp {
            Time::Absent => self.has_begun(facts, now_ms),
            _ => self.times(facts, now_ms),
        }
    }

    fn skew(&self) -> i64 {
        self.options.clock_skew_ms
    }

    fn origin(&self, claims: View<'_>, facts: &Facts) -> Result<(), TokenError> {
        let parties = &self.options.authorized_parties;
        let is_authorized = |azp| parties.iter().any(|party| party == azp);
        if !parties.is_empty() && !text_of(facts.azp(claims)).is_some_and(is_authorized) {
            return fail(
                Reason::TokenInvalidAuthorizedParties,
                "the claim azp is not among the authorized parties",
            );
        }
        let mut issuers = self
            .options
            .issuer
            .iter()
            .filter(|one| !one.is_empty())
            .peekable();
        if issuers.peek().is_some()
            && !text_of(facts.iss(claims)).is_some_and(|iss| issuers.any(|one| one == iss))
        {
            return fail(
                Reason::TokenInvalidIssuer,
                "the claim iss is not an expected issuer",
            );
        }
        Ok(())
    }
}

/// The form of an OAuth access token.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Form {
    Jwt,
    Opaque,
}

/// Checks whom an OAuth access token is for.
pub(super) fn oauth_audience(
    claim: Option<View<'_>>,
    options: &VerifyTokenOptions,
    form: Form,
) -> Result<(), TokenError> {
    let Some(resource) = &options.resource else {
        return audience(claim, &options.audience, true);
    };
    if claim.is_none_or(View::is_null) {
        return match options.without_audience {
            WithoutAudience::Accept => Ok(()),
            WithoutAudience::AcceptOpaque if form == Form::Opaque => Ok(()),
            _ => fail(Reason::TokenVerificationFailed, NO_AUDIENCE),
        };
    }
    // A URL without a path is the same with and without a slash (RFC 3986, section 6.2.3).
    let without_slash = resource.strip_suffix('/').unwrap_or(resource);
    let mut names = vec![resource.clone()];
    if without_slash.matches('/').count() == 2 {
        names = vec![without_slash.to_owned(), format!("{without_slash}/")];
    }
    audience(claim, &names, true)
}

/// Checks `aud` against what is expected. `strict`: there must be an audience.
pub(super) fn audience(
    claim: Option<View<'_>>,
    expected: &[String],
    strict: bool,
) -> Result<(), TokenError> {
    let mut expected = expected.iter().filter(|one| !one.is_empty()).peekable();
    if expected.peek().is_none() {
        return Ok(());
    }
    let is_absent = claim.is_none_or(View::is_null);
    let one = claim.and_then(View::as_str);
    if !strict && (is_absent || one == Some("")) {
        return Ok(());
    }
    let named: Vec<&str> = match one {
        Some(one) => vec![one],
        // A list with an element that is not a string is rejected: its meaning is unknown.
        None => claim
            .and_then(View::as_list)
            .and_then(|list| list.into_iter().map(View::as_str).collect())
            .unwrap_or_default(),
    };
    // An empty name in the list of a strict token makes the list malformed.
    if strict && named.contains(&"") || !expected.any(|one| named.contains(&one.as_str())) {
        return fail(Reason::TokenVerificationFailed, OTHER_AUDIENCE);
    }
    Ok(())
}

/// Returns a claim that is text and not empty.
fn text_of(claim: Option<View<'_>>) -> Option<&str> {
    claim.and_then(View::as_str).filter(|text| !text.is_empty())
}

pub(super) fn signature(
    key: &PublicKey,
    algorithm: Algorithm,
    message: &[u8],
    signature: &[u8],
) -> Result<(), TokenError> {
    match key.check(algorithm, message, signature) {
        Checked::Good => Ok(()),
        Checked::Bad => fail(
            Reason::TokenInvalidSignature,
            "the signature of the token is not of this key",
        ),
        Checked::WrongAlgorithm => fail(
            Reason::TokenVerificationFailed,
            "the key is not for the algorithm that the token names",
        ),
    }
}

/// A claim of seconds, without their fraction.
enum Time {
    Absent,
    /// Milliseconds since 1970. What is before all dates is long past.
    At(i64),
    /// Later than any date.
    Never,
    NoNumber,
}

impl Time {
    fn of(claim: Option<View<'_>>) -> Self {
        let Some(claim) = claim else {
            return Self::Absent;
        };
        match claim.as_f64().map(f64::trunc) {
            None => Self::NoNumber,
            Some(seconds) if seconds > MAX_SECONDS => Self::Never,
            // In range, so the conversion is exact; below it, it stops at the smallest.
            Some(seconds) => Self::At((seconds as i64).saturating_mul(1000)),
        }
    }
}

fn no_number<T>(name: &str) -> Result<T, TokenError> {
    let what = format!("the claim {name} is not a number");
    Err(TokenError::new(Reason::TokenVerificationFailed, what))
}

fn fail<T>(reason: Reason, what: &'static str) -> Result<T, TokenError> {
    Err(TokenError::new(reason, what))
}
