//! OAuth applications, and the access tokens issued to them.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::DAY;
use super::images::store_image;
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::http::upload::Upload;
use crate::instance::Context;
use crate::store::State;

pub(crate) const APPLICATIONS: &str = "oauth_applications";
const TOKENS: &str = "oauth_tokens";

fn application_not_found(id: &str) -> ApiError {
    ApiError::not_found("OAuth application", id)
}

/// Returns the application with this id.
pub(crate) fn find_application<'a>(state: &'a State, id: &str) -> Result<&'a Value, ApiError> {
    state
        .documents
        .get(APPLICATIONS, id)
        .ok_or_else(|| application_not_found(id))
}

/// Reads where users come back to; `None` if the request does not say.
fn redirect_uris_from(params: Params<'_>) -> Result<Option<Vec<String>>, ApiError> {
    let mut uris: Vec<String> = params
        .texts("redirect_uris")
        .unwrap_or_default()
        .into_iter()
        .map(str::to_owned)
        .collect();
    uris.extend(params.text("callback_url").map(str::to_owned));
    for uri in &uris {
        if url::Url::parse(uri).is_err() {
            let long = format!("{uri} is no URL.");
            return Err(ApiError::invalid_format("redirect_uris", &long));
        }
    }
    uris.dedup();
    Ok((params.has("redirect_uris") || params.has("callback_url")).then_some(uris))
}

/// Creates an application and returns it.
pub(crate) fn create_application(
    cx: Context<'_>,
    state: &mut State,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let uris = redirect_uris_from(params)?.unwrap_or_default();
    let url = &cx.instance.settings.url;
    let (id, public) = (
        cx.instance.ids.id("oa"),
        params.flag("public").unwrap_or(false),
    );
    let secret = cx.instance.ids.letters(32);
    let application = json!({
        "object": "oauth_application", "id": id, "instance_id": cx.instance.settings.instance_id, "name": params.required_text("name")?,
        "client_id": cx.instance.ids.letters(16), "client_uri": null, "client_image_url": null,
        "dynamically_registered": false, "consent_screen_enabled": params.flag("consent_screen_enabled").unwrap_or(true),
        "pkce_required": params.flag("pkce_required").unwrap_or(false) || public, "public": public,
        "scopes": params.text("scopes").unwrap_or("profile email"),
        "callback_url": uris.first().map_or("", String::as_str), "redirect_uris": uris,
        "authorize_url": format!("{url}/oauth/authorize"), "token_fetch_url": format!("{url}/oauth/token"),
        "user_info_url": format!("{url}/oauth/userinfo"), "token_introspection_url": format!("{url}/oauth/token_info"),
        "discovery_url": format!("{url}/.well-known/openid-configuration"),
        "created_at": cx.now, "updated_at": cx.now, "_client_secret": secret,
    });
    state
        .documents
        .insert(APPLICATIONS, &id, application.clone());
    Ok(application)
}

fn change_application(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    change: impl FnOnce(&mut Value),
) -> Result<Value, ApiError> {
    let application = state
        .documents
        .get_mut(APPLICATIONS, id)
        .ok_or_else(|| application_not_found(id))?;
    change(application);
    application["updated_at"] = cx.now.into();
    Ok(application.clone())
}

/// Changes an application and returns it.
pub(crate) fn update_application(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    find_application(state, id)?;
    let uris = redirect_uris_from(params)?;
    change_application(cx, state, id, |application| {
        params.copy_to(
            application,
            &[
                "name",
                "scopes",
                "consent_screen_enabled",
                "pkce_required",
                "public",
            ],
        );
        if let Some(uris) = uris {
            application["callback_url"] = uris.first().map_or("", String::as_str).into();
            application["redirect_uris"] = uris.into();
        }
    })
}

/// Deletes an application with its tokens.
pub(crate) fn delete_application(state: &mut State, id: &str) -> Result<(), ApiError> {
    let application = state
        .documents
        .remove(APPLICATIONS, id)
        .ok_or_else(|| application_not_found(id))?;
    state.documents.retain(TOKENS, |token| {
        token["client_id"] != application["client_id"]
    });
    Ok(())
}

/// Gives an application a new client secret and returns it.
pub(crate) fn rotate_client_secret(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
) -> Result<Value, ApiError> {
    let secret = cx.instance.ids.letters(32);
    change_application(cx, state, id, |application| {
        application["_client_secret"] = secret.into();
    })
}

/// Sets an application's logo and returns the application.
pub(crate) fn set_logo(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    upload: &Upload,
) -> Result<Value, ApiError> {
    find_application(state, id)?;
    let image = store_image(cx, state, upload);
    let url = cx.instance.settings.image_url(Some(&image));
    change_application(cx, state, id, |application| {
        application["client_image_url"] = url.into();
    })
}

fn is_valid(token: &Value, now: i64) -> bool {
    token["revoked"] == false && token["expiration"].as_i64().is_none_or(|at| at > now)
}

/// Returns a valid access token by its secret.
pub(crate) fn verify_access_token<'a>(
    cx: Context<'_>,
    state: &'a State,
    params: Params<'_>,
) -> Result<&'a Value, ApiError> {
    let given = params
        .text("access_token")
        .or(params.text("secret"))
        .ok_or_else(|| ApiError::missing("access_token"))?;
    let token = state
        .documents
        .find(TOKENS, "_token", given)
        .filter(|token| is_valid(token, cx.now));
    token.ok_or_else(|| {
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
    id: &str,
    params: Params<'_>,
) -> Result<(), ApiError> {
    let client_id = find_application(state, id)?["client_id"].clone();
    let given = params.required_text("token")?;
    let token = state
        .documents
        .all_mut(TOKENS)
        .find(|token| token["_token"] == given && token["client_id"] == client_id);
    let token =
        token.ok_or_else(|| ApiError::not_found("access token of this application", "given"))?;
    token["revoked"] = true.into();
    token["updated_at"] = cx.now.into();
    Ok(())
}

/// Issues an access token as if the user had consented; it lives for a day. Returns `None` if there is no such application.
pub(crate) fn issue_access_token(
    cx: Context<'_>,
    state: &mut State,
    client_id: &str,
    user_id: &str,
    scopes: &[&str],
) -> Option<String> {
    state.documents.find(APPLICATIONS, "client_id", client_id)?;
    let ids = &cx.instance.ids;
    let (id, secret) = (ids.hex_id("oat"), ids.secret("oat"));
    let token = json!({
        "object": "clerk_idp_oauth_access_token", "id": id, "client_id": client_id, "subject": user_id,
        "scopes": scopes, "revoked": false, "revocation_reason": null, "expired": false,
        "expiration": cx.now + DAY, "created_at": cx.now, "updated_at": cx.now, "_token": secret,
    });
    state.documents.insert(TOKENS, &id, token);
    Some(secret)
}
