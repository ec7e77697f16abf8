//! What a session token says of itself, before anything of it is believed: enough to choose between cookies.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clerk_sdk::tokens::decode_jwt;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

/// Claims of a token that nobody verified.
#[derive(Debug, Default, Deserialize, PartialEq)]
pub(super) struct Unverified {
    iss: Option<Value>,
    iat: Option<Value>,
    exp: Option<Value>,
}

impl Unverified {
    /// `None` when it is no JWT.
    pub(super) fn of(token: &str) -> Option<Self> {
        Self::at_a_glance(token).or_else(|| Self::thoroughly(token))
    }

    /// Reads an ordinary token, and nothing of it but what is asked. `None` says nothing.
    fn at_a_glance(token: &str) -> Option<Self> {
        let mut parts = token
            .split('.')
            .map(|part| URL_SAFE_NO_PAD.decode(part).ok());
        let (header, payload) = (parts.next()??, parts.next()??);
        let (Some(_signature), None) = (parts.next()?, parts.next()) else {
            return None;
        };
        serde_json::from_slice::<IgnoredAny>(&header).ok()?;
        // Not every payload is read as an object; a list would fill the fields in their order.
        if !payload.starts_with(b"{") {
            return None;
        }
        serde_json::from_slice(&payload).ok()
    }

    fn thoroughly(token: &str) -> Option<Self> {
        let payload = decode_jwt(token).ok()?.payload;
        Some(Self::of_claims(|name| payload.get(name)))
    }

    /// What these claims say.
    pub(super) fn of_claims<'c>(claim: impl Fn(&str) -> Option<&'c Value>) -> Self {
        let claim = |name| claim(name).filter(|claim| !claim.is_null()).cloned();
        Self {
            iss: claim("iss"),
            iat: claim("iat"),
            exp: claim("exp"),
        }
    }

    /// Who issued it, when it says so.
    pub(super) fn issuer(&self) -> Option<&Value> {
        self.iss.as_ref()
    }

    /// When it was issued, in seconds since 1970.
    pub(super) fn issued_at(&self) -> Option<f64> {
        self.iat.as_ref()?.as_f64()
    }

    /// When it expires, in seconds since 1970.
    pub(super) fn expires_at(&self) -> Option<f64> {
        self.exp.as_ref()?.as_f64()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_glance_tells_the_same_as_reading_it_all() {
        let encode = |text: &[u8]| URL_SAFE_NO_PAD.encode(text);
        let payloads: [&[u8]; 10] = [
            br#"{"iss":"https://a","iat":5,"exp":1.5,"x":{"iat":6}}"#,
            br#"{"iss":null,"iat":"5"}"#,
            br#"{"iat":1,"iat":2}"#,
            b"{}",
            b" {}",
            b"\xEF\xBB\xBF{\"iat\":3}",
            b"{\"x\":\"\xFF\",\"iat\":3}",
            br#"{"x":"\ud800","iat":3}"#,
            br#"["a",1,2]"#,
            b"null",
        ];
        for payload in payloads {
            let token = format!("{}.{}.AAAA", encode(b"{}"), encode(payload));
            assert_eq!(Unverified::of(&token), Unverified::thoroughly(&token));
            assert!(Unverified::of(&token).is_some());
        }
        for token in [
            "",
            "a.b",
            "e30.e30",
            "e30.e30.A",
            "e30.e30.AAAA.AAAA",
            "e30.e3.AAAA",
            "Zm9v.e30.AAAA",
        ] {
            assert_eq!(Unverified::of(token), None, "{token}");
        }
        assert!(Unverified::of("e30=.e30.AAAA==").is_some());
    }
}
