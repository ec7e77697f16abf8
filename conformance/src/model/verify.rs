//! Verifying session tokens.

use serde_json::{Value, json};

use super::Model;
use super::api::first_code;
use super::jwt::Jwt;
use super::keys::{Checked, Key};
use super::rule::{Rule, Rules};

/// Why a token is not accepted.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fault {
    /// A reason that the SDK has a name for.
    Reason(String),
    /// An error that was not foreseen.
    Unforeseen,
}

pub(super) fn fault<T>(reason: &str) -> Result<T, Fault> {
    Err(Fault::Reason(reason.to_owned()))
}

/// The kinds of JWT.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Session,
    M2m,
    OAuth,
    /// What a handshake brings.
    Handshake,
}

/// The last second that a date of JavaScript can have.
const LAST_SECOND: f64 = 8.64e12;
/// Names that every object of JavaScript has.
const INHERITED: [&str; 5] = [
    "__proto__",
    "constructor",
    "toString",
    "valueOf",
    "hasOwnProperty",
];
const FAILED: &str = "token-verification-failed";

/// The keys that were fetched, and when what happened, in milliseconds since 1970.
#[derive(Clone, Default)]
pub(super) struct Jwks {
    /// Whose keys they are: the secret key. The JavaScript SDK keeps those of several.
    scopes: Vec<(String, Scope)>,
}

#[derive(Clone, Default)]
struct Scope {
    keys: Option<(i64, Vec<(String, Key)>)>,
    failure: Option<(i64, Fault, bool)>,
    unknown: Vec<(i64, String)>,
    refreshed: Option<i64>,
}

impl Jwks {
    fn scope(&mut self, key: &str, is_only: bool) -> &mut Scope {
        if is_only && self.scopes.first().is_some_and(|(own, _)| own != key) {
            self.scopes.clear();
        }
        let index = match self.scopes.iter().position(|(own, _)| own == key) {
            Some(index) => index,
            None => {
                self.scopes.push((key.to_owned(), Scope::default()));
                self.scopes.len() - 1
            }
        };
        &mut self.scopes[index].1
    }
}

/// How long keys are used, in milliseconds.
const LIFETIME: i64 = 300_000;
/// The same while Clerk cannot be reached.
const LIFETIME_IN_OUTAGE: i64 = 24 * 3600 * 1000;
const REFRESH_INTERVAL: i64 = 10_000;
const UNKNOWN_KID_MEMORY: i64 = 60_000;
const PAUSE_AFTER_FAILURE: i64 = 2_000;

impl Model<'_> {
    /// Verifies a token as one of a session, of a machine or of a handshake.
    pub(super) fn verify(&mut self, token: &str, kind: Kind, skew: i64) -> Result<Jwt, Fault> {
        let Some(jwt) = Jwt::of(token, &self.rules) else {
            return fault("token-invalid");
        };
        if jwt.header.is_null() && !self.rules.has(Rule::NoThrow) {
            return Err(Fault::Unforeseen);
        }
        let cat = jwt.header.get("cat");
        let is_m2m = cat.is_some_and(|cat| cat == "cl_B7d4PD333AAA");
        if (kind == Kind::Session && is_m2m) || (kind == Kind::M2m && cat.is_some() && !is_m2m) {
            return fault("token-invalid");
        }
        let key = self.key(&jwt)?;
        self.header(&jwt, kind)?;
        let alg = jwt.header["alg"].as_str().unwrap_or_default();
        if self.rules.has(Rule::SmallKey) && key.bits() < 2048 {
            return fault(FAILED);
        }
        match key.check(alg, &jwt.signed, &jwt.signature) {
            Checked::Good => {}
            Checked::Bad => return fault("token-invalid-signature"),
            Checked::Fails => return fault(FAILED),
        }
        if kind != Kind::Handshake {
            self.claims(&jwt, kind, skew)?;
        }
        Ok(jwt)
    }

    fn header(&self, jwt: &Jwt, kind: Kind) -> Result<(), Fault> {
        let typ = jwt.header.get("typ");
        let text = typ.and_then(Value::as_str);
        let given = texts(&self.options["headerType"]);
        let is_allowed = match kind {
            Kind::OAuth => jwt.is_oauth(),
            Kind::Session if !given.is_empty() => {
                text.is_some_and(|typ| given.iter().any(|one| one == typ))
            }
            _ => typ.is_none() || text == Some("JWT"),
        };
        if !is_allowed || (self.rules.has(Rule::Crit) && jwt.header.get("crit").is_some()) {
            return fault("token-invalid");
        }
        match jwt.header.get("alg").and_then(Value::as_str) {
            Some("RS256" | "RS384" | "RS512") => Ok(()),
            _ => fault("token-invalid-algorithm"),
        }
    }

    fn claims(&self, jwt: &Jwt, kind: Kind, skew: i64) -> Result<(), Fault> {
        if jwt.payload.is_null() && !self.rules.has(Rule::NoThrow) {
            return Err(Fault::Unforeseen);
        }
        let strict = self.rules.has(Rule::Strict);
        match jwt.claim("sub") {
            None => return fault(FAILED),
            Some("") if strict => return fault(FAILED),
            Some(sub)
                if kind == Kind::Session
                    && self.rules.has(Rule::Subject)
                    && sub.starts_with("mch_") =>
            {
                return fault(FAILED);
            }
            Some(_) => {}
        }
        if !self.has_audience(jwt.payload.get("aud"), kind == Kind::OAuth) {
            return fault(FAILED);
        }
        if kind == Kind::Session {
            let parties = texts(&self.options["authorizedParties"]);
            let azp = jwt.claim("azp").filter(|azp| !azp.is_empty());
            if !parties.is_empty() && !azp.is_some_and(|azp| parties.iter().any(|one| one == azp)) {
                return fault("token-invalid-authorized-parties");
            }
            let issuers: Vec<String> = texts(&self.options["issuer"])
                .into_iter()
                .filter(|one| !one.is_empty())
                .collect();
            if !issuers.is_empty()
                && !jwt
                    .claim("iss")
                    .is_some_and(|iss| issuers.iter().any(|one| one == iss))
            {
                return fault("token-invalid-issuer");
            }
        }
        self.times(jwt, skew as f64)
    }

    /// The times of a token that need not have any.
    pub(super) fn times_if_any(&self, jwt: &Jwt, skew: f64) -> Result<(), Fault> {
        let mut jwt = jwt.clone();
        if jwt.payload.get("exp").is_none() && jwt.payload.is_object() {
            jwt.payload["exp"] = LAST_SECOND.into();
        }
        self.times(&jwt, skew)
    }

    fn times(&self, jwt: &Jwt, skew: f64) -> Result<(), Fault> {
        let (now, strict) = (self.now as f64, self.rules.has(Rule::Strict));
        let seconds = |name: &str| match jwt.payload.get(name) {
            None => Ok(None),
            Some(value) => match value.as_f64() {
                Some(number) => Ok(Some(number.trunc())),
                None => fault(FAILED),
            },
        };
        let Some(exp) = seconds("exp")? else {
            return fault(FAILED);
        };
        if exp.abs() > LAST_SECOND {
            if strict {
                return fault(if exp > 0.0 { FAILED } else { "token-expired" });
            }
        } else if exp * 1000.0 <= now - skew {
            return fault("token-expired");
        }
        for (name, reason) in [
            ("nbf", "token-not-active-yet"),
            ("iat", "token-iat-in-the-future"),
        ] {
            let Some(at) = seconds(name)? else { continue };
            let is_date = at.abs() <= LAST_SECOND;
            if (is_date && at * 1000.0 > now + skew) || (strict && at > LAST_SECOND) {
                return fault(reason);
            }
        }
        Ok(())
    }

    /// Whether the audience is one of those expected.
    pub(super) fn has_audience(&self, claim: Option<&Value>, must_be_there: bool) -> bool {
        let expected: Vec<String> = self
            .audience()
            .into_iter()
            .filter(|one| !one.is_empty())
            .collect();
        if expected.is_empty() {
            return true;
        }
        let is_expected = |one: &Value| {
            one.as_str()
                .is_some_and(|one| expected.iter().any(|known| known == one))
        };
        let list = match claim {
            Some(Value::Array(list)) => Some(list),
            _ => None,
        };
        let is_texts = list.is_some_and(|list| list.iter().all(Value::is_string));
        if must_be_there {
            let is_named = list.is_none_or(|list| !list.contains(&json!("")));
            return is_named
                && match list {
                    Some(list) => is_texts && list.iter().any(is_expected),
                    None => claim.is_some_and(is_expected),
                };
        }
        match claim {
            None | Some(Value::Null) => true,
            Some(Value::String(one)) => one.is_empty() || claim.is_some_and(is_expected),
            Some(_) if self.rules.has(Rule::Strict) => {
                is_texts && list.into_iter().flatten().any(is_expected)
            }
            Some(_) => {
                // Elements that are taken for false are not looked at; what is no list of texts passes.
                let is_empty = list.is_some_and(|list| list.iter().all(|one| !truthy(one)));
                is_empty || !is_texts || list.into_iter().flatten().any(is_expected)
            }
        }
    }

    fn key(&mut self, jwt: &Jwt) -> Result<Key, Fault> {
        let pem = self.option("jwtKey");
        if !pem.is_empty() {
            return Ok(if self.rules.has(Rule::Pem) {
                Key::of_pem(&pem).unwrap_or_else(|| Key::of_pem_in_javascript(""))
            } else {
                Key::of_pem_in_javascript(&pem)
            });
        }
        if self.option("secretKey").is_empty() {
            return fault("jwk-failed-to-resolve");
        }
        let given = jwt.header.get("kid");
        let kid = if self.rules.has(Rule::Kid) {
            match given.and_then(Value::as_str).filter(|kid| kid.len() <= 256) {
                Some(kid) => kid.to_owned(),
                None if self.options["skipJwksCache"] == true => {
                    self.fetch()?;
                    return fault("jwk-kid-mismatch");
                }
                None => return fault("jwk-kid-mismatch"),
            }
        } else {
            match given {
                None => "undefined".to_owned(),
                Some(Value::String(kid)) => kid.clone(),
                Some(other) => other.to_string(),
            }
        };
        self.key_of(&kid)
    }

    fn key_of(&mut self, kid: &str) -> Result<Key, Fault> {
        if self.options["skipJwksCache"] == true {
            let keys = self.fetch()?.0;
            return find(&keys, kid, self.rules).map_or_else(|| fault("jwk-kid-mismatch"), Ok);
        }
        if self.rules.has(Rule::JwksCache) {
            self.key_in_our_cache(kid)
        } else {
            self.key_in_their_cache(kid)
        }
    }

    /// The JavaScript SDK fetches whenever a key is not at hand, and adds to the keys that it has.
    fn key_in_their_cache(&mut self, kid: &str) -> Result<Key, Fault> {
        let (secret, now, rules) = (self.option("secretKey"), self.now, self.rules);
        let scope = self.jwks.scope(&secret, false);
        if scope
            .keys
            .as_ref()
            .is_some_and(|(at, _)| now - at >= LIFETIME)
        {
            scope.keys = None;
        }
        if let Some((_, keys)) = &scope.keys
            && let Some(key) = find(keys, kid, rules)
        {
            return Ok(key);
        }
        let (fetched, _) = self.fetch()?;
        let scope = self.jwks.scope(&secret, false);
        let mut keys = scope.keys.take().map(|(_, keys)| keys).unwrap_or_default();
        keys.extend(fetched);
        let found = find(&keys, kid, rules);
        scope.keys = Some((now, keys));
        found.map_or_else(|| fault("jwk-kid-mismatch"), Ok)
    }

    fn key_in_our_cache(&mut self, kid: &str) -> Result<Key, Fault> {
        let (secret, now, rules) = (self.option("secretKey"), self.now, self.rules);
        let scope = self.jwks.scope(&secret, true);
        let mut stale = None;
        match &scope.keys {
            Some((at, keys)) if now - at < LIFETIME => {
                if let Some(key) = find(keys, kid, rules) {
                    return Ok(key);
                }
                let is_known = scope
                    .unknown
                    .iter()
                    .any(|(at, own)| own == kid && now - at < UNKNOWN_KID_MEMORY);
                if is_known
                    || scope
                        .refreshed
                        .is_some_and(|at| now - at < REFRESH_INTERVAL)
                {
                    return fault("jwk-kid-mismatch");
                }
                scope.refreshed = Some(now);
            }
            other => {
                if let Some((at, keys)) = other
                    && now - at < LIFETIME_IN_OUTAGE
                {
                    stale = find(keys, kid, rules);
                }
                if let Some((at, failure, is_outage)) = &scope.failure {
                    let is_pause = now - at < PAUSE_AFTER_FAILURE;
                    if is_pause && *is_outage {
                        return stale.ok_or_else(|| failure.clone());
                    }
                    if is_pause {
                        return Err(failure.clone());
                    }
                    if *is_outage
                        && now - at < LIFETIME
                        && let Some(key) = stale
                    {
                        self.fetch_for_later(&secret);
                        return Ok(key);
                    }
                }
            }
        }
        match self.fetch() {
            Ok((keys, _)) => {
                let found = find(&keys, kid, rules);
                let scope = self.jwks.scope(&secret, true);
                scope.keys = Some((now, keys));
                scope.failure = None;
                if found.is_none() {
                    scope.unknown.push((now, kid.to_owned()));
                }
                found.map_or_else(|| fault("jwk-kid-mismatch"), Ok)
            }
            Err(failure) => {
                let is_outage = self.is_outage;
                self.jwks.scope(&secret, true).failure = Some((now, failure.clone(), is_outage));
                if is_outage {
                    stale.ok_or(failure)
                } else {
                    Err(failure)
                }
            }
        }
    }

    /// The request that begins this fetch does not wait for it.
    fn fetch_for_later(&mut self, secret: &str) {
        let (fetched, now) = (self.fetch(), self.now);
        let is_outage = self.is_outage;
        let scope = self.jwks.scope(secret, true);
        match fetched {
            Ok((keys, _)) => {
                scope.keys = Some((now, keys));
                scope.failure = None;
            }
            Err(failure) => scope.failure = Some((now, failure, is_outage)),
        }
    }

    /// Fetches the keys. Whether a failure is an outage is noted.
    fn fetch(&mut self) -> Result<(Vec<(String, Key)>, u64), Fault> {
        let key = self.option("secretKey");
        let tries = if self.rules.has(Rule::Retries) { 4 } else { 5 };
        let mut outcome = Err(Fault::Unforeseen);
        let mut status = 0;
        self.is_outage = true;
        for _ in 0..tries {
            let Some(reply) = self.api.call("GET", "/jwks", json!([]), &key, Value::Null) else {
                continue;
            };
            status = reply.status;
            // A success without keys is a failure on their side.
            self.is_outage = !matches!(status, 300..=407 | 409..=428 | 430..=499);
            let is_success = (200..300).contains(&reply.status);
            outcome = if is_success {
                reply.json().ok_or(Fault::Unforeseen)
            } else if reply.json().is_none() && !self.rules.has(Rule::NoThrow) {
                Err(Fault::Unforeseen)
            } else if first_code(&reply).as_deref() == Some("clerk_key_invalid") {
                fault("secret-key-invalid")
            } else {
                fault("jwk-remote-failed-to-load")
            };
            let is_worth_it = !self.rules.has(Rule::Retries)
                || matches!(reply.status, 500 | 502 | 503 | 504)
                || (reply.status == 429 && !self.rules.has(Rule::Once));
            if outcome.is_ok() || !is_worth_it {
                break;
            }
        }
        let body = outcome?;
        match body["keys"].as_array() {
            Some(keys) if !keys.is_empty() => {
                // JavaScript has a name for what is not there.
                let nameless = if self.rules.has(Rule::Kid) {
                    None
                } else {
                    Some("undefined")
                };
                let named = |jwk: &Value| {
                    let kid = jwk.get("kid").map_or(nameless, Value::as_str)?;
                    Some((kid.to_owned(), Key::of_jwk(jwk)))
                };
                Ok((keys.iter().filter_map(named).collect(), status))
            }
            _ => fault("jwk-remote-failed-to-load"),
        }
    }
}

/// The key of a `kid`: the last one counts.
fn find(keys: &[(String, Key)], kid: &str, rules: Rules) -> Option<Key> {
    if !rules.has(Rule::Kid) && INHERITED.contains(&kid) {
        return Some(Key::of_jwk(&Value::Null));
    }
    keys.iter()
        .rev()
        .find(|(own, _)| own == kid)
        .map(|(_, key)| key.clone())
}

/// What JavaScript takes for true.
pub(super) fn truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(is) => *is,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        _ => true,
    }
}

/// A text, or a list of texts.
pub(super) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(one) if one.is_empty() => Vec::new(),
        Value::String(one) => vec![one.clone()],
        Value::Array(list) => list
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}
