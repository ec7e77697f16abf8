//! Chooses between suffixed and plain cookies. If several instances share one domain, a suffix tells their cookies apart.
//! The plain cookies belong to whichever instance wrote them last.

use clerk_sdk::tokens::{InspectedToken, Issuer};

use super::context::{Context, Cookie, Form};

pub(super) fn uses_suffixed_cookies(context: &Context<'_>) -> bool {
    let plain_session = context.cookie(Cookie::Session, Form::Plain);
    if plain_session.is_some() {
        match context.inspected_session(Form::Plain).issuer() {
            Issuer::Absent => return false,
            Issuer::Named(issuer) if is_own_issuer(context, issuer) => {}
            Issuer::Named(_) | Issuer::Malformed => return true,
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
        && issued_at(context.inspected_session(Form::Plain))
            > issued_at(context.inspected_session(Form::Suffixed))
    {
        return false;
    }
    if is_signed_out && !is_plain_signed_out {
        return false;
    }
    let has_expired = || {
        context
            .inspected_session(Form::Suffixed)
            .expires_at()
            .is_some_and(|exp| exp <= context.now())
    };
    if !context.is_production() && !is_signed_out && is_plain_signed_out && has_expired() {
        return false;
    }
    suffixed_uat.is_some() || !has_suffixed_session
}

fn is_own_issuer(context: &Context<'_>, issuer: &str) -> bool {
    let instance = context.setup.instance();
    instance.is_some_and(|instance| without_schemes(issuer) == instance.issuer)
}

/// Returns the text without every `http://` and `https://`.
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

fn issued_at(token: &InspectedToken) -> f64 {
    token.issued_at().unwrap_or(0.0)
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
