//! OAuth applications.

use serde_json::{Value, json};

use super::scopes::scopes_of_new_application;
use crate::domain::images::store_image;
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::http::upload::Upload;
use crate::instance::Context;
use crate::store::State;

pub(crate) const APPLICATIONS: &str = "oauth_applications";
/// The access tokens that were issued to applications.
pub(super) const ACCESS_TOKENS: &str = "oauth_tokens";

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

/// What a new application begins with.
pub(super) struct NewApplication<'a> {
    pub(super) name: &'a str,
    pub(super) client_id: String,
    pub(super) client_secret: String,
    pub(super) client_uri: Option<&'a str>,
    pub(super) image_url: Option<&'a str>,
    pub(super) redirect_uris: Vec<String>,
    pub(super) scopes: String,
    pub(super) is_public: bool,
    pub(super) is_pkce_required: bool,
    pub(super) has_consent_screen: bool,
    pub(super) origin: Origin,
}

/// Who made an application.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Origin {
    Developer,
    /// It registered itself (RFC 7591).
    Registration,
    /// Its client id is the URL of its metadata.
    MetadataDocument,
}

/// Adds an application and returns it.
pub(super) fn insert_application(
    cx: Context<'_>,
    state: &mut State,
    new: NewApplication<'_>,
) -> Value {
    let url = &cx.instance.settings.url;
    let id = cx.instance.ids.id("oa");
    let application = json!({
        "object": "oauth_application", "id": id, "instance_id": cx.instance.settings.instance_id, "name": new.name,
        "client_id": new.client_id, "client_uri": new.client_uri, "client_image_url": new.image_url,
        "dynamically_registered": new.origin != Origin::Developer, "consent_screen_enabled": new.has_consent_screen,
        "pkce_required": new.is_pkce_required || new.is_public, "public": new.is_public,
        "scopes": new.scopes,
        "callback_url": new.redirect_uris.first().map_or("", String::as_str), "redirect_uris": new.redirect_uris,
        "authorize_url": format!("{url}/oauth/authorize"), "token_fetch_url": format!("{url}/oauth/token"),
        "user_info_url": format!("{url}/oauth/userinfo"), "token_introspection_url": format!("{url}/oauth/token_info"),
        "discovery_url": format!("{url}/.well-known/openid-configuration"),
        "created_at": cx.now, "updated_at": cx.now, "_client_secret": new.client_secret,
        "_registered_itself": new.origin != Origin::Developer,
        "_metadata_document": new.origin == Origin::MetadataDocument,
    });
    state
        .documents
        .insert(APPLICATIONS, &id, application.clone());
    application
}

/// Creates an application and returns it.
pub(crate) fn create_application(
    cx: Context<'_>,
    state: &mut State,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let ids = &cx.instance.ids;
    create_with(cx, state, params, ids.letters(16), ids.letters(32))
}

/// Creates an application that may choose its client id and secret, and returns it.
pub(crate) fn create_seeded_application(
    cx: Context<'_>,
    state: &mut State,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let ids = &cx.instance.ids;
    let chosen = |name: &str| match params.field(name) {
        None => Ok(None),
        Some(given) => {
            let text = given.as_str().filter(|text| {
                !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
            });
            let long = format!("{name} has to be a text without spaces.");
            text.map(Some).ok_or_else(|| ApiError::invalid(name, &long))
        }
    };
    let (client_id, secret) = (chosen("client_id")?, chosen("client_secret")?);
    if let Some(id) = client_id
        && state
            .documents
            .find(APPLICATIONS, "client_id", id)
            .is_some()
    {
        return Err(ApiError::taken("client_id"));
    }
    let client_id = client_id.map_or_else(|| ids.letters(16), str::to_owned);
    let secret = secret.map_or_else(|| ids.letters(32), str::to_owned);
    create_with(cx, state, params, client_id, secret)
}

fn create_with(
    cx: Context<'_>,
    state: &mut State,
    params: Params<'_>,
    client_id: String,
    client_secret: String,
) -> Result<Value, ApiError> {
    let scopes = params.text("scopes").map(str::to_owned);
    let new = NewApplication {
        name: params.required_text("name")?,
        client_id,
        client_secret,
        client_uri: None,
        image_url: None,
        redirect_uris: redirect_uris_from(params)?.unwrap_or_default(),
        scopes: scopes.unwrap_or_else(|| scopes_of_new_application(state)),
        is_public: params.flag("public").unwrap_or(false),
        is_pkce_required: params.flag("pkce_required").unwrap_or(false),
        has_consent_screen: params.flag("consent_screen_enabled").unwrap_or(true),
        origin: Origin::Developer,
    };
    Ok(insert_application(cx, state, new))
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
        if application["public"] == true {
            application["pkce_required"] = true.into();
        }
        if let Some(uris) = uris {
            application["callback_url"] = uris.first().map_or("", String::as_str).into();
            application["redirect_uris"] = uris.into();
        }
    })
}

/// Deletes an application with its tokens and what users granted to it.
pub(crate) fn delete_application(state: &mut State, id: &str) -> Result<(), ApiError> {
    let application = state
        .documents
        .remove(APPLICATIONS, id)
        .ok_or_else(|| application_not_found(id))?;
    state.documents.retain(ACCESS_TOKENS, |token| {
        token["client_id"] != application["client_id"]
    });
    let client_id = application["client_id"].as_str();
    state.oauth.forget(None, client_id);
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
