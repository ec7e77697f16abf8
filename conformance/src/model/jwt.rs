//! Tokens as text: what they hold, before anything of it is believed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::rule::{Rule, Rules};

/// The longest token that we read, in bytes.
const MAX_BYTES: usize = 16 * 1024;
/// The deepest nesting that we read.
const MAX_DEPTH: usize = 127;

/// A decoded JWT.
#[derive(Clone, Debug)]
pub(super) struct Jwt {
    pub(super) header: Value,
    pub(super) payload: Value,
    pub(super) signature: Vec<u8>,
    /// Its first two parts as they were written.
    pub(super) signed: String,
}

impl Jwt {
    /// Decodes a token; `None` if it is not one.
    pub(super) fn of(token: &str, rules: &Rules) -> Option<Self> {
        if rules.has(Rule::Size) && token.len() > MAX_BYTES {
            return None;
        }
        let mut parts = token.split('.');
        let (header, payload, signature) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        Some(Self {
            header: json(&base64url(header, rules)?, rules)?,
            payload: json(&base64url(payload, rules)?, rules)?,
            signature: base64url(signature, rules)?,
            signed: format!("{header}.{payload}"),
        })
    }

    /// A text of the payload.
    pub(super) fn claim(&self, name: &str) -> Option<&str> {
        self.payload.get(name)?.as_str()
    }

    pub(super) fn is_of_machine(&self) -> bool {
        self.claim("sub").is_some_and(|sub| sub.starts_with("mch_"))
    }

    pub(super) fn is_oauth(&self) -> bool {
        matches!(
            self.header.get("typ").and_then(Value::as_str),
            Some("at+jwt" | "application/at+jwt")
        )
    }

    /// Whether its category rules out that it is a session's.
    pub(super) fn is_of_other_category(&self) -> bool {
        let cat = self.header.get("cat");
        cat.is_some_and(|cat| !matches!(cat.as_str(), Some("cl_B7d4PD111AAA" | "cl_I7d4PD111III")))
    }
}

fn base64url(text: &str, rules: &Rules) -> Option<Vec<u8>> {
    let text = if rules.has(Rule::Padding) {
        text
    } else {
        text.trim_end_matches('=')
    };
    URL_SAFE_NO_PAD.decode(text).ok()
}

fn json(bytes: &[u8], rules: &Rules) -> Option<Value> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let value = crate::cases::parse(text).ok()?;
    (!rules.has(Rule::Depth) || depth(&value) <= MAX_DEPTH).then_some(value)
}

/// How many lists and objects are within each other.
pub(crate) fn depth(value: &Value) -> usize {
    match value {
        Value::Array(list) => 1 + list.iter().map(depth).max().unwrap_or(0),
        Value::Object(object) => 1 + object.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// Whether a text has three runs of base64url characters with dots between them.
pub(super) fn is_shaped(token: &str) -> bool {
    let is_run = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    token.split('.').count() == 3 && token.split('.').all(is_run)
}

/// The kind of machine token that a text looks like.
pub(super) fn machine_kind(token: &str, rules: &Rules) -> Option<&'static str> {
    let jwt = is_shaped(token).then(|| Jwt::of(token, rules)).flatten();
    let is = |test: fn(&Jwt) -> bool| jwt.as_ref().is_some_and(test);
    if token.starts_with("mt_") || is(Jwt::is_of_machine) {
        Some("m2m_token")
    } else if token.starts_with("oat_") || is(Jwt::is_oauth) {
        Some("oauth_token")
    } else {
        token.starts_with("ak_").then_some("api_key")
    }
}
