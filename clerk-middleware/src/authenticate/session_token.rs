//! Session tokens: of which kind they are, and what follows when one is not accepted.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clerk_sdk::tokens::{TokenError, TokenErrorReason as Failure, TokenType, decode_jwt};
use http::HeaderMap;
use serde::Deserialize;

use super::context::Context;
use super::multi_session;
use super::state::Carrier;
use super::{handshake, refresh};
use crate::request_state::{Reason, RequestState};

/// What a token looks like, before anything of it is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A session token, or nothing that could be told.
    Session,
    Machine(TokenType),
    /// A JWT that says of itself that it is something else than a session token.
    Other,
}

impl Context<'_> {
    /// What a token looks like. One that was verified before need not be decoded to know.
    pub(super) fn kind(&self, token: &str) -> Kind {
        match self.verifier.seen(token) {
            Some(seen) if seen.is_of_session(|| kind(token) == Kind::Session) => Kind::Session,
            _ => kind(token),
        }
    }
}

/// What a token looks like. It decodes the token only when a glance does not tell.
fn kind(token: &str) -> Kind {
    if is_plainly_of_a_session(token) {
        return Kind::Session;
    }
    if let Some(kind) = TokenType::of_machine_token(token) {
        return Kind::Machine(kind);
    }
    match decode_jwt(token) {
        Ok(jwt) if !jwt.may_be_session_token() => Kind::Other,
        _ => Kind::Session,
    }
}

/// Whether the header is that of an ordinary session token, and nothing in the payload can be the subject of a machine.
/// `false` says nothing.
fn is_plainly_of_a_session(token: &str) -> bool {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Header<'h> {
        #[serde(rename = "alg")]
        _alg: &'h str,
        #[serde(rename = "kid")]
        _kid: &'h str,
        typ: &'h str,
        // Present and `null` is not the same as absent.
        #[serde(default = "session_category")]
        cat: &'h str,
    }

    let mut parts = token.split('.');
    let (Some(header), Some(payload)) = (parts.next(), parts.next()) else {
        return false;
    };
    let (Ok(header), Ok(payload)) = (
        URL_SAFE_NO_PAD.decode(header),
        URL_SAFE_NO_PAD.decode(payload),
    ) else {
        return false;
    };
    let Ok(header) = serde_json::from_slice::<Header<'_>>(&header) else {
        return false;
    };
    // With an escape, the subject of a machine could be written otherwise.
    header.typ == "JWT"
        && header.cat == session_category()
        && !payload.contains(&b'\\')
        && !payload.windows(4).any(|bytes| bytes == b"mch_")
}

/// The category (`cat`) of session tokens.
fn session_category() -> &'static str {
    "cl_B7d4PD111AAA"
}

/// A token from the header, where session tokens are accepted.
pub(super) async fn in_header(context: &Context<'_>, token: &str) -> RequestState {
    if let Some(state) = multi_session::resolve_on_server(context, token, Carrier::Header).await {
        return state;
    }
    match context
        .verifier
        .verify(token, context.setup.verify_token_options())
        .await
    {
        Ok(claims) => context.signed_in(token, claims, Carrier::Header, HeaderMap::new()),
        Err(error) => after_error(context, error, Carrier::Header).await,
    }
}

/// What follows when a session token is not accepted: another one by a refresh, a handshake, or nobody.
pub(super) async fn after_error(
    context: &Context<'_>,
    error: TokenError,
    carrier: Carrier,
) -> RequestState {
    let reason = match error.reason() {
        Failure::TokenExpired => match refresh::attempt(context, carrier).await {
            Ok(state) => return state,
            Err(failure) => Reason::expired(&failure),
        },
        Failure::TokenNotActiveYet => Reason::SESSION_TOKEN_NBF,
        Failure::TokenIatInTheFuture => Reason::SESSION_TOKEN_IAT_IN_THE_FUTURE,
        reason => {
            return context.signed_out_because(reason.into(), error.to_string(), HeaderMap::new());
        }
    };
    handshake::or_signed_out(context, reason, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, payload: &str) -> String {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.AAAA", encode(header), encode(payload))
    }

    #[test]
    fn a_glance_tells_the_same_as_decoding() {
        let session = r#"{"alg":"RS256","kid":"ins_1","typ":"JWT"}"#;
        let cases = [
            (session, r#"{"sub":"user_1"}"#, Kind::Session),
            (session, r#"{"sub":"mch_1"}"#, Kind::Machine(TokenType::M2m)),
            (
                session,
                r#"{"sub":"\u006dch_1"}"#,
                Kind::Machine(TokenType::M2m),
            ),
            (session, r#"{"sub":"user_1","x":"mch_1"}"#, Kind::Session),
            (
                r#"{"alg":"RS256","kid":"i","typ":"at+jwt"}"#,
                "{}",
                Kind::Machine(TokenType::OAuth),
            ),
            (
                r#"{"alg":"RS256","kid":"i","typ":"JWT","typ":"at+jwt"}"#,
                "{}",
                Kind::Machine(TokenType::OAuth),
            ),
            (
                r#"{"alg":"RS256","kid":"i","typ":"JWT","cat":"cl_B7d4PD222AAA"}"#,
                "{}",
                Kind::Other,
            ),
            (
                r#"{"alg":"RS256","kid":"i","typ":"JWT","cat":null}"#,
                "{}",
                Kind::Other,
            ),
            (
                r#"{"alg":"RS256","kid":"i","typ":"JWT","cat":"cl_B7d4PD111AAA"}"#,
                "{}",
                Kind::Session,
            ),
            ("null", "{}", Kind::Session),
        ];
        for (header, payload, expected) in cases {
            assert_eq!(
                kind(&token(header, payload)),
                expected,
                "{header} {payload}"
            );
        }
        assert_eq!(kind("ak_1"), Kind::Machine(TokenType::ApiKey));
        assert_eq!(kind("x"), Kind::Session);
    }
}
