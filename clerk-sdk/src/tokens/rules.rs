//! The checks of a token, in the order that decides which of several errors is reported.

use super::claims::MAX_SECONDS;
use super::error::{TokenError, TokenErrorReason as Reason};
use super::jwt::{Header, Jwt, Named};
use super::options::VerifyTokenOptions;
use super::public_key::{Algorithm, Checked, PublicKey};
use super::skim::View;

const EXPIRED: &str = "the token has expired";
const NOT_YET: &str = "the token is not valid yet (nbf)";
const IN_THE_FUTURE: &str = "the token was issued in the future (iat)";

/// When claims that passed hold, in milliseconds since 1970.
pub(super) struct Times {
    exp: i64,
    nbf: Option<i64>,
    iat: Option<i64>,
}

impl Times {
    /// `None` for claims that cannot have passed.
    pub(super) fn of(claims: View<'_>) -> Option<Self> {
        let at = |name| match time(claims, name) {
            Ok(Some(Time::At(at))) => Some(Some(at)),
            Ok(None) => Some(None),
            Ok(Some(Time::Never)) | Err(_) => None,
        };
        Some(Self {
            exp: at("exp")??,
            nbf: at("nbf")?,
            iat: at("iat")?,
        })
    }
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

    /// What must hold before any key is looked for.
    pub(super) fn category(&self, header: &Header) -> Result<(), TokenError> {
        match self.kind {
            Kind::Session if header.is_m2m() => fail(
                Reason::TokenInvalid,
                "this is a machine's token, not a session's",
            ),
            Kind::M2m if header.cat != Named::Absent && !header.is_m2m() => fail(
                Reason::TokenInvalid,
                "this token is of another category than machine's",
            ),
            _ => Ok(()),
        }
    }

    pub(super) fn accepts_category_of(&self, jwt: &Jwt) -> bool {
        self.category(&Header::of(View::Value(&jwt.header))).is_ok()
    }

    /// The type and the algorithm that the header names.
    pub(super) fn header(&self, header: &Header) -> Result<Algorithm, TokenError> {
        let given = &self.options.header_types;
        let typ = header.typ.as_text();
        let allowed = match self.kind {
            Kind::OAuth => typ.is_some_and(|typ| OAUTH_TYPES.contains(&typ)),
            Kind::Session if !given.is_empty() => {
                typ.is_some_and(|typ| given.iter().any(|one| one == typ))
            }
            Kind::Session | Kind::M2m => header.typ == Named::Absent || typ == Some("JWT"),
        };
        if !allowed {
            return fail(
                Reason::TokenInvalid,
                "the token is not of an accepted type (typ)",
            );
        }
        header
            .alg
            .as_deref()
            .and_then(Algorithm::named)
            .ok_or_else(|| {
                TokenError::new(
                    Reason::TokenInvalidAlgorithm,
                    "the token names another algorithm than RS256, RS384 and RS512",
                )
            })
    }

    pub(super) fn claims(&self, claims: View<'_>, now_ms: i64) -> Result<(), TokenError> {
        if text(claims, "sub").is_none() {
            return fail(
                Reason::TokenVerificationFailed,
                "the claim sub is missing, empty or no text",
            );
        }
        audience(
            claims.get("aud"),
            &self.options.audience,
            self.kind == Kind::OAuth,
        )?;
        if self.kind == Kind::Session {
            self.origin(claims)?;
        }
        let skew = self.options.clock_skew_ms;
        let (oldest, newest) = (now_ms.saturating_sub(skew), now_ms.saturating_add(skew));
        match time(claims, "exp")? {
            Some(Time::At(exp)) if exp > oldest => {}
            Some(Time::At(_)) => return fail(Reason::TokenExpired, EXPIRED),
            _ => {
                return fail(
                    Reason::TokenVerificationFailed,
                    "the claim exp is missing or no date",
                );
            }
        }
        for (name, reason, what) in [
            ("nbf", Reason::TokenNotActiveYet, NOT_YET),
            ("iat", Reason::TokenIatInTheFuture, IN_THE_FUTURE),
        ] {
            match time(claims, name)? {
                Some(Time::At(at)) if at > newest => return fail(reason, what),
                Some(Time::Never) => return fail(reason, what),
                _ => {}
            }
        }
        Ok(())
    }

    /// The same for claims that passed before: only what time and other options can change is looked at.
    pub(super) fn claims_again(
        &self,
        claims: View<'_>,
        times: &Times,
        now_ms: i64,
    ) -> Result<(), TokenError> {
        let expected = &self.options.audience;
        if !expected.is_empty() {
            audience(claims.get("aud"), expected, self.kind == Kind::OAuth)?;
        }
        if self.kind == Kind::Session {
            self.origin(claims)?;
        }
        let skew = self.options.clock_skew_ms;
        let (oldest, newest) = (now_ms.saturating_sub(skew), now_ms.saturating_add(skew));
        if times.exp <= oldest {
            return fail(Reason::TokenExpired, EXPIRED);
        }
        if times.nbf.is_some_and(|nbf| nbf > newest) {
            return fail(Reason::TokenNotActiveYet, NOT_YET);
        }
        if times.iat.is_some_and(|iat| iat > newest) {
            return fail(Reason::TokenIatInTheFuture, IN_THE_FUTURE);
        }
        Ok(())
    }

    fn origin(&self, claims: View<'_>) -> Result<(), TokenError> {
        let parties = &self.options.authorized_parties;
        let is_authorized = |azp| parties.iter().any(|party| party == azp);
        if !parties.is_empty() && !text(claims, "azp").is_some_and(is_authorized) {
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
            && !text(claims, "iss").is_some_and(|iss| issuers.any(|one| one == iss))
        {
            return fail(
                Reason::TokenInvalidIssuer,
                "the claim iss is not an expected issuer",
            );
        }
        Ok(())
    }
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
        // One element that is no text spoils the list: it is not known what it was meant to say.
        None => claim
            .and_then(View::as_list)
            .and_then(|list| list.into_iter().map(View::as_str).collect())
            .unwrap_or_default(),
    };
    // An empty name in the list of a strict token makes the list malformed.
    if strict && named.contains(&"") || !expected.any(|one| named.contains(&one.as_str())) {
        return fail(
            Reason::TokenVerificationFailed,
            "the claim aud names no expected audience",
        );
    }
    Ok(())
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

enum Time {
    /// Milliseconds since 1970.
    At(i64),
    /// Later than any date.
    Never,
}

/// A claim of seconds, without their fraction. What is no number is an error; what is before all dates is long past.
fn time(claims: View<'_>, name: &'static str) -> Result<Option<Time>, TokenError> {
    let Some(claim) = claims.get(name) else {
        return Ok(None);
    };
    let Some(seconds) = claim.as_f64().map(f64::trunc) else {
        return Err(TokenError::new(
            Reason::TokenVerificationFailed,
            format!("the claim {name} is no number"),
        ));
    };
    if seconds > MAX_SECONDS {
        return Ok(Some(Time::Never));
    }
    // In range, so the conversion is exact; below it, it stops at the smallest.
    Ok(Some(Time::At((seconds as i64).saturating_mul(1000))))
}

/// A claim that is text, and not empty.
fn text<'a>(claims: View<'a>, name: &str) -> Option<&'a str> {
    claims
        .get(name)
        .and_then(View::as_str)
        .filter(|text| !text.is_empty())
}

fn fail<T>(reason: Reason, what: &'static str) -> Result<T, TokenError> {
    Err(TokenError::new(reason, what))
}
