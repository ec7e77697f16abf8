//! Session tokens: how to recognize them, and what happens if one is not accepted.

use clerk_sdk::tokens::{InspectedToken, TokenError, TokenErrorReason as Failure, TokenType};
use http::HeaderMap;

use super::context::Context;
use super::misconfiguration;
use super::multi_session;
use super::state::Carrier;
use super::{handshake, refresh};
use crate::request_state::{Reason, RequestState};

/// What kind of token this seems to be, before it is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A session token, or a token whose kind is unknown.
    Session,
    Machine(TokenType),
    /// A JWT that claims to be something other than a session token.
    Other,
}

impl Context<'_> {
    /// Inspects a token. The result can be reused when the token is verified.
    pub(super) fn inspect(&self, token: &str) -> (Kind, InspectedToken) {
        let inspected = self.verifier.inspect(token);
        (kind(token, &inspected), inspected)
    }
}

pub(super) fn kind(token: &str, inspected: &InspectedToken) -> Kind {
    let jwt = match inspected {
        InspectedToken::Verified(_) => return Kind::Session,
        InspectedToken::Decoded(jwt) => Some(&**jwt),
        InspectedToken::Opaque => None,
    };
    match (TokenType::of_decoded(token, jwt), jwt) {
        (Some(kind), _) => Kind::Machine(kind),
        (None, Some(jwt)) if !jwt.may_be_session_token() => Kind::Other,
        _ => Kind::Session,
    }
}

/// Authenticates a token from the header where session tokens are accepted.
pub(super) async fn in_header(
    context: &Context<'_>,
    token: &str,
    inspected: &InspectedToken,
) -> RequestState {
    if multi_session::asks_server(context, inspected) {
        return multi_session::resolve_on_server(context, token, Carrier::Header).await;
    }
    let options = context.setup.verify_token_options();
    let verified = context.verifier.verify_inspected(token, inspected, options);
    match verified.await {
        Ok(seen) => context.signed_in(seen, Carrier::Header, HeaderMap::new()),
        // This case is rare. It is kept apart so that the future of every request stays small.
        Err(error) => Box::pin(after_error(context, error, Carrier::Header)).await,
    }
}

/// Decides what happens if a session token is not accepted: a refresh, a handshake, or signed out.
pub(super) async fn after_error(
    context: &Context<'_>,
    error: TokenError,
    carrier: Carrier,
) -> RequestState {
    misconfiguration::warn(context.verifier.clock(), error.reason());
    let reason = match error.reason() {
        Failure::TokenExpired => match refresh::attempt(context, carrier).await {
            Ok(state) => return state,
            Err(failure) => Reason::expired(&failure),
        },
        Failure::TokenNotActiveYet => Reason::SESSION_TOKEN_NBF,
        Failure::TokenIatInTheFuture => Reason::SESSION_TOKEN_IAT_IN_THE_FUTURE,
        reason => {
            return context
                .signed_out_because(reason.into(), error.to_string(), HeaderMap::new())
                .in_outage(error.is_outage());
        }
    };
    handshake::or_signed_out(context, reason, error.to_string())
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use clerk_sdk::tokens::Decoded;

    use super::*;

    fn token(header: &str, payload: &str) -> String {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.AAAA", encode(header), encode(payload))
    }

    fn kind_of(token: &str) -> Kind {
        let inspected = match Decoded::of(token) {
            Ok(jwt) => InspectedToken::Decoded(Box::new(jwt)),
            Err(_) => InspectedToken::Opaque,
        };
        kind(token, &inspected)
    }

    #[test]
    fn the_kind_of_a_token_is_told_by_its_header_and_its_subject() {
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
                kind_of(&token(header, payload)),
                expected,
                "{header} {payload}"
            );
        }
        assert_eq!(kind_of("ak_1"), Kind::Machine(TokenType::ApiKey));
        assert_eq!(kind_of("x"), Kind::Session);
    }
}
