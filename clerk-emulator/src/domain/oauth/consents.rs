//! What users allow applications, and the code that follows from it.

use super::authorization::AuthorizationRequest;
use super::error::OAuthError;
use super::secrets::digest_of;
use super::tokens::revoke_where;
use crate::domain::organizations::members::check_member;
use crate::instance::Context;
use crate::store::{Code, Consent, Grant, Session, State};

/// How long a code may be exchanged, in seconds.
const CODE_SECONDS: i64 = 60;
/// The scope with which an application sees an organization.
pub(crate) const ORGANIZATION_SCOPE: &str = "user:org:read";

/// Whether a user allowed an application all of these scopes before.
pub(super) fn covers(state: &State, user_id: &str, client_id: &str, scopes: &[String]) -> bool {
    let consent = state.oauth.consent(user_id, client_id);
    consent.is_some_and(|consent| scopes.iter().all(|scope| consent.scopes.contains(scope)))
}

/// Remembers that the session's user allows what the request asks for. The organization, if one is named, has to be one
/// of the user's; an empty name is none.
pub(crate) fn consent(
    cx: Context<'_>,
    state: &mut State,
    request: &AuthorizationRequest,
    session: &Session,
    organization_id: Option<&str>,
) -> Result<(), OAuthError> {
    let user_id = &session.user_id;
    let organization_id = match organization_id {
        Some("") => Some(None),
        id => id.map(Some),
    };
    if let Some(Some(id)) = organization_id {
        check_member(state, id, user_id).map_err(|_| {
            OAuthError::invalid_request("The user is no member of this organization.")
        })?;
    }
    let before = state.oauth.consent(user_id, &request.client_id);
    let mut scopes = before.map_or_else(Vec::new, |consent| consent.scopes.clone());
    for scope in &request.scopes {
        if !scopes.contains(scope) {
            scopes.push(scope.clone());
        }
    }
    let organization_id = match (organization_id, before) {
        (Some(chosen), _) => chosen.map(str::to_owned),
        (None, Some(before)) => before.organization_id.clone(),
        (None, None) => session.organization_id.clone(),
    };
    state.oauth.keep_consent(Consent {
        user_id: user_id.clone(),
        client_id: request.client_id.clone(),
        scopes,
        organization_id,
        updated_at: cx.now,
    });
    Ok(())
}

/// Forgets what a user allowed an application, and ends the tokens that came of it.
pub(crate) fn revoke_consent(cx: Context<'_>, state: &mut State, user_id: &str, client_id: &str) {
    state.oauth.forget(Some(user_id), Some(client_id));
    revoke_where(cx, state, |token| {
        token["subject"] == user_id && token["client_id"] == client_id
    });
}

/// Returns the organization that an application sees: the one that the user chose, or the session's if nobody was asked.
fn organization_of(
    state: &State,
    request: &AuthorizationRequest,
    session: &Session,
) -> Option<String> {
    if !request
        .scopes
        .iter()
        .any(|scope| scope == ORGANIZATION_SCOPE)
    {
        return None;
    }
    let user_id = &session.user_id;
    let consent = state.oauth.consent(user_id, &request.client_id);
    let organization_id = match consent {
        Some(consent) => consent.organization_id.clone(),
        None => session.organization_id.clone(),
    };
    organization_id.filter(|id| check_member(state, id, user_id).is_ok())
}

/// Returns the code with which the client gets its tokens.
pub(crate) fn issue_code(
    cx: Context<'_>,
    state: &mut State,
    request: &AuthorizationRequest,
    session: &Session,
) -> String {
    let text = cx.instance.ids.letters(43);
    let grant = Grant {
        id: cx.instance.ids.id("grant"),
        client_id: request.client_id.clone(),
        user_id: session.user_id.clone(),
        scopes: request.scopes.clone(),
        resources: request.resources.clone(),
        organization_id: organization_of(state, request, session),
        actor: session.actor.clone(),
        authenticated_at: session.first_factor_at.unwrap_or(session.created_at),
        created_at: cx.now,
        refresh_token: None,
    };
    let code = Code {
        grant,
        redirect_uri: request.return_to.redirect_uri.clone(),
        is_redirect_uri_named: request.is_redirect_uri_named,
        code_challenge: request.code_challenge.clone(),
        nonce: request.nonce.clone(),
        expire_at: cx.after(CODE_SECONDS),
        is_used: false,
    };
    state.oauth.insert_code(digest_of(&text), code, cx.now);
    text
}
