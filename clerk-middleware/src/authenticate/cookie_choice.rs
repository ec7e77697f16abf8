//! Suffixed or plain cookies? Several instances on one domain each have cookies of their own, told apart by a suffix; plain
//! ones are of whichever instance wrote them last.

use serde_json::Value;

use super::context::{Context, Cookie, Form};
use super::unverified::Unverified;

pub(super) fn uses_suffixed_cookies(context: &Context<'_>) -> bool {
    let plain_session = context.cookie(Cookie::Session, Form::Plain);
    if plain_session.is_some() {
        let issuer = context
            .decoded_session(Form::Plain)
            .and_then(Unverified::issuer)
            .filter(|issuer| is_truthy(issuer));
        let Some(issuer) = issuer else {
            return false;
        };
        if !is_own_issuer(context, issuer) {
            return true;
        }
    }
    let suffixed_uat = context.cookie(Cookie::ClientUat, Form::Suffixed);
    let has_suffixed_session = context.cookie(Cookie::Session, Form::Suffixed).is_some();
    if suffixed_uat.is_none() && !has_suffixed_session {
        return false;
    }
    let plain_uat = context.cookie(Cookie::ClientUat, Form::Plain);
    let is_signed_out = suffixed_uat.as_deref() == Some("0");
    let is_plain_signed_out = plain_uat.as_deref() == Some("0");
    if !is_signed_out
        && !is_plain_signed_out
        && issued_at(context.decoded_session(Form::Plain))
            > issued_at(context.decoded_session(Form::Suffixed))
    {
        return false;
    }
    if is_signed_out && !is_plain_signed_out {
        return false;
    }
    let has_expired = || {
        context
            .decoded_session(Form::Suffixed)
            .and_then(Unverified::expires_at)
            .is_some_and(|exp| exp <= context.now())
    };
    if !context.is_production() && !is_signed_out && is_plain_signed_out && has_expired() {
        return false;
    }
    suffixed_uat.is_some() || !has_suffixed_session
}

fn is_own_issuer(context: &Context<'_>, issuer: &Value) -> bool {
    let (Some(issuer), Some(instance)) = (issuer.as_str(), context.setup.instance()) else {
        return false;
    };
    without_schemes(issuer) == instance.issuer
}

/// The text without every `http://` and `https://`.
fn without_schemes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let scheme = ["https://", "http://"].into_iter().find(|scheme| {
            rest.get(..scheme.len())
                .is_some_and(|begin| begin.eq_ignore_ascii_case(scheme))
        });
        match scheme {
            Some(scheme) => rest = rest.get(scheme.len()..).unwrap_or_default(),
            None => {
                out.push(char);
                rest = rest.get(char.len_utf8()..).unwrap_or_default();
            }
        }
    }
    out
}

fn issued_at(token: Option<&Unverified>) -> f64 {
    token.and_then(Unverified::issued_at).unwrap_or(0.0)
}

fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::without_schemes;

    #[test]
    fn schemes_are_left_out_wherever_they_stand() {
        for (text, rest) in [
            ("https://clerk.example.com", "clerk.example.com"),
            ("HTTP://https://a", "a"),
            ("a/http://é", "a/é"),
            ("https:/a", "https:/a"),
            ("", ""),
        ] {
            assert_eq!(without_schemes(text), rest);
        }
    }
}
