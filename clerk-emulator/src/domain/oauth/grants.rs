//! From codes and refresh tokens to tokens, and the end of both.

use serde_json::Value;

use super::authorization::resources_of;
use super::claims::id_token;
use super::clients::Client;
use super::error::OAuthError;
use super::parameters::Parameters;
use super::scopes::split;
use super::secrets::{digest_of, is_same, is_verifier_of};
use super::tokens::{
    NewToken, find_token, find_valid_token, issue_token, revoke_tokens_of, revoke_where,
};
use crate::domain::sign_in::check_may_sign_in;
use crate::instance::Context;
use crate::store::{Code, Grant, State};

/// What a client gets.
pub(crate) struct Issued {
    pub(crate) access_token: String,
    pub(crate) refresh_token: String,
    pub(crate) id_token: Option<String>,
    pub(crate) scopes: Vec<String>,
}

fn rejected(description: &str) -> OAuthError {
    OAuthError::invalid_grant(description)
}

/// Issues the tokens that a request to the token endpoint asks for.
pub(crate) fn issue(
    cx: Context<'_>,
    state: &mut State,
    client: &Client,
    parameters: &Parameters,
) -> Result<Issued, OAuthError> {
    match parameters.required("grant_type")? {
        "authorization_code" => exchange_code(cx, state, client, parameters),
        "refresh_token" => refresh(cx, state, client, parameters),
        _ => Err(OAuthError::new(
            "unsupported_grant_type",
            "grant_type is authorization_code or refresh_token.",
        )),
    }
}

fn exchange_code(
    cx: Context<'_>,
    state: &mut State,
    client: &Client,
    parameters: &Parameters,
) -> Result<Issued, OAuthError> {
    let digest = digest_of(parameters.required("code")?);
    let unknown = || rejected("There is no such code of this client.");
    let code = state.oauth.code_mut(&digest).ok_or_else(unknown)?;
    if code.grant.client_id != client.client_id {
        return Err(unknown());
    }
    if code.is_used {
        // Two have the code, so nobody knows who got the tokens.
        let grant_id = code.grant.id.clone();
        end_grant(cx, state, &grant_id);
        return Err(rejected(
            "The code was used before; what it gave is revoked.",
        ));
    }
    if code.expire_at <= cx.now {
        return Err(rejected("The code has expired."));
    }
    check_code(code, client, parameters)?;
    let narrowed = resources_at(code.grant.resources.as_slice(), parameters)?;
    code.is_used = true;
    let (mut grant, nonce) = (code.grant.clone(), code.nonce.clone());
    if grant.resources.is_empty() {
        grant.resources.clone_from(&narrowed);
    }
    check_user(state, &grant)?;
    let scopes = grant.scopes.clone();
    tokens_of(cx, state, grant, scopes, &narrowed, nonce.as_deref())
}

/// Checks that the client is the one that asked for the code.
fn check_code(code: &Code, client: &Client, parameters: &Parameters) -> Result<(), OAuthError> {
    match parameters.one("redirect_uri")? {
        Some(uri) if uri == code.redirect_uri => {}
        None if !code.is_redirect_uri_named => {}
        _ => return Err(rejected("redirect_uri is not that of the authorization.")),
    }
    match (&code.code_challenge, parameters.one("code_verifier")?) {
        (Some(challenge), Some(verifier)) if is_verifier_of(challenge, verifier) => Ok(()),
        (Some(_), Some(_)) => Err(rejected("code_verifier does not fit the code_challenge.")),
        (Some(_), None) => Err(rejected("code_verifier is missing.")),
        (None, Some(_)) => Err(rejected(
            "The authorization had no code_challenge, so there is nothing to verify.",
        )),
        // It has become public since.
        (None, None) if client.is_public => Err(rejected("The client has to use PKCE.")),
        (None, None) => Ok(()),
    }
}

/// Returns the servers for which the client wants this token: some of those of the authorization, or all of them.
fn resources_at(granted: &[String], parameters: &Parameters) -> Result<Vec<String>, OAuthError> {
    let wanted = resources_of(parameters)?;
    if wanted.is_empty() {
        return Ok(granted.to_vec());
    }
    if !granted.is_empty() && !wanted.iter().all(|one| granted.contains(one)) {
        return Err(OAuthError::new(
            "invalid_target",
            "The authorization was not for this resource.",
        ));
    }
    Ok(wanted)
}

fn check_user(state: &State, grant: &Grant) -> Result<(), OAuthError> {
    let user = state.users.get(&grant.user_id);
    let may_sign_in = user.is_some_and(|user| check_may_sign_in(user).is_ok());
    if may_sign_in {
        return Ok(());
    }
    Err(rejected("The user is gone, banned or locked."))
}

/// Returns the grant's id and the secret in a refresh token.
fn parts_of(refresh_token: &str) -> Option<(String, &str)> {
    let (id, secret) = refresh_token.strip_prefix("ort_")?.split_once('_')?;
    Some((format!("grant_{id}"), secret))
}

/// Makes a refresh token that names its grant, so that one that was replaced is known to be of the same family.
fn new_refresh_token(cx: Context<'_>, grant: &Grant) -> String {
    let id = grant.id.strip_prefix("grant_").unwrap_or(&grant.id);
    format!("ort_{id}_{}", cx.instance.ids.letters(43))
}

fn refresh(
    cx: Context<'_>,
    state: &mut State,
    client: &Client,
    parameters: &Parameters,
) -> Result<Issued, OAuthError> {
    let given = parameters.required("refresh_token")?;
    let grant = parts_of(given).and_then(|(id, _)| state.oauth.grant(&id));
    let grant = grant
        .filter(|grant| grant.client_id == client.client_id)
        .cloned();
    let grant = grant.ok_or_else(|| rejected("There is no such refresh token of this client."))?;
    if !is_newest(&grant, given) {
        end_grant(cx, state, &grant.id);
        return Err(rejected(
            "The refresh token was used before: all tokens of its authorization are revoked.",
        ));
    }
    check_user(state, &grant)?;
    let wanted = parameters.one("scope")?.map(split);
    let scopes = wanted.unwrap_or_else(|| grant.scopes.clone());
    if !scopes.iter().all(|scope| grant.scopes.contains(scope)) {
        return Err(OAuthError::new(
            "invalid_scope",
            "The authorization does not have all of these scopes.",
        ));
    }
    let resources = resources_at(&grant.resources, parameters)?;
    tokens_of(cx, state, grant, scopes, &resources, None)
}

fn is_newest(grant: &Grant, refresh_token: &str) -> bool {
    let newest = grant.refresh_token.as_deref().unwrap_or_default();
    is_same(newest, &digest_of(refresh_token))
}

/// Issues all tokens of a grant; its new refresh token takes the place of the one before.
fn tokens_of(
    cx: Context<'_>,
    state: &mut State,
    mut grant: Grant,
    scopes: Vec<String>,
    resources: &[String],
    nonce: Option<&str>,
) -> Result<Issued, OAuthError> {
    state.make_room_for_access_token(cx.now);
    let new = NewToken {
        client_id: &grant.client_id,
        user_id: &grant.user_id,
        scopes: &scopes,
        resources,
        organization_id: grant.organization_id.as_deref(),
        actor: grant.actor.as_ref(),
        grant_id: Some(&grant.id),
    };
    let access_token = issue_token(cx, state, &new)?;
    let named: Vec<&str> = scopes.iter().map(String::as_str).collect();
    let id_token = named
        .contains(&"openid")
        .then(|| id_token(cx, state, &grant, &named, nonce))
        .transpose()?;
    let refresh_token = new_refresh_token(cx, &grant);
    grant.refresh_token = Some(digest_of(&refresh_token));
    match state.oauth.grant_mut(&grant.id) {
        Some(kept) => *kept = grant,
        None => state.oauth.insert_grant(grant),
    }
    Ok(Issued {
        access_token,
        refresh_token,
        id_token,
        scopes,
    })
}

/// Ends a family of refresh tokens, and the access tokens that came of it.
fn end_grant(cx: Context<'_>, state: &mut State, grant_id: &str) {
    state.oauth.remove_grant(grant_id);
    revoke_tokens_of(cx, state, grant_id);
}

/// Revokes a token of a client: an access token alone, a refresh token with its whole family. There may be no such token.
pub(crate) fn revoke(
    cx: Context<'_>,
    state: &mut State,
    client: &Client,
    token: &str,
) -> Result<(), OAuthError> {
    let foreign = || rejected("The token was issued to another client.");
    let family = parts_of(token).and_then(|(id, _)| state.oauth.grant(&id));
    if let Some(grant) = family.filter(|grant| is_newest(grant, token)) {
        if grant.client_id != client.client_id {
            return Err(foreign());
        }
        let id = grant.id.clone();
        end_grant(cx, state, &id);
        return Ok(());
    }
    if let Some(found) = find_token(state, token) {
        if found["client_id"] != client.client_id.as_str() {
            return Err(foreign());
        }
        let id = found["id"].clone();
        revoke_where(cx, state, |token| token["id"] == id);
    }
    Ok(())
}

/// What a token that is valid says.
#[derive(Debug)]
pub(crate) struct TokenFacts {
    pub(crate) client_id: String,
    pub(crate) user_id: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) organization_id: Option<String>,
    /// In milliseconds.
    pub(crate) issued_at: i64,
}

impl TokenFacts {
    /// Reads a token as it is kept.
    fn of(token: &Value) -> Self {
        let text = |name: &str| token[name].as_str().unwrap_or_default().to_owned();
        let scopes = token["scopes"].as_array().into_iter().flatten();
        Self {
            client_id: text("client_id"),
            user_id: text("subject"),
            scopes: scopes
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            organization_id: token["_organization_id"].as_str().map(str::to_owned),
            issued_at: token["created_at"].as_i64().unwrap_or(0),
        }
    }
}

/// Returns what an access token says, if it is valid.
pub(crate) fn access_token_facts(
    cx: Context<'_>,
    state: &State,
    token: &str,
) -> Option<TokenFacts> {
    find_valid_token(cx, state, token).map(TokenFacts::of)
}

/// Returns what an access token or a refresh token says, if it is valid.
pub(crate) fn token_facts(cx: Context<'_>, state: &State, token: &str) -> Option<TokenFacts> {
    let family = || {
        let grant = state.oauth.grant(&parts_of(token)?.0)?;
        is_newest(grant, token).then(|| TokenFacts {
            client_id: grant.client_id.clone(),
            user_id: grant.user_id.clone(),
            scopes: grant.scopes.clone(),
            organization_id: grant.organization_id.clone(),
            issued_at: grant.created_at,
        })
    };
    access_token_facts(cx, state, token).or_else(family)
}
