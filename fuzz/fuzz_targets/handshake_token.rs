//! Whatever a genuine handshake token carries: only its own cookies are set, and only a session token among them signs in.
//!
//! The first byte chooses the instance, the carrier and the header; all that follows is the payload. `{{SESSION}}` and
//! `{{EXPIRED}}` in it stand for a session token that is valid and for one that has expired.
#![no_main]

use std::sync::LazyLock;

use clerk_fuzz::{
    DEVELOPMENT, EXPIRED, HEADER, NOW, PRODUCTION, SESSION, add, authenticate, choice, clerk, json,
    options, request, sign, user,
};
use clerk_middleware::AuthenticateOptions;
use clerk_sdk::Clerk;
use http::header::{ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, SET_COOKIE};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const HEADERS: [&str; 4] = [
    HEADER,
    r#"{"alg":"RS256"}"#,
    r#"{"alg":"RS256","typ":"JWT","cat":"cl_B7d4PD333AAA"}"#,
    r#"{"alg":"RS256","typ":"at+jwt"}"#,
];

static CLERKS: LazyLock<[Clerk; 2]> =
    LazyLock::new(|| [PRODUCTION, DEVELOPMENT].map(|key| clerk(options(key))));

fuzz_target!(|data: &[u8]| {
    let Some((choice, payload)) = choice(data) else {
        return;
    };
    let clerk = &CLERKS[usize::from(choice & 1)];
    let payload = String::from_utf8_lossy(payload)
        .replace("{{SESSION}}", &SESSION)
        .replace("{{EXPIRED}}", &EXPIRED);
    let header = usize::from(choice >> 2 & 3);
    let mut token = sign(HEADERS[header], payload.as_bytes());
    let is_forged = choice & 16 != 0;
    if is_forged {
        // Another signature that can be decoded.
        let first = token.rfind('.').unwrap() + 1;
        let other = if token.as_bytes()[first] == b'A' {
            "B"
        } else {
            "A"
        };
        token.replace_range(first..=first, other);
    }
    let uri = if choice & 2 == 0 {
        format!("https://app.example.com/?__clerk_handshake={token}")
    } else {
        "https://app.example.com/".to_owned()
    };
    let Some(mut parts) = request(uri.as_bytes()) else {
        return;
    };
    add(&mut parts, b"host", b"app.example.com");
    add(&mut parts, b"sec-fetch-dest", b"document");
    if choice & 2 != 0 {
        add(
            &mut parts,
            b"cookie",
            format!("__clerk_handshake={token}").as_bytes(),
        );
    }
    let state = authenticate(clerk, &parts, &AuthenticateOptions::new());
    let _ = format!("{state:?}");

    let payload = json(payload.as_bytes());
    let is_genuine = header < 2 && !is_forged;
    let directives = payload.as_ref().filter(|_| is_genuine).and_then(directives);
    if let Some(user) = user(&state) {
        // The session token that was put there, and no other.
        assert_eq!(user, "user_1");
        assert!(is_genuine);
    }
    // What serde_json does not read, JavaScript may.
    if payload.is_none() && is_genuine {
        return;
    }
    let headers = state.headers();
    let has_grant = headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN)
        || headers.contains_key(ACCESS_CONTROL_ALLOW_CREDENTIALS);
    assert!(!has_grant || directives.is_some());
    let directives = directives.unwrap_or_default();
    if state.is_signed_in() {
        assert!(directives.iter().any(|cookie| cookie.contains("__session")));
    }
    for cookie in headers.get_all(SET_COOKIE) {
        let is_own = cookie.as_bytes().starts_with(b"__clerk_redirect_count=");
        let is_given = directives
            .iter()
            .any(|given| given.as_bytes() == cookie.as_bytes());
        assert!(is_own || is_given, "{cookie:?}");
    }
});

/// The cookies of a payload that is a handshake's and in time.
fn directives(payload: &Value) -> Option<Vec<&str>> {
    let handshake = payload.get("handshake")?;
    if payload.get("sub").is_some() {
        return None;
    }
    let has_expired = payload
        .get("exp")
        .and_then(Value::as_f64)
        .is_some_and(|exp| exp < (NOW - 24 * 3600 - 5) as f64);
    if has_expired {
        return None;
    }
    let list = handshake.as_array().into_iter().flatten();
    Some(list.filter_map(Value::as_str).collect())
}
