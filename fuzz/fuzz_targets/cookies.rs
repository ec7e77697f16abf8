//! Whatever cookies a browser sends: they are read, and those of the instance chosen, as simple code would do it.
//!
//! Lines: the payloads of the plain and of the suffixed session token, the plain and the suffixed `__client_uat`, and then
//! headers as they come.
#![no_main]

use std::sync::LazyLock;

use clerk_fuzz::{
    HEADER, PRODUCTION, add, authenticate, clerk, json, line, options, request, unsigned,
};
use clerk_middleware::AuthenticateOptions;
use clerk_middleware::cookies::{cookie, cookies};
use clerk_sdk::{Clerk, cookie_suffix};
use http::HeaderMap;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use url::Url;

/// A satellite asks Clerk whatever the cookies are, and says which of them it looks at.
static SATELLITE: LazyLock<Clerk> = LazyLock::new(|| {
    let options = options(PRODUCTION)
        .is_satellite(true)
        .domain("satellite.example")
        .sign_in_url("https://app.example.com/sign-in");
    clerk(options)
});

fuzz_target!(|data: &[u8]| {
    let (plain, rest) = line(data);
    let (suffixed, rest) = line(rest);
    let (plain_uat, rest) = line(rest);
    let (suffixed_uat, raw) = line(rest);
    chosen(plain, suffixed, plain_uat, suffixed_uat);

    let mut parts = request(b"/").unwrap();
    for header in raw.split(|byte| *byte == b'\n') {
        add(&mut parts, b"cookie", header);
    }
    let read: Vec<(String, String)> = cookies(&parts.headers)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    let expected = simply_read(&parts.headers);
    assert_eq!(read, expected);
    for (name, _) in &expected {
        let first = expected.iter().find(|(given, _)| given == name);
        let value = first
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty());
        // A name that is not UTF-8 was replaced, and is not found by that.
        if !name.contains('\u{FFFD}') {
            assert_eq!(cookie(&parts.headers, name).as_deref(), value);
        }
    }
});

fn simply_read(headers: &HeaderMap) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for header in headers.get_all("cookie") {
        // As Latin-1, so that every byte is a character.
        let text: String = header
            .as_bytes()
            .iter()
            .map(|byte| char::from(*byte))
            .collect();
        for pair in text.split(';') {
            if let Some((name, value)) = pair.split_once('=') {
                let bytes = |text: &str| -> Vec<u8> {
                    text.trim_matches([' ', '\t'])
                        .chars()
                        .map(|char| char as u8)
                        .collect()
                };
                let name = String::from_utf8_lossy(&bytes(name)).into_owned();
                found.push((name, simply_decoded(&bytes(value))));
            }
        }
    }
    found
}

fn simply_decoded(value: &[u8]) -> String {
    let raw = String::from_utf8_lossy(value).into_owned();
    let mut out = Vec::new();
    let mut at = 0;
    while at < value.len() {
        if value[at] == b'%' {
            let digits = value
                .get(at + 1..at + 3)
                .and_then(|digits| std::str::from_utf8(digits).ok());
            let byte = digits
                .filter(|digits| digits.chars().all(|char| char.is_ascii_hexdigit()))
                .and_then(|digits| u8::from_str_radix(digits, 16).ok());
            let Some(byte) = byte else {
                return raw;
            };
            out.push(byte);
            at += 3;
        } else {
            out.push(value[at]);
            at += 1;
        }
    }
    String::from_utf8(out).unwrap_or(raw)
}

/// Whether the suffixed cookies count, by the rules one after another.
fn chosen(plain: &[u8], suffixed: &[u8], plain_uat: &[u8], suffixed_uat: &[u8]) {
    let uat = |bytes: &[u8]| {
        let text = std::str::from_utf8(bytes).ok()?;
        let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_plain.then(|| text.to_owned())
    };
    let (plain_uat, suffixed_uat) = (uat(plain_uat), uat(suffixed_uat));
    let token = |payload: &[u8]| {
        (!payload.is_empty()).then(|| format!("{}.AAAA", unsigned(HEADER, payload)))
    };
    let tokens = [token(plain), token(suffixed)];
    // What serde_json does not read, JavaScript may; and longer ones are not looked at.
    let read = [plain, suffixed].map(json);
    for (token, read) in tokens.iter().zip(&read) {
        if token
            .as_ref()
            .is_some_and(|token| read.is_none() || token.len() > 8 * 1024)
        {
            return;
        }
    }
    let suffix = cookie_suffix(PRODUCTION);
    let mut header = Vec::new();
    for (name, value) in [("__session", &tokens[0]), ("__client_uat", &plain_uat)] {
        header.extend(value.as_ref().map(|value| format!("{name}={value}")));
    }
    for (name, value) in [("__session", &tokens[1]), ("__client_uat", &suffixed_uat)] {
        header.extend(
            value
                .as_ref()
                .map(|value| format!("{name}_{suffix}={value}")),
        );
    }
    let mut parts = request(b"https://satellite.example/").unwrap();
    add(&mut parts, b"host", b"satellite.example");
    add(&mut parts, b"sec-fetch-dest", b"document");
    add(&mut parts, b"cookie", header.join("; ").as_bytes());
    let options = AuthenticateOptions::new().satellite_auto_sync(true);
    let state = authenticate(&SATELLITE, &parts, &options);
    let Some(location) = state.redirect_location() else {
        return;
    };
    let location = Url::parse(location.to_str().unwrap()).unwrap();
    let said = location
        .query_pairs()
        .find(|(name, _)| name == "suffixed_cookies");
    let said = said.map(|(_, value)| value == "true");
    let [plain, suffixed] = read;
    let expected = rule(
        plain,
        suffixed,
        plain_uat.as_deref(),
        suffixed_uat.as_deref(),
    );
    assert_eq!(said, Some(expected));
}

fn rule(
    plain: Option<Value>,
    suffixed: Option<Value>,
    plain_uat: Option<&str>,
    suffixed_uat: Option<&str>,
) -> bool {
    let issued_at = |token: &Option<Value>| {
        let at = token.as_ref().and_then(|token| token.get("iat"));
        at.and_then(Value::as_f64).unwrap_or(0.0)
    };
    if let Some(plain) = &plain {
        let issuer = match plain.get("iss") {
            None | Some(Value::Null | Value::Bool(false)) => return false,
            Some(Value::Number(number)) if number.as_f64() == Some(0.0) => return false,
            Some(Value::String(issuer)) if issuer.is_empty() => return false,
            Some(Value::String(issuer)) => issuer.as_str(),
            Some(_) => return true,
        };
        let mut issuer = issuer.to_owned();
        // Each scheme once, from the left: what remains is not looked at again.
        let mut kept = String::new();
        while !issuer.is_empty() {
            let lower = issuer.to_ascii_lowercase();
            let scheme = ["https://", "http://"]
                .into_iter()
                .find(|scheme| lower.starts_with(scheme));
            let length = match scheme {
                Some(scheme) => scheme.len(),
                None => {
                    let first = issuer.chars().next().unwrap();
                    kept.push(first);
                    first.len_utf8()
                }
            };
            issuer = issuer[length..].to_owned();
        }
        // A satellite's instance is found by its own domain.
        if kept != "clerk.satellite.example" {
            return true;
        }
    }
    if suffixed_uat.is_none() && suffixed.is_none() {
        return false;
    }
    let (is_out, is_plain_out) = (suffixed_uat == Some("0"), plain_uat == Some("0"));
    if !is_out && !is_plain_out && issued_at(&plain) > issued_at(&suffixed) {
        return false;
    }
    if is_out && !is_plain_out {
        return false;
    }
    suffixed_uat.is_some() || suffixed.is_none()
}
