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
    let is_signed_out = suffixed_uat == Some("0");
    let is_plain_signed_out = plain_uat == Some("0");
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
    instance.is_some_and(|instance| is_without_schemes(issuer, &instance.issuer))
}

/// Returns whether a text is this one once every `http://` and `https://` is left out of it.
fn is_without_schemes(text: &str, expected: &str) -> bool {
    let (mut rest, mut expected) = (text, expected);
    while !rest.is_empty() {
        // Schemes end at a colon, and what does not end in one stays as it is.
        let end = rest.find(':').map_or(rest.len(), |colon| colon + 1);
        let (part, after) = rest.split_at(end);
        let scheme = ["https:", "http:"].into_iter().find_map(|scheme| {
            let begin = part.len().checked_sub(scheme.len())?;
            let is_scheme = part.get(begin..)?.eq_ignore_ascii_case(scheme);
            Some(begin).filter(|_| is_scheme)
        });
        let (kept, after) = match (scheme, after.strip_prefix("//")) {
            (Some(begin), Some(after)) => (part.get(..begin).unwrap_or_default(), after),
            _ => (part, after),
        };
        let Some(left) = expected.strip_prefix(kept) else {
            return false;
        };
        (rest, expected) = (after, left);
    }
    expected.is_empty()
}

fn issued_at(token: &InspectedToken) -> f64 {
    token.issued_at().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::is_without_schemes;

    #[test]
    fn schemes_are_left_out_wherever_they_stand() {
        for (text, rest) in [
            ("https://clerk.example.com", "clerk.example.com"),
            ("HTTP://https://a", "a"),
            ("a/http://é", "a/é"),
            ("https:/a", "https:/a"),
            ("a:https://b://c", "a:b://c"),
            ("hthttp://tp://a", "http://a"),
            ("ahttps:", "ahttps:"),
            ("", ""),
        ] {
            assert!(is_without_schemes(text, rest), "{text}");
            assert!(!is_without_schemes(text, &format!("{rest}a")), "{text}");
            assert!(!is_without_schemes(&format!("{text}a"), rest), "{text}");
        }
    }
}
