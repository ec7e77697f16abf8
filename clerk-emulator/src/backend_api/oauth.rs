//! OAuth applications, and the access tokens issued to them.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::call::{Answer, Call, Handler, deleted};
use super::errors::ApiError;
use crate::emulator::Refused;
use crate::store::{Documents, State};
use crate::world::World;

const APPLICATIONS: &str = "oauth_applications";
const TOKENS: &str = "oauth_tokens";
const DAY: i64 = 86_400_000;

pub(super) fn handler(id: &str) -> Option<Handler> {
    Some(match id {
        "ListOAuthApplications" => Handler::Read(list),
        "GetOAuthApplication" => {
            Handler::Read(|call, state| Ok(Documents::shown(find(state, call.id(0))?)))
        }
        "CreateOAuthApplication" => Handler::Write(create),
        "UpdateOAuthApplication" => Handler::Write(update),
        "DeleteOAuthApplication" => Handler::Write(delete),
        "RotateOAuthApplicationSecret" => Handler::Write(rotate),
        "UploadOAuthApplicationLogo" => Handler::Write(upload_logo),
        "verifyOAuthAccessToken" => Handler::Read(verify),
        "RevokeOAuthApplicationToken" => Handler::Write(revoke),
        _ => return None,
    })
}

fn not_found(id: &str) -> ApiError {
    ApiError::not_found("OAuth application", id)
}

fn find<'a>(state: &'a State, id: &str) -> Result<&'a Value, ApiError> {
    state
        .documents
        .get(APPLICATIONS, id)
        .ok_or_else(|| not_found(id))
}

fn list(call: &Call<'_>, state: &State) -> Answer {
    let query = call.query("name_query").unwrap_or_default().to_lowercase();
    let named = |application: &&Value| {
        application["name"]
            .as_str()
            .is_some_and(|name| name.to_lowercase().contains(&query))
            || application["client_id"] == call.query("name_query").unwrap_or_default()
    };
    Ok(call.documents(state.documents.all(APPLICATIONS).filter(named)))
}

/// Where users come back to: HTTPS, or a scheme of an app's own, or this machine.
fn redirect_uris(call: &Call<'_>) -> Result<Option<Vec<String>>, ApiError> {
    let mut uris: Vec<String> = call
        .texts("redirect_uris")
        .unwrap_or_default()
        .into_iter()
        .map(str::to_owned)
        .collect();
    uris.extend(call.text("callback_url").map(str::to_owned));
    for uri in &uris {
        if url::Url::parse(uri).is_err() {
            let long = format!("{uri} is no URL.");
            return Err(ApiError::parameter(
                "form_param_format_invalid",
                "redirect_uris",
                "is invalid",
                &long,
            ));
        }
    }
    uris.dedup();
    Ok((call.has("redirect_uris") || call.has("callback_url")).then_some(uris))
}

fn create(call: &Call<'_>, state: &mut State) -> Answer {
    let uris = redirect_uris(call)?.unwrap_or_default();
    let url = &call.world.url;
    let (id, public) = (
        call.world.ids.id("oa"),
        call.flag("public").unwrap_or(false),
    );
    let secret = call.world.ids.letters(32);
    let application = json!({
        "object": "oauth_application", "id": id, "instance_id": call.world.instance_id, "name": call.needed("name")?,
        "client_id": call.world.ids.letters(16), "client_uri": null, "client_image_url": null,
        "dynamically_registered": false, "consent_screen_enabled": call.flag("consent_screen_enabled").unwrap_or(true),
        "pkce_required": call.flag("pkce_required").unwrap_or(false) || public, "public": public,
        "scopes": call.text("scopes").unwrap_or("profile email"),
        "callback_url": uris.first().map_or("", String::as_str), "redirect_uris": uris,
        "authorize_url": format!("{url}/oauth/authorize"), "token_fetch_url": format!("{url}/oauth/token"),
        "user_info_url": format!("{url}/oauth/userinfo"), "token_introspection_url": format!("{url}/oauth/token_info"),
        "discovery_url": format!("{url}/.well-known/openid-configuration"),
        "created_at": call.now, "updated_at": call.now, "_client_secret": secret,
    });
    let mut shown = Documents::shown(&application);
    if !public {
        shown["client_secret"] = secret.into();
    }
    state.documents.insert(APPLICATIONS, &id, application);
    Ok(shown)
}

fn changed(call: &Call<'_>, state: &mut State, change: impl FnOnce(&mut Value)) -> Answer {
    let id = call.id(0);
    let application = state
        .documents
        .get_mut(APPLICATIONS, id)
        .ok_or_else(|| not_found(id))?;
    change(application);
    application["updated_at"] = call.now.into();
    Ok(Documents::shown(application))
}

fn update(call: &Call<'_>, state: &mut State) -> Answer {
    find(state, call.id(0))?;
    let uris = redirect_uris(call)?;
    changed(call, state, |application| {
        for name in [
            "name",
            "scopes",
            "consent_screen_enabled",
            "pkce_required",
            "public",
        ] {
            if let Some(value) = call.field(name) {
                application[name] = value.clone();
            }
        }
        if let Some(uris) = uris {
            application["callback_url"] = uris.first().map_or("", String::as_str).into();
            application["redirect_uris"] = uris.into();
        }
    })
}

fn delete(call: &Call<'_>, state: &mut State) -> Answer {
    let id = call.id(0);
    let application = state
        .documents
        .remove(APPLICATIONS, id)
        .ok_or_else(|| not_found(id))?;
    state.documents.retain(TOKENS, |token| {
        token["client_id"] != application["client_id"]
    });
    Ok(deleted("oauth_application", id))
}

fn rotate(call: &Call<'_>, state: &mut State) -> Answer {
    let secret = call.world.ids.letters(32);
    let mut shown = changed(call, state, |application| {
        application["_client_secret"] = secret.as_str().into()
    })?;
    shown["client_secret"] = secret.into();
    Ok(shown)
}

fn upload_logo(call: &Call<'_>, state: &mut State) -> Answer {
    find(state, call.id(0))?;
    let upload = call
        .upload
        .as_ref()
        .ok_or_else(|| ApiError::missing("file"))?;
    let image = call.world.ids.id("img");
    state.images.insert(
        image.clone(),
        (upload.media_type.clone(), upload.bytes.clone()),
    );
    let url = super::users::image_url(call.world, Some(&image));
    changed(call, state, |application| {
        application["client_image_url"] = url.into()
    })
}

fn is_good(token: &Value, now: i64) -> bool {
    token["revoked"] == false && token["expiration"].as_i64().is_none_or(|at| at > now)
}

fn verify(call: &Call<'_>, state: &State) -> Answer {
    let given = call
        .text("access_token")
        .or(call.text("secret"))
        .ok_or_else(|| ApiError::missing("access_token"))?;
    let token = state
        .documents
        .find(TOKENS, "_token", given)
        .filter(|token| is_good(token, call.now));
    token.map(Documents::shown).ok_or_else(|| {
        let long = "There is no such access token, or it is revoked or expired.";
        ApiError::new(
            StatusCode::NOT_FOUND,
            "oauth_token_not_found",
            "Token not found",
            long,
        )
    })
}

fn revoke(call: &Call<'_>, state: &mut State) -> Answer {
    let client_id = find(state, call.id(0))?["client_id"].clone();
    let given = call.needed("token")?;
    let token = state
        .documents
        .all_mut(TOKENS)
        .find(|token| token["_token"] == given && token["client_id"] == client_id);
    let token =
        token.ok_or_else(|| ApiError::not_found("access token of this application", "given"))?;
    token["revoked"] = true.into();
    token["updated_at"] = call.now.into();
    Ok(Value::Null)
}

/// Issues an access token as if the user had consented; it lives for a day.
pub(crate) fn issue(
    world: &World,
    client_id: &str,
    user_id: &str,
    scopes: &[&str],
) -> Result<String, Refused> {
    let mut state = world.write();
    if state
        .documents
        .find(APPLICATIONS, "client_id", client_id)
        .is_none()
    {
        return Err(Refused(format!(
            "there is no OAuth application with the client id {client_id}"
        )));
    }
    if state.users.get(user_id).is_none() {
        return Err(Refused(format!("there is no user {user_id}")));
    }
    let (id, secret, now) = (
        world.ids.hex_id("oat"),
        world.ids.secret("oat"),
        world.clock.now(),
    );
    let token = json!({
        "object": "clerk_idp_oauth_access_token", "id": id, "client_id": client_id, "subject": user_id,
        "scopes": scopes, "revoked": false, "revocation_reason": null, "expired": false, "expiration": now + DAY,
        "created_at": now, "updated_at": now, "_token": secret,
    });
    state.documents.insert(TOKENS, &id, token);
    Ok(secret)
}
