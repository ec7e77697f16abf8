//! Access tokens: opaque ones and JWTs. Both kinds are documents that know their secret.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::applications::{ACCESS_TOKENS, APPLICATIONS, find_application};
use super::secrets::is_same;
use super::settings::has_jwt_access_tokens;
use crate::domain::DAY;
use crate::domain::tokens::{self, Category};
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::store::State;

/// How long an access token lives, in seconds.
pub(crate) const ACCESS_TOKEN_SECONDS: i64 = DAY / 1000;

/// What a new access token is for.
#[derive(Default)]
pub(super) struct NewToken<'a> {
    pub(super) client_id: &'a str,
    pub(super) user_id: &'a str,
    pub(super) scopes: &'a [String],
    /// Which servers it is for; any if it is empty.
    pub(super) resources: &'a [String],
    pub(super) organization_id: Option<&'a str>,
    /// Who acts in the user's name.
    pub(super) actor: Option<&'a Value>,
    /// The grant with which it ends.
    pub(super) grant_id: Option<&'a str>,
}

/// Issues an access token and returns its secret.
pub(super) fn issue_token(
    cx: Context<'_>,
    state: &mut State,
    new: &NewToken<'_>,
) -> Result<String, ApiError> {
    let id = cx.instance.ids.hex_id("oat");
    let secret = if has_jwt_access_tokens(state) {
        jwt_of(cx, &id, new)?
    } else {
        cx.instance.ids.secret("oat")
    };
    let token = json!({
        "object": "clerk_idp_oauth_access_token", "id": id, "client_id": new.client_id, "subject": new.user_id,
        "scopes": new.scopes, "revoked": false, "revocation_reason": null, "expired": false,
        "expiration": cx.now + DAY, "created_at": cx.now, "updated_at": cx.now, "_token": secret,
        "_organization_id": new.organization_id, "_grant_id": new.grant_id,
    });
    state.documents.insert(ACCESS_TOKENS, &id, token);
    Ok(secret)
}

/// Makes the form of RFC 9068. The scopes are there twice, because some read one name and some the other.
fn jwt_of(cx: Context<'_>, id: &str, new: &NewToken<'_>) -> Result<String, ApiError> {
    let now = cx.now.div_euclid(1000);
    let claims = json!({
        "iss": cx.instance.settings.url, "sub": new.user_id, "client_id": new.client_id, "jti": id,
        "iat": now, "nbf": now - 10, "exp": now + ACCESS_TOKEN_SECONDS,
        "scope": new.scopes.join(" "), "scp": new.scopes,
    });
    let mut claims: Map<String, Value> = claims.as_object().cloned().unwrap_or_default();
    match new.resources {
        [] => {}
        [only] => drop(claims.insert("aud".into(), only.as_str().into())),
        several => drop(claims.insert("aud".into(), several.into())),
    }
    if let Some(id) = new.organization_id {
        claims.insert("org_id".into(), id.into());
    }
    if let Some(actor) = new.actor {
        claims.insert("act".into(), actor.clone());
    }
    let claims = Value::Object(claims);
    tokens::sign(&cx.instance.key(), Category::AccessToken, &claims)
        .map_err(|error| ApiError::internal(&error))
}

/// Issues an access token as if the user had consented. Returns `None` if there is no such application.
pub(crate) fn issue_access_token(
    cx: Context<'_>,
    state: &mut State,
    client_id: &str,
    user_id: &str,
    scopes: &[&str],
) -> Result<Option<String>, ApiError> {
    if state
        .documents
        .find(APPLICATIONS, "client_id", client_id)
        .is_none()
    {
        return Ok(None);
    }
    let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    let new = NewToken {
        client_id,
        user_id,
        scopes: &scopes,
        ..NewToken::default()
    };
    issue_token(cx, state, &new).map(Some)
}

fn has_secret(token: &Value, secret: &str) -> bool {
    token["_token"]
        .as_str()
        .is_some_and(|own| is_same(own, secret))
}

/// Returns an access token, valid or not, by its secret.
pub(super) fn find_token<'a>(state: &'a State, secret: &str) -> Option<&'a Value> {
    let mut tokens = state.documents.all(ACCESS_TOKENS);
    tokens.find(|token| has_secret(token, secret))
}

/// Returns a valid access token by its secret. Its user is still there.
pub(crate) fn find_valid_token<'a>(
    cx: Context<'_>,
    state: &'a State,
    secret: &str,
) -> Option<&'a Value> {
    find_token(state, secret).filter(|token| {
        let expiration = token["expiration"].as_i64();
        token["revoked"] == false
            && expiration.is_none_or(|at| at > cx.now)
            && token["subject"]
                .as_str()
                .is_some_and(|id| state.users.get(id).is_some())
    })
}

/// Returns a valid access token by the parameters of the Backend API.
pub(crate) fn verify_access_token<'a>(
    cx: Context<'_>,
    state: &'a State,
    params: Params<'_>,
) -> Result<&'a Value, ApiError> {
    let given = params
        .text("access_token")
        .or(params.text("secret"))
        .ok_or_else(|| ApiError::missing("access_token"))?;
    find_valid_token(cx, state, given).ok_or_else(|| {
        let long = "There is no such access token, or it is revoked or expired.";
        ApiError::new(
            StatusCode::NOT_FOUND,
            "oauth_token_not_found",
            "Token not found",
            long,
        )
    })
}

/// Revokes an access token of an application.
pub(crate) fn revoke_access_token(
    cx: Context<'_>,
    state: &mut State,
    application_id: &str,
    params: Params<'_>,
) -> Result<(), ApiError> {
    let client_id = find_application(state, application_id)?["client_id"].clone();
    let given = params.required_text("token")?;
    let revoked = revoke_where(cx, state, |token| {
        token["client_id"] == client_id && has_secret(token, given)
    });
    if revoked {
        return Ok(());
    }
    Err(ApiError::not_found(
        "access token of this application",
        "given",
    ))
}

/// Revokes the access tokens that fit; returns whether there are any.
pub(super) fn revoke_where(
    cx: Context<'_>,
    state: &mut State,
    fits: impl Fn(&Value) -> bool,
) -> bool {
    let mut any = false;
    for token in state.documents.all_mut(ACCESS_TOKENS) {
        if fits(token) {
            token["revoked"] = true.into();
            token["updated_at"] = cx.now.into();
            any = true;
        }
    }
    any
}

/// Revokes the access tokens of a grant.
pub(super) fn revoke_tokens_of(cx: Context<'_>, state: &mut State, grant_id: &str) {
    revoke_where(cx, state, |token| token["_grant_id"] == grant_id);
}
