//! Where this crate differs from the JavaScript SDK on purpose: rules, each with the row of `auth-spec.md`, section 30, that
//! it belongs to. A rule says what this crate answers instead of what was recorded; a case to which one applies passes only
//! if the answer is exactly that.

use clerk_sdk::auth::Auth;
use clerk_sdk::tokens::{Claims, Jwt, PublicKey, decode_jwt};
use serde_json::{Value, json};
use url::Url;

use super::{authenticate, compare, text};

/// A case, and what is expected of it so far.
struct Expected<'c> {
    /// The id, as group and name.
    group: &'c str,
    name: &'c str,
    case: &'c Value,
    ours: &'c Value,
    value: Value,
}

type Rule = (&'static str, fn(&mut Expected<'_>));

/// They are applied in this order.
const RULES: &[Rule] = &[
    (
        "30.1: what no token can be is refused with a reason, and nothing is thrown",
        no_token,
    ),
    (
        "30.1: claims that make no sense sign nobody in, and nothing is thrown",
        no_claims,
    ),
    (
        "30.1: a handshake that does not verify signs nobody in, and nothing is thrown",
        handshake,
    ),
    (
        "30.2: no path, credentials or odd scheme becomes the origin",
        origin,
    ),
    (
        "30.3: keys are looked up by the kid, and fetched only for one",
        kid,
    ),
    ("30.3: keys are fetched as seldom as possible", fetches),
    (
        "30.4: a key is read whatever its form, and refused at once when it is none",
        jwt_key,
    ),
    ("30.4: a key of less than 2048 bits is refused", small_key),
    (
        "30.6: nobody, no time and malformed audiences are refused",
        strict,
    ),
    (
        "30.7: machine tokens that are revoked or expired, or not answered for, are refused",
        machine,
    ),
    (
        "30.8: the redirect of a primary application is one to a web page",
        primary_redirect,
    ),
    (
        "30.12: a satellite that signs in on itself signs nobody in, and nothing is thrown",
        satellite,
    ),
    (
        "30.5: handshakes end at the third, however they are counted",
        loops,
    ),
    (
        "30.5: the cookie that counts handshakes is for all paths",
        cookie_path,
    ),
    ("30.15: what sets cookies is not to be stored", no_store),
    (
        "30.21: CORS headers only where a handshake was resolved",
        cors_grant,
    ),
    (
        "30.12: a proxy of the Frontend API that cannot work is refused when it is made",
        proxy_configuration,
    ),
];

/// What is expected of this crate, and the rules that say so.
pub(crate) fn applied(
    id: &str,
    case: &Value,
    recorded: Value,
    ours: &Value,
) -> (Value, Vec<&'static str>) {
    let (group, name) = id.split_once('/').unwrap_or(("", id));
    let mut expected = Expected {
        group,
        name,
        case,
        ours,
        value: recorded,
    };
    let mut rows = Vec::new();
    for (row, rule) in RULES {
        let before = expected.value.clone();
        rule(&mut expected);
        if !compare::same(&before, &expected.value) {
            rows.push(*row);
        }
    }
    (expected.value, rows)
}

impl Expected<'_> {
    fn is_signed_in(&self) -> bool {
        self.value["status"] == "signed-in"
    }

    fn has_thrown(&self) -> bool {
        self.value["kind"] == "throw"
    }

    fn is_production(&self) -> bool {
        text(&self.case["options"], "publishableKey").starts_with("pk_live_")
    }

    fn header(&self, wanted: &str) -> Option<&str> {
        let headers = self.case["request"]["headers"].as_array()?;
        let found = headers.iter().find(|pair| pair[0] == wanted)?;
        found[1].as_str()
    }

    /// The token in the header, decoded.
    fn token_in_header(&self) -> Option<Jwt> {
        decode_jwt(self.header("authorization")?.strip_prefix("Bearer ")?).ok()
    }

    /// A query parameter, or else a cookie.
    fn query_or_cookie(&self, name: &str) -> Option<String> {
        let url = Url::parse(&text(&self.case["request"], "url")).ok()?;
        let query = url.query_pairs().find(|(given, _)| given == name);
        let cookie = || {
            let pairs = self.header("cookie")?.split(';');
            let mut pairs = pairs.filter_map(|pair| pair.trim().split_once('='));
            let found = pairs.find(|(given, _)| *given == name)?;
            Some(found.1.to_owned())
        };
        query.map(|(_, value)| value.into_owned()).or_else(cookie)
    }

    fn cookies(&self) -> Vec<String> {
        let list = self.value["headers"]["set-cookie"].as_array();
        list.into_iter()
            .flatten()
            .filter_map(|cookie| cookie.as_str().map(str::to_owned))
            .collect()
    }

    /// Nobody, for this reason, and of the kind that was looked for.
    fn sign_out(&mut self, reason: &str) {
        let kind = match self.value["tokenType"].as_str() {
            Some(kind) => kind.to_owned(),
            None => "session_token".to_owned(),
        };
        let mut signed_out = json!({
            "kind": "state",
            "status": "signed-out",
            "reason": reason,
            "tokenType": kind,
            "headers": { "x-clerk-auth-status": "signed-out", "x-clerk-auth-reason": reason },
            "auth": { "tokenType": kind, "isAuthenticated": false },
            "calls": self.value["calls"],
        });
        if self.value.get("getAuth").is_some() {
            signed_out["getAuth"] = self.ours["getAuth"].clone();
        }
        self.value = signed_out;
    }

    /// The user of the token in the header.
    fn sign_in(&mut self) {
        let Some(jwt) = self.token_in_header() else {
            return;
        };
        let token = self.header("authorization").unwrap_or_default();
        let token = token.trim_start_matches("Bearer ").to_owned();
        let auth =
            Claims::from_value(jwt.payload).and_then(|claims| Auth::from_claims(claims).ok());
        let auth = auth.unwrap_or_default();
        self.value = json!({
            "kind": "state",
            "status": "signed-in",
            "tokenType": "session_token",
            "token": token,
            "headers": {},
            "auth": authenticate::session(&auth, Some(&token)),
            "calls": self.value["calls"],
        });
    }
}

/// A header or a payload that is no object.
fn no_token(expected: &mut Expected<'_>) {
    let is_unexpected = expected.has_thrown() || expected.value["reason"] == "unexpected-error";
    let Some(jwt) = expected.token_in_header().filter(|_| is_unexpected) else {
        return;
    };
    if !jwt.header.is_object() {
        expected.sign_out("token-invalid-algorithm");
    } else if !jwt.payload.is_object() {
        expected.sign_out("token-verification-failed");
    }
}

fn no_claims(expected: &mut Expected<'_>) {
    let is_session = expected.value["tokenType"] == "session_token";
    if expected.is_signed_in() && is_session && expected.value["auth"].get("threw").is_some() {
        expected.sign_out("unexpected-error");
    }
}

/// Development only: in production the cookies are judged as if there were no handshake.
fn handshake(expected: &mut Expected<'_>) {
    let error = text(&expected.value, "error");
    if expected.has_thrown() && error.starts_with("Clerk: Handshake token verification failed") {
        let reason = error
            .split_once("(reason=")
            .and_then(|(_, rest)| rest.split_once(','))
            .map_or("token-invalid-signature", |(reason, _)| reason);
        expected.sign_out(reason);
        return;
    }
    let is_read = !expected.is_production()
        && expected.value["kind"] == "state"
        && expected.header("authorization").is_none()
        && expected
            .query_or_cookie("__clerk_handshake_nonce")
            .is_none();
    let token = expected.query_or_cookie("__clerk_handshake");
    let jwt = token.and_then(|token| decode_jwt(&token).ok());
    if is_read && jwt.is_some_and(|jwt| !jwt.header.is_object()) {
        expected.value["tokenType"] = Value::Null;
        expected.sign_out("token-invalid-algorithm");
    }
}

/// Where the request went by what may be believed.
fn origin(expected: &mut Expected<'_>) {
    let first = |name| {
        let list = expected.header(name)?;
        Some(list.split(',').next().unwrap_or_default().trim().to_owned())
    };
    let Ok(url) = Url::parse(&text(&expected.case["request"], "url")) else {
        return;
    };
    let host = first("x-forwarded-host").or_else(|| first("host"));
    let proto = first("x-forwarded-proto").unwrap_or_else(|| url.scheme().to_owned());
    let proto = proto.to_ascii_lowercase();
    let target = format!("{}?{}", url.path(), url.query().unwrap_or_default());
    let target = target.trim_end_matches('?');
    let right = match host {
        Some(host) if host.contains('@') || !matches!(proto.as_str(), "http" | "https") => {
            url.to_string()
        }
        Some(host) if url.path().starts_with("//") => format!("{proto}://{host}{target}"),
        _ => return,
    };
    if expected.value["kind"] == "clerkRequest" {
        expected.value["clerkUrl"] = right.into();
        return;
    }
    let query = expected.value["location"]["query"].as_array_mut();
    for pair in query.into_iter().flatten() {
        if pair[0] == "redirect_url" {
            pair[1] = right.clone().into();
        }
    }
}

/// Names that every object of JavaScript has.
const INHERITED: [&str; 5] = [
    "__proto__",
    "constructor",
    "toString",
    "valueOf",
    "hasOwnProperty",
];

fn kid(expected: &mut Expected<'_>) {
    let Some(jwt) = expected.token_in_header() else {
        return;
    };
    let is_fetched = text(&expected.case["options"], "jwtKey").is_empty();
    let reason = text(&expected.value, "reason");
    match jwt.header.get("kid").and_then(Value::as_str) {
        Some(kid) if INHERITED.contains(&kid) && reason == "token-verification-failed" => {
            expected.sign_out("jwk-kid-mismatch");
        }
        // Without one there is nothing to look for, so nothing is fetched either.
        None if is_fetched && (reason == "jwk-kid-mismatch" || expected.is_signed_in()) => {
            expected.sign_out("jwk-kid-mismatch");
            expected.value["calls"] = json!([]);
        }
        _ => {}
    }
}

/// In sequences: fewer fetches and, after them, keys that were replaced.
fn fetches(expected: &mut Expected<'_>) {
    let (group, name, ours) = (expected.group, expected.name, expected.ours);
    let Some(steps) = expected.value["steps"].as_array_mut() else {
        return;
    };
    for (index, step) in steps.iter_mut().enumerate() {
        let our_step = &ours["steps"][index];
        if our_step["apiCalls"].as_u64() < step["apiCalls"].as_u64() {
            step["apiCalls"] = our_step["apiCalls"].clone();
        }
        let is_replaced = name.contains("rotated-out") || name.contains("extends");
        if is_replaced && our_step["outcome"]["reason"] == "jwk-kid-mismatch" {
            *step = our_step.clone();
        }
    }
    // Only one instance's keys are kept: going back to another is fetching its keys again.
    if group == "jwks-cache" && name == "cache-scoped-by-secretKey" {
        steps[2]["apiCalls"] = json!(1);
    }
}

/// The only form that JavaScript reads rightly: RSA of 2048 bits with the usual exponent.
fn is_usual(key: &str) -> bool {
    let lines = key.lines().filter(|line| !line.starts_with('-'));
    let base64: String = lines.collect::<String>().split_whitespace().collect();
    base64.starts_with("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA") && base64.ends_with("IDAQAB")
}

fn jwt_key(expected: &mut Expected<'_>) {
    let key = text(&expected.case["options"], "jwtKey");
    if key.is_empty() || expected.value["reason"] != "token-invalid-signature" {
        return;
    }
    if PublicKey::from_pem(&key).is_err() {
        expected.value =
            json!({ "kind": "throw", "error": null, "calls": expected.value["calls"] });
    } else if key.contains("\\n")
        || key.contains("BEGIN RSA PUBLIC KEY")
        // Of another size, or with another exponent: whether it is the token's key is known by our own answer.
        || (!is_usual(&key) && expected.ours["status"] == "signed-in")
    {
        expected.sign_in();
    }
}

/// The base64url of the modulus of a key of 2048 bits.
const MODULUS: usize = 342;

/// A key that Clerk hands out and that is too small.
fn small_key(expected: &mut Expected<'_>) {
    let Some(jwt) = expected
        .token_in_header()
        .filter(|_| expected.is_signed_in())
    else {
        return;
    };
    let routes = expected.case["api"]["routes"].as_array();
    let is_small = routes
        .into_iter()
        .flatten()
        .filter_map(|route| route["body"]["keys"].as_array())
        .flatten()
        .any(|jwk| jwk["kid"] == jwt.header["kid"] && text(jwk, "n").len() < MODULUS);
    if is_small {
        expected.sign_out("token-verification-failed");
    }
}

/// The last second that a date of JavaScript can have.
const LAST_SECOND: f64 = 8.64e12;

fn strict(expected: &mut Expected<'_>) {
    if !expected.is_signed_in() || expected.value["tokenType"] != "session_token" {
        return;
    }
    let Ok(jwt) = decode_jwt(&text(&expected.value, "token")) else {
        // Nested too deeply.
        expected.sign_out("token-invalid");
        return;
    };
    let is_never = |name| {
        jwt.payload[name]
            .as_f64()
            .is_some_and(|seconds| seconds > LAST_SECOND)
    };
    let is_audience_asked = match &expected.case["options"]["audience"] {
        Value::String(one) => !one.is_empty(),
        Value::Array(list) => list.iter().any(|one| one != ""),
        _ => false,
    };
    let is_audience_malformed = match jwt.payload.get("aud") {
        None | Some(Value::Null | Value::String(_)) => false,
        Some(Value::Array(list)) => list.is_empty() || list.iter().any(|one| !one.is_string()),
        // What JavaScript takes for false is none.
        Some(Value::Bool(is)) => *is,
        Some(Value::Number(number)) => number.as_f64() != Some(0.0),
        Some(Value::Object(_)) => true,
    };
    if jwt.payload["sub"] == "" || (is_audience_asked && is_audience_malformed) || is_never("exp") {
        expected.sign_out("token-verification-failed");
        return;
    }
    for (name, reason) in [
        ("nbf", "session-token-nbf"),
        ("iat", "session-token-iat-in-the-future"),
    ] {
        if is_never(name) {
            // Where a page is loaded, a handshake follows, as for any other token that is too early.
            if expected.ours["reason"] == reason && expected.ours["status"] == "handshake" {
                expected.value = expected.ours.clone();
            } else {
                expected.sign_out(reason);
            }
            return;
        }
    }
}

fn machine(expected: &mut Expected<'_>) {
    let routes = expected.case["api"]["routes"].as_array();
    let kind = text(&expected.value, "tokenType");
    if !expected.is_signed_in() || kind == "session_token" {
        return;
    }
    let asked = expected.value["calls"][0]["path"]
        .as_str()
        .unwrap_or_default();
    let route = routes
        .into_iter()
        .flatten()
        .find(|route| text(route, "path").trim_start_matches("/v1") == asked);
    let Some(route) = route.filter(|_| !asked.is_empty()) else {
        return;
    };
    if route["body"]["revoked"] == true || route["body"]["expired"] == true {
        expected.sign_out("token-invalid");
    } else if route["status"] == 204 {
        expected.sign_out("unexpected-error");
    } else if route["headers"].get("content-type").is_some() {
        // JavaScript reads no such answer; what is in it is known from our own.
        let body: Value = serde_json::from_str(&text(route, "text")).unwrap_or_default();
        if expected.ours["auth"]["id"] == body["id"] {
            expected.value["auth"] = expected.ours["auth"].clone();
        }
    }
}

/// What is no web page is passed over, as if it had not been asked for.
fn primary_redirect(expected: &mut Expected<'_>) {
    let Some(url) = expected.query_or_cookie("__clerk_redirect_url") else {
        return;
    };
    let is_page = Url::parse(&url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    let is_taken =
        expected.has_thrown() || expected.value["reason"] == "primary-responds-to-syncing";
    if !is_page && is_taken {
        expected.value["tokenType"] = Value::Null;
        expected.sign_out("session-token-and-uat-missing");
    }
}

fn satellite(expected: &mut Expected<'_>) {
    if expected.has_thrown()
        && text(&expected.value, "error").contains("different origin than your satellite")
        && expected.ours["kind"] == "state"
    {
        expected.sign_out("unexpected-error");
    }
    let options = &expected.case["options"];
    let sign_in = text(options, "signInUrl");
    let is_own =
        Url::parse(&sign_in).map_or(true, |url| url.host_str() == options["domain"].as_str());
    // Found before there is any request, whether or not this one would have come upon it.
    if options["isSatellite"] == true && !sign_in.is_empty() && is_own {
        expected.value = json!({ "kind": "throw", "error": expected.value["error"], "calls": [] });
    }
}

const COUNT: &str = "__clerk_redirect_count=";

fn cookie_path(expected: &mut Expected<'_>) {
    let cookies: Vec<String> = expected
        .cookies()
        .into_iter()
        .map(|cookie| match cookie.strip_prefix(COUNT) {
            Some(rest) if !rest.contains("Path") => {
                format!("{COUNT}{}", rest.replacen("; ", "; Path=/; ", 1))
            }
            _ => cookie,
        })
        .collect();
    if !cookies.is_empty() {
        expected.value["headers"]["set-cookie"] = json!(cookies);
    }
}

/// What was counted so far is a whole number from 0; from 3 on it is enough.
fn loops(expected: &mut Expected<'_>) {
    let cookies = expected.cookies();
    let count = cookies.iter().find_map(|cookie| {
        let next = cookie.strip_prefix(COUNT)?.split(';').next()?;
        Some(next.parse::<f64>().ok()? - 1.0)
    });
    let Some(count) = count else { return };
    if count > 3.0 {
        let reason = text(&expected.value, "reason");
        expected.sign_out(&reason);
    } else if count < 0.0 || count.fract() != 0.0 {
        let next = count.max(0.0).floor() + 1.0;
        expected.value["headers"]["set-cookie"] =
            json!([format!("{COUNT}{next}; SameSite=Lax; HttpOnly; Max-Age=2")]);
    }
}

/// Of our own responses: what is passed on of Clerk's stays as it is.
fn no_store(expected: &mut Expected<'_>) {
    if expected.value["kind"] != "state" {
        return;
    }
    let sets_session = expected
        .cookies()
        .iter()
        .any(|cookie| !cookie.starts_with(COUNT));
    if sets_session {
        expected.value["headers"]["cache-control"] = "no-store".into();
        expected.value["headers"]["vary"] = "cookie".into();
    }
}

/// What a handshake brings are cookies. Where JavaScript was brought none, nothing was resolved.
fn cors_grant(expected: &mut Expected<'_>) {
    if !expected.cookies().is_empty() {
        return;
    }
    if let Some(headers) = expected.value["headers"].as_object_mut() {
        headers.remove("access-control-allow-origin");
        headers.remove("access-control-allow-credentials");
    }
}

fn proxy_configuration(expected: &mut Expected<'_>) {
    if expected.value["code"] == "proxy_configuration_error" {
        expected.value = json!({ "kind": "throw" });
    }
}
